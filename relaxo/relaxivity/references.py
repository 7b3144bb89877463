"""Published relaxivities to compare with, and how an agent is recognised by any of its names."""

from __future__ import annotations

import csv
import functools
import unicodedata
from importlib.resources import files
from typing import TYPE_CHECKING

from relaxo.data import ReferenceAgent
from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult
    from relaxo.recipe import RegressionPart

#: Two fields count as the same within 5 %, or 0.1 T at low field: a "3 T" magnet may run at 2.89 T.
_RELATIVE_TOLERANCE = 0.05
_TOLERANCE_T = 0.1

#: Relaxivities are usually stated at room or body temperature.
_USUAL_TEMPERATURES_C = (25.0, 37.0)


@functools.cache
def references() -> tuple[ReferenceAgent, ...]:
    """Return the published relaxivities that Relaxo ships, each read in its source or derived from data that were."""
    text = (files("relaxo.relaxivity") / "references.csv").read_text(encoding="utf-8")
    return tuple(
        ReferenceAgent(
            agent=row["agent"],
            synonyms=tuple(row["synonyms"].split("|")),
            field_T=float(row["field_T"]),
            temperature_C=_number(row["temperature_C"]),
            medium=row["medium"],
            per=row["per"],
            r1=_number(row["r1"]),
            r1_se=_number(row["r1_se"]),
            r2=_number(row["r2"]),
            r2_se=_number(row["r2_se"]),
            citation=row["citation"],
            doi=row["doi"],
            status=row["status"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def reference(name: str, field_T: float | None) -> ReferenceAgent | None:
    """Return the published relaxivity of an agent that suits a field best; None where there is none.

    Rows within 5 % or 0.1 T of the field are considered, never interpolated. Those with both r1 and r2 come first, then
    the nearest field, then water before other media, then the temperature nearest to 25 or 37 degrees Celsius.

    Parameters
    ----------
    name
        Any name of the agent: ``Gd-DTPA``, ``gadopentetate``, ``Magnevist``. Case, blanks and hyphens do not count.
    field_T
        T; None when unknown, which matches nothing: a relaxivity means little without its field.
    """
    if field_T is None:
        return None
    tolerance = max(_RELATIVE_TOLERANCE * field_T, _TOLERANCE_T)
    suitable = [agent for agent in references() if is_called(agent, name) and abs(agent.field_T - field_T) <= tolerance]

    def unlikeness(agent: ReferenceAgent) -> tuple[bool, float, bool, float]:
        away = (
            float("inf")
            if agent.temperature_C is None
            else min(abs(agent.temperature_C - usual) for usual in _USUAL_TEMPERATURES_C)
        )
        in_water = agent.medium.startswith(("water", "saline"))
        return agent.r1 is None or agent.r2 is None, abs(agent.field_T - field_T), not in_water, away

    return min(suitable, key=unlikeness, default=None)


def is_called(agent: ReferenceAgent, name: str) -> bool:
    """Tell whether a name is one of an agent's."""
    return _bare(name) in {_bare(known) for known in (agent.agent, *agent.synonyms)}


def control_of(agents: Sequence[AgentResult], part: RegressionPart) -> str | None:
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
            if _bare(agent.name) == _bare(part.control):
                return agent.name
        measured = ", ".join(f'"{agent.name}"' for agent in agents)
        raise AnalysisError(
            f'the control "{part.control}" is not among the agents that were measured: {measured}',
            where="regression.control",
            hint="Name one of these, or leave the control out",
        )
    if len(agents) < 2:
        return None
    synonyms = {_bare(part.reference)}
    for known in references():
        if is_called(known, part.reference):
            synonyms.update(_bare(name) for name in (known.agent, *known.synonyms))
    return next((agent.name for agent in agents if _bare(agent.name) in synonyms), None)


def _bare(name: str) -> str:
    """Return a name without what people write differently: case, blanks, hyphens, brackets, subscripts."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def _number(text: str) -> float | None:
    return float(text) if text else None
