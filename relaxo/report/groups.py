"""Which wells stand together in a figure: those of an agent, the blank with each of them, by concentration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.report.look import look
from relaxo.report.rows import home
from relaxo.report.style import GREY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, Line
    from relaxo.pipeline import Findings


@dataclass(frozen=True, slots=True)
class Group:
    """The wells of one agent."""

    name: str
    """Of the agent; empty when unnamed."""
    colour: str
    marker: str
    wells: tuple[str, ...]
    """Names, by concentration; those without one last."""
    agent: AgentResult | None
    """None when nothing could be regressed."""

    def line(self, quantity: str) -> Line | None:
        """Return the line of ``T1`` or ``T2``."""
        if self.agent is None:
            return None
        return self.agent.r1 if quantity == "T1" else self.agent.r2


def groups(result: Findings) -> tuple[Group, ...]:
    """Group the wells that have contents by agent, in the order of the results; all wells when none has.

    A well without agent (one whose agent, such as "water", occurs at no concentration above 0) stands in every group.
    """
    order = [well.name for well in result.wells[home(result)].wells]
    colours, markers = look().series.colours, look().series.markers
    contents = {name: result.contents[name] for name in order if name in result.contents}
    if not contents:
        return (Group("", GREY, markers[0], tuple(order), None),)
    with_agent = {each.agent for each in contents.values() if each.concentration_mM}
    names = [
        *(agent.name for agent in result.agents),
        *dict.fromkeys(each.agent for each in contents.values() if each.agent in with_agent),
    ]
    by_name = {agent.name: agent for agent in result.agents}
    found = []
    for index, name in enumerate(dict.fromkeys(names) or [""]):
        members = [well for well, each in contents.items() if each.agent == name or each.agent not in with_agent]
        members.sort(key=lambda well: _or_last(contents[well].concentration_mM))
        found.append(
            Group(
                name,
                colours[index % len(colours)],
                markers[index % len(markers)],
                tuple(members),
                by_name.get(name),
            )
        )
    return tuple(found)


def shared(together: Sequence[Group]) -> frozenset[str]:
    """Return the wells that stand in more than one group."""
    everything = [well for group in together for well in group.wells]
    return frozenset(well for well in everything if everything.count(well) > 1)


def _or_last(concentration: float | None) -> float:
    return math.inf if concentration is None else concentration
