"""One straight line: rates of wells against concentration, weighted least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, stdtrit

from relaxo.data import Estimate, Line
from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import WellRate

    Vector = NDArray[np.float64]

#: Fewer different concentrations leave no residual to judge a line by.
FEWEST_CONCENTRATIONS = 3

#: logit(t) of `fitted_rate`; the ends stand for rates that differ by a factor of 1e21.
_LOGITS = np.linspace(-50, 50, 101)


def regress(
    quantity: Literal["r1", "r2"],
    wells: Sequence[WellRate],
    weights: Literal["none", "relative", "standard_error"] = "none",
) -> Line:
    """Fit rate = intercept + relaxivity x concentration by weighted least squares.

    The weights say what the error of a rate is proportional to; its size is estimated from the residuals (n - 2 degrees
    of freedom), and the intervals are Student's.

    ``relative``
        The error is proportional to the true rate, which the fitted line estimates: the weights are 1 / fitted², with
        the very line that they give. This is the maximum quasi-likelihood fit of a constant coefficient of variation
        (Wedderburn, Biometrika 61, 439, 1974), the gamma regression with identity link of McCullagh & Nelder
        (Generalized Linear Models, 1989, chapter 8). A single pass with weights 1 / measured² trusts a rate more for
        having come out low: with a coefficient of variation v it lands at 1 - 2 v² of the true line.
    ``standard_error``
        The error is proportional to each well's own standard error.
    ``none``
        All errors are the same: ordinary least squares.

    Parameters
    ----------
    quantity
        ``r1`` for R1, ``r2`` for R2.
    wells
        Wells that count: none excluded, each with a concentration.
    weights
        As above.

    Raises
    ------
    AnalysisError
        With fewer than 3 different concentrations, or when a standard error that is needed is missing.
    """
    concentration = np.array([well.concentration for well in wells], np.float64)
    rate = np.array([well.rate for well in wells], np.float64)
    different = np.unique(concentration).size
    if different < FEWEST_CONCENTRATIONS:
        raise AnalysisError(
            f"{quantity} needs at least {FEWEST_CONCENTRATIONS} different concentrations, there "
            f"{'is' if different == 1 else 'are'} {different} in {len(wells)} usable well{'s'[: len(wells) != 1]}",
            hint="Measure more dilutions, or look at why wells are excluded",
        )
    if weights == "relative":
        error = fitted_rate(concentration, rate)
    elif weights == "standard_error":
        error = _standard_errors(quantity, wells)
    else:
        error = np.ones_like(rate)

    fit = least_squares(concentration, rate, error)
    degrees_of_freedom = len(wells) - 2
    quantile = float(stdtrit(degrees_of_freedom, 0.975))
    return Line(
        quantity=quantity,
        relaxivity=_estimate(fit.slope, fit.covariance[1, 1], quantile, "1/s/mM"),
        intercept=_estimate(fit.intercept, fit.covariance[0, 0], quantile, "1/s"),
        covariance=fit.covariance,
        wells=tuple(well.well for well in wells),
        concentration=concentration,
        rate=rate,
        rate_error=fit.scale * error,
        degrees_of_freedom=degrees_of_freedom,
    )


@dataclass(frozen=True, slots=True, eq=False)
class StraightLine:
    """y = intercept + slope x, with the scale of the errors as the residuals show it."""

    intercept: float
    slope: float
    covariance: Vector
    """(2, 2), of intercept and slope."""
    scale: float
    """What the errors given must be multiplied by to be those that the residuals show."""


def least_squares(x: Vector, y: Vector, error: Vector) -> StraightLine:
    """Fit a straight line with errors known up to a common factor.

    Centred at the weighted mean of x, where intercept and slope are uncorrelated, so that no large numbers cancel.

    Parameters
    ----------
    x, y
        (n,) each, n > 2.
    error
        (n,), positive, in any unit: only the proportions count.
    """
    weight = (error.min() / error) ** 2
    total = weight.sum()
    x_mean = weight @ x / total
    y_mean = weight @ y / total
    x_centred = x - x_mean
    sum_of_squares = weight @ x_centred**2
    slope = weight @ (x_centred * (y - y_mean)) / sum_of_squares
    residual = (y - y_mean) - slope * x_centred
    variance = weight @ residual**2 / (x.size - 2)
    slope_variance = variance / sum_of_squares
    between = -x_mean * slope_variance
    return StraightLine(
        intercept=float(y_mean - slope * x_mean),
        slope=float(slope),
        covariance=np.array([[variance / total + x_mean**2 * slope_variance, between], [between, slope_variance]]),
        scale=float(np.sqrt(variance) / error.min()),
    )


def fitted_rate(concentration: Vector, rate: Vector) -> Vector:
    """Return the rates (n,), 1/s, on the line whose relative residuals are those of its own weights.

    The line F solves sum of (R - F) / F² = 0 and sum of concentration (R - F) / F² = 0, where the quasi-deviance, the
    sum of R / F + log F, is smallest. Every line that is positive over the concentrations is F = k g, where
    g = (1 - t) (1 - u) + t u, u runs from 0 at the lowest to 1 at the highest concentration and 0 < t < 1. The best k
    at a given t is the mean of R / g, which leaves one unknown with a root between two known signs: there is always an
    answer, and nothing to iterate from a poor start.

    Parameters
    ----------
    concentration
        (n,), mM, at least 3 different.
    rate
        (n,), 1/s, positive.
    """
    u = (concentration - concentration.min()) / np.ptp(concentration)

    def shape(logit: Vector) -> Vector:
        g: Vector = np.multiply.outer(expit(-logit), 1 - u) + np.multiply.outer(expit(logit), u)
        return g

    def deviance(logit: Vector) -> Vector:
        g = shape(logit)
        total: Vector = rate.size * np.log(np.mean(rate / g, axis=-1)) + np.log(g).sum(axis=-1)
        return total

    def gradient(logit: Vector) -> Vector:
        g = shape(logit)
        turn = np.multiply.outer(expit(logit) * expit(-logit), 2 * u - 1) / g
        rise: Vector = turn.sum(axis=-1) - rate.size * (turn * rate / g).sum(axis=-1) / (rate / g).sum(axis=-1)
        return rise

    rising = gradient(_LOGITS) > 0
    valleys = np.flatnonzero(~rising[:-1] & rising[1:])
    deepest = valleys[np.argmin(deviance(_LOGITS[valleys]))]
    root = brentq(
        lambda s: float(gradient(np.array(s))), _LOGITS[deepest], _LOGITS[deepest + 1], xtol=1e-14, rtol=1e-14
    )
    g = shape(np.array(root))
    fitted: Vector = g * np.mean(rate / g)
    return fitted


def _standard_errors(quantity: str, wells: Sequence[WellRate]) -> Vector:
    missing = [well.well for well in wells if not (np.isfinite(well.standard_error) and well.standard_error > 0)]
    if missing:
        raise AnalysisError(
            f"{quantity} cannot be weighted by standard errors: well{'s'[: len(missing) != 1]} {', '.join(missing)} "
            f"{'has' if len(missing) == 1 else 'have'} none above zero",
            hint='Give every well its standard error, or set the weights to "relative"',
        )
    return np.array([well.standard_error for well in wells], np.float64)


def _estimate(value: float, variance: float, quantile: float, unit: str) -> Estimate:
    error = float(np.sqrt(variance))
    return Estimate(value, error, (value - quantile * error, value + quantile * error), unit)
