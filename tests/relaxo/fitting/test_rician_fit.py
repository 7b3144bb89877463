from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from relaxo.fitting import Problem, solve_magnitude
from relaxo.fitting.rician import expected_magnitude

TIME = 0.01 * np.arange(1, 33)[:, np.newaxis]


def decay(time):
    left = np.exp(-TIME / time)
    return left[np.newaxis], (TIME / time * left)[np.newaxis]


PROBLEM = Problem(basis=decay, lower=5e-4, upper=16.0)


def magnitudes(T2, S0, sigma, seed=1):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, sigma, (2, TIME.size, np.size(T2)))
    return np.hypot(S0 * np.exp(-TIME / T2) + noise[0], noise[1])


def everything(signal):
    return np.ones(signal.shape, bool)


def test_expected_magnitudes_give_their_parameters_back():
    T2 = np.geomspace(0.01, 0.3, 30)
    signal = 2.0 * expected_magnitude(100 * np.exp(-TIME / T2) / 2.0)[0]
    found = solve_magnitude(PROBLEM, signal, everything(signal), 2.0)
    np.testing.assert_allclose(found.time, T2, rtol=1e-6)
    np.testing.assert_allclose(found.amplitudes[0], 100, rtol=1e-6)
    assert found.converged.all()


def test_no_other_fitter_finds_a_smaller_sum_of_squares():
    T2 = np.geomspace(0.015, 0.3, 25)
    signal = magnitudes(T2, 50.0, 2.0)
    found = solve_magnitude(PROBLEM, signal, everything(signal), 2.0)
    for voxel in range(25):

        def residual(place, voxel=voxel):
            return signal[:, voxel] - 2 * expected_magnitude(place[0] * np.exp(-TIME[:, 0] / place[1]) / 2)[0]

        other = least_squares(residual, (50.0, T2[voxel]), x_scale=(50, 0.1), xtol=1e-13, ftol=1e-13, gtol=1e-13)
        assert found.sum_of_squares[voxel] <= 2 * other.cost * (1 + 1e-7)
        assert found.time[voxel] == pytest.approx(other.x[1], rel=1e-4)


@pytest.mark.parametrize("T2", [0.02, 0.08])
def test_there_is_no_bias_and_errors_are_the_spread(T2):
    signal = magnitudes(np.full(4000, T2), 40.0, 1.0)
    found = solve_magnitude(PROBLEM, signal, everything(signal), 1.0)
    assert found.time.mean() == pytest.approx(T2, rel=0.005)
    error = found.time * np.sqrt(found.covariance[1, 1])
    assert found.time.std() == pytest.approx(np.sqrt((error**2).mean()), rel=0.06)
    assert found.amplitudes[0].std() == pytest.approx(np.sqrt(found.covariance[0, 0].mean()), rel=0.06)


def test_points_that_do_not_count_change_nothing():
    T2 = np.geomspace(0.02, 0.2, 10)
    signal = 2.0 * expected_magnitude(100 * np.exp(-TIME / T2) / 2.0)[0]
    keep = everything(signal)
    keep[[0, 7]] = False
    signal[~keep] = 1e4
    found = solve_magnitude(PROBLEM, signal, keep, 2.0)
    np.testing.assert_allclose(found.time, T2, rtol=1e-6)
    assert (found.points == 30).all()
