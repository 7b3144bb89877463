"""How an agent compares with the published reference, and with the control measured in the same run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.data import AgentResult, ReferenceAgent


#: The 97.5 % quantile of the normal distribution.
_NORMAL = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Quotient:
    """A figure of one agent over that of another."""

    value: float
    standard_error: float
    """To first order, of independent errors; NaN when one of the two is not known."""
    half_width: float = math.nan
    """Of the 95 % interval, from those of the two; NaN when one of them is not known."""
    p_equal: float = math.nan
    """Probability of so large a difference between the two, were they equal; NaN for a figure alone."""

    @property
    def ci95(self) -> tuple[float, float]:
        """The 95 % interval."""
        return self.value - self.half_width, self.value + self.half_width


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
    return {
        name: Quotient(found.value, found.standard_error, (found.ci95[1] - found.ci95[0]) / 2)
        for name, found in figures.items()
        if found is not None
    }


def _published(reference: ReferenceAgent) -> dict[str, Quotient]:
    figures = {
        name: Quotient(value, math.nan if error is None else error, math.nan if error is None else _NORMAL * error)
        for name, value, error in (("r1", reference.r1, reference.r1_se), ("r2", reference.r2, reference.r2_se))
        if value is not None
    }
    if "r1" in figures and "r2" in figures:
        figures["r2_over_r1"] = _quotient(figures["r2"], figures["r1"])
    return figures


def _over(mine: Mapping[str, Quotient], theirs: Mapping[str, Quotient]) -> dict[str, Quotient]:
    return {name: _quotient(mine[name], theirs[name]) for name in mine if name in theirs and theirs[name].value}


def _quotient(upper: Quotient, lower: Quotient) -> Quotient:
    """Divide two figures; their difference is judged by the same errors as their quotient."""
    value = upper.value / lower.value

    def spread(above: float, below: float) -> float:
        return math.hypot(above / lower.value, value * below / lower.value)

    allowed = math.hypot(upper.half_width, lower.half_width)
    difference = abs(upper.value - lower.value)
    p = math.erfc(_NORMAL * difference / allowed / math.sqrt(2)) if allowed > 0 else float(difference == 0)
    return Quotient(
        value,
        spread(upper.standard_error, lower.standard_error),
        spread(upper.half_width, lower.half_width),
        math.nan if math.isnan(allowed) else p,
    )
