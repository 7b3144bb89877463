"""What is doubtful about lines and ratios, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Notice
from relaxo.relaxivity.interval import quantile
from relaxo.relaxivity.ratio import disagree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Estimate, Line

#: A test speaks up below this: there are several to a line, and each would cry wolf in 5 of 100.
_DOUBTFUL = 0.01

#: A bend below this share of the rise changes no relaxivity that anybody compares, however sure it is.
_LEAST_BEND = 0.01

#: Differences below this share are those of the arithmetic.
_ROUNDING = 1e-6

#: Stated errors are said to be too small below this, as `regress` enlarges them.
_CONTRADICTED = 0.05


def doubts_about_line(name: str, lines: Sequence[Line]) -> list[Notice]:
    """Return what a person must know about the lines of an agent.

    Parameters
    ----------
    name
        Of the agent, as messages have it.
    lines
        Of r1 and r2.
    """
    doubts = []
    for line in lines:
        doubts += _about_values(name, line) + _about_shape(name, line) + _about_blank(name, line)
        doubts += _outliers(name, line)
    return doubts


def doubts_about_ratio(name: str, of_slopes: Estimate | None, of_rates: Estimate | None) -> list[Notice]:
    """Return what a person must know about r2/r1 of an agent."""
    doubts = []
    if of_slopes is not None and of_slopes.ci95[1] < 1:
        doubts.append(
            Notice(
                "ratio_below_one",
                f"{name}: r2/r1 = {of_slopes.value:.3g} lies below 1, as no solution of a paramagnetic agent "
                "does. Look at the T2 fits (first echo, noise floor, echo train too short) and at the T1 fits.",
            )
        )
    if of_slopes is not None and of_rates is not None and disagree(of_slopes, of_rates):
        doubts.append(
            Notice(
                "ratio_disagrees",
                f"{name}: r2/r1 is {of_slopes.value:.4g} from the two slopes and {of_rates.value:.4g} from R2 against "
                "R1 across wells, which no concentration touches. Look for wells with only one wrong rate, for wrong "
                "concentrations, and for a line that bends.",
            )
        )
    return doubts


def _about_values(name: str, line: Line) -> list[Notice]:
    doubts = []
    low, high = line.intercept.ci95
    if high < 0:
        doubts.append(
            Notice(
                "intercept_negative",
                f"{name}: the line of {line.quantity} meets zero concentration at {line.intercept.value:.3g} "
                f"1/s (95 % interval {low:.3g} to {high:.3g}), and a rate cannot be negative. Look for a wrong "
                "concentration, a curved series or a biased fit at long relaxation times.",
            )
        )
    if line.relaxivity.ci95[0] <= 0:
        doubts.append(
            Notice(
                "relaxivity_not_positive",
                f"{name}: {line.quantity} = {line.relaxivity.value:.3g} 1/s/mM is not distinguishable from "
                "zero or lies below it. Look for interchanged wells, or measure higher concentrations.",
            )
        )
    return doubts


def _about_shape(name: str, line: Line) -> list[Notice]:
    quality = line.quality
    if quality is None:
        return []
    doubts = []
    # NaN, where a test cannot be made, is not below anything.
    if quality.curvature_p < _DOUBTFUL and _bend(line, quality.curvature) > _LEAST_BEND:
        bends = "upwards" if quality.curvature > 0 else "downwards"
        doubts.append(
            Notice(
                "curved",
                f"{name}: the rates of {line.quantity} bend {bends} with concentration "
                f"(p = {quality.curvature_p:.2g}), and a straight line says little about them. Look for aggregation, "
                "for times that the protocol cannot measure, or leave out the highest concentrations.",
            )
        )
    if quality.lack_of_fit_p < _DOUBTFUL:
        doubts.append(
            Notice(
                "lack_of_fit",
                f"{name}: concentrations lie further off the line of {line.quantity} than their replicates lie apart "
                f"(p = {quality.lack_of_fit_p:.2g}): dilutions err, or the line bends.",
            )
        )
    if quality.runs_p < _DOUBTFUL:
        doubts.append(
            Notice(
                "runs",
                f"{name}: the residuals of {line.quantity} change sign less often than chance does "
                f"(p = {quality.runs_p:.2g}): the line bends, or something drifted.",
            )
        )
    if line.weights == "stated" and quality.chi_square_p < _CONTRADICTED:
        doubts.append(
            Notice(
                "errors_too_small",
                f"{name}: the wells scatter {quality.birge_ratio:.2g} times as much about the line of {line.quantity} "
                f"as the stated errors allow (p = {quality.chi_square_p:.2g}). "
                + ("The errors were multiplied by it." if line.method == "york" else "Look for wells that are wrong."),
            )
        )
    return doubts


def _bend(line: Line, curvature: float) -> float:
    """Return how far a parabola lies off its chord in the middle, as a share of the rise along the line."""
    rise = abs(line.relaxivity.value)
    return abs(curvature) * float(np.ptp(line.concentration)) / 4 / rise if rise else 0.0


def _about_blank(name: str, line: Line) -> list[Notice]:
    """Doubt a line that does not meet the blank that was measured."""
    if line.intercept_from != "free":
        return []
    doubts = []
    for index, well in enumerate(line.wells):
        if line.concentration[index] != 0:
            continue
        off = float(line.residual[index])
        own = float(line.rate_error[index])
        degrees = line.interval_degrees_of_freedom or line.degrees_of_freedom
        allowed = quantile(degrees) * (own**2 + line.intercept.standard_error**2) ** 0.5
        if abs(off) > max(allowed, _ROUNDING * float(line.rate[index])):
            doubts.append(
                Notice(
                    "intercept_not_blank",
                    f"{name}: the line of {line.quantity} meets zero concentration at {line.intercept.value:.3g} 1/s, "
                    f"and the blank has {line.rate[index]:.3g} 1/s. Look for another solvent, a contaminated blank or "
                    "concentrations that are all off by the same.",
                    well=well,
                )
            )
    return doubts


def _outliers(name: str, line: Line) -> list[Notice]:
    without = next((each for each in line.alternatives if each.kind == "without_outliers"), None)
    doubts = []
    for each in line.influence:
        if not each.outlier:
            continue
        rate = line.quantity.upper()
        where = "above" if each.deviation > 0 else "below"
        consequence = (
            f" Without {'it' if len(without.wells) == 1 else 'wells ' + ', '.join(without.wells)} {line.quantity} is "
            f"{without.relaxivity.value:.4g} in place of {line.relaxivity.value:.4g} 1/s/mM."
            if without is not None
            else ""
        )
        doubts.append(
            Notice(
                "outlier",
                f"{name}: {rate} lies {100 * abs(each.deviation):.0f} % {where} the line of the other wells."
                f"{consequence} It counts until it is excluded with a reason.",
                well=each.well,
            )
        )
    return doubts
