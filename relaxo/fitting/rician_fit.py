"""Separable least squares with one amplitude for magnitudes, whose noise has a mean of its own.

The fit without that mean is the start; from there a damped Gauss-Newton iteration follows the expected magnitude.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting.blocks import checkpoint
from relaxo.fitting.problem import Problem, Solution
from relaxo.fitting.rician import MagnitudeTable
from relaxo.fitting.voxelwise import solve_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MAX_ITERATIONS = 60
#: Accepted change of the logarithms of amplitude and time.
TOLERANCE = 1e-9
#: A step that promises to lower the sum of squares by less than this share of it is lost in rounding.
NEGLIGIBLE = 1e-10
#: A minimum this near to the end of the range, in the logarithm, lies at the bound.
MARGIN = 1e-6
#: Sums of squares are equal within this share of them: the table of expected magnitudes is no better.
ROUNDING = 1e-8

_magnitude = MagnitudeTable()


def solve_magnitude(problem: Problem, signal: Array, keep: NDArray[np.bool_], sigma: float) -> Solution:
    """Fit every voxel.

    Parameters
    ----------
    problem
        With one amplitude, positive; its basis takes one time constant for each voxel, (v,).
    signal
        (n, v), magnitudes, finite.
    keep
        (n, v), the points that count.
    sigma
        Noise of each of the two channels that the magnitude was taken of, in units of the signal.
    """
    # The mean square of a magnitude is that of the signal and of two channels of noise.
    start = solve_each(problem, np.sqrt(np.maximum(signal**2 - 2 * sigma**2, 0.0)), keep)
    limits = np.log(problem.lower), np.log(problem.upper)
    amplitude = np.log(np.maximum(start.amplitudes[0], 1e-3 * np.maximum(signal.max(axis=0), sigma)))
    place = np.array([amplitude, np.log(start.time)])
    cost, jacobian, residual, _ = _evaluate(problem, place, signal, keep, sigma)
    damping = np.full(signal.shape[1], 1e-4)
    converged = np.zeros(signal.shape[1], bool)
    for _ in range(MAX_ITERATIONS):
        checkpoint()
        step = _step(jacobian, residual, damping)
        proposed = place + np.where(converged, 0.0, np.clip(step, -1.0, 1.0))
        proposed[1] = np.clip(proposed[1], *limits)
        trial_cost, trial_jacobian, trial_residual, _ = _evaluate(problem, proposed, signal, keep, sigma)
        promised = ((jacobian * residual).sum(axis=1) * step).sum(axis=0)
        short = (np.abs(proposed - place).max(axis=0) < TOLERANCE) | (promised < NEGLIGIBLE * cost)
        better = trial_cost <= cost * (1 + ROUNDING)
        converged |= short & (damping < 1)
        place, cost = np.where(better, proposed, place), np.where(better, trial_cost, cost)
        jacobian, residual = np.where(better, trial_jacobian, jacobian), np.where(better, trial_residual, residual)
        damping = np.where(better, damping * 0.2, np.maximum(damping * 5, 1e-3))
        if converged.all():
            break
    return _solution(problem, place, signal, keep, sigma, converged)


def _evaluate(
    problem: Problem, place: Array, signal: Array, keep: NDArray[np.bool_], sigma: float
) -> tuple[Array, Array, Array, Array]:
    """Return sums of squares (v,), derivatives (2, n, v) by ln amplitude and ln time, residuals and variances (n, v).

    The variance is in units of that of a strong signal: a weak one varies less.
    """
    basis, derivative = (functions[0] for functions in problem.basis(np.exp(place[1])))
    amplitude = np.exp(place[0])
    ratio = amplitude * basis / sigma
    mean, slope = _magnitude(ratio)
    variance = np.maximum(2 + ratio * ratio - mean * mean, 2 - np.pi / 2)
    residual = (signal - sigma * mean) * keep
    jacobian = np.array([basis, derivative]) * (amplitude * slope * keep)
    return (residual * residual).sum(axis=0), jacobian, residual, variance


def _step(jacobian: Array, residual: Array, damping: Array) -> Array:
    """Return the damped step (2, v)."""
    a, b, c = _normal(jacobian)
    a, c = a * (1 + damping), c * (1 + damping)
    right = (jacobian * residual).sum(axis=1)
    determinant = a * c - b * b
    solved = np.array([c * right[0] - b * right[1], a * right[1] - b * right[0]])
    step: Array = np.divide(solved, determinant, out=np.zeros_like(solved), where=determinant > 0)
    return step


def _normal(jacobian: Array, weight: Array | float = 1.0) -> tuple[Array, Array, Array]:
    first, second = jacobian
    products = ((first * first), (first * second), (second * second))
    a, b, c = ((product * weight).sum(axis=0) for product in products)
    return a, b, c


def _solution(
    problem: Problem, place: Array, signal: Array, keep: NDArray[np.bool_], sigma: float, converged: NDArray[np.bool_]
) -> Solution:
    cost, jacobian, _, variance = _evaluate(problem, place, signal, keep, sigma)
    a, b, c = _normal(jacobian)
    determinant = a * c - b * b
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inverse = np.array([[c, -b], [-b, a]]) / determinant
        d, e, f = _normal(jacobian, variance)
        middle = np.array([[d, e], [e, f]])
        points = keep.sum(axis=0)
        freedom = points - 2
        scale = np.where(freedom > 0, cost / freedom, np.nan) / ((variance * keep).sum(axis=0) / np.maximum(points, 1))
        covariance = np.einsum("abv,bcv,cdv->adv", inverse, middle, inverse) * scale
    amplitude = np.exp(place[0])
    covariance[0] *= amplitude
    covariance[:, 0] *= amplitude
    deviation = (signal - (signal * keep).sum(axis=0) / np.maximum(points, 1)) * keep
    low, high = np.log(problem.lower) + MARGIN, np.log(problem.upper) - MARGIN
    return Solution(
        time=np.exp(place[1]),
        amplitudes=amplitude[np.newaxis],
        covariance=covariance,
        sum_of_squares=cost,
        total_sum_of_squares=(deviation * deviation).sum(axis=0),
        points=points,
        at_bound=(place[1] < low) | (place[1] > high),
        converged=converged,
    )
