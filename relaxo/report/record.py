"""The record that a paper needs of a run: what is known, and what is missing and must be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import relaxo
from relaxo.report.provenance import withheld
from relaxo.report.rows import well_rows
from relaxo.rounding import span
from relaxo.units import frequency_from_field, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaxo.data import AgentResult, Protocol
    from relaxo.pipeline import Result
    from relaxo.recipe import ConditionsPart, RegressionPart

#: More numbers than this are given as a range.
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a paper states."""

    name: str
    value: str | None
    """In words, with its unit; None where it is not known."""
    setting: str | None = None
    """The key of the recipe that asks for it; None where the images or the results tell."""


def record(result: Result) -> tuple[Item, ...]:
    """Return what a paper states of a run, in the order in which it is usually stated."""
    recipe = result.recipe
    acquisition = [item for quantity in result.stacks for item in _acquisition(result, quantity)]
    rows = well_rows(result)
    excluded = [f"{row.well.name} ({row.excluded})" for row in rows if row.excluded]
    measured = [row.voxels for row in rows if row.voxels]
    return (
        *_conditions(recipe.conditions, result.field_T),
        *_concentrations(result.agents, recipe.regression, recipe.conditions),
        *acquisition,
        Item("voxels per well", span(measured) if measured else None),
        *regression_items(result.agents, recipe.regression),
        Item("wells excluded", "; ".join(excluded) or "none"),
        Item("software", f"Relaxo {relaxo.__version__}"),
    )


def missing(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items that nobody stated."""
    return tuple(item for item in items if item.value is None)


def regression_items(agents: Sequence[AgentResult], part: RegressionPart) -> tuple[Item, ...]:
    """Return how relaxivities were computed."""
    if not agents:
        return ()
    method = {
        "least_squares": {
            "none": "ordinary least squares",
            "relative": "least squares weighted by 1/R²",
            "standard_error": "least squares weighted by the standard errors of the rates",
        }[part.weights],
        "york": "least squares with errors in rates and concentrations (York)",
        "robust": "robust regression (Tukey's biweight)",
    }[part.method]
    intercept = {
        "free": "free",
        "fixed": f"fixed (R1 {_or_unknown(part.intercept_R1_per_s)}, R2 {_or_unknown(part.intercept_R2_per_s)} 1/s)",
        "blank": "fixed to the measured blank",
    }[part.intercept]
    return (
        Item("regression", method),
        Item("intercept", intercept),
        Item("intervals", "95 %, Student's t"),
    )


def listed(values: Iterable[float], unit: str) -> str:
    """Return numbers in words: all of them when they are few, else how many and their range."""
    numbers = list(dict.fromkeys(f"{value:.6g}" for value in values))
    if len(numbers) <= _LISTED:
        return f"{', '.join(numbers)} {unit}"
    return f"{len(numbers)} values from {numbers[0]} to {numbers[-1]} {unit}"


def _conditions(conditions: ConditionsPart, field_T: float | None) -> tuple[Item, ...]:
    field = None if field_T is None else f"{field_T:.4g} T ({frequency_from_field(field_T):.4g} MHz)"
    degrees = None if conditions.temperature_C is None else f"{conditions.temperature_C:g} °C"
    return (
        Item("field", field, "conditions.field_T"),
        Item("temperature", degrees, "conditions.temperature_C"),
        Item("how the temperature was measured", conditions.temperature_measured, "conditions.temperature_measured"),
        Item("medium", conditions.medium, "conditions.medium"),
        Item("pH", None if conditions.pH is None else f"{conditions.pH:g}", "conditions.pH"),
    )


def _concentrations(
    agents: Sequence[AgentResult], part: RegressionPart, conditions: ConditionsPart
) -> tuple[Item, ...]:
    stated = {
        "stock": part.stock_error_percent,
        "pipetting": part.pipetting_error_percent,
        "assay of each well": part.assay_error_percent,
    }
    errors = [f"{name} {value:g} %" for name, value in stated.items() if value is not None]
    lines = [line for agent in agents for line in (agent.r1, agent.r2) if line is not None]
    own = any(line.concentration_error is not None and line.concentration_error.any() for line in lines)
    own = own or any(share.source == "stock" and share.standard_error > 0 for line in lines for share in line.budget)
    series = [
        f"{agent.name or 'agent'}: {listed(np.unique(line.concentration), 'mM')}"
        for agent in agents
        if (line := agent.r1 or agent.r2) is not None
    ]
    return (
        Item("assay of the concentrations", conditions.assay, "conditions.assay"),
        Item(
            "standard error of the concentrations",
            ", ".join(errors) or ("given for single wells" if own else None),
            "regression.stock_error_percent",
        ),
        Item(
            f"concentrations, per {agents[0].per}" if agents else "concentrations",
            "; ".join(series) or None,
            "contents",
        ),
    )


def _acquisition(result: Result, quantity: str) -> tuple[Item, ...]:
    protocol = result.stacks[quantity].protocol
    description = withheld(result).taken_out(protocol.description)
    fit = getattr(result.recipe.fit, quantity)
    options = ", ".join(f"{name} = {value}" for name, value in fit.options.items())
    model = result.maps[quantity].model
    return (
        Item(f"{quantity} sequence", f"{protocol.suffix} {description}".strip()),
        Item(f"{quantity} times", _times(protocol)),
        Item(f"{quantity} model", f"{model} ({options})" if options else model),
    )


def _times(protocol: Protocol) -> str:
    parts = []
    for name, values in protocol.times.items():
        if not np.isfinite(values).all():
            continue
        angle = "Angle" in name
        shown = np.asarray(values, np.float64) if angle else s_to_ms(np.asarray(values, np.float64))
        parts.append(f"{name} {listed(shown, 'degree' if angle else 'ms')}")
    return "; ".join(parts)


def _or_unknown(value: float | None) -> str:
    return "not given" if value is None else f"{value:g}"
