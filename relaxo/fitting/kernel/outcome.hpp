// From a minimum to parameters, errors and a status, and from there into the maps.
#pragma once

#include <cstddef>

#include "minimise.hpp"

namespace RELAXO_VARIANT {
namespace {

// What is known of LANES voxels in the end, P parameters each.
template <class V, int P> struct Outcome {
    V value[P], error[P], residual, r_squared;
    MaskOf<V> status;
};

// `status` says what was known before the fit; `scale` what the signal was divided by.
template <class Form, class V>
STAGE Outcome<V, Form::amplitudes + 1> conclude(const Task &task, int n, const Minimum<V, Form::amplitudes> &m, const V *y,
                                                 V count, V scale, MaskOf<V> status) {
    using Mask = MaskOf<V>;
    constexpr int K = Form::amplitudes, P = K + 1;
    V mean{}, total{};
    for (int i = 0; i < n; ++i) mean += y[i];
    mean /= count;
    for (int i = 0; i < n; ++i) total += (y[i] - mean) * (y[i] - mean);
    // Points that do not count are 0.
    total -= (splat<V>(n) - count) * mean * mean;
    const V squares = m.at.sum_of_squares, freedom = count - P;
    const V nan = splat<V>(std::numeric_limits<double>::quiet_NaN());
    const V infinite = splat<V>(std::numeric_limits<double>::infinity());
    const V variance = choose<V>(freedom > 0, squares / freedom, nan);
    const V known = 1 / m.at.curvature;
    Outcome<V, P> o;
    V *value = o.value, *error = o.error;
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
    o.status = fitted ? verdict : status;
    const Mask good = o.status == OK;
    for (int p = 0; p < P; ++p) {
        value[p] = choose<V>(good, value[p], nan);
        error[p] = choose<V>(good, error[p], nan);
    }
    o.residual = choose<V>(fitted, root(squares / count) * scale, nan);
    o.r_squared = choose<V>(fitted, 1 - squares / total, nan);
    return o;
}

template <class V> inline void store(double *to, V value) {
    ScalarOf<V> lanes[W];
    __builtin_memcpy(lanes, &value, sizeof(V));
    for (int lane = 0; lane < W; ++lane) to[lane] = lanes[lane];
}

// Results wait here until there are enough of them: all maps lie alike in the cache, and writing a little to each in turn
// would drive them out of it.
constexpr int WAITING = 128;
struct Results {
    alignas(64) double values[3][WAITING], errors[3][WAITING], residual[WAITING], r_squared[WAITING];
    std::uint8_t status[WAITING];

    template <class V, int P> STAGE void put(int at, const Outcome<V, P> &o) {
        for (int p = 0; p < P; ++p) {
            store(values[p] + at, o.value[p]);
            store(errors[p] + at, o.error[p]);
        }
        store(residual + at, o.residual);
        store(r_squared + at, o.r_squared);
        ScalarOf<MaskOf<V>> lanes[W];
        __builtin_memcpy(lanes, &o.status, sizeof(o.status));
        for (int lane = 0; lane < W; ++lane) status[at + lane] = static_cast<std::uint8_t>(lanes[lane]);
    }
};

// Where voxel `at` of a block belongs in the maps.
inline std::int64_t place_of(const Block &block, std::int64_t at) { return block.place ? block.place[at] : block.first + at; }

// Write results in the order of the voxels, the first of which is `from`.
STAGE void write_out(const Block &block, const Results &results, int parameters, std::int64_t from, int voxels) {
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

// Write the result that waits at `at` over that of a voxel.
inline void write_one(const Block &block, const Results &results, int parameters, std::int64_t voxel, int at) {
    const std::int64_t to = place_of(block, voxel);
    for (int p = 0; p < parameters; ++p) {
        block.values[p][to] = results.values[p][at];
        block.errors[p][to] = results.errors[p][at];
    }
    block.residual[to] = results.residual[at];
    block.r_squared[to] = results.r_squared[at];
    block.status[to] = results.status[at];
}

}  // namespace
}  // namespace RELAXO_VARIANT
