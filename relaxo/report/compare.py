"""How an agent compares with the published reference, and with the control measured in the same run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.data import AgentResult, ReferenceAgent


@dataclass(frozen=True, slots=True)
class Quotient:
    """A figure of one agent over that of another."""

    value: float
    standard_error: float
    """To first order, of independent errors; NaN when one of the two is not known."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One agent over another."""

    agent: str
    kind: Literal["reference", "control"]
    name: str
    """Of the reference or control."""
    quotients: Mapping[str, Quotient]
    """``r1``, ``r2`` and ``r2_over_r1``, those that both have."""


def compare(
    agents: Sequence[AgentResult], reference: ReferenceAgent | None, control: str | None
) -> tuple[Comparison, ...]:
    """Compare every agent with the reference and with the control, each where there is one.

    Only what counts the same is compared: per ion with per ion, per molecule with per molecule.
    """
    measured = next((agent for agent in agents if agent.name == control), None)
    comparisons = []
    for agent in agents:
        if reference is not None and reference.per == agent.per:
            quotients = _over(_measured(agent), _published(reference))
            comparisons.append(Comparison(agent.name, "reference", reference.agent, quotients))
        if measured is not None and measured is not agent:
            quotients = _over(_measured(agent), _measured(measured))
            comparisons.append(Comparison(agent.name, "control", measured.name, quotients))
    return tuple(comparisons)


def _measured(agent: AgentResult) -> dict[str, Quotient]:
    """Return an agent's figures, each with its standard error."""
    figures = {
        "r1": agent.r1.relaxivity if agent.r1 else None,
        "r2": agent.r2.relaxivity if agent.r2 else None,
        "r2_over_r1": agent.ratio,
    }
    return {name: Quotient(found.value, found.standard_error) for name, found in figures.items() if found is not None}


def _published(reference: ReferenceAgent) -> dict[str, Quotient]:
    figures = {
        name: Quotient(value, math.nan if error is None else error)
        for name, value, error in (("r1", reference.r1, reference.r1_se), ("r2", reference.r2, reference.r2_se))
        if value is not None
    }
    if "r1" in figures and "r2" in figures:
        figures["r2_over_r1"] = _quotient(figures["r2"], figures["r1"])
    return figures


def _over(mine: Mapping[str, Quotient], theirs: Mapping[str, Quotient]) -> dict[str, Quotient]:
    return {name: _quotient(mine[name], theirs[name]) for name in mine if name in theirs and theirs[name].value}


def _quotient(upper: Quotient, lower: Quotient) -> Quotient:
    value = upper.value / lower.value
    error = math.hypot(upper.standard_error / lower.value, value * lower.standard_error / lower.value)
    return Quotient(value, error)
