// Vectors of LANES numbers, one voxel a lane, and the few functions on them that the compiler does not bring.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#ifdef __SSE2__
#include <immintrin.h>
#endif

// Clang's name for a shuffle, which GCC has from version 12 on; before, it has one of its own.
#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define RELAXO_SHUFFLEVECTOR
#endif
#endif

// The passes of a fit are compiled one by one: in one piece they want more registers than there are.
#define STAGE __attribute__((noinline))

#ifndef LANES
#error "LANES says how many voxels are fitted side by side"
#endif

namespace RELAXO_VARIANT {

constexpr int W = LANES;
typedef float F __attribute__((vector_size(4 * W)));
typedef std::int32_t FMask __attribute__((vector_size(4 * W)));
typedef double D __attribute__((vector_size(8 * W)));
typedef std::int64_t DMask __attribute__((vector_size(8 * W)));

template <class V> struct Of;
template <> struct Of<F> { using Scalar = float; using Mask = FMask; };
template <> struct Of<D> { using Scalar = double; using Mask = DMask; };
template <> struct Of<FMask> { using Scalar = std::int32_t; };
template <> struct Of<DMask> { using Scalar = std::int64_t; };
template <class V> using MaskOf = typename Of<V>::Mask;
template <class V> using ScalarOf = typename Of<V>::Scalar;

template <class V> inline V splat(double value) { return V{} + static_cast<ScalarOf<V>>(value); }
template <class V> inline V choose(MaskOf<V> mask, V yes, V no) { return mask ? yes : no; }
// Where a number is not one, the second is the answer, as for the instructions that GCC does not find by itself.
template <class V> inline V largest(V a, V b) { return a > b ? a : b; }
template <class V> inline V smallest(V a, V b) { return a < b ? a : b; }
#if defined(__AVX512F__) && LANES == 16
template <> inline F largest<F>(F a, F b) { return (F)_mm512_max_ps((__m512)a, (__m512)b); }
template <> inline F smallest<F>(F a, F b) { return (F)_mm512_min_ps((__m512)a, (__m512)b); }
#elif defined(__AVX2__) && LANES == 8
template <> inline F largest<F>(F a, F b) { return (F)_mm256_max_ps((__m256)a, (__m256)b); }
template <> inline F smallest<F>(F a, F b) { return (F)_mm256_min_ps((__m256)a, (__m256)b); }
#elif defined(__SSE2__) && LANES == 4
template <> inline F largest<F>(F a, F b) { return (F)_mm_max_ps((__m128)a, (__m128)b); }
template <> inline F smallest<F>(F a, F b) { return (F)_mm_min_ps((__m128)a, (__m128)b); }
#endif
template <class V> inline V magnitude(V a) { return a < 0 ? -a : a; }
template <class V> inline V clamped(V a, V low, V high) { return smallest(largest(a, low), high); }
inline D widened(F a) { return __builtin_convertvector(a, D); }
inline F narrowed(D a) { return __builtin_convertvector(a, F); }

template <class V> inline V load(const ScalarOf<V> *from) {
    V lanes;
    __builtin_memcpy(&lanes, from, sizeof(V));
    return lanes;
}
template <class V> inline void store_lanes(ScalarOf<V> *to, V lanes) { __builtin_memcpy(to, &lanes, sizeof(V)); }
// The numbers at some places of a table.
inline F gather(const float *table, FMask places) {
#if defined(__AVX512F__) && LANES == 16
    return (F)_mm512_i32gather_ps((__m512i)places, table, 4);
#elif defined(__AVX2__) && LANES == 8
    return (F)_mm256_i32gather_ps(table, (__m256i)places, 4);
#endif
    F lanes;
    for (int lane = 0; lane < W; ++lane) lanes[lane] = table[places[lane]];
    return lanes;
}
// Of every two blocks of BLOCK lanes the first of `a` and then of `b`, or the second.
template <int BLOCK, bool SECOND, int... lane> inline F merged(F a, F b, std::integer_sequence<int, lane...>) {
#ifdef RELAXO_SHUFFLEVECTOR
    if constexpr (SECOND) return __builtin_shufflevector(a, b, (lane & BLOCK ? W + lane : lane + BLOCK)...);
    return __builtin_shufflevector(a, b, (lane & BLOCK ? W + lane - BLOCK : lane)...);
#else
    if constexpr (SECOND) return __builtin_shuffle(a, b, FMask{(lane & BLOCK ? W + lane : lane + BLOCK)...});
    return __builtin_shuffle(a, b, FMask{(lane & BLOCK ? W + lane - BLOCK : lane)...});
#endif
}
// Turn W rows of W numbers into columns: blocks of 1, 2, 4 ... change places across the diagonal.
template <int BLOCK = 1> inline void transpose(F (&rows)[W]) {
    if constexpr (BLOCK < W) {
        constexpr auto lanes = std::make_integer_sequence<int, W>{};
        for (int row = 0; row < W; ++row)
            if (!(row & BLOCK)) {
                const F a = rows[row], b = rows[row + BLOCK];
                rows[row] = merged<BLOCK, false>(a, b, lanes);
                rows[row + BLOCK] = merged<BLOCK, true>(a, b, lanes);
            }
        transpose<2 * BLOCK>(rows);
    }
}
// The opposite where the mask says so; the sign is the first bit.
constexpr std::int32_t SIGN = -0x7fffffff - 1;
inline F turned_over(F a, FMask mask) { return (F)((FMask)a ^ (mask & SIGN)); }

template <class V> inline V root(V a) {
    ScalarOf<V> lanes[W];
    __builtin_memcpy(lanes, &a, sizeof(V));
    for (int lane = 0; lane < W; ++lane) lanes[lane] = std::sqrt(lanes[lane]);
    __builtin_memcpy(&a, lanes, sizeof(V));
    return a;
}

template <class M> inline bool any(M mask) {
    constexpr int words = sizeof(M) / sizeof(std::uint64_t);
    std::uint64_t word[words], found = 0;
    __builtin_memcpy(word, &mask, sizeof(M));
    for (int i = 0; i < words; ++i) found |= word[i];
    return found != 0;
}
template <class M> inline bool all(M mask) { return !any(~mask); }

// For x not so large that exp(x) overflows: exp(x) = 2^k exp(r) with |r| <= ln(2) / 2; `power` is 2^k and `rest` is exp(r) - 1, so that exp(x) - 1 loses no digit
// where x is small. Adding and taking away `magic` rounds to a whole number and leaves it in the lowest bits.
template <class V> struct Exponential { V power, rest; };

inline Exponential<F> exponential(F x) {
    x = largest(x, splat<F>(-87.0));
    const F magic = splat<F>(12582912.0);
    const F shifted = x * 1.44269504088896341f + magic;
    const F k = shifted - magic;
    const F r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    // Minimax polynomial of the Cephes library's expf.
    F p = splat<F>(1.9875691500e-4);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const FMask power = (((FMask)shifted - (FMask)magic) + 127) << 23;
    return {(F)power, p * r * r + r};
}

inline Exponential<D> exponential(D x) {
    x = largest(x, splat<D>(-700.0));
    const D magic = splat<D>(6755399441055744.0);
    const D shifted = x * 1.4426950408889634074 + magic;
    const D k = shifted - magic;
    const D r = (x - k * 6.93145751953125e-1) - k * 1.42860682030941723212e-6;
    // Taylor's series: the next term is below the last digit.
    D p = splat<D>(1.0 / 6227020800.0);
    constexpr double inverses[] = {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0,
                                   1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5};
    for (double inverse : inverses) p = p * r + inverse;
    const DMask power = (((DMask)shifted - (DMask)magic) + 1023) << 52;
    return {(D)power, p * r * r + r};
}

template <class V> inline V exp_of(V x) {
    const Exponential<V> e = exponential(x);
    return e.power * e.rest + e.power;
}

// exp(-x) and 1 - exp(-x), both to the last digit.
template <class V> inline void decay_and_recovery(V x, V &decay, V &recovery) {
    const Exponential<V> e = exponential(-x);
    decay = e.power * e.rest + e.power;
    recovery = (1 - e.power) - e.power * e.rest;
}

}  // namespace RELAXO_VARIANT
