"""Least squares for signals that are linear in a few amplitudes and nonlinear in one time constant.

Variable projection (Golub and Pereyra, SIAM J. Numer. Anal. 10:413, 1973): for a given time constant the best
amplitudes follow from a linear projection, which leaves a search in one dimension. A grid of time constants finds the
basin of the global minimum, a safeguarded Gauss-Newton iteration on its logarithm finds the minimum itself. When only
the magnitude of the signal was measured, the sign of every point belongs to the search: the signal rises through zero
once, so the first m points are negative and m is found by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Neighbouring grid nodes differ by this ratio: close enough that the best node lies in the basin of the minimum.
NODE_RATIO = 1.22
#: Signs tried to the end; the best by grid score are nearly always among them.
FINISHED_SIGNS = 3
MAX_ITERATIONS = 60
#: Accepted change of the logarithm of the time constant.
TOLERANCE = 1e-10


class Basis(Protocol):
    """The functions that amplitudes multiply."""

    def __call__(self, time: Array) -> tuple[Array, Array]:
        """Return the basis (k, n, v) at time constants (v,), and its derivative by their logarithm (k, n, v)."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """What is common to all voxels of a fit."""

    basis: Basis
    lower: float
    """Smallest time constant considered."""
    upper: float
    """Largest one."""
    search_signs: bool = False
    """Whether the signal is the magnitude of a signed one that rises through zero along the axis."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The minimum of every voxel, v of them, with k amplitudes each."""

    time: Array
    """(v,), the time constant."""
    amplitudes: Array
    """(k, v)."""
    covariance: Array
    """(k + 1, k + 1, v), of the amplitudes and, last, the logarithm of the time constant; NaN without a degree of
    freedom left."""
    sum_of_squares: Array
    """(v,), of the residuals."""
    total_sum_of_squares: Array
    """(v,), of the signed signal about its mean."""
    points: NDArray[np.int64]
    """(v,), how many points were fitted."""
    at_bound: NDArray[np.bool_]
    """(v,), where the minimum lies at a bound of the time constant."""
    converged: NDArray[np.bool_]
    """(v,)."""


def solve(problem: Problem, signal: Array, keep: NDArray[np.bool_] | None = None) -> Solution:
    """Fit every voxel.

    Parameters
    ----------
    problem
        The basis, the range of its time constant, and whether signs are searched.
    signal
        (n, v), finite.
    keep
        (n, v), the points that count; all of them when None.
    """
    weight = np.ones_like(signal) if keep is None else keep.astype(np.float64)
    nodes = _nodes(problem)
    best: _Minimum | None = None
    for flipped, node in _candidates(problem, nodes, signal, weight):
        signed = np.where(np.arange(len(signal))[:, np.newaxis] < flipped, -signal, signal) * weight
        found = _refine(problem, nodes, signed, weight, node)
        best = found if best is None else best.better(found)
    assert best is not None
    return _solution(problem, best, weight)


def _nodes(problem: Problem) -> Array:
    count = int(np.ceil(np.log(problem.upper / problem.lower) / np.log(NODE_RATIO))) + 1
    return np.geomspace(problem.lower, problem.upper, count)


def _candidates(
    problem: Problem, nodes: Array, signal: Array, weight: Array
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the starts worth finishing: how many leading points are negative (v,), and the best node (v,)."""
    dictionary = _orthonormal(problem.basis(nodes)[0]).transpose(0, 2, 1)  # (k, nodes, n)
    gram = _gram_inverse(dictionary, weight)
    weighted = signal * weight
    projection = np.einsum("kjn,nv->kjv", dictionary, weighted, optimize=True)
    score, node = _best_node(projection, gram)
    if not problem.search_signs:
        return [(np.zeros(signal.shape[1], np.int64), node)]
    scores, best = [score], [node]
    for point in range(len(signal) - 1):
        # Turning one more point over changes every projection by twice its share.
        projection = projection - 2 * dictionary[:, :, point, np.newaxis] * weighted[point]
        score, node = _best_node(projection, gram)
        scores.append(score)
        best.append(node)
    count = min(FINISHED_SIGNS, len(scores))
    ranked = np.argsort(-np.array(scores), axis=0, kind="stable")[:count]
    return [(flipped, np.take_along_axis(np.array(best), flipped[np.newaxis], 0)[0]) for flipped in ranked]


def _orthonormal(basis: Array) -> Array:
    """Return the basis (k, n, v) with its functions made orthonormal over n, by modified Gram-Schmidt."""
    result: list[Array] = []
    for function in basis:
        rest = function
        for known in result:
            rest = rest - known * (known * rest).sum(axis=0)
        norm = np.sqrt((rest * rest).sum(axis=0))
        result.append(np.divide(rest, norm, out=np.zeros_like(rest), where=norm > 0))
    return np.array(result)


def _gram_inverse(dictionary: Array, weight: Array) -> Array | None:
    """Return the inverse Gram matrices (k, k, nodes, v) over the points that count; None where all of them do."""
    if weight.all():
        return None
    size = len(dictionary)
    gram = np.einsum("ajn,bjn,nv->abjv", dictionary, dictionary, weight, optimize=True)
    ridge = 1e-12 * np.eye(size)[:, :, np.newaxis, np.newaxis]
    return np.moveaxis(np.linalg.inv(np.moveaxis(gram + ridge, (0, 1), (-2, -1))), (-2, -1), (0, 1))


def _best_node(projection: Array, gram_inverse: Array | None) -> tuple[Array, NDArray[np.int64]]:
    """Return the explained sum of squares (v,) at the best node, and that node (v,)."""
    if gram_inverse is None:
        score = (projection * projection).sum(axis=0)
    else:
        score = np.einsum("ajv,abjv,bjv->jv", projection, gram_inverse, projection, optimize=True)
    node = score.argmax(axis=0)
    return np.take_along_axis(score, node[np.newaxis], 0)[0], node


@dataclass(frozen=True, slots=True)
class _Minimum:
    signed: Array
    log_time: Array
    sum_of_squares: Array
    at_bound: NDArray[np.bool_]
    converged: NDArray[np.bool_]

    def better(self, other: _Minimum) -> _Minimum:
        """Return, voxel by voxel, the one with the smaller sum of squares; one inside the range goes first."""
        rank_self = np.where(self.at_bound, np.inf, self.sum_of_squares)
        rank_other = np.where(other.at_bound, np.inf, other.sum_of_squares)
        take = rank_other < rank_self
        return _Minimum(
            signed=np.where(take, other.signed, self.signed),
            log_time=np.where(take, other.log_time, self.log_time),
            sum_of_squares=np.where(take, other.sum_of_squares, self.sum_of_squares),
            at_bound=np.where(take, other.at_bound, self.at_bound),
            converged=np.where(take, other.converged, self.converged),
        )


def _refine(problem: Problem, nodes: Array, signed: Array, weight: Array, node: NDArray[np.int64]) -> _Minimum:
    """Find the minimum between the neighbours of the best node."""
    log_nodes = np.log(nodes)
    low = log_nodes[np.maximum(node - 1, 0)]
    high = log_nodes[np.minimum(node + 1, len(nodes) - 1)]
    here = log_nodes[node].copy()
    converged = np.zeros(here.shape, bool)
    active = np.arange(here.size)
    for _ in range(MAX_ITERATIONS):
        y, w = signed[:, active], weight[:, active]
        slope, curvature = _slope(problem, here[active], y, w)
        # The bracket closes from the side that the slope points away from.
        low[active] = np.where(slope < 0, here[active], low[active])
        high[active] = np.where(slope > 0, here[active], high[active])
        step = np.divide(-slope, curvature, out=np.zeros_like(slope), where=curvature > 0)
        proposed = here[active] + step
        inside = (proposed > low[active]) & (proposed < high[active])
        proposed = np.where(inside, proposed, (low[active] + high[active]) / 2)
        done = (np.abs(proposed - here[active]) < TOLERANCE) | (slope == 0)
        here[active] = np.where(slope == 0, here[active], proposed)
        converged[active] = done
        active = active[~done]
        if active.size == 0:
            break
    margin = 1e-6
    at_bound = (here < log_nodes[0] + margin) | (here > log_nodes[-1] - margin)
    amplitudes, basis, _ = _amplitudes(problem, here, signed, weight)
    residual = signed - (amplitudes[:, np.newaxis] * basis).sum(axis=0)
    return _Minimum(signed, here, (residual * residual).sum(axis=0), at_bound, converged)


def _amplitudes(problem: Problem, log_time: Array, signed: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Return the best amplitudes (k, v), and the weighted basis and its derivative (k, n, v)."""
    basis, derivative = problem.basis(np.exp(log_time))
    basis, derivative = basis * weight, derivative * weight
    return _project(basis, signed), basis, derivative


def _project(basis: Array, values: Array) -> Array:
    """Return the coefficients (k, v) of values (n, v) on a basis (k, n, v) in the sense of least squares."""
    size = len(basis)
    normal = np.array([[(basis[a] * basis[b]).sum(axis=0) for b in range(size)] for a in range(size)])
    right = (basis * values).sum(axis=1)
    coefficients = _solve_normal(normal, right)
    # Once more on what is left: it takes back what the normal equations lose to rounding.
    rest = values - (coefficients[:, np.newaxis] * basis).sum(axis=0)
    return coefficients + _solve_normal(normal, (basis * rest).sum(axis=1))


def _solve_normal(normal: Array, right: Array) -> Array:
    """Solve normal equations (k, k, v) for (k, v); singular ones give 0."""
    if len(normal) == 1:
        return np.divide(right, normal[0], out=np.zeros_like(right), where=normal[0] > 0)
    if len(normal) == 2:
        determinant = normal[0, 0] * normal[1, 1] - normal[0, 1] ** 2
        solved = np.array(
            [normal[1, 1] * right[0] - normal[0, 1] * right[1], normal[0, 0] * right[1] - normal[0, 1] * right[0]]
        )
        usable = determinant > 1e-14 * normal[0, 0] * normal[1, 1]
        return np.divide(solved, determinant, out=np.zeros_like(solved), where=usable)
    raise ValueError(f"signals have one or two amplitudes, not {len(normal)}")


def _slope(problem: Problem, log_time: Array, signed: Array, weight: Array) -> tuple[Array, Array]:
    """Return the first derivative of half the sum of squares by the logarithm of time, and its Gauss-Newton second.

    At the best amplitudes their own change does not enter the slope, so it is exact.
    """
    amplitudes, basis, derivative = _amplitudes(problem, log_time, signed, weight)
    residual = signed - (amplitudes[:, np.newaxis] * basis).sum(axis=0)
    tangent = (amplitudes[:, np.newaxis] * derivative).sum(axis=0)
    free = tangent - (_project(basis, tangent)[:, np.newaxis] * basis).sum(axis=0)
    return -(residual * tangent).sum(axis=0), (free * free).sum(axis=0)


def _solution(problem: Problem, best: _Minimum, weight: Array) -> Solution:
    amplitudes, basis, derivative = _amplitudes(problem, best.log_time, best.signed, weight)
    size = len(amplitudes)
    points = weight.sum(axis=0).astype(np.int64)
    freedom = points - size - 1
    variance = np.divide(best.sum_of_squares, freedom, out=np.full_like(best.sum_of_squares, np.nan), where=freedom > 0)

    # The inverse of J'J by blocks: J holds the basis and, last, the tangent along the logarithm of time.
    tangent = (amplitudes[:, np.newaxis] * derivative).sum(axis=0)
    carried = _project(basis, tangent)
    free = tangent - (carried[:, np.newaxis] * basis).sum(axis=0)
    information = (free * free).sum(axis=0)
    normal = np.array([[(basis[a] * basis[b]).sum(axis=0) for b in range(size)] for a in range(size)])
    covariance = np.full((size + 1, size + 1, amplitudes.shape[1]), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse_information = np.where(information > 0, 1 / information, np.nan)
    for column in range(size):
        unit = np.zeros_like(amplitudes)
        unit[column] = 1
        covariance[:size, column] = _solve_normal(normal, unit) + carried * carried[column] * inverse_information
    covariance[size, :size] = covariance[:size, size] = -carried * inverse_information
    covariance[size, size] = inverse_information

    mean = best.signed.sum(axis=0) / np.maximum(points, 1)
    deviation = (best.signed - mean) * weight
    return Solution(
        time=np.exp(best.log_time),
        amplitudes=amplitudes,
        covariance=covariance * variance,
        sum_of_squares=best.sum_of_squares,
        total_sum_of_squares=(deviation * deviation).sum(axis=0),
        points=points,
        at_bound=best.at_bound,
        converged=best.converged,
    )
