"""How panels say what the regression gave: values with their intervals, and what a comparison means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.rounding import UNKNOWN, rounded
from relaxo_gui.core import relaxivity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.data import AgentResult, Estimate, Line
    from relaxo.pipeline import Result
    from relaxo.report.compare import Comparison, Quotient

UNIT = "mM⁻¹ s⁻¹"
NAMES = {"r1": "r₁", "r2": "r₂", "r2_over_r1": "r₂/r₁"}
#: A difference as large would come about by chance less often than this.
_SIGNIFICANT = 0.05


def estimate_words(estimate: Estimate | None) -> tuple[str, str]:
    """Return a value with its standard error, and its 95 % interval, rounded to the same digits."""
    if estimate is None:
        return UNKNOWN, ""
    return rounded(estimate.value, estimate.standard_error), interval_words(*estimate.ci95, estimate.standard_error)


def interval_words(low: float, high: float, error: float) -> str:
    """Return an interval with the digits that an error allows; nothing where it is not known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return " … ".join(rounded(end, error).partition(" ")[0] for end in (low, high))


def published_words(value: float | None, error: float | None) -> str:
    """Return a published value."""
    if value is None:
        return ""
    return f"{value:g}" if error is None else rounded(value, error)


def agent_title(agent: AgentResult, control: str | None) -> str:
    """Return the name of an agent, and whether it is the control."""
    return f"{agent.name or 'Agent'}{' (control)' if control is not None and agent.name == control else ''}"


def agent_line(agent: AgentResult, control: str | None) -> str:
    """Return what was found of an agent in one line."""
    figures = {
        "r1": agent.r1.relaxivity if agent.r1 else None,
        "r2": agent.r2.relaxivity if agent.r2 else None,
        "r2_over_r1": agent.ratio,
    }
    parts = [f"{NAMES[key]} {estimate_words(found)[0]}" for key, found in figures.items() if found is not None]
    return "   ".join([agent_title(agent, control), *parts])


def alternative_words(line: Line) -> Iterator[str]:
    """Say what the line would be with or without some wells."""
    for other in line.alternatives:
        how = {"without_outliers": "without", "with_excluded": "with"}[other.kind]
        yield f"{NAMES[line.quantity]} {how} {', '.join(other.wells)}: {estimate_words(other.relaxivity)[0]}"


def verdicts(result: Result) -> list[tuple[str, bool]]:
    """Return what the numbers mean, sentence by sentence, and of each whether it is a warning."""
    # Only here, for with reports come figures, and there is a result only after they were loaded.
    from relaxo.report.compare import compare  # noqa: PLC0415

    said = []
    control_off = [notice.message for notice in result.notices if notice.code == "control_off"]
    said += [(message, True) for message in control_off]
    if result.control is not None and result.reference is not None and not control_off:
        said.append((f"The control {result.control} came out as published: the series can be trusted so far.", False))
    for comparison in compare(result.agents, result.reference, result.control):
        if comparison.agent != result.control:
            said += [(sentence, False) for sentence in _compared(comparison, result)]
    for agent in result.agents:
        if agent.verdict is not None:
            said.append((_threshold(agent), False))
    return said


def _compared(comparison: Comparison, result: Result) -> Iterator[str]:
    agent = comparison.agent or "The agent"
    if comparison.kind == "control":
        other = f"the control {comparison.name}"
    else:
        where = f" ({relaxivity.conditions(result.reference)})" if result.reference is not None else ""
        other = f"published {result.recipe.regression.reference or comparison.name}{where}"
    parts = [f"{NAMES[name]} {_times(quotient)}" for name, quotient in comparison.quotients.items()]
    if parts:
        yield f"{agent} against {other}: {'; '.join(parts)}."


def _times(quotient: Quotient) -> str:
    value, interval = rounded(quotient.value, quotient.standard_error).partition(" ")[0], ""
    if math.isfinite(quotient.half_width):
        interval = f" ({interval_words(*quotient.ci95, quotient.standard_error)})"
    if math.isfinite(quotient.p_equal) and quotient.p_equal >= _SIGNIFICANT:
        return f"{value} times{interval}, no difference that could be shown"
    if quotient.value == 1:
        return "the same"
    return f"{value} times{interval}, {'larger' if quotient.value > 1 else 'smaller'}"


def _threshold(agent: AgentResult) -> str:
    assert agent.verdict is not None
    name, limit, p = agent.name or "The agent", agent.verdict.threshold, agent.verdict.probability_below
    shown = "less than 0.001" if p < 0.001 else "more than 0.999" if p > 0.999 else f"{p:.2g}"
    answer = {
        "below": f"r₂/r₁ lies below {limit:g}",
        "above": f"r₂/r₁ lies above {limit:g}",
        "undecided": f"whether r₂/r₁ lies below {limit:g} cannot be decided",
    }[agent.verdict.answer]
    return f"{name}: {answer} (probability of below: {shown})."
