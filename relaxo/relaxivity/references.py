"""Published relaxivities to compare with: those that Relaxo ships, those of a user's own file, and the look-up."""

from __future__ import annotations

import csv
import functools
import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from relaxo.data import ReferenceAgent
from relaxo.errors import InputError
from relaxo.relaxivity.names import bare, is_called

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Two fields count as the same within 5 %, or 0.1 T at low field: a "3 T" magnet may run at 2.89 T.
_RELATIVE_TOLERANCE = 0.05
_TOLERANCE_T = 0.1

#: Relaxivities are usually stated at room or body temperature.
_USUAL_TEMPERATURES_C = (25.0, 37.0)

#: The medium of a value whose source does not name one.
NOT_STATED = "not stated"

_NEEDED = ("agent", "field_T")
_NUMBERS = ("field_T", "temperature_C", "r1", "r1_se", "r2", "r2_se", "ions_per_molecule")


@functools.cache
def references() -> tuple[ReferenceAgent, ...]:
    """Return the published relaxivities that Relaxo ships, each read in its source or derived from data that were."""
    text = (files("relaxo.relaxivity") / "references.csv").read_text(encoding="utf-8")
    return tuple(_agent(row, row["status"]) for row in csv.DictReader(text.splitlines()))


def read_references(path: Path) -> tuple[ReferenceAgent, ...]:
    """Read published relaxivities of a user's own.

    A CSV file with the columns ``agent``, ``field_T``, ``r1`` and/or ``r2`` (1/s/mM) and, where known, ``synonyms``
    (parted by ``|``), ``temperature_C``, ``medium``, ``per`` (ion or molecule), ``r1_se``, ``r2_se``, ``citation``,
    ``doi`` and ``ions_per_molecule``.

    Raises
    ------
    InputError
        When the file is no such table; the error names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"the reference agents cannot be read: {error.strerror}", where=str(path), hint="Check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "the reference agents are not UTF-8 text", where=str(path), hint="Save the table as CSV UTF-8"
        ) from error
    lines = text.splitlines()
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = csv.DictReader(lines, delimiter=delimiter)
    missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise InputError(
            f"the table of reference agents has no column {' and no column '.join(missing)}",
            where=str(path),
            hint="Its columns are agent, field_T, r1, r2 and, where known, temperature_C, medium, citation, ...",
        )
    agents = []
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        try:
            agent = _agent({key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}, "own")
        except ValueError as error:
            raise InputError(f"this is no reference agent: {error}", where=where, hint="Correct the line") from error
        agents.append(agent)
    return tuple(agents)


def reference(
    name: str,
    field_T: float | None,
    *,
    temperature_C: float | None = None,
    medium: str | None = None,
    interpolate: bool = False,
    own: Sequence[ReferenceAgent] = (),
) -> ReferenceAgent | None:
    """Return the published relaxivity of an agent that suits a measurement best; None where there is none.

    Rows within 5 % or 0.1 T of the field are considered. A user's own come first, then those with both r1 and r2, then
    the same medium and the nearest temperature where these are given, then the nearest field, then water before other
    media, then the temperature nearest to 25 or 37 degrees Celsius.

    Parameters
    ----------
    name
        Any name of the agent: ``Gd-DTPA``, ``gadopentetate``, ``Magnevist``. Case, blanks and hyphens do not count.
    field_T
        T; None when unknown, which matches nothing: a relaxivity means little without its field.
    temperature_C
        Degrees Celsius, where it is known.
    medium
        Where it is known.
    interpolate
        Whether to interpolate between two fields where there is no row at this one; the row is then marked.
    own
        A user's own rows.
    """
    if field_T is None:
        return None
    called = [agent for agent in (*own, *references()) if is_called(agent, name)]

    def unlikeness(agent: ReferenceAgent) -> tuple[bool | float, ...]:
        return (
            agent.status != "own",
            agent.r1 is None or agent.r2 is None,
            medium is not None and not same_medium(agent.medium, medium),
            0.0 if temperature_C is None else _away(agent, (temperature_C,)),
            abs(agent.field_T - field_T),
            not same_medium(agent.medium, "water"),
            _away(agent, _USUAL_TEMPERATURES_C),
        )

    suitable = [agent for agent in called if abs(agent.field_T - field_T) <= _tolerance(field_T)]
    if not suitable and interpolate:
        suitable = _interpolated(called, field_T)
    return min(suitable, key=unlikeness, default=None)


def published(
    *,
    name: str | None = None,
    field_T: float | None = None,
    medium: str | None = None,
    interpolate: bool = False,
    own: Sequence[ReferenceAgent] = (),
) -> tuple[ReferenceAgent, ...]:
    """Return all published relaxivities, a user's own first; only those that suit what is given.

    With `interpolate`, what an agent has below and above the field is interpolated where it has nothing at it.
    """
    known = [
        agent
        for agent in (*own, *references())
        if (name is None or is_called(agent, name)) and (medium is None or same_medium(agent.medium, medium))
    ]
    if field_T is None:
        return tuple(known)
    near = [agent for agent in known if abs(agent.field_T - field_T) <= _tolerance(field_T)]
    if interpolate:
        there = {agent.agent for agent in near}
        others: dict[str, list[ReferenceAgent]] = {}
        for agent in known:
            if agent.agent not in there:
                others.setdefault(agent.agent, []).append(agent)
        near += [row for rows in others.values() for row in _interpolated(rows, field_T)]
    return tuple(near)


def same_medium(one: str, other: str) -> bool:
    """Tell whether two media are alike: blood is not plasma, and a buffer or saline is water."""
    return _kind(one) == _kind(other)


def _tolerance(field_T: float) -> float:
    return max(_RELATIVE_TOLERANCE * field_T, _TOLERANCE_T)


def _kind(medium: str) -> str:
    words = medium.casefold()
    for kind in ("blood", "plasma", "serum"):
        if kind in words:
            return kind
    if any(word in words for word in ("water", "saline", "pbs", "buffer", "h2o", "hepes")):
        return "water"
    return bare(medium)


def _away(agent: ReferenceAgent, temperatures: Sequence[float]) -> float:
    if agent.temperature_C is None:
        return math.inf
    return min(abs(agent.temperature_C - temperature) for temperature in temperatures)


def _interpolated(called: Sequence[ReferenceAgent], field_T: float) -> list[ReferenceAgent]:
    """Return rows between the nearest lower and higher field of one medium and temperature, linear in ln field."""
    found = []
    alike: dict[tuple[object, ...], list[ReferenceAgent]] = {}
    for agent in called:
        alike.setdefault((agent.medium, agent.temperature_C, agent.per, agent.ions_per_molecule), []).append(agent)
    for rows in alike.values():
        lower = max((row for row in rows if row.field_T < field_T), key=lambda row: row.field_T, default=None)
        upper = min((row for row in rows if row.field_T > field_T), key=lambda row: row.field_T, default=None)
        if lower is None or upper is None:
            continue
        share = math.log(field_T / lower.field_T) / math.log(upper.field_T / lower.field_T)
        found.append(_between(lower, upper, share, field_T))
    return [row for row in found if row.r1 is not None or row.r2 is not None]


def _between(lower: ReferenceAgent, upper: ReferenceAgent, share: float, field_T: float) -> ReferenceAgent:
    def at(below: float | None, above: float | None) -> float | None:
        return None if below is None or above is None else (1 - share) * below + share * above

    def error(below: float | None, above: float | None) -> float | None:
        return None if below is None or above is None else math.hypot((1 - share) * below, share * above)

    sources = dict.fromkeys((lower.citation, upper.citation))
    return ReferenceAgent(
        agent=lower.agent,
        synonyms=lower.synonyms,
        field_T=field_T,
        temperature_C=lower.temperature_C,
        medium=lower.medium,
        per=lower.per,
        r1=at(lower.r1, upper.r1),
        r1_se=error(lower.r1_se, upper.r1_se),
        r2=at(lower.r2, upper.r2),
        r2_se=error(lower.r2_se, upper.r2_se),
        citation=f"Interpolated between {lower.field_T:g} T and {upper.field_T:g} T of: " + "; ".join(sources),
        doi=" ".join(dict.fromkeys(doi for doi in (lower.doi, upper.doi) if doi)),
        status="interpolated",
        ions_per_molecule=lower.ions_per_molecule,
    )


def _agent(row: dict[str, Any], status: str) -> ReferenceAgent:
    """Build an agent from the cells of a line; raises ValueError where one cannot be used."""
    numbers = {}
    for name in _NUMBERS:
        text = row.get(name) or ""
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            raise ValueError(f'"{text}" in the column {name} is not a number') from None
        if numbers[name] is not None and name != "temperature_C" and not 0 < float(text) < math.inf:
            raise ValueError(f'"{text}" in the column {name} is not above zero')
    field, ions = numbers["field_T"], numbers["ions_per_molecule"]
    if not row["agent"]:
        raise ValueError("it has no name")
    if field is None:
        raise ValueError("it has no field_T, and a relaxivity means little without its field")
    if numbers["r1"] is None and numbers["r2"] is None:
        raise ValueError("it has neither r1 nor r2")
    per = row.get("per") or "ion"
    if per not in {"ion", "molecule"}:
        raise ValueError(f'"{per}" in the column per is neither ion nor molecule')
    if ions is not None and ions != int(ions):
        raise ValueError("ions_per_molecule is not a whole number")
    return ReferenceAgent(
        agent=row["agent"],
        synonyms=tuple(each.strip() for each in (row.get("synonyms") or "").split("|") if each.strip()),
        field_T=field,
        temperature_C=numbers["temperature_C"],
        medium=row.get("medium") or NOT_STATED,
        per=per,
        r1=numbers["r1"],
        r1_se=numbers["r1_se"],
        r2=numbers["r2"],
        r2_se=numbers["r2_se"],
        citation=row.get("citation") or "own value",
        doi=row.get("doi") or "",
        status=status,
        ions_per_molecule=None if ions is None else int(ions),
    )
