// The minimum of LANES voxels, reached step by step from anywhere.
#pragma once

#include "kernel.h"
#include "projection.hpp"

namespace RELAXO_VARIANT {
namespace {

constexpr int MOST_STEPS = 60;
// As in relaxo/fitting/separable.py.
constexpr double TOLERANCE = 1e-6, LEAST_BEND = 0.02, MARGIN = 1e-5;
// The last step is taken without another look where it is shorter than this.
constexpr float LAST_STEP = 5e-5f;
constexpr float LONGEST_STEP = 0.6f;

template <class V, int K> struct Minimum {
    Projection<V, K> at;
    V log_time;      // where `at` was computed,
    V step;          // and what is still to go
    MaskOf<V> converged, at_bound;
};

// Whether a minimum so near to the ends of the range lies at a bound.
template <class V> inline MaskOf<V> at_end(V end, V low, V high) {
    return (end < low + ScalarOf<V>(MARGIN)) | (end > high - ScalarOf<V>(MARGIN));
}

// Whether the parameters lie within their bounds; the sign of the first amplitude is free where signs are searched.
template <class V> inline MaskOf<V> possible(const Task &, const Minimum<V, 1> &m) { return ~m.at_bound; }
template <class V> inline MaskOf<V> possible(const Task &task, const Minimum<V, 2> &m) {
    const V ratio = m.at.amplitude[1] / m.at.amplitude[0] - 1;
    return ~m.at_bound & (ratio > splat<V>(task.lower[2])) & (ratio < splat<V>(task.upper[2]));
}

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
    m.at_bound = at_end(m.log_time + m.step, end_low, end_high);
    return m;
}

}  // namespace
}  // namespace RELAXO_VARIANT
