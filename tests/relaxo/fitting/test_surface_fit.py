from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from relaxo.fitting import Axis, Surface, follows, solve_surface
from relaxo.fitting.rician import expected_magnitude

TIME = np.linspace(0.02, 0.4, 20)[:, np.newaxis]


def curves(x, y):
    """Decays with a ripple that is even in y."""
    return np.exp(-TIME / np.exp(x)) * (0.7 + 0.3 * np.cos(y * (1 + 5 * TIME)))


@pytest.fixture(scope="module")
def surface():
    return Surface.of(curves, Axis(np.log(0.01), np.log(2.0), 90), Axis(0.0, 1.5, 40), search=(1, 1))


@pytest.fixture(scope="module")
def truth():
    rng = np.random.default_rng(3)
    return rng.uniform(50, 200, 300), np.log(rng.uniform(0.05, 0.4, 300)), rng.uniform(0.3, 1.3, 300)


def everything(signal):
    return np.ones(signal.shape, bool)


def test_a_signal_without_noise_gives_its_parameters_back(surface, truth):
    amplitude, x, y = truth
    signal = amplitude * curves(x, y)
    found = solve_surface(surface, signal, everything(signal))
    np.testing.assert_allclose(found.time, np.exp(x), rtol=1e-4)
    np.testing.assert_allclose(found.amplitudes, [amplitude, y * y], rtol=1e-4)
    assert found.converged.all()


@pytest.mark.parametrize("sigma", [None, 3.0])
def test_no_other_fitter_finds_a_smaller_sum_of_squares(surface, truth, sigma):
    amplitude, x, y = (values[:25] for values in truth)
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 3, (2, TIME.size, 25))
    signal = np.hypot(amplitude * curves(x, y) + noise[0], noise[1] if sigma else 0)
    found = solve_surface(surface, signal, everything(signal), sigma=sigma)
    assert found.converged.all()
    for voxel in range(25):

        def residual(place, voxel=voxel):
            model = place[0] * curves(place[1:2], np.sqrt(place[2:]))[:, 0]
            return signal[:, voxel] - (sigma * expected_magnitude(model / sigma)[0] if sigma else model)

        limits = ([0, surface.x.lower, 0], [np.inf, surface.x.upper, 1.5**2])
        other = least_squares(residual, (amplitude[voxel], x[voxel], y[voxel] ** 2), bounds=limits, xtol=1e-14)
        assert found.sum_of_squares[voxel] <= 2 * other.cost * (1 + 1e-4)
        if 0.01 < found.amplitudes[1, voxel] < 2.2 and found.sum_of_squares[voxel] > 2 * other.cost * (1 - 1e-4):
            assert found.time[voxel] == pytest.approx(np.exp(other.x[1]), rel=1e-3)
            if sigma is not None:
                continue
            covariance = np.linalg.inv(other.jac.T @ other.jac) * 2 * other.cost / (TIME.size - 3)
            assert found.covariance[2, 2, voxel] == pytest.approx(covariance[1, 1], rel=0.01)
            assert found.covariance[1, 1, voxel] == pytest.approx(covariance[2, 2], rel=0.01)
            assert found.covariance[0, 2, voxel] == pytest.approx(covariance[0, 1], rel=0.05, abs=1e-3)


def test_points_that_do_not_count_change_nothing(surface, truth):
    amplitude, x, y = truth
    signal = amplitude * curves(x, y)
    keep = everything(signal)
    keep[[2, 11]] = False
    signal[~keep] = 1e4
    found = solve_surface(surface, signal, keep)
    np.testing.assert_allclose(found.time, np.exp(x), rtol=1e-4)
    assert (found.points == TIME.size - 2).all()


def test_a_minimum_at_zero_is_none_at_a_bound_and_one_at_an_end_is(surface):
    signal = 100 * curves(np.log([0.1, 0.1, 5.0, 0.1]), np.array([0.0, 0.5, 0.5, 1.49999999]))
    # More than y = 0 can give: the best is at 0 itself.
    signal[:, 0] += 30 * np.exp(-TIME[:, 0] / 0.1) * (0.15 * (1 + 5 * TIME[:, 0]) ** 2)
    found = solve_surface(surface, signal, everything(signal))
    assert found.amplitudes[1, 0] == 0
    assert found.at_bound.tolist() == [False, False, True, True]
    assert found.converged.all()


def test_many_voxels_are_fitted_as_few_are(surface, truth):
    amplitude, x, y = (np.resize(values, 5000) for values in truth)
    signal = amplitude * curves(x, y) + np.random.default_rng(8).normal(0, 1, (TIME.size, 5000))
    many = solve_surface(surface, signal, everything(signal))
    few = solve_surface(surface, signal[:, 4000:4010], everything(signal)[:, :10])
    np.testing.assert_allclose(many.time[4000:4010], few.time, rtol=1e-5)


@pytest.mark.skipif(not follows(), reason="no kernel here")
@pytest.mark.parametrize("sigma", [None, 3.0])
@pytest.mark.parametrize("cut", [False, True])
def test_the_kernel_ends_where_numpy_does(surface, truth, sigma, cut):
    amplitude, x, y = truth
    y = np.where(np.arange(y.size) % 3, y, 0)
    rng = np.random.default_rng(8)
    noise = rng.normal(0, 3, (2, TIME.size, x.size))
    signal = np.hypot(amplitude * curves(x, y) + noise[0], noise[1] if sigma else 0)
    keep = (np.arange(TIME.size)[:, np.newaxis] < rng.integers(12, 21, x.size)) | (not cut)
    slow, fast = (solve_surface(surface, signal, keep, sigma=sigma, compiled=each) for each in (False, True))
    np.testing.assert_array_equal(fast.converged, slow.converged)
    np.testing.assert_allclose(fast.sum_of_squares, slow.sum_of_squares, rtol=1e-4)
    # In standard errors: where y is nearly 0, the valley is flat.
    assert np.quantile(np.abs(fast.time / slow.time - 1) / np.sqrt(slow.covariance[-1, -1]), 0.99) < 5e-3
    inside = slow.amplitudes[1] > 0.05
    variance = fast.covariance[-1, -1] / slow.covariance[-1, -1]
    assert np.quantile(np.abs(variance - 1)[inside], 0.95) < 5e-3
