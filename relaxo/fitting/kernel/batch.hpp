// The voxels that are worked on together: their signals, side by side, and what is known of each before it is fitted.
#pragma once

#include "kernel.h"
#include "vectors.hpp"

namespace RELAXO_VARIANT {
namespace {

#ifdef RELAXO_DOUBLE
using S = double;
using V = D;
#else
using S = float;
using V = F;
#endif
using Mask = MaskOf<V>;

// Numbers of all signals of a batch, and its most voxels: few enough for the first-level cache.
constexpr int ROOM = 8192, MOST_VOXELS = 256;

// LANES voxels after LANES voxels, each point after point: what is fitted side by side lies together.
struct Batch {
    alignas(64) S y[ROOM];
    // Voxel after voxel, `pitch` numbers each, for those that are fitted side by side with others than their neighbours.
    alignas(64) float rows[ROOM];
#ifdef RELAXO_DOUBLE
    alignas(64) float rounded[ROOM];
#endif
    // Not 0 where an image that is not fitted is not finite.
    alignas(64) S defect[MOST_VOXELS];
    alignas(64) S count[MOST_VOXELS], scale[MOST_VOXELS];
    alignas(64) ScalarOf<Mask> status[MOST_VOXELS];
    alignas(64) float total[MOST_VOXELS];  // sum of squares
    // To turn over the sign of the first 0, 1, 2 ... points of a row.
    alignas(64) std::int32_t signs[(MOST_POINTS + 1) * MOST_POINTS];
    int points, pitch, stride, voxels;
    bool some_truncated;

    explicit Batch(int n)
        : points(n), pitch((n + W - 1) / W * W), stride(ROOM / pitch < MOST_VOXELS ? ROOM / pitch / W * W : MOST_VOXELS) {
        for (int turned = 0; turned <= n; ++turned)
            for (int i = 0; i < pitch; ++i) signs[turned * pitch + i] = i < turned ? SIGN : 0;
    }

    // The signals of LANES voxels from `at` on, in the precision that they are fitted in and in single precision.
    const V *signals(int at) const { return reinterpret_cast<const V *>(y + at * points); }
    const F *single_signals(int at) const {
#ifdef RELAXO_DOUBLE
        return reinterpret_cast<const F *>(rounded + at * points);
#else
        return signals(at);
#endif
    }
    // The same of any LANES voxels with leading points turned over; there must be room for `pitch` points.
    STAGE void gather_signals(const int *voxel, const int *turned, F *to) const {
        for (int i = 0; i < pitch; i += W) {
            F block[W];
            for (int lane = 0; lane < W; ++lane)
                block[lane] = (F)(load<FMask>((const std::int32_t *)rows + voxel[lane] * pitch + i) ^
                                  load<FMask>(signs + turned[lane] * pitch + i));
            transpose(block);
            for (int row = 0; row < W; ++row) to[i + row] = block[row];
        }
    }
    Mask wanted(int at) const { return load<Mask>(status + at) == OK; }
};

// How many points of each voxel count, one after the other: what is given, or else what is found.
struct Counts {
    std::uint8_t *of;
    bool are_given;
};

// What is left of magnitudes once the mean that noise gave them is taken out, as relaxo/models/floor.py does.
inline V without_noise(V magnitude, V sigma) {
    return root(largest((magnitude - sigma) * (magnitude + sigma), V{}));
}

// How many of LANES signals come before the first point below the floor.
inline V points_above(int points, const V *y, V floor) {
    Mask above = Mask{} - 1, count{};
    for (int i = 0; i < points; ++i) {
        above &= y[i] >= floor;
        count -= above;
    }
    return __builtin_convertvector(count, V);
}

// How many points of LANES voxels count.
inline V count_points(const Task &task, int points, const V *y, V floor, V peak, const Counts &counts, int at) {
    if (!task.truncate) return choose<V>(peak >= floor, splat<V>(points), V{});
    V count;
    if (counts.are_given)
        for (int lane = 0; lane < W; ++lane) count[lane] = counts.of[at + lane];
    else {
        count = points_above(points, y, floor);
        if (counts.of)
            for (int lane = 0; lane < W; ++lane) counts.of[at + lane] = static_cast<std::uint8_t>(count[lane]);
    }
    return count;
}

// The status of LANES voxels before a fit; all numbers are as scaled.
inline Mask judge(const Task &task, int points, int parameters, V count, Mask finite, V low, V high, V clip_level) {
    const Mask truncated = count < splat<V>(points);
    const V needed = choose<V>(truncated, splat<V>(parameters + task.least_freedom), splat<V>(parameters));
    Mask status = count < needed ? Mask{} + BELOW_NOISE : Mask{};
    status = high >= clip_level ? Mask{} + CLIPPED : status;
    status = high == low ? Mask{} + CONSTANT : status;
    return finite ? status : Mask{} + NOT_FINITE;
}

// Read the voxels of a batch from `from` on, image after image: a line of memory is looked at once, even where all images lie
// alike in the cache.
STAGE void read_signals(const Task &task, const Block &block, std::int64_t from, Batch &batch) {
    const int points = batch.points, whole = batch.voxels / W * W;
    for (int at = 0; at < batch.stride; ++at) batch.defect[at] = 0;
    for (int image = 0; image < task.images; ++image) {
        const S *signal = static_cast<const S *>(block.signal) + image * block.stride + from;
        const int point = image - task.skipped;
        const auto keep = [&](int at, V row) {
            if (point >= 0)
                store_lanes(batch.y + at * points + point * W, row);
            else
                store_lanes(batch.defect + at, load<V>(batch.defect + at) + (row - row));
        };
        for (int at = 0; at < whole; at += W) {
            __builtin_prefetch(signal + at + batch.stride);
            keep(at, load<V>(signal + at));
        }
        if (whole < batch.voxels) {
            V row{};
            for (int lane = 0; whole + lane < batch.voxels; ++lane) row[lane] = signal[whole + lane];
            keep(whole, row);
        }
    }
}

// Scale and judge the LANES signals at `at`. The answer is how many of them are negative.
STAGE int prepare(const Task &task, int parameters, const Counts &counts, Batch &batch, int at) {
    const int points = batch.points;
    V *y = reinterpret_cast<V *>(batch.y + at * points);
    V defect = load<V>(batch.defect + at), high = y[0], low = y[0];
    // A number less itself is zero, unless it is not finite.
    for (int i = 0; i < points; ++i) {
        defect += y[i] - y[i];
        high = largest(high, y[i]);
        low = smallest(low, y[i]);
    }
    const Mask finite = defect == 0;
    if (any(~finite)) {
        for (int i = 0; i < points; ++i) y[i] = finite ? y[i] : V{};
        high = low = y[0];
        for (int i = 1; i < points; ++i) {
            high = largest(high, y[i]);
            low = smallest(low, y[i]);
        }
    }
    if (task.is_magnitude && any(low < 0)) {
        int found = 0;
        for (int lane = 0; lane < W; ++lane) found += low[lane] < 0;
        store_lanes(batch.status + at, Mask{} + NOT_FINITE);
        return found;
    }
    // Divided by a power of two, which costs no digit: no square of any unit overflows.
    constexpr ScalarOf<Mask> EXPONENT = sizeof(S) == 8 ? 0x7ff0000000000000 : 0x7f800000;
    V scale = (V)((Mask)largest(high, -low) & EXPONENT);
    scale = choose<V>(scale > 0, scale, splat<V>(1));
    const V inverse = 1 / scale;
    for (int i = 0; i < points; ++i) y[i] *= inverse;
    high *= inverse;
    low *= inverse;
    if (task.sigma > 0) {
        const V sigma = splat<V>(task.sigma) * inverse;
        for (int i = 0; i < points; ++i) y[i] = without_noise(y[i], sigma);
        high = without_noise(high, sigma);
        low = without_noise(low, sigma);
    }
    const V floor = splat<V>(task.floor) * inverse;
    const V count = count_points(task, points, y, floor, largest(high, -low), counts, at);
    const Mask status = judge(task, points, parameters, count, finite, low, high, splat<V>(task.clip_level) * inverse);
    if (task.truncate && any((count < splat<V>(points)) & (status == OK))) {
        batch.some_truncated = true;
        for (int i = 0; i < points; ++i) y[i] = choose<V>(count > splat<V>(i), y[i], V{});
    }
#ifdef RELAXO_DOUBLE
    for (int i = 0; i < points; ++i) store_lanes(batch.rounded + at * points + i * W, narrowed(y[i]));
#endif
    const F *single = batch.single_signals(at);
    F total{};
    for (int i = 0; i < batch.pitch; i += W) {
        F block[W];
        for (int row = 0; row < W; ++row) {
            block[row] = i + row < points ? single[i + row] : F{};
            total += block[row] * block[row];
        }
        transpose(block);
        for (int lane = 0; lane < W; ++lane) store_lanes(batch.rows + (at + lane) * batch.pitch + i, block[lane]);
    }
    store_lanes(batch.count + at, count);
    store_lanes(batch.scale + at, scale);
    store_lanes(batch.status + at, status);
    store_lanes(batch.total + at, total);
    return 0;
}

}  // namespace
}  // namespace RELAXO_VARIANT
