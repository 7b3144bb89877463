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

// What is known of LANES voxels before a fit.
struct Before {
    Mask status;
    V count, scale;
};

// Judge LANES signals, which are 0 where they are not finite.
inline Before judge(const Task &task, int points, int parameters, const V *y, Mask finite, V low, V high) {
    const V peak = largest(high, -low), floor = splat<V>(task.floor);
    Before b;
    b.count = V{};
    if (task.truncate) {
        Mask above = Mask{} - 1;
        for (int i = 0; i < points; ++i) {
            above &= y[i] >= floor;
            b.count = choose<V>(above, b.count + 1, b.count);
        }
    } else {
        b.count = choose<V>(peak >= floor, splat<V>(points), b.count);
    }
    const Mask truncated = b.count < splat<V>(points);
    const V needed = choose<V>(truncated, splat<V>(parameters + task.least_freedom), splat<V>(parameters));
    b.status = b.count < needed ? Mask{} + BELOW_NOISE : Mask{};
    b.status = high >= splat<V>(task.clip_level) ? Mask{} + CLIPPED : b.status;
    b.status = high == low ? Mask{} + CONSTANT : b.status;
    b.status = finite ? b.status : Mask{} + NOT_FINITE;
    // Divided by a power of two, which costs no digit: no square of any unit overflows.
    constexpr ScalarOf<Mask> EXPONENT = sizeof(S) == 8 ? 0x7ff0000000000000 : 0x7f800000;
    b.scale = (V)((Mask)peak & EXPONENT);
    b.scale = choose<V>((b.status == OK) & (b.scale > 0), b.scale, splat<V>(1));
    return b;
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

// Judge and scale the LANES signals at `at`. The answer is how many of them are negative.
STAGE int prepare(const Task &task, int parameters, Batch &batch, int at) {
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
    const Before before = judge(task, points, parameters, y, finite, low, high);
    const bool truncated = task.truncate && any((before.count < splat<V>(points)) & (before.status == OK));
    batch.some_truncated |= truncated;
    const V inverse = 1 / before.scale;
    F total{}, single[MOST_POINTS];
    for (int i = 0; i < points; ++i) {
        y[i] *= inverse;
        if (truncated) y[i] = choose<V>(before.count > splat<V>(i), y[i], V{});
        single[i] = __builtin_convertvector(y[i], F);
#ifdef RELAXO_DOUBLE
        store_lanes(batch.rounded + at * points + i * W, single[i]);
#endif
        total += single[i] * single[i];
    }
    for (int i = points; i < batch.pitch; ++i) single[i] = F{};
    for (int i = 0; i < batch.pitch; i += W) {
        F block[W];
        for (int row = 0; row < W; ++row) block[row] = single[i + row];
        transpose(block);
        for (int lane = 0; lane < W; ++lane) store_lanes(batch.rows + (at + lane) * batch.pitch + i, block[lane]);
    }
    store_lanes(batch.count + at, before.count);
    store_lanes(batch.scale + at, before.scale);
    store_lanes(batch.status + at, before.status);
    store_lanes(batch.total + at, total);
    return 0;
}

}  // namespace
}  // namespace RELAXO_VARIANT
