"""The ratio r2/r1 three ways: from both slopes, with Fieller's interval, and as the slope of R2 on R1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtr, stdtr

from relaxo.data import Estimate, Verdict
from relaxo.errors import AnalysisError
from relaxo.relaxivity.interval import combined, quantile
from relaxo.relaxivity.straight import york

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Line

#: With fewer wells in common, how far R1 and R2 err together cannot be told from the residuals.
_FEWEST_COMMON_WELLS = 3

#: Stated errors hold unless the scatter is less probable than this.
_CONTRADICTED = 0.05


def ratio(r1: Line, r2: Line) -> Estimate:
    """Return r2/r1, its standard error to first order (delta method) and Student's 95 % interval.

    With q = r2/r1: var q = (var r2 + q² var r1 - 2 q cov(r1, r2)) / r1². An error of the stock cancels. The degrees of
    freedom are the fewer of the two lines'.

    Raises
    ------
    AnalysisError
        When the interval of r1 reaches zero, so that no bounded interval of the ratio exists (Fieller, J. R. Stat. Soc.
        B 16, 175, 1954).
    """
    fieller(r1, r2)
    value = r2.relaxivity.value / r1.relaxivity.value
    error = math.sqrt(_variance(r1, r2, value)) / abs(r1.relaxivity.value)
    return combined(value, [(error, _degrees_of_freedom(r1, r2))], "1")


def fieller(r1: Line, r2: Line) -> tuple[float, float]:
    """Return Fieller's 95 % interval of r2/r1: all q at which r2 - q r1 is not distinguishable from zero.

    Raises
    ------
    AnalysisError
        As `ratio`.
    """
    first, second = r1.relaxivity.value, r2.relaxivity.value
    squared = quantile(_degrees_of_freedom(r1, r2)) ** 2
    v11, v22 = float(r1.covariance[1, 1]), float(r2.covariance[1, 1])
    # first² q² - 2 first second q + second² = squared (v22 - 2 q v12 + q² v11)
    a = first**2 - squared * v11
    if not a > 0:
        raise AnalysisError(
            "r2/r1 has no bounded interval because r1 is not distinguishable from zero",
            hint="Measure higher concentrations",
        )
    v12 = covariance_of_slopes(r1, r2)
    b = first * second - squared * v12
    c = second**2 - squared * v22
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def slope_of_rates(r1: Line, r2: Line) -> Estimate | None:
    """Return r2/r1 as the slope of R2 on R1 across the wells that both lines have; None when these are too few.

    A wrong concentration moves both rates of its well along that slope, so that neither the stock nor pipetting errs
    here. Both rates have errors: the stated ones where both lines rest on such, and otherwise errors in proportion to
    the rates, the same share for both, whose size the residuals show.
    """
    position = {well: index for index, well in enumerate(r2.wells)}
    common = [(index, position[well]) for index, well in enumerate(r1.wells) if well in position]
    if len(common) < _FEWEST_COMMON_WELLS:
        return None
    first, second = (np.array(indices) for indices in zip(*common, strict=True))
    x, y = r1.rate[first], r2.rate[second]
    if not np.ptp(x) > 0:
        return None
    stated = r1.weights == r2.weights == "stated"
    if stated:
        keep = (_each(r1.kept)[first] > 0) & (_each(r2.kept)[second] > 0)
        if np.count_nonzero(keep) < _FEWEST_COMMON_WELLS:
            return None
        x, y = x[keep], y[keep]
        errors = [each.rate_error[of][keep] / each.scale for each, of in ((r1, first), (r2, second))]
        line = york(x, y, *errors)
    else:
        line = york(x, y, x, y)
    degrees: float = x.size - 2
    scale = line.scale
    if stated and chdtrc(degrees, line.chi_square) >= _CONTRADICTED:
        scale, degrees = 1.0, math.inf
    return combined(line.slope, [(math.sqrt(line.covariance[1, 1]) * scale, degrees)], "1")


def disagree(one: Estimate, other: Estimate) -> bool:
    """Tell whether two estimates of the same ratio differ by more than their errors allow (5 %).

    They share their rates, so that their difference errs less than this supposes.
    """
    allowed = math.hypot(*((high - low) / 2 for low, high in (one.ci95, other.ci95)))
    return abs(one.value - other.value) > allowed


def verdict(r1: Line, r2: Line, threshold: float) -> Verdict:
    """Say on which side of a threshold r2/r1 lies, and how probable it is that it lies below.

    r2 - threshold r1 is a difference of slopes, whose error is known exactly where that of a ratio is to first order
    only; r1 is taken to be positive. The probability is that of Student's distribution about what was measured.
    """
    difference = r2.relaxivity.value - threshold * r1.relaxivity.value
    error = math.sqrt(_variance(r1, r2, threshold))
    degrees = _degrees_of_freedom(r1, r2)
    if error > 0:
        score = -difference / error
        below = float(ndtr(score) if math.isinf(degrees) else stdtr(degrees, score))
    else:
        below = float(difference < 0)
    answer = "below" if below >= 0.975 else "above" if below <= 0.025 else "undecided"
    return Verdict(threshold, below, answer)


def covariance_of_slopes(r1: Line, r2: Line) -> float:
    """Return the covariance of r1 and r2, (1/s/mM)², without that of the stock.

    A slope is a weighted sum of rates, so cov(r1, r2) is the sum over the common wells of a_i b_i cov(R1_i, R2_i), with
    a and b the weights that the two lines give to well i.

    Where errors were stated, those of a concentration move both rates of its well: cov(R1_i, R2_i) = r1 r2 u(c_i)².
    Otherwise the errors of one well are taken to be correlated by the same rho in every well: cov(R1_i, R2_i) =
    rho s_i t_i, s and t being the errors that the regressions gave the rates. The standardised residuals are u = M e/s
    and v = N f/t, where M and N are the residual projections I - H of the two weighted lines. Hence the sum of u_i v_i
    over the common wells has the expectation rho times the sum of M_ij N_ij over pairs of common wells, which gives
    rho. For equal designs that sum is n - 2, as in seemingly unrelated regressions (Zellner, J. Am. Stat. Assoc. 57,
    348, 1962).
    """
    position = {well: index for index, well in enumerate(r2.wells)}
    common = [(index, position[well]) for index, well in enumerate(r1.wells) if well in position]
    if not common:
        return 0.0
    first, second = (np.array(indices) for indices in zip(*common, strict=True))
    a, b = _slope_weights(r1)[first], _slope_weights(r2)[second]
    if r1.weights == r2.weights == "stated":
        of_concentration = _each(r1.concentration_error)[first] * _each(r2.concentration_error)[second]
        moved = r1.relaxivity.value * r2.relaxivity.value * of_concentration
        return float(np.sum(a * b * moved))
    exact = not (r1.rate_error.all() and r2.rate_error.all())
    if exact or len(common) < _FEWEST_COMMON_WELLS:
        return 0.0
    u = (r1.residual / r1.rate_error)[first]
    v = (r2.residual / r2.rate_error)[second]
    shared = np.sum(_residual_projection(r1)[np.ix_(first, first)] * _residual_projection(r2)[np.ix_(second, second)])
    if shared <= 0:
        return 0.0
    rho = float(np.clip(u @ v / shared, -1, 1))
    return rho * float((a * r1.rate_error[first]) @ (b * r2.rate_error[second]))


def _variance(r1: Line, r2: Line, q: float) -> float:
    """Return the variance of r2 - q r1."""
    terms = float(r2.covariance[1, 1]) + q * q * float(r1.covariance[1, 1]) - 2 * q * covariance_of_slopes(r1, r2)
    # The three terms cancel when R2 errs exactly as R1 does; rounding must not make the rest negative.
    return max(terms, 0.0)


def _degrees_of_freedom(r1: Line, r2: Line) -> float:
    own = [line.interval_degrees_of_freedom for line in (r1, r2)]
    return min(degrees for degrees in own if degrees is not None)


def _each(values: NDArray[np.float64] | None) -> NDArray[np.float64]:
    assert values is not None  # the type fills it in when it is built
    return values


def _residual_projection(line: Line) -> NDArray[np.float64]:
    """Return I - H, (wells, wells), for rates divided by their errors."""
    columns = (
        [np.ones_like(line.concentration), line.concentration]
        if line.intercept_from == "free"
        else [line.concentration]
    )
    design = np.column_stack(columns) / line.rate_error[:, None]
    basis, _ = np.linalg.qr(design / np.linalg.norm(design, axis=0))
    projection: NDArray[np.float64] = np.eye(len(line.wells)) - basis @ basis.T
    return projection


def _slope_weights(line: Line) -> NDArray[np.float64]:
    """Return what each rate is multiplied by in the sum that is the slope: (wells,), 1/mM."""
    if line.leverage is not None:
        return np.asarray(line.leverage, np.float64)
    weight = (line.rate_error.min() / line.rate_error) ** 2
    centred = line.concentration - weight @ line.concentration / weight.sum()
    weights: NDArray[np.float64] = weight * centred / (weight @ centred**2)
    return weights
