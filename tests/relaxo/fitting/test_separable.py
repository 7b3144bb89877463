"""The solver against an exhaustive search in double precision, and against the covariance at the optimum."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.fitting import Problem, solve

TI = np.geomspace(0.05, 3.0, 10)
TE = np.arange(1, 17) * 0.01


def recovery(time, ti=TI):
    left = np.exp(-ti.astype(time.dtype)[:, np.newaxis] / time)
    slope = ti.astype(time.dtype)[:, np.newaxis] / time * left
    return np.array([1 - left, -left]), np.array([-slope, -slope])


def decay(time, te=TE):
    ratio = te.astype(time.dtype)[:, np.newaxis] / time
    return np.exp(-ratio)[np.newaxis], (ratio * np.exp(-ratio))[np.newaxis]


RECOVERY = Problem(recovery, 0.0025, 100.0, search_signs=True)
SIGNED = Problem(recovery, 0.0025, 100.0)
DECAY = Problem(decay, 0.0005, 8.0)


def recoveries(voxels, noise, seed=0):
    rng = np.random.default_rng(seed)
    time = np.exp(rng.uniform(np.log(0.06), np.log(2.5), voxels))
    left = np.exp(-TI[:, np.newaxis] / time)
    clean = 1000 * (1 - left - rng.uniform(0.8, 1, voxels) * left)
    return np.hypot(clean + rng.normal(0, noise, clean.shape), rng.normal(0, noise, clean.shape)), time


def decays(voxels, noise, seed=0):
    rng = np.random.default_rng(seed)
    time = np.exp(rng.uniform(np.log(0.015), np.log(0.15), voxels))
    clean = 1000 * np.exp(-TE[:, np.newaxis] / time)
    return np.hypot(clean + rng.normal(0, noise, clean.shape), rng.normal(0, noise, clean.shape)), time


def exhaustive(problem, signal, keep=None):
    """Return the best time constant and sum of squares of one voxel (n,), of all signs and a very fine grid."""
    keep = np.ones(signal.size, bool) if keep is None else keep
    patterns = range(signal.size) if problem.search_signs else [0]
    best = (np.inf, np.nan)
    for flipped in patterns:
        signed = np.where(np.arange(signal.size) < flipped, -signal, signal)[keep]
        low, high = np.log(problem.lower), np.log(problem.upper)
        for points in (301, 101, 101, 101, 101):
            grid = np.linspace(low, high, points)
            basis = problem.basis(np.exp(grid))[0][:, keep]
            q, _ = np.linalg.qr(basis.transpose(2, 1, 0))
            rest = signed - np.einsum("vnk,vk->vn", q, np.einsum("vnk,n->vk", q, signed))
            cost = (rest**2).sum(axis=1)
            place = int(cost.argmin())
            low, high = grid[max(place - 2, 0)], grid[min(place + 2, points - 1)]
        best = min(best, (cost[place], np.exp(grid[place])))
    return best[1], best[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("noise", [5.0, 20.0, 50.0])
@pytest.mark.parametrize(("problem", "measure"), [(RECOVERY, recoveries), (DECAY, decays)], ids=["recovery", "decay"])
def test_no_voxel_misses_the_global_minimum(problem, measure, noise, dtype):
    signal, _ = measure(25, noise)
    found = solve(problem, signal.astype(dtype))
    assert found.converged.all()
    for voxel in range(signal.shape[1]):
        time, cost = exhaustive(problem, signal[:, voxel])
        assert found.time[voxel] == pytest.approx(time, rel=1e-4)
        assert found.sum_of_squares[voxel] == pytest.approx(cost, rel=1e-4)


@pytest.mark.parametrize("problem", [SIGNED, DECAY], ids=["recovery", "decay"])
def test_points_that_do_not_count_do_not_count(problem):
    signal, _ = (recoveries if problem is SIGNED else decays)(25, 10.0)
    if problem is SIGNED:
        signal[:4] *= -1
    keep = np.arange(len(signal))[:, np.newaxis] < np.random.default_rng(3).integers(6, len(signal) + 1, 25)
    keep[0] = problem is SIGNED
    spoiled = np.where(keep, signal, 1e4)
    found = solve(problem, spoiled, keep)
    np.testing.assert_array_equal(found.points, keep.sum(axis=0))
    for voxel in np.flatnonzero(~found.at_bound):
        time, _ = exhaustive(problem, signal[:, voxel], keep[:, voxel])
        assert found.time[voxel] == pytest.approx(time, rel=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("problem", [RECOVERY, DECAY], ids=["recovery", "decay"])
def test_the_covariance_is_the_inverse_of_the_normal_matrix(problem, dtype):
    signal, _ = (recoveries if problem is RECOVERY else decays)(50, 20.0)
    found = solve(problem, signal.astype(dtype))
    basis, derivative = problem.basis(found.time.astype(np.float64))
    tangent = (found.amplitudes[:, np.newaxis] * derivative).sum(axis=0)
    jacobian = np.concatenate([basis, tangent[np.newaxis]])
    freedom = len(signal) - len(jacobian)
    for voxel in range(50):
        j = jacobian[:, :, voxel].T
        expected = np.linalg.inv(j.T @ j) * found.sum_of_squares[voxel] / freedom
        np.testing.assert_allclose(found.covariance[..., voxel], expected, rtol=1e-3)


def test_precisions_agree():
    signal, _ = recoveries(4000, 20.0)
    single, double = solve(RECOVERY, signal.astype(np.float32)), solve(RECOVERY, signal)
    difference = np.abs(single.time / double.time - 1)
    assert np.quantile(difference, 0.999) < 1e-5


def test_a_signal_beyond_the_range_lies_at_the_bound():
    signal = np.exp(-TE[:, np.newaxis] / np.array([3e-4, 0.05, 100.0]))
    found = solve(DECAY, signal)
    assert found.at_bound.tolist() == [True, False, True]


def test_without_a_degree_of_freedom_there_is_no_covariance():
    te = TE[:2]
    problem = Problem(lambda time: decay(time, te), 0.0005, 8.0)
    found = solve(problem, np.exp(-te[:, np.newaxis] / np.array([0.03, 0.05])))
    np.testing.assert_allclose(found.time, [0.03, 0.05], rtol=1e-6)
    assert np.isnan(found.covariance).all()
