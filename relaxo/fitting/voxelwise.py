"""Separable least squares where the basis differs from voxel to voxel: a flip angle scaled by a map of B1, for one.

The same minimum as in `relaxo.fitting.separable`, without a dictionary that all voxels share: every node of the grid
is evaluated for every voxel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting.blocks import checkpoint
from relaxo.fitting.problem import Problem, Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Neighbouring grid nodes differ by this ratio: close enough that the best node lies in the basin of the minimum.
NODE_RATIO = 1.25
MAX_ITERATIONS = 60
#: Accepted change of the logarithm of the time constant.
TOLERANCE = 1e-10
#: A minimum this near to the end of the range, in the logarithm, lies at the bound.
MARGIN = 1e-6


def solve_each(problem: Problem, signal: Array, keep: NDArray[np.bool_]) -> Solution:
    """Fit every voxel with a basis of its own.

    Parameters
    ----------
    problem
        Its basis takes one time constant for each voxel of the signal, (v,), and nothing else.
    signal
        (n, v), finite and with its sign.
    keep
        (n, v), the points that count.
    """
    if problem.search_signs:
        raise ValueError("signs are searched only with a basis that all voxels share")
    weight = keep.astype(np.float64)
    signal = signal * weight
    count = int(np.ceil(np.log(problem.upper / problem.lower) / np.log(NODE_RATIO))) + 1
    nodes = np.linspace(np.log(problem.lower), np.log(problem.upper), count)
    best, score = np.zeros(signal.shape[1], np.int64), np.full(signal.shape[1], -1.0)
    for index, node in enumerate(nodes):
        checkpoint()
        basis, _ = problem.basis(np.full(signal.shape[1], np.exp(node)))
        orthonormal, _ = orthonormalise(basis * weight)
        explained = ((orthonormal * signal).sum(axis=1) ** 2).sum(axis=0)
        best = np.where(explained > score, index, best)
        score = np.maximum(score, explained)
    log_time, converged = _refine(problem, signal, weight, nodes, best)
    at_bound = (log_time < nodes[0] + MARGIN) | (log_time > nodes[-1] - MARGIN)
    return _solution(problem, signal, weight, log_time, at_bound=at_bound, converged=converged)


def orthonormalise(columns: Array) -> tuple[Array, Array]:
    """Return columns (k, n, v) made orthonormal over n, and R (k, k, v), upper triangular, that gives them back.

    Modified Gram-Schmidt, twice, so that columns that are nearly parallel end up orthogonal too. A column that depends
    on those before it becomes 0.
    """
    size = len(columns)
    factor = np.zeros((size, size, columns.shape[-1]))
    result = np.zeros_like(columns)
    for column in range(size):
        rest = columns[column]
        for _ in range(2):
            for known in range(column):
                share = (result[known] * rest).sum(axis=0)
                factor[known, column] += share
                rest = rest - share * result[known]
        norm = np.sqrt((rest * rest).sum(axis=0))
        factor[column, column] = norm
        result[column] = np.divide(rest, norm, out=np.zeros_like(rest), where=norm > 0)
    return result, factor


def invert_triangular(factor: Array) -> Array:
    """Return the inverses (k, k, v) of upper triangular matrices (k, k, v); singular ones give infinities and NaN."""
    size = len(factor)
    inverse = np.zeros_like(factor)
    with np.errstate(divide="ignore", invalid="ignore"):
        for column in range(size):
            inverse[column, column] = 1 / factor[column, column]
            for row in range(column - 1, -1, -1):
                known = (factor[row, row + 1 : column + 1] * inverse[row + 1 : column + 1, column]).sum(axis=0)
                inverse[row, column] = -known / factor[row, row]
    return inverse


def _amplitudes(problem: Problem, signal: Array, weight: Array, log_time: Array) -> tuple[Array, Array, Array, Array]:
    """Return amplitudes (k, v), basis (k, n, v), tangent along ln time (n, v) and residual (n, v)."""
    basis, derivative = problem.basis(np.exp(log_time))
    basis, derivative = basis * weight, derivative * weight
    orthonormal, factor = orthonormalise(basis)
    share = (orthonormal * signal).sum(axis=1)
    amplitudes = np.nan_to_num(np.einsum("abv,bv->av", invert_triangular(factor), share), posinf=0.0, neginf=0.0)
    tangent = (amplitudes[:, np.newaxis] * derivative).sum(axis=0)
    residual = signal - (share[:, np.newaxis] * orthonormal).sum(axis=0)
    return amplitudes, basis, tangent, residual


def _refine(
    problem: Problem, signal: Array, weight: Array, nodes: Array, best: NDArray[np.int64]
) -> tuple[Array, NDArray[np.bool_]]:
    """Find the minimum between the neighbours of the best node, by Gauss-Newton steps that a bracket keeps in."""
    low, high = nodes[np.maximum(best - 1, 0)], nodes[np.minimum(best + 1, len(nodes) - 1)]
    here = nodes[best]
    converged = np.zeros(here.shape, bool)
    for _ in range(MAX_ITERATIONS):
        checkpoint()
        _, basis, tangent, residual = _amplitudes(problem, signal, weight, here)
        # At the best amplitudes their own change does not enter the slope, so it is exact.
        slope = -(residual * tangent).sum(axis=0)
        orthonormal, _ = orthonormalise(basis)
        free = tangent - ((orthonormal * tangent).sum(axis=1)[:, np.newaxis] * orthonormal).sum(axis=0)
        curvature = (free * free).sum(axis=0)
        low, high = np.where(slope < 0, here, low), np.where(slope > 0, here, high)
        proposed = here + np.divide(-slope, curvature, out=np.full_like(slope, np.inf), where=curvature > 0)
        proposed = np.where((proposed > low) & (proposed < high), proposed, (low + high) / 2)
        proposed = np.where(converged | (slope == 0), here, proposed)
        converged = converged | (np.abs(proposed - here) < TOLERANCE)
        here = proposed
        if converged.all():
            break
    return here, converged


def _solution(
    problem: Problem,
    signal: Array,
    weight: Array,
    log_time: Array,
    *,
    at_bound: NDArray[np.bool_],
    converged: NDArray[np.bool_],
) -> Solution:
    amplitudes, basis, tangent, residual = _amplitudes(problem, signal, weight, log_time)
    points = weight.sum(axis=0).astype(np.int64)
    freedom = points - len(amplitudes) - 1
    sum_of_squares = (residual * residual).sum(axis=0)
    variance = np.divide(sum_of_squares, freedom, out=np.full_like(sum_of_squares, np.nan), where=freedom > 0)
    inverse = invert_triangular(orthonormalise(np.concatenate([basis, tangent[np.newaxis]]))[1])
    with np.errstate(invalid="ignore", over="ignore"):
        covariance = np.einsum("acv,bcv->abv", inverse, inverse) * variance
    deviation = (signal - signal.sum(axis=0) / np.maximum(points, 1)) * weight
    return Solution(
        time=np.exp(log_time),
        amplitudes=amplitudes,
        covariance=covariance,
        sum_of_squares=sum_of_squares,
        total_sum_of_squares=(deviation * deviation).sum(axis=0),
        points=points,
        at_bound=at_bound,
        converged=converged,
    )
