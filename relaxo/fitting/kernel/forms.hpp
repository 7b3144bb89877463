// The forms of signal that the kernel knows: what amplitudes multiply, and its derivative by the logarithm of time.
#pragma once

#include "vectors.hpp"

namespace RELAXO_VARIANT {

// A form reads, for point i, up to three numbers of the protocol; `rate` is 1 / time. Of its functions, one for every
// amplitude, the last `varying` change with the time; where `constant_first` says so, the first is 1 at every point. Where
// `at_once` does, `all` gives the function at all points, from which `at` goes on.
template <class S> struct Columns {
    const S *first, *second, *third;
};
template <class V> using ColumnsOf = Columns<ScalarOf<V>>;

struct Decay {  // exp(-t / T)
    static constexpr int amplitudes = 1, varying = 1;
    static constexpr bool constant_first = false, at_once = true;
    // All values at once, and up to STRIDE - 1 more. Where times are evenly spaced, `second` is the time since the first, and
    // most values are products of two: no exponential is renewed so seldom that rounding could gather.
    static constexpr int STRIDE = 4;
    template <class V> static void all(const ColumnsOf<V> &c, int n, V rate, V *value) {
        if (!c.second) {
            for (int i = 0; i < n; ++i) value[i] = exp_of(-rate * c.first[i]);
            return;
        }
        V later[STRIDE];
        for (int k = 1; k < STRIDE; ++k) later[k] = exp_of(-rate * c.second[k]);
        for (int i = 0; i < n; i += STRIDE) {
            value[i] = exp_of(-rate * c.first[i]);
            for (int k = 1; k < STRIDE; ++k) value[i + k] = value[i] * later[k];
        }
    }
    template <class V> static void at(const ColumnsOf<V> &c, int i, V rate, V *basis, V *derivative) {
        derivative[0] = rate * c.first[i] * basis[0];
    }
};

struct Recovery {  // 1 - exp(-t / T)
    static constexpr int amplitudes = 1, varying = 1;
    static constexpr bool constant_first = false, at_once = false;
    template <class V> static void at(const ColumnsOf<V> &c, int i, V rate, V *basis, V *derivative) {
        const V x = rate * c.first[i];
        V decay;
        decay_and_recovery(x, decay, basis[0]);
        derivative[0] = -x * decay;
    }
};

struct Inversion {  // 1 and -exp(-t / T): all relaxes before the next inversion
    static constexpr int amplitudes = 2, varying = 1;
    static constexpr bool constant_first = true, at_once = false;
    template <class V> static void at(const ColumnsOf<V> &c, int i, V rate, V *basis, V *derivative) {
        const V x = rate * c.first[i];
        basis[0] = splat<V>(1);
        basis[1] = -exp_of(-x);
        derivative[0] = V{};
        derivative[1] = x * basis[1];
    }
};

struct RepeatedInversion {  // 1 + exp(-s / T) and -exp(-t / T): s is the time between inversions
    static constexpr int amplitudes = 2, varying = 2;
    static constexpr bool constant_first = false, at_once = false;
    template <class V> static void at(const ColumnsOf<V> &c, int i, V rate, V *basis, V *derivative) {
        const V x = rate * c.first[i];
        const V s = rate * c.second[i];
        const V left = exp_of(-s);
        basis[0] = 1 + left;
        basis[1] = -exp_of(-x);
        derivative[0] = s * left;
        derivative[1] = x * basis[1];
    }
};

struct Spoiled {  // a (1 - E) / (1 - (1 - b) E), E = exp(-t / T); a = sin and b = 1 - cos of the flip angle
    static constexpr int amplitudes = 1, varying = 1;
    static constexpr bool constant_first = false, at_once = false;
    template <class V> static void at(const ColumnsOf<V> &c, int i, V rate, V *basis, V *derivative) {
        const V x = rate * c.first[i];
        const auto sine = c.second[i];
        const auto turned = c.third[i];
        V decay, recovery;
        decay_and_recovery(x, decay, recovery);
        const V inverse = 1 / (recovery + turned * decay);
        basis[0] = sine * recovery * inverse;
        derivative[0] = -sine * turned * decay * x * inverse * inverse;
    }
};

}  // namespace RELAXO_VARIANT
