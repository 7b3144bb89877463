"""Whether a straight line describes the rates: tests, each with what it needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, fdtrc, stdtr

from relaxo.data import Quality
from relaxo.relaxivity.gamma import fitted_rate
from relaxo.relaxivity.straight import weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.relaxivity.straight import StraightLine

    Vector = NDArray[np.float64]

#: Concentrations that agree to this share are replicates: tables are rounded.
_SAME = 1e-9


def quality(
    concentration: Vector,
    rate: Vector,
    error: Vector,
    line: StraightLine,
    degrees_of_freedom: int,
    *,
    stated: bool,
    weighed: bool = True,
) -> Quality:
    """Test a line.

    Parameters
    ----------
    concentration, rate
        (wells,) in mM and 1/s.
    error
        (wells,), 1/s, of rates and concentrations together as the line weighs them; in proportion at least.
    line
        What was fitted.
    degrees_of_freedom
        Of its residuals.
    stated
        Whether the errors are known in size.
    weighed
        Whether the errors are known in proportion. If not, as in ordinary least squares, the tests of the line's shape
        take them to be proportional to the rates, as those of relaxation times are: a large rate that errs as usual
        would else pass for a bend.
    """
    residual = (rate - line.intercept - line.slope * concentration) / error
    chi_square = float(residual @ residual)
    shape_error = error if weighed else fitted_rate(concentration, rate)
    shape_line = line if weighed else weighted(concentration, rate, shape_error)
    shape_residual = (rate - shape_line.intercept - shape_line.slope * concentration) / shape_error
    curvature, curvature_p = _curvature(concentration, rate, shape_error)
    known = stated and degrees_of_freedom > 0
    total = float(np.sum((rate - rate.mean()) ** 2))
    return Quality(
        r_squared=1 - float(np.sum((residual * error) ** 2)) / total if total > 0 else math.nan,
        chi_square=chi_square if known else math.nan,
        chi_square_p=float(chdtrc(degrees_of_freedom, chi_square)) if known else math.nan,
        birge_ratio=math.sqrt(chi_square / degrees_of_freedom) if known else math.nan,
        lack_of_fit_p=_lack_of_fit(concentration, rate, shape_error, shape_residual, degrees_of_freedom),
        curvature=curvature,
        curvature_p=curvature_p,
        runs_p=runs(residual[np.argsort(concentration, kind="stable")]),
    )


def _lack_of_fit(concentration: Vector, rate: Vector, error: Vector, residual: Vector, degrees: int) -> float:
    """Return the p-value of the scatter of levels about the line over that within replicates (F test)."""
    order = np.argsort(concentration, kind="stable")
    steps = np.diff(concentration[order]) > _SAME * max(float(concentration.max()), 1e-300)
    level = np.empty(order.size, np.intp)
    level[order] = np.r_[0, np.cumsum(steps)]
    weight = 1 / error**2
    within_degrees = concentration.size - (int(level.max()) + 1)
    between_degrees = degrees - within_degrees
    if within_degrees < 1 or between_degrees < 1:
        return math.nan
    mean = np.bincount(level, weight * rate) / np.bincount(level, weight)
    within = float(np.sum(weight * (rate - mean[level]) ** 2))
    if not within > 0:
        return math.nan
    between = max(float(residual @ residual) - within, 0.0)
    return float(fdtrc(between_degrees, within_degrees, (between / between_degrees) / (within / within_degrees)))


def _curvature(concentration: Vector, rate: Vector, error: Vector) -> tuple[float, float]:
    """Return the coefficient of the squared concentration, 1/s/mM², and its two-sided p-value."""
    n = concentration.size
    if n < 4 or np.unique(concentration).size < 3:
        return math.nan, math.nan
    unit = float(concentration.max())
    x = concentration / unit
    design = np.column_stack([np.ones(n), x, x**2]) / error[:, None]
    # Scaled to one, so that the errors of the rates do not decide what counts as singular.
    scale = np.linalg.norm(design, axis=0)
    q, r = np.linalg.qr(design / scale)
    found = np.linalg.solve(r, q.T @ (rate / error))
    residual = rate / error - (design / scale) @ found
    variance = float(residual @ residual) / (n - 3)
    standard_error = math.sqrt(variance * float(np.sum(np.linalg.inv(r)[2] ** 2)))
    value = float(found[2] / scale[2] / unit**2)
    if not standard_error > 1e-12 * abs(found).max():
        # An exact parabola, or an exact line.
        return value, 0.0 if abs(found[2]) > 1e-9 * abs(found).max() else math.nan
    return value, float(2 * stdtr(n - 3, -abs(found[2]) / standard_error))


def runs(residual: Vector) -> float:
    """Return the probability of at most so many runs of one sign, were the signs in random order.

    The exact distribution of Wald & Wolfowitz (Ann. Math. Stat. 11, 147, 1940). Few runs mean a curve or a drift.

    Parameters
    ----------
    residual
        (n,), in the order of concentration; zeros do not count.
    """
    signs = residual[residual != 0] > 0
    positive = int(signs.sum())
    negative = signs.size - positive
    if positive == 0 or negative == 0:
        return math.nan
    seen = 1 + int(np.count_nonzero(signs[1:] != signs[:-1]))
    ways = 0
    for number in range(2, seen + 1):
        half = number // 2
        if number % 2 == 0:
            ways += 2 * math.comb(positive - 1, half - 1) * math.comb(negative - 1, half - 1)
        else:
            ways += math.comb(positive - 1, half) * math.comb(negative - 1, half - 1)
            ways += math.comb(positive - 1, half - 1) * math.comb(negative - 1, half)
    return ways / math.comb(positive + negative, positive)
