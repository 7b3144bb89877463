// The fit of relaxo/fitting/separable.py for a few common forms of signal, LANES voxels side by side.
//
// A batch of voxels goes through four passes. They are read and judged; candidates for the sign and for the cell of the
// time constant are chosen; the peak of every candidate is found, cell by cell; and one projection at the best peak of each
// voxel corrects it and gives its errors. The few voxels for which that does not settle the matter then go a careful way.
#pragma once

#include <cstddef>
#include <limits>

#include "outcome.hpp"
#include "search.hpp"

namespace RELAXO_VARIANT {
namespace {

// As in relaxo/fitting/separable.py: where signals stay unexplained to this share, every sign is looked at.
constexpr float DOUBTFUL = 0.01f;
// The same where no sign is searched, and a second valley is looked for.
constexpr float DOUBTFUL_VALLEY = 0.05f;
// Scores from polynomials are known to this share of the signal.
constexpr float SLACK = 2e-5f;
// A step from the peak of the polynomials that is no longer is the last: its error is its square.
constexpr float NEAR = 1e-4f;
// Candidates for the sign: either side of the smallest point, and the best other.
constexpr int SLOTS = 3;
// Voxels that go the careful way together: all their signs must find room among the candidates.
constexpr int CAREFUL = MOST_CANDIDATES / MOST_POINTS;

static_assert(SLOTS * MOST_VOXELS <= MOST_CANDIDATES, "every slot of every voxel has a place among the candidates");

template <class Form> struct Fit {
    static constexpr int K = Form::amplitudes, P = K + 1;
    const Task &task;
    const Block &block;
    const Counts counted;
    const int n;
    const Columns<float> columns;
    const F low, high;
    Batch batch;
    Candidates candidates;
    Queues<Form> queues;
    Results results;
    // What each pattern explains at the centres of the cells, pattern after pattern.
    alignas(64) float tops[ROOM];
    // Of every voxel the best minimum so far: its sign and place, the sum of squares and whether it lies within all bounds.
    alignas(64) std::int32_t best_pattern[MOST_VOXELS];
    alignas(64) float best_time[MOST_VOXELS];
    float best_squares[MOST_VOXELS];
    bool best_is_fair[MOST_VOXELS];
    std::uint16_t unsettled[MOST_VOXELS + W];
    int unsettled_count;

    Fit(const Task &given, const Block &where, Counts given_counts = {nullptr, false})
        : task(given),
          block(where),
          counted(given_counts),
          n(given.images - given.skipped),
          columns(columns_of<F>(given)),
          low(splat<F>(given.log_lower)),
          high(splat<F>(given.log_upper)),
          batch(n),
          queues(task, batch, candidates) {}

    // The answer is how many voxels are negative.
    std::int64_t run() {
        std::int64_t negative = 0;
        for (std::int64_t from = 0; from < block.voxels && !*block.stop; from += batch.stride) {
            const std::int64_t left = block.voxels - from;
            batch.voxels = left < batch.stride ? static_cast<int>(left) : batch.stride;
            batch.some_truncated = false;
            read_signals(task, block, from, batch);
            const Counts here = {counted.of ? counted.of + from : nullptr, counted.are_given};
            for (int at = 0; at < batch.voxels; at += W) {
                negative += prepare(task, P, here, batch, at);
                choose_candidates(at);
            }
            queues.finish();
            settle(from);
            persevere(from);
        }
        return negative;
    }

    void choose_candidates(int at) {
        const F *y = batch.single_signals(at);
        F base[MOST_POINTS], top[MOST_POINTS];
        const FMask wanted = __builtin_convertvector(batch.wanted(at), FMask);
        const int patterns = task.search_signs ? n : 1;
        score_constant<Form>(n, patterns, y, base);
        const FMask count = __builtin_convertvector(load<V>(batch.count + at), FMask);
        const bool wide = patterns == 1 && task.cells % WIDE_TILE == 0;
        if (Form::varying == 1 && batch.some_truncated)
            score_patterns<Form, true, TILE>(task, n, patterns, y, base, count, top);
        else if (wide)
            score_patterns<Form, false, WIDE_TILE / Form::varying>(task, n, patterns, y, base, count, top);
        else
            score_patterns<Form, false, TILE>(task, n, patterns, y, base, count, top);
        if (task.search_signs)
            choose_patterns(at, y, top, wanted);
        else
            put_candidates(0, at, top[0], FMask{}, wanted);
    }

    // Without noise the sign changes next to the smallest point; with noise, the best of all others may know better.
    STAGE void choose_patterns(int at, const F *y, const F *top, FMask wanted) {
        F least = y[0], best = top[0];
        FMask smallest_point{};
        for (int i = 0; i < n; ++i) {
            smallest_point = y[i] < least ? FMask{} + i : smallest_point;
            least = smallest(y[i], least);
            best = largest(top[i], best);
            store_lanes(tops + i * batch.stride + at, top[i]);
        }
        const FMask after = smallest_point + 1;
        F pair[2] = {splat<F>(-1), splat<F>(-1)}, other = splat<F>(-1);
        FMask third{};
        for (int i = 0; i < n; ++i) {
            const FMask is_first = smallest_point == i, is_second = after == i;
            pair[0] = choose<F>(is_first, top[i], pair[0]);
            pair[1] = choose<F>(is_second, top[i], pair[1]);
            const FMask better = (top[i] > other) & ~(is_first | is_second);
            third = better ? FMask{} + i : third;
            other = choose<F>(better, top[i], other);
        }
        // Signs of one signal that differ in a small point peak close together, and lose alike.
        const F enough = best - load<F>(batch.total + at) * static_cast<float>(task.coarse_slack / 2);
        put_candidates(0, at, pair[0], smallest_point, wanted & (pair[0] >= enough));
        put_candidates(1, at, pair[1], after, wanted & (after < n) & (pair[1] >= enough));
        put_candidates(2, at, other, third, wanted & (other >= enough));
    }

    STAGE void put_candidates(int slot, int at, F top, FMask pattern, FMask wanted) {
        const int place = slot * batch.stride + at;
        store_lanes(candidates.score + place, splat<F>(-1));
        if (!any(wanted)) return;
        FMask voxel;
        for (int lane = 0; lane < W; ++lane) voxel[lane] = at + lane;
        store_lanes(candidates.voxel + place, voxel);
        store_lanes(candidates.pattern + place, pattern);
        std::int32_t cells[W];
        store_lanes<FMask>(cells, wanted ? (FMask)top & (MOST_CELLS - 1) : FMask{} + MOST_CELLS);
        for (int lane = 0; lane < W; ++lane) queues.put(cells[lane], place + lane);
    }

    // Project every voxel at its best peak; note those that this does not settle.
    void settle(std::int64_t from) {
        unsettled_count = 0;
        for (int begin = 0; begin < batch.voxels; begin += WAITING) {
            const int voxels = batch.voxels - begin < WAITING ? batch.voxels - begin : WAITING;
            for (int at = 0; at < voxels; at += W) results.put(at, settle_lanes(begin + at));
            write_out(block, results, P, from + begin, voxels);
        }
    }

    STAGE Outcome<V, P> settle_lanes(int at) {
        F here = load<F>(candidates.log_time + at), score = load<F>(candidates.score + at), bend = load<F>(candidates.bend + at);
        F second = splat<F>(-1);
        FMask pattern{};
        if (task.search_signs) {
            pattern = load<FMask>(candidates.pattern + at);
            for (int slot = 1; slot < SLOTS; ++slot) {
                const int place = slot * batch.stride + at;
                const F rival = load<F>(candidates.score + place);
                const FMask better = rival > score;
                second = largest(second, smallest(rival, score));
                score = largest(rival, score);
                here = choose<F>(better, load<F>(candidates.log_time + place), here);
                bend = choose<F>(better, load<F>(candidates.bend + place), bend);
                pattern = better ? load<FMask>(candidates.pattern + place) : pattern;
            }
        }
        F signed_y[MOST_POINTS];
        const F *y = batch.single_signals(at);
        if (task.search_signs) {
            for (int i = 0; i < n; ++i) signed_y[i] = turned_over(y[i], pattern > i);
            y = signed_y;
        }
        const FMask wanted = __builtin_convertvector(batch.wanted(at), FMask);
        const F count = __builtin_convertvector(load<V>(batch.count + at), F);
        here = choose<F>(wanted, here, low);
        Minimum<F, K> found;
        found.at = project_some(y, count, here);
        found.log_time = here;
        const FMask usable = (bend > found.at.curvature * static_cast<float>(LEAST_BEND)) &
                             (bend < found.at.curvature * static_cast<float>(1 / LEAST_BEND));
        found.step = -found.at.slope / choose<F>(usable, bend, found.at.curvature);
        for (int k = 0; k < K; ++k) found.at.amplitude[k] -= found.at.carried[k] * found.step;
        found.at.sum_of_squares = largest(found.at.sum_of_squares + found.at.slope * found.step, F{});
        found.converged = usable & (magnitude(found.step) <= NEAR);
        found.at_bound = at_end(here + found.step, low, high);
        FMask settled = found.converged & ~found.at_bound;
        const F total = load<F>(batch.total + at);
        if (task.search_signs)
            settled &= possible(task, found) & (found.at.sum_of_squares <= total * DOUBTFUL) &
                       (second < score - total * SLACK);
        else
            settled &= found.at.sum_of_squares <= total * DOUBTFUL_VALLEY;
        note_unsettled(at, wanted & ~settled);
        store_lanes(best_time + at, here);
        store_lanes(best_pattern + at, pattern);
        const Known known = {load<V>(batch.count + at), load<V>(batch.scale + at), load<Mask>(batch.status + at)};
#ifdef RELAXO_DOUBLE
        D own[MOST_POINTS];
        for (int i = 0; i < n; ++i) own[i] = __builtin_convertvector(pattern, DMask) > i ? -batch.signals(at)[i] : batch.signals(at)[i];
        return conclude_double(found, own, known);
#else
        return conclude<Form, V>(task, n, found, y, known.count, known.scale, known.status);
#endif
    }

    void note_unsettled(int at, FMask which) {
        if (!any(which)) return;
        for (int lane = 0; lane < W; ++lane) {
            unsettled[unsettled_count] = static_cast<std::uint16_t>(at + lane);
            unsettled_count -= which[lane];
        }
    }

    // The voxels that are not settled: the minimum of the likeliest sign, then those of all signs that might do better.
    STAGE void persevere(std::int64_t from) {
        for (int begin = 0; begin < unsettled_count; begin += CAREFUL) {
            const int count = unsettled_count - begin < CAREFUL ? unsettled_count - begin : CAREFUL;
            const std::uint16_t *voxels = unsettled + begin;
            seek(likeliest(voxels, count));
            seek(promising(task.search_signs ? other_signs(voxels, count) : other_peaks(voxels, count)));
            for (int at = 0; at < count; at += W) {
                int voxel[W], pattern[W];
                F here, y[MOST_POINTS];
                for (int lane = 0; lane < W; ++lane) {
                    voxel[lane] = voxels[at + lane < count ? at + lane : count - 1];
                    pattern[lane] = best_pattern[voxel[lane]];
                    here[lane] = best_time[voxel[lane]];
                }
                batch.gather_signals(voxel, pattern, y);
                const Minimum<F, K> found = minimise_some(y, counts(voxel), here);
                results.put(0, conclude_lanes(found, y, voxel, pattern));
                for (int lane = 0; lane < W && at + lane < count; ++lane)
                    write_one(block, results, P, from + voxel[lane], lane);
            }
        }
    }

    int likeliest(const std::uint16_t *voxels, int count) {
        for (int i = 0; i < count; ++i) {
            const int voxel = voxels[i];
            candidates.voxel[i] = voxels[i];
            candidates.pattern[i] = best_pattern[voxel];
            candidates.log_time[i] = best_time[voxel];
            best_squares[voxel] = std::numeric_limits<float>::infinity();
            best_is_fair[voxel] = true;
        }
        return count;
    }

    int other_signs(const std::uint16_t *voxels, int count) {
        int found = 0;
        for (int i = 0; i < count; ++i) {
            const int voxel = voxels[i];
            const float enough = batch.total[voxel] * static_cast<float>(1 - task.coarse_slack) - best_squares[voxel];
            for (int pattern = 0; pattern < n; ++pattern) {
                const float top = tops[pattern * batch.stride + voxel];
                if (pattern == best_pattern[voxel] || (best_is_fair[voxel] && top < enough)) continue;
                candidates.voxel[found] = voxels[i];
                candidates.pattern[found] = pattern;
                queues.put(cell_of(top), found++);
            }
        }
        queues.finish();
        return found;
    }

    // Where no sign is searched, noise may still have made a second valley.
    int other_peaks(const std::uint16_t *voxels, int count) {
        int found = 0;
        for (int at = 0; at < count; at += W) {
            int voxel[W], pattern[W]{};
            for (int lane = 0; lane < W; ++lane) voxel[lane] = voxels[at + lane < count ? at + lane : count - 1];
            F y[MOST_POINTS], scores[MOST_CELLS];
            batch.gather_signals(voxel, pattern, y);
            const FMask points = __builtin_convertvector(counts(voxel), FMask);
            if (Form::varying == 1 && batch.some_truncated)
                score_cells<Form, true>(task, n, y, points, scores);
            else
                score_cells<Form, false>(task, n, y, points, scores);
            for (int lane = 0; lane < W && at + lane < count; ++lane) {
                const int v = voxel[lane];
                const double cell_of_best = (best_time[v] - task.first_centre) / task.cell_width;
                for (int cell = 0; cell < task.cells; ++cell) {
                    const float score = scores[cell][lane];
                    const bool is_peak = (cell == 0 || score > scores[cell - 1][lane]) &&
                                         (cell == task.cells - 1 || score >= scores[cell + 1][lane]);
                    // A low peak beside a high one does not show among the centres.
                    const double away = std::fabs(cell - cell_of_best);
                    if (away < 0.5 || (away > 2 && !is_peak)) continue;
                    candidates.voxel[found] = v;
                    candidates.pattern[found] = 0;
                    queues.put(cell, found++);
                }
            }
        }
        queues.finish();
        return found;
    }

    // Keep those of the candidates that may be better than the best so far.
    int promising(int count) {
        int kept = 0;
        for (int i = 0; i < count; ++i) {
            const int voxel = candidates.voxel[i];
            const float enough = batch.total[voxel] * (1 - SLACK) - best_squares[voxel];
            if (best_is_fair[voxel] && candidates.score[i] < enough) continue;
            candidates.voxel[kept] = candidates.voxel[i];
            candidates.pattern[kept] = candidates.pattern[i];
            candidates.log_time[kept++] = candidates.log_time[i];
        }
        return kept;
    }

    // Find the minima of candidates, and take what is better than the best so far.
    void seek(int count) {
        // Without signs to choose from, the lowest minimum is the answer, wherever it lies.
        const auto margin = task.search_signs ? static_cast<float>(task.margin) : 1.0f;
        for (int at = 0; at < count; at += W) {
            int voxel[W], pattern[W];
            F here, y[MOST_POINTS];
            for (int lane = 0; lane < W; ++lane) {
                const int place = at + lane < count ? at + lane : count - 1;
                voxel[lane] = candidates.voxel[place];
                pattern[lane] = candidates.pattern[place];
                here[lane] = candidates.log_time[place];
            }
            batch.gather_signals(voxel, pattern, y);
            const Minimum<F, K> found = minimise_some(y, counts(voxel), here);
            const FMask fair = possible(task, found);
            const F end = clamped(found.log_time + found.step, low, high);
            for (int lane = 0; lane < W && at + lane < count; ++lane) {
                const int v = voxel[lane];
                const float squares = found.at.sum_of_squares[lane];
                if (!(squares * (fair[lane] ? 1 : margin) < best_squares[v] * (best_is_fair[v] ? 1 : margin))) continue;
                best_squares[v] = squares;
                best_is_fair[v] = fair[lane];
                best_pattern[v] = pattern[lane];
                best_time[v] = end[lane];
            }
        }
    }

    F counts(const int *voxel) const {
        F count;
        for (int lane = 0; lane < W; ++lane) count[lane] = static_cast<float>(batch.count[voxel[lane]]);
        return count;
    }

    // What was known of LANES voxels before the fit.
    struct Known {
        V count, scale;
        Mask status;
    };

    Outcome<V, P> conclude_lanes(const Minimum<F, K> &found, const F *y, const int *voxel, const int *pattern) {
        Known known;
        for (int lane = 0; lane < W; ++lane) {
            known.count[lane] = batch.count[voxel[lane]];
            known.scale[lane] = batch.scale[voxel[lane]];
            known.status[lane] = batch.status[voxel[lane]];
        }
#ifdef RELAXO_DOUBLE
        (void)y;
        D own[MOST_POINTS];
        for (int i = 0; i < n; ++i)
            for (int lane = 0; lane < W; ++lane) {
                const double value = batch.y[(voxel[lane] & -W) * n + i * W + (voxel[lane] & (W - 1))];
                own[i][lane] = pattern[lane] > i ? -value : value;
            }
        return conclude_double(found, own, known);
#else
        (void)pattern;
        return conclude<Form, V>(task, n, found, y, known.count, known.scale, known.status);
#endif
    }

#ifdef RELAXO_DOUBLE
    Minimum<D, K> in_double(const Minimum<F, K> &found, const D *y, D count, DMask wanted) {
        const Columns<double> own = columns_of<D>(task);
        const D first = splat<D>(task.log_lower), last = splat<D>(task.log_upper);
        const D start = clamped(widened(found.log_time) + widened(found.step), first, last);
        if constexpr (Form::varying == 1 && !Form::constant_first)
            if (batch.some_truncated) return minimise<Form, D, true>(own, n, y, count, start, first, last, wanted);
        return minimise<Form, D, false>(own, n, y, count, start, first, last, wanted);
    }

    // A minimum of a signal in single precision is what it is; one in double precision is where to go on from.
    Outcome<V, P> conclude_double(const Minimum<F, K> &found, const D *y, const Known &known) {
        const Minimum<D, K> better = in_double(found, y, known.count, known.status == OK);
        return conclude<Form, V>(task, n, better, y, known.count, known.scale, known.status);
    }
#endif

    Projection<F, K> project_some(const F *y, F count, F here) {
        if constexpr (Form::varying == 1 && !Form::constant_first)
            if (batch.some_truncated) return project<Form, F, true>(columns, n, y, count, here);
        return project<Form, F, false>(columns, n, y, count, here);
    }

    Minimum<F, K> minimise_some(const F *y, F count, F here) {
        const FMask wanted = FMask{} - 1;
        if constexpr (Form::varying == 1 && !Form::constant_first)
            if (batch.some_truncated) return minimise<Form, F, true>(columns, n, y, count, here, low, high, wanted);
        return minimise<Form, F, false>(columns, n, y, count, here, low, high, wanted);
    }
};

}  // namespace
}  // namespace RELAXO_VARIANT
