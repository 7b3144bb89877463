// The best amplitudes at a given time constant, what they leave of the signal, and how that changes with the time constant.
#pragma once

#include <limits>

#include "forms.hpp"
#include "kernel.h"

namespace RELAXO_VARIANT {
namespace {

constexpr int MOST_POINTS = 64;

template <class V> inline ColumnsOf<V> columns_of(const Task &task) {
    if constexpr (sizeof(ScalarOf<V>) == sizeof(double))
        return {task.columns[0], task.columns[1], task.columns[2]};
    else
        return {task.single_columns[0], task.single_columns[1], task.single_columns[2]};
}

// Everything about the fit at a time constant; the cost is half the sum of squares.
template <class V, int K> struct Projection {
    V amplitude[K], carried[K], norm[K], mixing, sum_of_squares, slope, curvature;
};

// Project by modified Gram-Schmidt, as relaxo/fitting/projection.py does; points from `count` on do not count.
//
// With one function that varies with the time constant the tangent is its derivative times its amplitude, so that both are
// made orthogonal side by side, and what is left of signal and tangent is found in one pass.
template <class Form, class V, bool Truncated>
inline Projection<V, Form::amplitudes> project_one(const ColumnsOf<V> &columns, int n, const V *y, V count, V log_time) {
    constexpr int LAST = Form::amplitudes - 1;
    constexpr bool ONE = Form::constant_first;
    static_assert(!ONE || !Truncated, "a constant function counts every point");
    const V tiny = splat<V>(std::numeric_limits<ScalarOf<V>>::min());
    const V rate = exp_of(-log_time);
    V function[MOST_POINTS], derivative[MOST_POINTS];
    V mean{}, mean_change{}, mean_y{};
    V g{}, h{}, q{};
    if constexpr (Form::at_once) Form::all(columns, n, rate, function);
    for (int i = 0; i < n; ++i) {
        V basis[LAST + 1], change[LAST + 1];
        if constexpr (Form::at_once) basis[LAST] = function[i];
        Form::at(columns, i, rate, basis, change);
        if constexpr (Truncated) {
            const auto counts = count > splat<V>(i);
            basis[LAST] = choose<V>(counts, basis[LAST], V{});
            change[LAST] = choose<V>(counts, change[LAST], V{});
        }
        function[i] = basis[LAST];
        derivative[i] = change[LAST];
        if constexpr (ONE) {
            mean += basis[LAST];
            mean_change += change[LAST];
            mean_y += y[i];
        } else {
            g += basis[LAST] * basis[LAST];
            h += basis[LAST] * y[i];
            q += basis[LAST] * change[LAST];
        }
    }
    if constexpr (ONE) {
        const V share = splat<V>(1.0 / n);
        mean *= share;
        mean_change *= share;
        mean_y *= share;
        for (int i = 0; i < n; ++i) {
            const V centred = function[i] - mean, centred_change = derivative[i] - mean_change;
            function[i] = centred;
            derivative[i] = centred_change;
            g += centred * centred;
            h += centred * (y[i] - mean_y);
            q += centred * centred_change;
        }
    }
    Projection<V, LAST + 1> p;
    p.norm[LAST] = largest(g, tiny);
    const V inverse = 1 / p.norm[LAST];
    const V amplitude = h * inverse, carried = q * inverse;
    V squares{}, across{}, along{};
    for (int i = 0; i < n; ++i) {
        const V rest = (ONE ? y[i] - mean_y : y[i]) - amplitude * function[i];
        const V free = derivative[i] - carried * function[i];
        squares += rest * rest;
        across += rest * free;
        along += free * free;
    }
    p.mixing = ONE ? mean : V{};
    p.amplitude[LAST] = amplitude;
    p.carried[LAST] = amplitude * carried;
    if constexpr (ONE) {
        p.norm[0] = splat<V>(n);
        p.amplitude[0] = mean_y - mean * amplitude;
        p.carried[0] = amplitude * (mean_change - mean * carried);
    }
    p.sum_of_squares = squares;
    p.slope = -amplitude * across;
    p.curvature = largest(amplitude * amplitude * along, tiny);
    return p;
}

// The same where both of two functions vary.
template <class Form, class V>
inline Projection<V, 2> project_two(const ColumnsOf<V> &columns, int n, const V *y, V log_time) {
    const V tiny = splat<V>(std::numeric_limits<ScalarOf<V>>::min());
    const V rate = exp_of(-log_time);
    V first[MOST_POINTS], second[MOST_POINTS], change[2][MOST_POINTS], rest[MOST_POINTS];
    Projection<V, 2> p;
    V g00{}, g01{}, h0{};
    for (int i = 0; i < n; ++i) {
        V basis[2], derivative[2];
        Form::at(columns, i, rate, basis, derivative);
        first[i] = basis[0];
        second[i] = basis[1];
        change[0][i] = derivative[0];
        change[1][i] = derivative[1];
        g00 += basis[0] * basis[0];
        g01 += basis[0] * basis[1];
        h0 += basis[0] * y[i];
    }
    p.norm[0] = largest(g00, tiny);
    const V inverse0 = 1 / p.norm[0];
    const V share0 = h0 * inverse0;
    p.mixing = g01 * inverse0;
    V g11{}, h1{};
    for (int i = 0; i < n; ++i) {
        second[i] -= p.mixing * first[i];
        rest[i] = y[i] - share0 * first[i];
        g11 += second[i] * second[i];
        h1 += second[i] * rest[i];
    }
    p.norm[1] = largest(g11, tiny);
    const V inverse1 = 1 / p.norm[1];
    const V share1 = h1 * inverse1;
    p.amplitude[1] = share1;
    p.amplitude[0] = share0 - p.mixing * share1;
    V squares{}, c0{};
    for (int i = 0; i < n; ++i) {
        const V tangent = p.amplitude[1] * change[1][i] + p.amplitude[0] * change[0][i];
        rest[i] -= share1 * second[i];
        squares += rest[i] * rest[i];
        c0 += first[i] * tangent;
        change[0][i] = tangent;
    }
    c0 *= inverse0;
    V c1{};
    for (int i = 0; i < n; ++i) {
        change[0][i] -= c0 * first[i];
        c1 += second[i] * change[0][i];
    }
    c1 *= inverse1;
    p.carried[1] = c1;
    p.carried[0] = c0 - p.mixing * c1;
    V slope{}, curvature{};
    for (int i = 0; i < n; ++i) {
        const V free = change[0][i] - c1 * second[i];
        slope -= rest[i] * free;
        curvature += free * free;
    }
    p.sum_of_squares = squares;
    p.slope = slope;
    p.curvature = largest(curvature, tiny);
    return p;
}

template <class Form, class V, bool Truncated>
STAGE Projection<V, Form::amplitudes> project(const ColumnsOf<V> &columns, int n, const V *y, V count, V log_time) {
    if constexpr (Form::varying == 2)
        return project_two<Form, V>(columns, n, y, log_time);
    else
        return project_one<Form, V, Truncated>(columns, n, y, count, log_time);
}

}  // namespace
}  // namespace RELAXO_VARIANT
