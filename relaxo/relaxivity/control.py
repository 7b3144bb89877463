"""The agent measured along as a control: which one it is, and whether it came out as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.data import Notice
from relaxo.errors import AnalysisError
from relaxo.relaxivity.names import bare, is_called
from relaxo.relaxivity.references import NOT_STATED, references, same_medium

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, ReferenceAgent
    from relaxo.recipe import RegressionPart

#: How far from a published value a measured one may always lie: two batches of one salt differ by as much.
_BAND = 0.1

#: Relaxivities of chelates fall by 2 to 3 % a degree.
_SAME_TEMPERATURE_C = 3.0


def control_of(agents: Sequence[AgentResult], part: RegressionPart, own: Sequence[ReferenceAgent] = ()) -> str | None:
    """Return the name of the agent that was measured along as a control; None when there is none.

    It is the one that the recipe names. Where the recipe says nothing, it is the agent that carries a name of the
    reference agent, if others were measured beside it.

    Raises
    ------
    AnalysisError
        When the recipe names an agent that was not measured.
    """
    if part.control is not None:
        for agent in agents:
            if bare(agent.name) == bare(part.control):
                return agent.name
        measured = ", ".join(f'"{agent.name}"' for agent in agents)
        raise AnalysisError(
            f'the control "{part.control}" is not among the agents that were measured: {measured}',
            where="regression.control",
            hint="Name one of these, or leave the control out",
        )
    if len(agents) < 2:
        return None
    synonyms = {bare(part.reference)}
    for known in (*own, *references()):
        if is_called(known, part.reference):
            synonyms.update(bare(name) for name in (known.agent, *known.synonyms))
    return next((agent.name for agent in agents if bare(agent.name) in synonyms), None)


def off_band(control: AgentResult, published: ReferenceAgent) -> tuple[Notice, ...]:
    """Return an alarm for every relaxivity of the control whose interval misses the published band.

    The band is the published value and its 95 % interval, and at least 10 % either way. Where the control is wrong, so
    is the experiment, before any agent in it is good.

    Parameters
    ----------
    control
        What was measured, counted per the same as `published`.
    published
        The same agent at the same field.
    """
    alarms = []
    for name, line, value, error in (
        ("r1", control.r1, published.r1, published.r1_se),
        ("r2", control.r2, published.r2, published.r2_se),
    ):
        if line is None or value is None:
            continue
        half = max(1.96 * (error or 0.0), _BAND * value)
        low, high = line.relaxivity.ci95
        if high < value - half or low > value + half:
            alarms.append(
                Notice(
                    "control_off",
                    f"The control {control.name} has {name} = {line.relaxivity.value:.3g} 1/s/mM per {control.per} "
                    f"(95 % interval {low:.3g} to {high:.3g}), where {value - half:.3g} to {value + half:.3g} is "
                    f"published for {conditions(published)}. Look at concentrations, temperature and fits before "
                    "trusting any agent of this run.",
                )
            )
    return tuple(alarms)


def differences(published: ReferenceAgent, temperature_C: float | None, medium: str | None) -> tuple[Notice, ...]:
    """Return a notice when a published value was measured in other conditions than this run."""
    unlike = []
    known = published.temperature_C
    if temperature_C is not None and known is not None and abs(known - temperature_C) > _SAME_TEMPERATURE_C:
        unlike.append(f"here {temperature_C:g} °C, there {known:g} °C")
    if medium is not None and published.medium != NOT_STATED and not same_medium(published.medium, medium):
        unlike.append(f"here {medium}, there {published.medium}")
    if not unlike:
        return ()
    return (
        Notice(
            "reference_differs",
            f"The published {published.agent} was measured in other conditions: {'; '.join(unlike)}.",
        ),
    )


def conditions(published: ReferenceAgent) -> str:
    """Return at what a published value was measured: ``1 T, 37 °C, plasma``, or what its source does not state."""
    known = published.temperature_C
    temperature = "temperature not stated" if known is None else f"{known:g} °C"
    medium = "medium not stated" if published.medium == NOT_STATED else published.medium
    return f"{published.field_T:g} T, {temperature}, {medium}"
