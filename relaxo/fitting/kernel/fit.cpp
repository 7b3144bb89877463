// The fit of relaxo/fitting/separable.py for a few common forms of signal, LANES voxels side by side.
//
// It is compiled for every instruction set and for signals in single and in double precision (RELAXO_DOUBLE), each with the
// LANES that fill a register; kernel.cpp chooses among them when it is loaded.

#include <cstddef>
#include <limits>
#include <type_traits>

#include "forms.hpp"
#include "kernel.h"

namespace RELAXO_VARIANT {
namespace {

constexpr int MOST_POINTS = 64, MOST_NODES = 56, MOST_STEPS = 60;
// As in relaxo/fitting/separable.py.
constexpr double SLACK = 1e-4, COARSE_SLACK = 0.02, DOUBTFUL = 0.01, TOLERANCE = 1e-6, LEAST_BEND = 0.02, MARGIN = 1e-5;
// The last step is taken without another look where it is shorter than this.
constexpr float LAST_STEP = 5e-5f;
constexpr float LONGEST_STEP = 0.6f;

// Everything about the fit at a time constant; the cost is half the sum of squares.
template <class V, int K> struct Projection {
    V amplitude[K], carried[K], norm[K], mixing, sum_of_squares, slope, curvature;
};

// Project by modified Gram-Schmidt, as relaxo/fitting/projection.py does; points from `count` on do not count.
template <class Form, class V, bool Truncated>
inline Projection<V, Form::amplitudes> project(const ColumnsOf<V> &columns, int n, const V *y, V count, V log_time) {
    constexpr int K = Form::amplitudes, LAST = K - 1;
    constexpr bool ONE = Form::constant_first;
    static_assert(!ONE || (K == 2 && !Truncated), "a constant function comes with a second, and counts every point");
    const V tiny = splat<V>(std::numeric_limits<ScalarOf<V>>::min());
    const V rate = exp_of(-log_time);
    V first[MOST_POINTS], second[MOST_POINTS], change[K][MOST_POINTS], rest[MOST_POINTS];
    Projection<V, K> p;
    V g00{}, g01{}, h0{};
    for (int i = 0; i < n; ++i) {
        V basis[K], derivative[K];
        Form::at(columns, i, rate, basis, derivative);
        if constexpr (Truncated) {
            const auto counts = count > splat<V>(i);
            for (int k = 0; k < K; ++k) {
                basis[k] = choose<V>(counts, basis[k], V{});
                derivative[k] = choose<V>(counts, derivative[k], V{});
            }
        }
        change[LAST][i] = derivative[LAST];
        if constexpr (ONE) {
            second[i] = basis[1];
            g01 += basis[1];
            h0 += y[i];
        } else {
            first[i] = basis[0];
            change[0][i] = derivative[0];
            g00 += basis[0] * basis[0];
            h0 += basis[0] * y[i];
            if constexpr (K == 2) {
                second[i] = basis[1];
                g01 += basis[0] * basis[1];
            }
        }
    }
    p.norm[0] = ONE ? splat<V>(n) : largest(g00, tiny);
    const V inverse0 = 1 / p.norm[0];
    const V share0 = h0 * inverse0;
    p.mixing = V{};
    V share1{}, inverse1{};
    if constexpr (K == 2) {
        p.mixing = g01 * inverse0;
        V g11{}, h1{};
        for (int i = 0; i < n; ++i) {
            if constexpr (ONE) {
                second[i] -= p.mixing;
                rest[i] = y[i] - share0;
            } else {
                second[i] -= p.mixing * first[i];
                rest[i] = y[i] - share0 * first[i];
            }
            g11 += second[i] * second[i];
            h1 += second[i] * rest[i];
        }
        p.norm[1] = largest(g11, tiny);
        inverse1 = 1 / p.norm[1];
        share1 = h1 * inverse1;
        p.amplitude[1] = share1;
    }
    p.amplitude[0] = share0 - p.mixing * share1;

    V squares{}, c0{};
    for (int i = 0; i < n; ++i) {
        V tangent = p.amplitude[LAST] * change[LAST][i];
        if constexpr (K == 2) {
            rest[i] -= share1 * second[i];
            if constexpr (!ONE) tangent += p.amplitude[0] * change[0][i];
        } else {
            rest[i] = y[i] - share0 * first[i];
        }
        squares += rest[i] * rest[i];
        if constexpr (ONE)
            c0 += tangent;
        else
            c0 += first[i] * tangent;
        change[0][i] = tangent;
    }
    c0 *= inverse0;
    V c1{};
    if constexpr (K == 2) {
        for (int i = 0; i < n; ++i) {
            if constexpr (ONE)
                change[0][i] -= c0;
            else
                change[0][i] -= c0 * first[i];
            c1 += second[i] * change[0][i];
        }
        c1 *= inverse1;
        p.carried[1] = c1;
    }
    p.carried[0] = c0 - p.mixing * c1;
    V slope{}, curvature{};
    for (int i = 0; i < n; ++i) {
        V free;
        if constexpr (K == 2)
            free = change[0][i] - c1 * second[i];
        else
            free = change[0][i] - c0 * first[i];
        slope -= rest[i] * free;
        curvature += free * free;
    }
    p.sum_of_squares = squares;
    p.slope = slope;
    p.curvature = largest(curvature, tiny);
    return p;
}

// The minimum of LANES voxels, and everything known there.
template <class V, int K> struct Minimum {
    Projection<V, K> at;
    V log_time;      // where `at` was computed,
    V step;          // and what is still to go
    MaskOf<V> converged, at_bound;
};

// Step to the minimum: Gauss and Newton first, then secants, kept in a bracket that the slopes close.
template <class Form, class V, bool Truncated>
Minimum<V, Form::amplitudes> minimise(const ColumnsOf<V> &columns, int n, const V *y, V count, V here, V low, V high,
                                      MaskOf<V> wanted) {
    using Mask = MaskOf<V>;
    constexpr int K = Form::amplitudes;
    const V end_low = low, end_high = high;
    const V precision = splat<V>(4 * std::numeric_limits<ScalarOf<V>>::epsilon());
    Minimum<V, K> m;
    m.log_time = here;
    m.step = V{};
    m.converged = ~wanted;
    m.at_bound = Mask{};
    V old_here = here, old_slope{}, old_step = splat<V>(1), old_amplitude[K]{};
    for (int iteration = 0; iteration < MOST_STEPS; ++iteration) {
        m.at = project<Form, V, Truncated>(columns, n, y, count, m.log_time);
        const V slope = m.at.slope;
        const V bend = (slope - old_slope) / (m.log_time - old_here);
        const Mask usable = (bend > m.at.curvature * ScalarOf<V>(LEAST_BEND)) &
                            (bend < m.at.curvature * ScalarOf<V>(1 / LEAST_BEND)) &
                            (iteration > 0 ? Mask{} - 1 : Mask{});
        const V wish = clamped(-slope / choose<V>(usable, bend, m.at.curvature), splat<V>(-LONGEST_STEP),
                               splat<V>(LONGEST_STEP));
        low = choose<V>(slope < 0, m.log_time, low);
        high = choose<V>(slope > 0, m.log_time, high);
        V there = m.log_time + wish;
        there = choose<V>(there <= low, choose<V>(low == end_low, low, (low + m.log_time) / 2), there);
        there = choose<V>(there >= high, choose<V>(high == end_high, high, (high + m.log_time) / 2), there);
        const V step = choose<V>(m.converged, m.step, choose<V>(there == m.log_time + wish, wish, there - m.log_time));
        const V length = magnitude(step);
        const Mask still = length <= precision * (1 + magnitude(m.log_time));
        const Mask done = still | (length < ScalarOf<V>(TOLERANCE)) |
                          (usable & (length < LAST_STEP) & (length * old_step < ScalarOf<V>(TOLERANCE)));
        m.step = step;
        m.converged |= done;
        if (all(m.converged) || iteration == MOST_STEPS - 1) break;
        old_step = length;
        old_here = m.log_time;
        old_slope = slope;
        for (int k = 0; k < K; ++k) old_amplitude[k] = m.at.amplitude[k];
        m.log_time = choose<V>(m.converged, m.log_time, m.log_time + step);
    }
    // The amplitudes go the rest of the way along the line through the last two of them, or along the tangent.
    const V way = m.log_time - old_here;
    const Mask moved = magnitude(way) > precision;
    for (int k = 0; k < K; ++k) {
        const V change = choose<V>(moved, (m.at.amplitude[k] - old_amplitude[k]) / way, -m.at.carried[k]);
        m.at.amplitude[k] += change * m.step;
    }
    m.at.sum_of_squares = largest(m.at.sum_of_squares + m.at.slope * m.step, V{});
    const V end = m.log_time + m.step;
    m.at_bound = (end < end_low + ScalarOf<V>(MARGIN)) | (end > end_high - ScalarOf<V>(MARGIN));
    return m;
}

template <class V, int K> void take(Minimum<V, K> &best, const Minimum<V, K> &other, MaskOf<V> where) {
    for (int k = 0; k < K; ++k) {
        best.at.amplitude[k] = choose<V>(where, other.at.amplitude[k], best.at.amplitude[k]);
        best.at.carried[k] = choose<V>(where, other.at.carried[k], best.at.carried[k]);
        best.at.norm[k] = choose<V>(where, other.at.norm[k], best.at.norm[k]);
    }
    best.at.mixing = choose<V>(where, other.at.mixing, best.at.mixing);
    best.at.sum_of_squares = choose<V>(where, other.at.sum_of_squares, best.at.sum_of_squares);
    best.at.curvature = choose<V>(where, other.at.curvature, best.at.curvature);
    best.log_time = choose<V>(where, other.log_time, best.log_time);
    best.step = choose<V>(where, other.step, best.step);
    best.converged = where ? other.converged : best.converged;
    best.at_bound = where ? other.at_bound : best.at_bound;
}

// Where a voxel's minimum is to be sought, and what the grid expects of it.
struct Start {
    F log_time, score;
};

// The top of the quartic through the scores of the five nodes around the best one.
Start top_of_quartic(const Task &task, const float *scores, int patterns, const F node, const FMask pattern) {
    F s0, s1, s2, s3, s4, centre;
    for (int lane = 0; lane < W; ++lane) {
        int middle = static_cast<int>(node[lane]);
        middle = middle < 2 ? 2 : (middle > task.nodes - 3 ? task.nodes - 3 : middle);
        const float *place = scores + (static_cast<std::int64_t>(middle - 2) * patterns + pattern[lane]) * W + lane;
        const std::int64_t next = static_cast<std::int64_t>(patterns) * W;
        s0[lane] = place[0];
        s1[lane] = place[next];
        s2[lane] = place[2 * next];
        s3[lane] = place[3 * next];
        s4[lane] = place[4 * next];
        centre[lane] = static_cast<float>(middle);
    }
    const F near = s3 - s1, far = s4 - s0;
    const F near_even = s3 + s1 - 2 * s2, far_even = s4 + s0 - 2 * s2;
    const F a1 = (8 * near - far) * (1 / 12.0f), a3 = (far - 2 * near) * (1 / 12.0f);
    const F a2 = (16 * near_even - far_even) * (1 / 24.0f), a4 = (far_even - 4 * near_even) * (1 / 24.0f);
    F here = node - centre;
    const F low = largest(here - 1, splat<F>(-2)), high = smallest(here + 1, splat<F>(2));
    const F tiny = splat<F>(std::numeric_limits<float>::min());
    for (int iteration = 0; iteration < 2; ++iteration) {
        const F slope = a1 + here * (2 * a2 + here * (3 * a3 + here * (4 * a4)));
        const F bend = 2 * a2 + here * (6 * a3 + here * (12 * a4));
        here = clamped(here - slope / smallest(bend, -tiny), low, high);
    }
    const auto first = static_cast<float>(task.log_nodes[0]);
    const auto spacing = static_cast<float>(task.log_nodes[1] - task.log_nodes[0]);
    return {first + (centre + here) * spacing, s2 + here * (a1 + here * (a2 + here * (a3 + here * a4)))};
}

// Score every node; with one amplitude, points may be left out.
template <int K> Start best_start(const Task &task, int n, const F *y, FMask count, bool truncated) {
    F scores[MOST_NODES];
    F best = splat<F>(-1), node{};
    // Four nodes side by side, so that every point is loaded once for them; the last four may overlap those before.
    for (int next = 0; next < task.nodes; next += 4) {
        const int from = next < task.nodes - 4 ? next : task.nodes - 4;
        F score[4]{};
        for (int k = 0; k < K; ++k) {
            F a{}, b{}, c{}, d{};
            for (int i = 0; i < n; ++i) {
                const float *row = task.dictionary + (i * K + k) * task.nodes + from;
                a += y[i] * row[0];
                b += y[i] * row[1];
                c += y[i] * row[2];
                d += y[i] * row[3];
            }
            score[0] += a * a;
            score[1] += b * b;
            score[2] += c * c;
            score[3] += d * d;
        }
        for (int j = 0; j < 4; ++j) {
            if (truncated) {
                F inverse;
                for (int lane = 0; lane < W; ++lane)
                    inverse[lane] = task.inverse_norms[static_cast<std::int64_t>(count[lane]) * task.nodes + from + j];
                score[j] *= inverse;
            }
            scores[from + j] = score[j];
            node = choose<F>(score[j] > best, splat<F>(from + j), node);
            best = largest(score[j], best);
        }
    }
    return top_of_quartic(task, reinterpret_cast<const float *>(scores), 1, node, FMask{});
}

// Whether the parameters lie within their bounds; the sign of the first amplitude is free where signs are searched.
template <class V> MaskOf<V> possible(const Task &task, const Minimum<V, 1> &m) {
    (void)task;
    return ~m.at_bound;
}
template <class V> MaskOf<V> possible(const Task &task, const Minimum<V, 2> &m) {
    const V ratio = m.at.amplitude[1] / m.at.amplitude[0] - 1;
    return ~m.at_bound & (ratio > splat<V>(task.lower[2])) & (ratio < splat<V>(task.upper[2]));
}

template <class V> void flip(V *signed_y, const V *y, int n, MaskOf<V> flipped) {
    for (int i = 0; i < n; ++i) signed_y[i] = flipped > i ? -y[i] : y[i];
}

// Score every node with every number of leading points turned over, and finish the signs that might be the best.
template <class Form>
Minimum<F, Form::amplitudes> search_signs(const Task &task, const ColumnsOf<F> &columns, int n, const F *y, F low, F high,
                                          FMask wanted, FMask &turned) {
    // A constant function, which comes first, has the same projection at every node.
    constexpr int K = Form::amplitudes, FROM = Form::constant_first ? 1 : 0;
    F scores[MOST_NODES * MOST_POINTS];
    F best[MOST_POINTS], node[MOST_POINTS], projection[K][MOST_NODES], sum{};
    for (int i = 0; i < n; ++i) sum += y[i];
    for (int j = 0; j < task.nodes; ++j) {
        F p[K]{};
        for (int i = 0; i < n; ++i)
            for (int k = FROM; k < K; ++k) p[k] += y[i] * task.dictionary[(i * K + k) * task.nodes + j];
        for (int k = FROM; k < K; ++k) projection[k][j] = p[k];
    }
    for (int flipped = 0; flipped < n; ++flipped) {
        const F twice = 2 * y[flipped], constant = FROM ? sum * sum * (1.0f / static_cast<float>(n)) : F{};
        const float *d = task.dictionary + static_cast<std::int64_t>(flipped) * K * task.nodes;
        F top = splat<F>(-1), at{}, index{};
        for (int j = 0; j < task.nodes; ++j) {
            F score = constant;
            for (int k = FROM; k < K; ++k) {
                const F p = projection[k][j];
                score += p * p;
                // Turning one more point over changes every projection by twice its share.
                projection[k][j] = p - twice * d[k * task.nodes + j];
            }
            scores[j * n + flipped] = score;
            at = choose<F>(score > top, index, at);
            top = largest(score, top);
            index += 1;
        }
        best[flipped] = top;
        node[flipped] = at;
        sum -= twice;
    }

    // Without noise the sign changes next to the smallest point; with noise, the best of all others knows better.
    F least = y[0], total{};
    FMask flips[3] = {FMask{}, FMask{}, FMask{}};
    for (int i = 0; i < n; ++i) {
        flips[0] = y[i] < least ? FMask{} + i : flips[0];
        least = smallest(y[i], least);
        total += y[i] * y[i];
    }
    flips[1] = flips[0] + 1 > n - 1 ? FMask{} + (n - 1) : flips[0] + 1;
    F other = splat<F>(-1);
    for (int i = 0; i < n; ++i) {
        const FMask better = (best[i] > other) & (flips[0] != i) & (flips[1] != i);
        flips[2] = better ? FMask{} + i : flips[2];
        other = choose<F>(better, best[i], other);
    }
    const auto start_of = [&](FMask pattern) {
        F at;
        for (int lane = 0; lane < W; ++lane) at[lane] = node[pattern[lane]][lane];
        return top_of_quartic(task, reinterpret_cast<const float *>(scores), n, at, pattern);
    };
    Start starts[3] = {start_of(flips[0]), start_of(flips[1]), {}};
    const F pair_top = largest(starts[0].score, starts[1].score);
    int candidates = 2;
    if (any(wanted & (other >= pair_top - total * static_cast<float>(COARSE_SLACK)))) {
        starts[2] = start_of(flips[2]);
        candidates = 3;
    } else {
        flips[2] = FMask{} - 1;
    }
    FMask first{};
    F score = starts[0].score;
    for (int candidate = 1; candidate < candidates; ++candidate) {
        const FMask better = starts[candidate].score > score;
        first = better ? FMask{} + candidate : first;
        score = choose<F>(better, starts[candidate].score, score);
    }
    turned = first == 0 ? flips[0] : (first == 1 ? flips[1] : flips[2]);
    const F here = choose<F>(first == 0, starts[0].log_time, choose<F>(first == 1, starts[1].log_time, starts[2].log_time));
    F signed_y[MOST_POINTS];
    flip<F>(signed_y, y, n, turned);
    Minimum<F, K> found = minimise<Form, F, false>(columns, n, signed_y, F{}, here, low, high, wanted);
    FMask fair = possible(task, found);
    const auto challenge = [&](FMask pattern, F start, FMask likely) {
        if (!any(likely)) return;
        flip<F>(signed_y, y, n, pattern);
        const Minimum<F, K> rival = minimise<Form, F, false>(columns, n, signed_y, F{}, start, low, high, likely);
        const FMask rival_fair = possible(task, rival);
        const F one = splat<F>(1), margin = splat<F>(task.margin);
        const FMask wins = likely & (rival.at.sum_of_squares * choose<F>(rival_fair, one, margin) <
                                     found.at.sum_of_squares * choose<F>(fair, one, margin));
        take(found, rival, wins);
        turned = wins ? pattern : turned;
        fair = wins ? rival_fair : fair;
    };
    const FMask open = ~fair;
    for (int candidate = 0; candidate < candidates; ++candidate) {
        const FMask likely = wanted & (first != candidate) & (flips[candidate] != turned) &
                             (open | (starts[candidate].score >= score - total * static_cast<float>(SLACK)));
        challenge(flips[candidate], starts[candidate].log_time, likely);
    }
    // Where that leaves nothing possible, or much of the signal unexplained, any sign may do better.
    const FMask doubtful = wanted & (~fair | (found.at.sum_of_squares > total * static_cast<float>(DOUBTFUL)));
    if (!any(doubtful)) return found;
    for (int pattern = 0; pattern < n; ++pattern) {
        const FMask untried = doubtful & (flips[0] != pattern) & (flips[1] != pattern) & (flips[2] != pattern);
        const F explained = total - found.at.sum_of_squares;
        const FMask might = untried & (~fair | (best[pattern] >= explained - total * static_cast<float>(COARSE_SLACK)));
        if (!any(might)) continue;
        const FMask flipped = FMask{} + pattern;
        const Start start = top_of_quartic(task, reinterpret_cast<const float *>(scores), n, node[pattern], flipped);
        challenge(flipped, start.log_time,
                  might & (~fair | (start.score >= explained - total * static_cast<float>(SLACK))));
    }
    return found;
}

// Results wait here until there are enough of them: all maps lie alike in the cache, and writing a little to each in turn
// would drive them out of it.
constexpr int WAITING = 128;
struct Results {
    alignas(64) double values[3][WAITING], errors[3][WAITING], residual[WAITING], r_squared[WAITING];
    std::uint8_t status[WAITING];
};

template <class V> inline void store(double *to, V value) {
    ScalarOf<V> lanes[W];
    __builtin_memcpy(lanes, &value, sizeof(V));
    for (int lane = 0; lane < W; ++lane) to[lane] = lanes[lane];
}

void write_out(const Block &block, const Results &results, int parameters, std::int64_t from, int voxels) {
    const auto copy = [&](auto *to, const auto *what) {
        if (block.place) {
            for (int i = 0; i < voxels; ++i) to[block.place[from + i]] = what[i];
        } else {
            __builtin_memcpy(to + block.first + from, what, sizeof(*what) * static_cast<std::size_t>(voxels));
        }
    };
    for (int p = 0; p < parameters; ++p) {
        copy(block.values[p], results.values[p]);
        copy(block.errors[p], results.errors[p]);
    }
    copy(block.residual, results.residual);
    copy(block.r_squared, results.r_squared);
    copy(block.status, results.status);
}

// Turn a minimum into parameters, errors and a status, in the precision of the signal.
template <class Form, class V>
void conclude(const Task &task, Results &results, int at, int n, const Minimum<V, Form::amplitudes> &m, const V *y,
              V count, V scale, MaskOf<V> status) {
    using Mask = MaskOf<V>;
    constexpr int K = Form::amplitudes, P = K + 1;
    V mean{}, total{};
    for (int i = 0; i < n; ++i) mean += y[i];
    mean /= count;
    for (int i = 0; i < n; ++i) {
        const V deviation = choose<V>(count > splat<V>(i), y[i] - mean, V{});
        total += deviation * deviation;
    }
    const V squares = m.at.sum_of_squares, freedom = count - P;
    const V nan = splat<V>(std::numeric_limits<double>::quiet_NaN());
    const V infinite = splat<V>(std::numeric_limits<double>::infinity());
    const V variance = choose<V>(freedom > 0, squares / freedom, nan);
    const V known = 1 / m.at.curvature;
    V value[P], error[P];
    // The last step is short: its exponential is a parabola.
    value[0] = exp_of(m.log_time) * (1 + m.step * (1 + m.step / 2));
    const V relative = root(variance * known);
    error[0] = value[0] * relative;
    value[1] = (task.search_signs ? magnitude(m.at.amplitude[0]) : m.at.amplitude[0]) * scale;
    const V c0 = m.at.carried[0];
    V variance00 = 1 / m.at.norm[0] + c0 * c0 * known;
    if constexpr (K == 2) {
        const V c1 = m.at.carried[1], inverse = 1 / m.at.norm[1];
        variance00 += m.at.mixing * m.at.mixing * inverse;
        const V variance11 = inverse + c1 * c1 * known, variance01 = c0 * c1 * known - m.at.mixing * inverse;
        const V ratio = m.at.amplitude[1] / m.at.amplitude[0];
        value[2] = ratio - 1;
        const V spread = variance11 - 2 * ratio * variance01 + ratio * ratio * variance00;
        error[2] = root(variance * largest(spread, V{})) / magnitude(m.at.amplitude[0]);
    }
    error[1] = root(variance * variance00) * scale;

    Mask outside{}, unknown = relative > splat<V>(task.largest_relative_error);
    for (int p = 0; p < P; ++p) {
        outside |= ~((value[p] > splat<V>(task.lower[p])) & (value[p] < splat<V>(task.upper[p])));
        unknown |= (freedom > 0) & ~(error[p] < infinite);
    }
    Mask verdict = unknown ? Mask{} + OUTSIDE_RANGE : Mask{};
    verdict = (outside | m.at_bound) != 0 ? Mask{} + AT_BOUND : verdict;
    verdict = m.converged != 0 ? verdict : Mask{} + NOT_CONVERGED;
    const Mask fitted = status == OK;
    status = fitted ? verdict : status;
    const Mask good = status == OK;
    for (int p = 0; p < P; ++p) {
        store(results.values[p] + at, choose<V>(good, value[p], nan));
        store(results.errors[p] + at, choose<V>(good, error[p], nan));
    }
    store(results.residual + at, choose<V>(fitted, root(squares / count) * scale, nan));
    store(results.r_squared + at, choose<V>(fitted, 1 - squares / total, nan));
    ScalarOf<Mask> lanes[W];
    __builtin_memcpy(lanes, &status, sizeof(Mask));
    for (int lane = 0; lane < W; ++lane) results.status[at + lane] = static_cast<std::uint8_t>(lanes[lane]);
}

// A signal in single precision is done; one in double precision goes on from there.
template <class Form>
void finish(Minimum<F, Form::amplitudes> &to, const Minimum<F, Form::amplitudes> &found, const Task &, int, const F *,
            F, F, F, FMask, bool) {
    to = found;
}
template <class Form>
void finish(Minimum<D, Form::amplitudes> &to, const Minimum<F, Form::amplitudes> &found, const Task &task, int n,
            const D *y, D count, D first, D last, DMask wanted, bool truncated) {
    const Columns<double> columns = {task.columns[0], task.columns[1], task.columns[2]};
    const D start = clamped(widened(found.log_time) + widened(found.step), first, last);
    if (truncated) {
        if constexpr (!Form::constant_first)
            to = minimise<Form, D, true>(columns, n, y, count, start, first, last, wanted);
    } else {
        to = minimise<Form, D, false>(columns, n, y, count, start, first, last, wanted);
    }
    to.converged &= __builtin_convertvector(found.converged, DMask);
}

#ifdef RELAXO_DOUBLE
using S = double;
#else
using S = float;
#endif

// Fit LANES voxels from `from` on. The answer is how many of them are negative.
template <class Form>
int fit_lanes(const Task &task, const Block &block, std::int64_t from, int lanes, Results &results, int at) {
    using V = typename std::conditional<sizeof(S) == 8, D, F>::type;
    using Mask = MaskOf<V>;
    constexpr int K = Form::amplitudes;
    const int n = task.images - task.skipped;
    const Columns<float> columns = {task.single_columns[0], task.single_columns[1], task.single_columns[2]};
    const S *signal = static_cast<const S *>(block.signal) + from;

    V y[MOST_POINTS], sum{};
    for (int image = 0; image < task.images; ++image) {
        V row{};
        const S *place = signal + image * block.stride;
        if (lanes == W)
            __builtin_memcpy(&row, place, sizeof(V));
        else
            for (int lane = 0; lane < lanes; ++lane) row[lane] = place[lane];
        // A number less itself is zero, unless it is not finite.
        sum += row - row;
        if (image >= task.skipped) y[image - task.skipped] = row;
    }
    const Mask finite = sum == 0;
    V high = finite ? y[0] : V{};
    V low = high;
    for (int i = 0; i < n; ++i) {
        y[i] = finite ? y[i] : V{};
        high = largest(high, y[i]);
        low = smallest(low, y[i]);
    }
    if (task.is_magnitude) {
        const Mask negative = low < 0;
        if (any(negative)) {
            int count = 0;
            for (int lane = 0; lane < lanes; ++lane) count -= static_cast<int>(negative[lane]);
            if (count) return count;
        }
    }
    const V peak = largest(high, -low), floor = splat<V>(task.floor);
    V count{};
    if (task.truncate) {
        Mask above = Mask{} - 1;
        for (int i = 0; i < n; ++i) {
            above &= y[i] >= floor;
            count = choose<V>(above, count + 1, count);
        }
    } else {
        count = choose<V>(peak >= floor, splat<V>(n), count);
    }
    const Mask truncated = count < splat<V>(n);
    const V needed = choose<V>(truncated, splat<V>(K + 1 + task.least_freedom), splat<V>(K + 1));
    Mask status = count < needed ? Mask{} + BELOW_NOISE : Mask{};
    status = high >= splat<V>(task.clip_level) ? Mask{} + CLIPPED : status;
    status = high == low ? Mask{} + CONSTANT : status;
    status = finite ? status : Mask{} + NOT_FINITE;
    const Mask wanted = status == OK;

    // Divided by a power of two, which costs no digit: no square of any unit overflows.
    constexpr ScalarOf<Mask> EXPONENT = sizeof(S) == 8 ? 0x7ff0000000000000 : 0x7f800000;
    V scale = (V)((Mask)peak & EXPONENT);
    scale = choose<V>(wanted & (scale > 0), scale, splat<V>(1));
    const V inverse = 1 / scale;
    const bool some_truncated = task.truncate && any(truncated & wanted);
    for (int i = 0; i < n; ++i) {
        y[i] *= inverse;
        if (some_truncated) y[i] = choose<V>(count > splat<V>(i), y[i], V{});
    }
    Minimum<V, K> minimum{};
    if (any(wanted)) {
        const V first = splat<V>(task.log_lower), last = splat<V>(task.log_upper);
        F single[MOST_POINTS];
        for (int i = 0; i < n; ++i) single[i] = __builtin_convertvector(y[i], F);
        const FMask want = __builtin_convertvector(wanted, FMask);
        const F first_f = __builtin_convertvector(first, F), last_f = __builtin_convertvector(last, F);
        const F count_f = __builtin_convertvector(count, F);
        Minimum<F, K> found{};
        if (task.search_signs) {
            FMask turned{};
            found = search_signs<Form>(task, columns, n, single, first_f, last_f, want, turned);
            flip<V>(y, y, n, __builtin_convertvector(turned, Mask));
        } else {
            const FMask points = __builtin_convertvector(choose<F>(want, count_f, splat<F>(n)), FMask);
            const F start = best_start<K>(task, n, single, points, some_truncated).log_time;
            if (some_truncated) {
                if constexpr (!Form::constant_first)
                    found = minimise<Form, F, true>(columns, n, single, count_f, start, first_f, last_f, want);
            } else {
                found = minimise<Form, F, false>(columns, n, single, count_f, start, first_f, last_f, want);
            }
        }
        finish<Form>(minimum, found, task, n, y, count, first, last, wanted, some_truncated);
    }
    conclude<Form, V>(task, results, at, n, minimum, y, count, scale, status);
    return 0;
}

template <class Form> std::int64_t fit_block(const Task &task, const Block &block) {
    std::int64_t negative = 0;
    Results results;
    for (std::int64_t from = 0; from < block.voxels; from += WAITING) {
        const int voxels = block.voxels - from < WAITING ? static_cast<int>(block.voxels - from) : WAITING;
        for (int at = 0; at < voxels; at += W) {
            const int lanes = voxels - at < W ? voxels - at : W;
            negative += fit_lanes<Form>(task, block, from + at, lanes, results, at);
        }
        write_out(block, results, Form::amplitudes + 1, from, voxels);
    }
    return negative;
}

}  // namespace

std::int64_t run(const Task *task, const Block *block) {
    switch (task->form) {
        case DECAY: return fit_block<Decay>(*task, *block);
        case RECOVERY: return fit_block<Recovery>(*task, *block);
        case INVERSION: return fit_block<Inversion>(*task, *block);
        case REPEATED_INVERSION: return fit_block<RepeatedInversion>(*task, *block);
        case SPOILED: return fit_block<Spoiled>(*task, *block);
        default: return -1;
    }
}

}  // namespace RELAXO_VARIANT
