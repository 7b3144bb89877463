// Where the minimum of every voxel is to be sought, from tables that all voxels share.
//
// The range of the time constant is cut into cells. What a time constant explains of a signal is a sum of squares of
// projections on the orthonormal functions that vary with it. It is scored at the centre of every cell, with every sign
// that the signal may have; and in a cell that is chosen the projections are polynomials of the logarithm of the time
// constant, whose coefficients are as linear in the signal as the projections are: the minimum is where their squares peak,
// and is known there to some millionths.
#pragma once

#include "batch.hpp"
#include "minimise.hpp"

namespace RELAXO_VARIANT {
namespace {

// As in relaxo/fitting/compiled.py: polynomials of the seventh degree; at most 32 cells, scored TILE at a time.
constexpr int COEFFICIENTS = 8, CELL_BITS = 5, TILE = 4;
// As many as there are registers for, where that suits.
constexpr int WIDE_TILE = 12;
constexpr int MOST_CELLS = 1 << CELL_BITS;
// Newton's steps in a cell.
constexpr int CLIMBS = 4;

// Signals that are candidates for the best: a voxel and how many of its leading points are turned over; then where the
// best lies, what it explains, and the curvature of the cost there.
constexpr int MOST_CANDIDATES = 2048;
struct Candidates {
    alignas(64) std::int32_t voxel[MOST_CANDIDATES], pattern[MOST_CANDIDATES];
    alignas(64) float log_time[MOST_CANDIDATES], score[MOST_CANDIDATES], bend[MOST_CANDIDATES];
};

inline int cell_of(float packed) {
    std::int32_t bits;
    __builtin_memcpy(&bits, &packed, sizeof(bits));
    return bits & (MOST_CELLS - 1);
}

// Score LANES signals at the centre of every cell, with 0 to `patterns - 1` of their leading points turned over. What the
// best cell explains goes to `tops`, on top of what the `base` of each pattern has; its last bits are the cell.
template <class Form, bool Truncated, int TILE>
STAGE void score_patterns(const Task &task, int n, int patterns, const F *y, const F *base, FMask count, F *tops) {
    constexpr int J = Form::varying;
    const FMask rest = FMask{} - MOST_CELLS;
    for (int m = 0; m < patterns; ++m) tops[m] = F{};
    for (int from = 0; from < task.cells; from += TILE) {
        F p[J][TILE]{};
        for (int i = 0; i < n; ++i)
            for (int k = 0; k < J; ++k)
                for (int c = 0; c < TILE; ++c) p[k][c] += y[i] * task.centres[(i * J + k) * task.cells + from + c];
        F inverse[TILE];
        if constexpr (Truncated)
            for (int c = 0; c < TILE; ++c) inverse[c] = gather(task.inverse_norms + from + c, count * task.cells);
        for (int m = 0; m < patterns; ++m) {
            const F twice = 2 * y[m];
            F top = tops[m];
            for (int c = 0; c < TILE; ++c) {
                F score = base[m];
                for (int k = 0; k < J; ++k) {
                    if constexpr (Truncated)
                        score += p[k][c] * p[k][c] * inverse[c];
                    else
                        score += p[k][c] * p[k][c];
                    // Turning one more point over changes every projection by twice its share.
                    p[k][c] -= twice * task.centres[(m * J + k) * task.cells + from + c];
                }
                top = largest((F)(((FMask)score & rest) | (from + c)), top);
            }
            tops[m] = top;
        }
    }
}

// Score LANES signals at the centre of every cell.
template <class Form, bool Truncated>
STAGE void score_cells(const Task &task, int n, const F *y, FMask count, F *scores) {
    constexpr int J = Form::varying;
    for (int cell = 0; cell < task.cells; ++cell) {
        scores[cell] = F{};
        for (int k = 0; k < J; ++k) {
            F p{};
            for (int i = 0; i < n; ++i) p += y[i] * task.centres[(i * J + k) * task.cells + cell];
            scores[cell] += p * p;
        }
        if constexpr (Truncated) scores[cell] *= gather(task.inverse_norms + cell, count * task.cells);
    }
}

// What the constant function explains of every pattern.
template <class Form> STAGE void score_constant(int n, int patterns, const F *y, F *base) {
    F sum{};
    for (int i = 0; i < n; ++i) sum += y[i];
    for (int m = 0; m < patterns; ++m) {
        base[m] = Form::constant_first ? sum * sum * (1.0f / static_cast<float>(n)) : F{};
        sum -= 2 * y[m];
    }
}

// Where sums of squares of polynomials peak, how high, and how they bend there; U times LANES of them.
template <int U> struct Peaks {
    F place[U], score[U], bend[U];
};
template <int J, int U> using Coefficients = F[J][COEFFICIENTS][U];

// Climb to the peaks on [-1, 1]: Newton's steps, the first of them from the middle.
template <int J, int U> STAGE Peaks<U> climb(const Coefficients<J, U> &c) {
    const F tiny = splat<F>(std::numeric_limits<float>::min());
    Peaks<U> peak;
    for (int u = 0; u < U; ++u) peak.place[u] = F{};
    for (int iteration = 0; iteration < CLIMBS; ++iteration) {
        F score[U]{}, slope[U]{}, bend[U]{}, squares[U]{};
        for (int k = 0; k < J; ++k) {
            F p[U], first[U], second[U];
            for (int u = 0; u < U; ++u) {
                p[u] = c[k][0][u];
                first[u] = c[k][1][u];
                second[u] = c[k][2][u];
            }
            if (iteration > 0) {
                for (int u = 0; u < U; ++u) {
                    p[u] = c[k][COEFFICIENTS - 1][u];
                    first[u] = second[u] = F{};
                }
                for (int d = COEFFICIENTS - 2; d >= 0; --d)
                    for (int u = 0; u < U; ++u) {
                        second[u] = second[u] * peak.place[u] + first[u];
                        first[u] = first[u] * peak.place[u] + p[u];
                        p[u] = p[u] * peak.place[u] + c[k][d][u];
                    }
            }
            for (int u = 0; u < U; ++u) {
                score[u] += p[u] * p[u];
                slope[u] += p[u] * first[u];
                bend[u] += 2 * p[u] * second[u];
                squares[u] += first[u] * first[u];
            }
        }
        for (int u = 0; u < U; ++u) {
            // Of one projection, Newton seeks the peak itself, not that of its square: its slope is straighter.
            const F steepness = J == 1 ? bend[u] : bend[u] + squares[u];
            const F there = clamped(peak.place[u] - slope[u] / smallest(steepness, -tiny), splat<F>(-1), splat<F>(1));
            const F way = there - peak.place[u];
            bend[u] += squares[u];
            peak.place[u] = there;
            peak.score[u] = score[u] + way * (2 * slope[u] + bend[u] * way);
            peak.bend[u] = -bend[u];
        }
    }
    return peak;
}

// What is left of a projection where points are left out counts more: polynomials times the root of the inverse norm.
template <int U> inline void enlarge(const Task &task, int cell, const FMask (&count)[U], Coefficients<1, U> &coefficient) {
    const float *table = task.enlargement + cell * COEFFICIENTS;
    for (int u = 0; u < U; ++u) {
        F product[COEFFICIENTS]{};
        for (int d = 0; d < COEFFICIENTS; ++d) {
            const F factor = gather(table + d, count[u] * (task.cells * COEFFICIENTS));
            for (int e = 0; d + e < COEFFICIENTS; ++e) product[d + e] += factor * coefficient[0][e][u];
        }
        for (int d = 0; d < COEFFICIENTS; ++d) coefficient[0][d][u] = product[d];
    }
}

// Find the peaks of up to U times LANES candidates that are in one cell; those that are missing repeat the last.
template <class Form, int U>
STAGE void refine_lanes(const Task &task, const Batch &batch, int cell, const std::uint16_t *places, int count,
                         Candidates &candidates) {
    constexpr int J = Form::varying;
    const int n = batch.points;
    F y[U][MOST_POINTS];
    FMask counted[U];
    int place[U][W];
    for (int u = 0; u < U; ++u) {
        int voxel[W], pattern[W];
        for (int lane = 0; lane < W; ++lane) {
            place[u][lane] = places[u * W + lane < count ? u * W + lane : count - 1];
            voxel[lane] = candidates.voxel[place[u][lane]];
            pattern[lane] = candidates.pattern[place[u][lane]];
        }
        batch.gather_signals(voxel, pattern, y[u]);
        if (batch.some_truncated)
            for (int lane = 0; lane < W; ++lane) counted[u][lane] = static_cast<int>(batch.count[voxel[lane]]);
    }
    Coefficients<J, U> coefficient;
    const float *table = task.polynomials + static_cast<std::ptrdiff_t>(cell) * n * J * COEFFICIENTS;
    // Half of the coefficients at a time: no more sums than registers.
    constexpr int HALF = (COEFFICIENTS + 1) / 2;
    for (int k = 0; k < J; ++k)
        for (int half = 0; half < 2; ++half) {
            F sum[HALF][U]{};
            for (int i = 0; i < n; ++i)
                for (int d = 0; d < HALF; ++d)
                    for (int u = 0; u < U; ++u)
                        sum[d][u] += y[u][i] * table[(i * J + k) * COEFFICIENTS + half * (COEFFICIENTS - HALF) + d];
            for (int d = 0; d < HALF; ++d)
                for (int u = 0; u < U; ++u) coefficient[k][half * (COEFFICIENTS - HALF) + d][u] = sum[d][u];
        }
    if constexpr (J == 1)
        if (batch.some_truncated) enlarge<U>(task, cell, counted, coefficient);
    const Peaks<U> peak = climb<J, U>(coefficient);
    const F middle = splat<F>(task.first_centre + cell * task.cell_width);
    const auto reach = static_cast<float>(task.cell_reach);
    for (int u = 0; u < U; ++u) {
        F score = peak.score[u];
        if constexpr (Form::constant_first) {
            F sum{};
            for (int i = 0; i < n; ++i) sum += y[u][i];
            score += sum * sum * (1.0f / static_cast<float>(n));
        }
        float log_times[W], scores[W], bends[W];
        store_lanes<F>(log_times, middle + peak.place[u] * reach);
        store_lanes<F>(scores, score);
        store_lanes<F>(bends, peak.bend[u] * (1 / (reach * reach)));
        for (int lane = 0; lane < W; ++lane) {
            candidates.log_time[place[u][lane]] = log_times[lane];
            candidates.score[place[u][lane]] = scores[lane];
            candidates.bend[place[u][lane]] = bends[lane];
        }
    }
}

// Candidates wait, cell by cell, until there are enough of them to be refined side by side: they share a table then.
template <class Form> class Queues {
public:
    Queues(const Task &task, const Batch &batch, Candidates &candidates) : task_(task), batch_(batch), candidates_(candidates) {}

    // Nothing happens where the cell is MOST_CELLS: a branch for each would often be guessed wrong.
    void put(int cell, int place) {
        const int length = lengths_[cell];
        places_[cell][length] = static_cast<std::uint16_t>(place);
        lengths_[cell] = length + (cell < MOST_CELLS);
        if (length == DEPTH - 1) flush(cell);
    }
    void finish() {
        for (int cell = 0; cell < task_.cells; ++cell)
            if (lengths_[cell]) flush(cell);
    }

private:
    static constexpr int DEPTH = 2 * W;

    void flush(int cell) {
        if (lengths_[cell] > W)
            refine_lanes<Form, 2>(task_, batch_, cell, places_[cell], lengths_[cell], candidates_);
        else
            refine_lanes<Form, 1>(task_, batch_, cell, places_[cell], lengths_[cell], candidates_);
        lengths_[cell] = 0;
    }

    const Task &task_;
    const Batch &batch_;
    Candidates &candidates_;
    std::uint16_t places_[MOST_CELLS + 1][DEPTH];
    int lengths_[MOST_CELLS + 1]{};
};

}  // namespace
}  // namespace RELAXO_VARIANT
