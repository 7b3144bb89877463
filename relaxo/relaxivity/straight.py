"""Straight lines through points: weighted, with errors in both axes, and resistant to outliers; numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.relaxivity.bracket import zero

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

#: Slopes that `york` looks at before it refines the best, as angles; the axes are scaled to the extent of the points.
_ANGLES = np.linspace(-np.pi / 2, np.pi / 2, 181)[1:-1]

#: Beaton & Tukey, Technometrics 16, 147, 1974: beyond so many standard deviations a point has no weight; the constant
#: that keeps 95 % of the efficiency where all errors are normal.
TUKEY = 4.685

#: Variance of that estimate over that of least squares, where all errors are normal.
_LOSS = 1 / 0.95

#: The median of the absolute value of a standard normal variable.
_NORMAL_MEDIAN = 0.6744897501960817

_MOST_ROUNDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class StraightLine:
    """y = intercept + slope x."""

    intercept: float
    slope: float
    covariance: Vector
    """(2, 2), of intercept and slope, with the errors as they were given; the intercept's entries are zero where it
    was given."""
    chi_square: float
    """Sum of squared residuals over the errors given."""
    leverage: Vector
    """(n,), by how much the slope grows with each y."""
    scale: float
    """What the errors must be multiplied by to be those that the residuals show; 1 where the residuals have none."""
    weight: Vector
    """(n,), from 0 to 1: the share of its weight that a robust fit left to each point."""


def weighted(x: Vector, y: Vector, error: Vector, intercept: float | None = None) -> StraightLine:
    """Fit a straight line by least squares with errors in y.

    Centred at the weighted mean of x, where intercept and slope are uncorrelated, so that no large numbers cancel.

    Parameters
    ----------
    x, y
        (n,) each.
    error
        (n,), positive: of y.
    intercept
        Where it is known; otherwise it is fitted.
    """
    return _solved(x, x, y, error, intercept)


def york(
    x: Vector,
    y: Vector,
    x_error: Vector,
    y_error: Vector,
    intercept: float | None = None,
    near: float | None = None,
) -> StraightLine:
    """Fit a straight line by least squares with independent errors in x and y.

    The sum of (y - a - b x)² / (u² + b² v²), with u the error of y and v that of x, is least at the line that maximum
    likelihood gives (York, Can. J. Phys. 44, 1079, 1966); the standard errors are those at the adjusted points (York et
    al., Am. J. Phys. 72, 367, 2004). At a given slope the best intercept is known, which leaves one unknown: all
    directions are looked at, and the best one is refined, so that the answer is the least sum and not one near a start.

    Parameters
    ----------
    x, y
        (n,) each.
    x_error
        (n,), zero or more.
    y_error
        (n,), positive.
    intercept
        Where it is known; otherwise it is fitted.
    near
        A slope that is known to be near the best, as a round of reweighting knows it: only there is it looked for.
    """
    if not x_error.any():
        return weighted(x, y, y_error, intercept)

    def parts(slope: Vector) -> tuple[Vector, Vector, Vector]:
        """Return variance, centred x and residual, each (slopes, n)."""
        variance = y_error**2 + np.multiply.outer(slope**2, x_error**2)
        offset = y - np.multiply.outer(slope, x)
        if intercept is not None:
            return variance, np.broadcast_to(x, variance.shape), offset - intercept
        weight = 1 / variance
        total = weight.sum(axis=-1, keepdims=True)
        centred = x - (weight * x).sum(axis=-1, keepdims=True) / total
        return variance, centred, offset - (weight * offset).sum(axis=-1, keepdims=True) / total

    def chi_square(slope: Vector) -> Vector:
        variance, _, residual = parts(slope)
        total: Vector = (residual**2 / variance).sum(axis=-1)
        return total

    def gradient(slope: float) -> float:
        """Return minus half the derivative of chi-square by the slope."""
        variance, centred, residual = (part[0] for part in parts(np.array([slope])))
        return float(np.sum(residual * centred / variance + slope * (residual * x_error / variance) ** 2))

    low, high = (0.0, 0.0) if near is None else sorted((0.8 * near, 1.25 * near))
    if not gradient(low) > 0 > gradient(high):
        slopes = np.tan(_ANGLES) * (np.ptp(y) or 1.0) / np.ptp(x)
        best = int(np.argmin(chi_square(slopes)))
        low, high = slopes[max(best - 1, 0)], slopes[min(best + 1, slopes.size - 1)]
    slope = zero(gradient, low, high) if gradient(low) > 0 > gradient(high) else low
    variance, _, residual = (part[0] for part in parts(np.array([slope])))
    adjusted = x + slope * x_error**2 * residual / variance
    return _solved(x, adjusted, y, np.sqrt(variance), intercept, slope)


def robust(
    x: Vector,
    y: Vector,
    x_error: Vector,
    y_error: Vector,
    start: tuple[float, float],
    intercept: float | None = None,
    *,
    stated: bool = False,
) -> StraightLine:
    """Fit a straight line with a loss that lets go of points far off: Tukey's biweight, from a start that resists them.

    The scale of the errors is the median absolute residual of the standardised points, corrected for the number of
    parameters; with stated errors it is 1, unless the residuals are at least twice as large as these. The covariance is
    Huber's (Robust Statistics, 1981, equation 6.5 of chapter 7).

    Parameters
    ----------
    x, y
        (n,) each.
    x_error, y_error
        (n,) each: of proportions that are known, or of sizes that are.
    start
        Intercept and slope to begin with.
    intercept
        Where it is known; otherwise it is fitted.
    stated
        Whether the sizes of the errors are known.
    """
    n = x.size
    parameters = 2 if intercept is None else 1
    a, b = start
    scale = 1.0
    line = None
    for _ in range(_MOST_ROUNDS):
        standardised = (y - a - b * x) / np.hypot(y_error, b * x_error)
        shown = float(np.median(np.abs(standardised))) / _NORMAL_MEDIAN * np.sqrt(n / (n - parameters))
        scale = (shown if shown > 2 else 1.0) if stated else shown
        if not scale > 1e-12 * np.sqrt(np.mean(standardised**2) + 1e-300):
            # More than half of the points lie on the line to the last digit: nothing is left to weigh.
            break
        weight = np.clip(1 - (standardised / (scale * TUKEY)) ** 2, 0, None) ** 2
        root = np.sqrt(np.maximum(weight, 1e-30))
        line = york(x, y, x_error / root, y_error / root, intercept, b)
        change = max(abs(line.slope - b) * np.ptp(x), abs(line.intercept - a))
        a, b = line.intercept, line.slope
        if change <= 1e-12 * np.abs(y).max():
            break
    error = np.hypot(y_error, b * x_error)
    standardised = (y - a - b * x) / error
    plain = _solved(x, x, y, error, intercept, b)
    if line is None:
        line = plain
    if not scale > 0:
        return StraightLine(a, b, 0 * plain.covariance, plain.chi_square, line.leverage, 0.0, line.weight)
    u = standardised / (scale * TUKEY)
    inside = np.abs(u) < 1
    psi = np.where(inside, standardised / scale * (1 - u**2) ** 2, 0.0)
    slope_of_psi = np.where(inside, (1 - u**2) * (1 - 5 * u**2), 0.0)
    mean = slope_of_psi.mean()
    correction = 1 + parameters / n * slope_of_psi.var() / mean**2
    factor = correction**2 * np.sum(psi**2) / (n - parameters) / mean**2
    weight = np.where(inside, (1 - u**2) ** 2, 0.0)
    return StraightLine(
        intercept=a,
        slope=b,
        # With stated errors that hold, the size of psi is known too: its expectation, not what a few points show.
        covariance=plain.covariance * (_LOSS * _lost(weight) if stated and scale == 1 else scale**2 * factor),
        chi_square=plain.chi_square,
        leverage=line.leverage,
        scale=scale,
        weight=weight,
    )


def _lost(weight: Vector) -> float:
    """Return by how much a variance grows because points were let go."""
    return float(weight.size / np.count_nonzero(weight)) if weight.any() else 1.0


def _solved(
    x: Vector, adjusted: Vector, y: Vector, error: Vector, intercept: float | None, slope: float | None = None
) -> StraightLine:
    """Fit with errors in y only; with a slope given, only say what follows from it."""
    smallest = error.min()
    weight = (smallest / error) ** 2
    total = weight.sum()
    free = intercept is None
    mean = weight @ adjusted / total if free else 0.0
    centred = adjusted - mean
    squares = weight @ centred**2
    y_mean = weight @ y / total if intercept is None else intercept
    x_mean = weight @ x / total if free else 0.0
    if slope is None:
        slope = float(weight @ (centred * (y - y_mean)) / squares)
    a = float(y_mean - slope * x_mean)
    residual = (y - y_mean) - slope * (x - x_mean)
    slope_variance = smallest**2 / squares
    covariance = np.zeros((2, 2))
    covariance[1, 1] = slope_variance
    if free:
        covariance[0, 0] = smallest**2 / total + mean**2 * slope_variance
        covariance[0, 1] = covariance[1, 0] = -mean * slope_variance
    chi_square = float(weight @ residual**2) / smallest**2
    degrees_of_freedom = x.size - (2 if free else 1)
    return StraightLine(
        intercept=a,
        slope=slope,
        covariance=covariance,
        chi_square=chi_square,
        leverage=weight * centred / squares,
        scale=float(np.sqrt(chi_square / degrees_of_freedom)) if degrees_of_freedom > 0 else 1.0,
        weight=np.ones(x.size),
    )
