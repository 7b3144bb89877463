"""The ratio r2/r1, with the correlation that r1 and r2 have because they come from the same wells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from relaxo.data import Estimate
from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Line

#: With fewer wells in common, how far R1 and R2 err together cannot be told from the residuals.
_FEWEST_COMMON_WELLS = 3


def ratio(r1: Line, r2: Line) -> Estimate:
    """Return r2/r1, its standard error to first order (delta method) and Student's 95 % interval.

    With q = r2/r1: var q = (var r2 + q² var r1 - 2 q cov(r1, r2)) / r1². The degrees of freedom are the fewer of the
    two lines'.

    Raises
    ------
    AnalysisError
        When the interval of r1 reaches zero, so that no bounded interval of the ratio exists (Fieller, J. R. Stat. Soc.
        B 16, 175, 1954).
    """
    low, high = r1.relaxivity.ci95
    if low <= 0 <= high:
        raise AnalysisError(
            "r2/r1 has no bounded interval because r1 is not distinguishable from zero",
            hint="Measure higher concentrations",
        )
    value = r2.relaxivity.value / r1.relaxivity.value
    variance = (
        r2.relaxivity.standard_error**2
        + (value * r1.relaxivity.standard_error) ** 2
        - 2 * value * covariance_of_slopes(r1, r2)
    )
    # The three terms cancel when R2 errs exactly as R1 does; rounding must not make the rest negative.
    error = float(np.sqrt(max(variance, 0.0)) / abs(r1.relaxivity.value))
    quantile = float(stdtrit(min(r1.degrees_of_freedom, r2.degrees_of_freedom), 0.975))
    return Estimate(value, error, (value - quantile * error, value + quantile * error), "1")


def covariance_of_slopes(r1: Line, r2: Line) -> float:
    """Return the covariance of r1 and r2, (1/s/mM)².

    A slope is a weighted sum of rates, so cov(r1, r2) is the sum over the common wells of a_i b_i cov(R1_i, R2_i), with
    a and b the weights that the two lines give to well i. The errors of one well are taken to be correlated by the same
    rho in every well (a pipetting error moves both rates of its well): cov(R1_i, R2_i) = rho s_i t_i, s and t being the
    errors that the regressions gave the rates.

    The standardised residuals are u = M e/s and v = N f/t, where M and N are the residual projections I - H of the two
    weighted lines. Hence the sum of u_i v_i over the common wells has the expectation rho times the sum of M_ij N_ij
    over pairs of common wells, which gives rho. For equal designs that sum is n - 2, as in seemingly unrelated
    regressions (Zellner, J. Am. Stat. Assoc. 57, 348, 1962).
    """
    position = {well: index for index, well in enumerate(r2.wells)}
    common = [(index, position[well]) for index, well in enumerate(r1.wells) if well in position]
    exact = not (r1.rate_error.all() and r2.rate_error.all())
    if exact or len(common) < _FEWEST_COMMON_WELLS:
        return 0.0
    first, second = (np.array(indices) for indices in zip(*common, strict=True))
    u = (r1.residual / r1.rate_error)[first]
    v = (r2.residual / r2.rate_error)[second]
    shared = np.sum(_residual_projection(r1)[np.ix_(first, first)] * _residual_projection(r2)[np.ix_(second, second)])
    if shared <= 0:
        return 0.0
    rho = float(np.clip(u @ v / shared, -1, 1))
    a = (_slope_weights(r1) * r1.rate_error)[first]
    b = (_slope_weights(r2) * r2.rate_error)[second]
    return rho * float(a @ b)


def _residual_projection(line: Line) -> NDArray[np.float64]:
    """Return I - H, (wells, wells), for rates divided by their errors."""
    design = np.column_stack([np.ones_like(line.concentration), line.concentration]) / line.rate_error[:, None]
    basis, _ = np.linalg.qr(design / np.linalg.norm(design, axis=0))
    projection: NDArray[np.float64] = np.eye(len(line.wells)) - basis @ basis.T
    return projection


def _slope_weights(line: Line) -> NDArray[np.float64]:
    """Return what each rate is multiplied by in the sum that is the slope: (wells,), 1/mM."""
    weight = (line.rate_error.min() / line.rate_error) ** 2
    centred = line.concentration - weight @ line.concentration / weight.sum()
    weights: NDArray[np.float64] = weight * centred / (weight @ centred**2)
    return weights
