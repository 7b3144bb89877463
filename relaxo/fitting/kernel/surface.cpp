// The damped Gauss-Newton iteration of relaxo/fitting/surface_fit.py, one start after the other, its images side by side.
//
// It is compiled for every instruction set; kernel.cpp chooses among them when it is loaded.

#include "surface.h"
#include "vectors.hpp"

namespace RELAXO_VARIANT {
namespace {

// As in relaxo/fitting/surface_fit.py and surface.py, where they are explained.
constexpr int MAX_ITERATIONS = 50;
constexpr double LARGEST_RELIEF = 0.7, NEGLIGIBLE = 1e-7, TOLERANCE = 1e-6, LOST = 1e-13, ROUNDING = 5e-7;
constexpr double FIRST_DAMPING = 1e-6, STUCK = 1e10, SMALLEST = 1e-6;

inline F next_lanes(const float *from) {
    F lanes;
    __builtin_memcpy(&lanes, from, sizeof(F));
    return lanes;
}
inline double sum(F lanes) {
    double total = 0;
    for (int lane = 0; lane < W; ++lane) total += lanes[lane];
    return total;
}
inline double least(double a, double b) { return a < b ? a : b; }
inline double most(double a, double b) { return a > b ? a : b; }

// Weights of four neighbouring coefficients of a cubic spline, and of its two derivatives.
struct Weights {
    double value[4], slope[4], bend[4];
    int first;

    Weights(double place, double lower, double upper, int intervals) {
        const double step = (upper - lower) / intervals, at = (place - lower) / step;
        first = static_cast<int>(at);
        if (first > intervals - 1) first = intervals - 1;
        const double t = at - first, u = 1 - t;
        value[0] = u * u * u / 6, value[3] = t * t * t / 6;
        value[1] = (4 - 6 * t * t + 3 * t * t * t) / 6, value[2] = (1 + 3 * t + 3 * t * t - 3 * t * t * t) / 6;
        slope[0] = -u * u / (2 * step), slope[3] = t * t / (2 * step);
        slope[1] = (3 * t * t - 4 * t) / (2 * step), slope[2] = (1 + 2 * t - 3 * t * t) / (2 * step);
        const double square = step * step;
        bend[0] = u / square, bend[1] = (3 * t - 2) / square, bend[2] = (1 - 3 * t) / square, bend[3] = t / square;
    }

    // The coefficient before the first is the one after it: the family is even.
    void fold() {
        value[2] += value[0], slope[2] += slope[0], bend[2] += bend[0];
        value[0] = slope[0] = bend[0] = 0;
    }
};

struct State {
    double place[3], cost, normal[3][3], gradient[3], bend;
};

struct Follow {
    const SurfaceTask &task;
    const SurfaceStarts &starts;

    // The mean magnitude of signals in noise, both in units of sigma, and its derivative.
    void expected(F ratio, F &mean, F &slope) const {
        const float far = static_cast<float>(task.nodes - 1) / task.nodes_a_sigma;
        const F within = smallest(ratio, splat<F>(far)) * static_cast<float>(task.nodes_a_sigma);
        const FMask node = __builtin_convertvector(within + 0.5f, FMask);
        const F t = (within - __builtin_convertvector(node, F)) / static_cast<float>(task.nodes_a_sigma);
        F bend;
        for (int lane = 0; lane < W; ++lane) {
            const float *known = task.magnitude + 4 * node[lane];
            mean[lane] = known[0], slope[lane] = known[1], bend[lane] = known[2];
        }
        const F change = bend * t;
        mean = mean + (slope + 0.5f * change) * t;
        slope = slope + change;
        const F beyond = largest(ratio, splat<F>(far)), inverse = 1.0f / beyond;
        const FMask is_far = ratio > far;
        mean = choose<F>(is_far, beyond + 0.5f * inverse + 0.125f * inverse * inverse * inverse, mean);
        slope = choose<F>(is_far, 1 - 0.5f * inverse * inverse, slope);
    }

    void evaluate(int64_t voxel, State &state) const {
        const double y = most(std::sqrt(state.place[2]), SMALLEST);
        const double y_step = (task.upper[1] - task.lower[1]) / task.intervals[1];
        Weights across(state.place[1], task.lower[0], task.upper[0], task.intervals[0]);
        Weights along(y, task.lower[1], task.upper[1], task.intervals[1]);
        if (along.first == 0) along.fold();
        float factor[4][16];
        const float *corner[16];
        const int64_t width = task.width, rows = task.intervals[1] + 3;
        for (int i = 0; i < 4; ++i) {
            for (int j = 0; j < 4; ++j) {
                const double slope = along.slope[j] / (2 * y);
                const double bend = (along.bend[j] - along.slope[j] / y) / (4 * y * most(y, y_step));
                factor[0][4 * i + j] = static_cast<float>(across.value[i] * along.value[j]);
                factor[1][4 * i + j] = static_cast<float>(across.slope[i] * along.value[j]);
                factor[2][4 * i + j] = static_cast<float>(across.value[i] * slope);
                factor[3][4 * i + j] = static_cast<float>(across.value[i] * bend);
                corner[4 * i + j] = task.spline + ((across.first + i) * rows + along.first + j) * width;
            }
        }
        const float amplitude = static_cast<float>(state.place[0]);
        const float *signal = starts.signal + voxel * width, *weight = starts.weight + voxel * starts.weight_stride;
        // The products of the rows: curve, its three derivatives, residual.
        F products[11] = {};
        for (int64_t image = 0; image < width; image += W) {
            F row[4] = {};
            for (int c = 0; c < 16; ++c) {
                const F known = next_lanes(corner[c] + image);
                for (int which = 0; which < 4; ++which) row[which] += factor[which][c] * known;
            }
            F model = amplitude * row[0];
            for (int which = 1; which < 4; ++which) row[which] *= amplitude;
            if (starts.sigma) {
                const float sigma = starts.sigma[voxel];
                F mean, slope;
                expected(magnitude(model) / sigma, mean, slope);
                // Noise makes no difference between a signal and its negative.
                slope = choose<F>(model < 0, -slope, slope);
                for (F &one : row) one *= slope;
                model = mean * sigma;
            }
            const F counted = next_lanes(weight + image), residual = (next_lanes(signal + image) - model) * counted;
            for (F &one : row) one *= counted;
            int product = 0;
            for (int i = 0; i < 3; ++i) {
                for (int j = 0; j <= i; ++j) products[product++] += row[i] * row[j];
                products[6 + i] += row[i] * residual;
            }
            products[9] += row[3] * residual;
            products[10] += residual * residual;
        }
        int product = 0;
        for (int i = 0; i < 3; ++i) {
            for (int j = 0; j <= i; ++j) state.normal[i][j] = state.normal[j][i] = sum(products[product++]);
            state.gradient[i] = sum(products[6 + i]);
        }
        state.bend = -sum(products[9]);
        state.cost = sum(products[10]);
    }

    static void solve(const double matrix[3][3], const double *right, double *solved) {
        const double l10 = matrix[1][0] / matrix[0][0], l20 = matrix[2][0] / matrix[0][0];
        const double s11 = matrix[1][1] - l10 * matrix[1][0], s12 = matrix[2][1] - l20 * matrix[1][0];
        const double l21 = s12 / s11, s22 = matrix[2][2] - l20 * matrix[2][0] - l21 * s12;
        const double y1 = right[1] - l10 * right[0], y2 = right[2] - l20 * right[0] - l21 * y1;
        solved[2] = y2 / s22;
        solved[1] = y1 / s11 - l21 * solved[2];
        solved[0] = right[0] / matrix[0][0] - l10 * solved[1] - l20 * solved[2];
        if (!(std::isfinite(solved[0]) && std::isfinite(solved[1]) && std::isfinite(solved[2])))
            solved[0] = solved[1] = solved[2] = 0;
    }

    // The curvature that a matrix leaves to the last variable once the others follow it.
    static double last_pivot(const double m[3][3]) {
        const double left = m[0][0] * m[1][1] - m[0][1] * m[0][1];
        const double e = m[0][2], f = m[1][2];
        const double carried = left > 0 ? (m[1][1] * e * e - 2 * m[0][1] * e * f + m[0][0] * f * f) / left : 0;
        return most(m[2][2] - carried, 0);
    }

    // The damped step, which stops at the ends of the axes.
    void step_from(const State &state, double damping, double *step) const {
        double normal[3][3], right[3];
        for (int i = 0; i < 3; ++i) {
            right[i] = state.gradient[i];
            for (int j = 0; j < 3; ++j) normal[i][j] = state.normal[i][j];
        }
        normal[2][2] += most(state.bend, -LARGEST_RELIEF * last_pivot(normal));
        for (int i = 0; i < 3; ++i) normal[i][i] += damping * normal[i][i] + 1e-300;
        solve(normal, right, step);
        const double low[3] = {0, task.lower[0], 0}, high[3] = {0, task.upper[0], task.upper[1] * task.upper[1]};
        for (int which = 1; which < 3; ++which) {
            const double room = high[which] - state.place[which];
            const double stop = least(most(step[which], low[which] - state.place[which]), room);
            if (stop == step[which]) continue;
            // With this one stopped at its end, the others go where they are best beside it.
            for (int i = 0; i < 3; ++i) right[i] -= normal[i][which] * stop;
            for (int i = 0; i < 3; ++i) normal[i][which] = normal[which][i] = 0;
            normal[which][which] = 1;
            right[which] = stop;
            solve(normal, right, step);
            step[1] = least(most(step[1], low[1] - state.place[1]), high[1] - state.place[1]);
        }
    }

    bool follow(int64_t voxel, State &here) const {
        double damping = FIRST_DAMPING, step[3];
        evaluate(voxel, here);
        for (int iteration = 0; iteration < MAX_ITERATIONS && damping < STUCK; ++iteration) {
            step_from(here, damping, step);
            State there;
            double length = 0, slope = 0, slope_after = 0;
            for (int i = 0; i < 3; ++i) {
                there.place[i] = here.place[i] + step[i];
                for (int j = 0; j < 3; ++j) length += step[i] * here.normal[i][j] * step[j];
            }
            there.place[0] = most(there.place[0], 0);
            bool is_short = length < most(NEGLIGIBLE * here.cost / task.images, LOST);
            is_short |= std::fabs(step[1]) < TOLERANCE && std::fabs(step[2]) < TOLERANCE;
            if (is_short && damping <= 1) {
                // The last step is too short to change anything but the place.
                for (int i = 0; i < 3; ++i) here.place[i] = there.place[i];
                return true;
            }
            evaluate(voxel, there);
            for (int i = 0; i < 3; ++i) {
                slope += step[i] * here.gradient[i];
                slope_after += step[i] * there.gradient[i];
            }
            const bool better = there.cost <= here.cost + ROUNDING * std::sqrt(here.cost);
            damping = better && slope_after > -0.5 * slope ? damping * 0.3 : most(damping * 5, 0.01);
            if (better) here = there;
        }
        return false;
    }
};

}  // namespace

void follow(const SurfaceTask *task, const SurfaceStarts *starts) {
    const Follow follow{*task, *starts};
    for (int64_t start = 0; start < starts->starts; ++start) {
        State state;
        for (int i = 0; i < 3; ++i) state.place[i] = starts->place[3 * start + i];
        starts->converged[start] = follow.follow(starts->voxel[start], state);
        starts->cost[start] = state.cost;
        for (int i = 0; i < 3; ++i) {
            starts->place[3 * start + i] = state.place[i];
            for (int j = 0; j < 3; ++j) starts->normal[9 * start + 3 * i + j] = state.normal[i][j];
        }
    }
}

}  // namespace RELAXO_VARIANT
