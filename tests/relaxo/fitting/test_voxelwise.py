from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from relaxo.fitting import Problem, solve, solve_each

TIME = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])[:, np.newaxis]


def decay(time):
    left = np.exp(-TIME / time)
    return left[np.newaxis], (TIME / time * left)[np.newaxis]


def decay_and_offset(time):
    left, slope = decay(time)
    return np.concatenate([left, np.ones_like(left)]), np.concatenate([slope, np.zeros_like(slope)])


def noisy(voxels=60, offset=0.0):
    rng = np.random.default_rng(7)
    truth = np.geomspace(0.05, 0.8, voxels)
    return 100 * np.exp(-TIME / truth) + offset + rng.normal(0, 2, (TIME.size, voxels))


@pytest.mark.parametrize(("basis", "offset"), [(decay, 0.0), (decay_and_offset, 20.0)])
def test_it_finds_what_the_common_basis_finds(basis, offset):
    signal = noisy(offset=offset)
    keep = np.ones(signal.shape, bool)
    problem = Problem(basis=basis, lower=1e-3, upper=50.0)
    each, common = solve_each(problem, signal, keep), solve(problem, signal, keep)
    np.testing.assert_allclose(each.time, common.time, rtol=1e-6)
    np.testing.assert_allclose(each.amplitudes, common.amplitudes, rtol=1e-5)
    np.testing.assert_allclose(each.covariance, common.covariance, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(each.sum_of_squares, common.sum_of_squares, rtol=1e-9)
    assert each.converged.all()
    assert not each.at_bound.any()


def test_every_voxel_has_its_own_basis():
    signal = noisy(voxels=20)
    scale = np.linspace(0.5, 2, 20)
    problem = Problem(basis=lambda time: decay(time * scale), lower=1e-3, upper=50.0)
    plain = Problem(basis=decay, lower=1e-3, upper=50.0)
    keep = np.ones(signal.shape, bool)
    np.testing.assert_allclose(
        solve_each(problem, signal, keep).time * scale, solve_each(plain, signal, keep).time, rtol=1e-8
    )


def test_points_that_do_not_count_change_nothing():
    signal = noisy(voxels=10)
    keep = np.ones(signal.shape, bool)
    keep[-1] = False
    spoiled = signal.copy()
    spoiled[-1] = 1e6
    problem = Problem(basis=decay, lower=1e-3, upper=50.0)
    found = solve_each(problem, spoiled, keep)
    for voxel in range(10):
        optimum, covariance = curve_fit(
            lambda t, a, T: a * np.exp(-t / T), TIME[:-1, 0], signal[:-1, voxel], (100, found.time[voxel])
        )
        assert found.time[voxel] == pytest.approx(optimum[1], rel=1e-6)
        assert found.time[voxel] * np.sqrt(found.covariance[1, 1, voxel]) == pytest.approx(
            np.sqrt(covariance[1, 1]), rel=1e-3
        )
    assert (found.points == len(signal) - 1).all()


def test_signs_need_a_basis_that_all_share():
    problem = Problem(basis=decay, lower=1e-3, upper=50.0, search_signs=True)
    with pytest.raises(ValueError, match="signs"):
        solve_each(problem, np.ones((7, 1)), np.ones((7, 1), bool))
