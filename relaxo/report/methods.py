"""The Methods paragraph of a paper, written from the recipe and the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import relaxo
from relaxo.models import CATALOGUE
from relaxo.report.record import listed, missing, record
from relaxo.report.rows import well_rows
from relaxo.rounding import rounded, span
from relaxo.units import frequency_from_field, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, Estimate
    from relaxo.pipeline import Result
    from relaxo.recipe import RegressionPart

_SEQUENCES = {
    "IRT1": "inversion recovery",
    "MESE": "multi-echo spin echo",
    "MEGRE": "multi-echo gradient echo",
    "VFA": "spoiled gradient echo at variable flip angle",
    "VTR": "saturation recovery at variable repetition time",
}
_AXES = {
    "InversionTime": ("inversion time", "ms"),
    "EchoTime": ("echo time", "ms"),
    "RepetitionTime": ("repetition time", "ms"),
    "FlipAngle": ("flip angle", "degrees"),
}


def methods(result: Result) -> str:
    """Return a paragraph that says how the relaxivities were measured, ready to be edited into a paper.

    What nobody stated stands in square brackets, so that it is seen.
    """
    sentences = [_conditions(result), *(_acquisition(result, quantity) for quantity in result.stacks), _wells(result)]
    if result.agents:
        sentences.append(regression_methods(result.agents, result.recipe.regression))
    if result.reference is not None:
        reference = result.reference
        mark = " (interpolated between fields)" if reference.status == "interpolated" else ""
        sentences.append(f"Relaxivities of {reference.agent} were taken from {reference.citation}{mark}.")
    sentences.append(f"All was computed with Relaxo {relaxo.__version__}.")
    unknown = [item.name for item in missing(record(result))]
    if unknown:
        sentences.append(f"[Not stated: {', '.join(unknown)}.]")
    return " ".join(sentences)


def regression_methods(agents: Sequence[AgentResult], part: RegressionPart) -> str:
    """Return the sentences on the regression, and what it gave; they need no images."""
    per = agents[0].per
    method = {
        "least_squares": {
            "none": "by ordinary least squares",
            "relative": "by least squares with errors proportional to the rates",
            "standard_error": "by least squares weighted by the standard errors of the rates",
        }[part.weights],
        "york": "by least squares with errors in rates and concentrations (York et al., Am. J. Phys. 2004, 72, 367)",
        "robust": "by robust regression (Tukey's biweight, started from a redescending fit of the logarithms of rates)",
    }[part.method]
    intercept = {
        "free": "a free intercept",
        "fixed": "the intercept fixed",
        "blank": "the intercept fixed to the rate of the blank",
    }[part.intercept]
    how = (
        f"Relaxivities per {per} are the slopes of 1/T1 and 1/T2 on concentration, fitted {method} with {intercept}; "
        f"intervals are of 95 % confidence{_errors(part)}."
    )
    sentences = [how]
    for agent in agents:
        figures = [
            f"{line.quantity} = {_figure(line.relaxivity)} 1/s/mM from {len(line.wells)} wells"
            for line in (agent.r1, agent.r2)
            if line is not None
        ]
        if agent.ratio is not None:
            figures.append(f"r2/r1 = {_figure(agent.ratio)}")
        if figures:
            sentences.append(f"{agent.name or 'The agent'}: {', '.join(figures)}.")
        if agent.verdict is not None:
            probability = _probability(agent.verdict.probability_below)
            sentences.append(f"That r2/r1 lies below {agent.verdict.threshold:g} has a probability of {probability}.")
    return " ".join(sentences)


def _errors(part: RegressionPart) -> str:
    used = {"stock": part.stock_error_percent}
    if part.method != "least_squares":
        used |= {
            "pipetting": part.pipetting_error_percent,
            "assay": part.assay_error_percent,
            "rates": part.rate_error_percent,
        }
    stated = [f"{name} ({value:g} %)" for name, value in used.items() if value]
    if not stated:
        return " and hold the scatter about the line, not the error of the stock solution"
    return (
        f" and hold standard errors of {' and '.join([', '.join(stated[:-1]), stated[-1]] if stated[1:] else stated)}"
    )


def _figure(estimate: Estimate) -> str:
    low, high = (rounded(end, estimate.standard_error).partition(" ")[0] for end in estimate.ci95)
    return f"{rounded(estimate.value, estimate.standard_error).partition(' ')[0]} ({low} to {high})"


def _probability(value: float) -> str:
    """Return a probability with the digits that it deserves; never a rounded 0 or 1."""
    if value < 0.001:
        return "less than 0.001"
    if value > 0.999:
        return "more than 0.999"
    return f"{value:.2g}" if value < 0.99 else f"{value:.3f}"


def _conditions(result: Result) -> str:
    conditions = result.recipe.conditions
    field = (
        "[field not stated]"
        if result.field_T is None
        else f"{result.field_T:.3g} T ({frequency_from_field(result.field_T):.3g} MHz)"
    )
    temperature = "[temperature not stated]" if conditions.temperature_C is None else f"{conditions.temperature_C:g} °C"
    how = f" ({conditions.temperature_measured})" if conditions.temperature_measured else ""
    medium = conditions.medium or "[medium not stated]"
    acidity = "" if conditions.pH is None else f" at pH {conditions.pH:g}"
    assay = f" Concentrations were determined by {conditions.assay}." if conditions.assay else ""
    return f"Relaxation times were measured at {field} and {temperature}{how} in {medium}{acidity}.{assay}"


def _acquisition(result: Result, quantity: str) -> str:
    protocol = result.stacks[quantity].protocol
    sequence = _SEQUENCES.get(protocol.suffix, protocol.suffix)
    name, unit = _AXES.get(protocol.axis, (protocol.axis, "ms"))
    values = np.asarray(protocol.values, np.float64)
    shown = values if unit == "degrees" else s_to_ms(values)
    repetition = protocol.companions.get("RepetitionTime")
    every = ""
    if protocol.axis != "RepetitionTime" and repetition is not None and np.isfinite(repetition).all():
        every = f", repetition time {listed(s_to_ms(np.asarray(repetition, np.float64)), 'ms')}"
    model = CATALOGUE[result.maps[quantity].model]
    options = getattr(result.recipe.fit, quantity).options
    chosen = f" ({', '.join(f'{key} = {value}' for key, value in options.items())})" if options else ""
    return (
        f"{quantity} was measured by {sequence} ({name} {listed(shown, unit)}{every}) and fitted to every voxel with "
        f"{model.equation}{chosen} ({model.reference.rstrip('.')})."
    )


def _wells(result: Result) -> str:
    rows = well_rows(result)
    voxels = [row.voxels for row in rows if row.voxels]
    count = f"{len(rows)} wells were measured"
    if voxels:
        count += f", each as the mean over {span(voxels)} voxels"
    excluded = [f"{row.well.name} ({row.excluded})" for row in rows if row.excluded]
    return f"{count}." + (f" Wells left out: {'; '.join(excluded)}." if excluded else "")
