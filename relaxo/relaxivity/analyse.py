"""From the rates of all wells to r1, r2 and r2/r1 of every agent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Literal

import msgspec

from relaxo.data import AgentResult, Notice
from relaxo.errors import AnalysisError
from relaxo.relaxivity.doubts import doubts_about_line, doubts_about_ratio
from relaxo.relaxivity.per import conversions, counted_per
from relaxo.relaxivity.ratio import fieller, ratio, slope_of_rates, verdict
from relaxo.relaxivity.regress import regress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.data import Estimate, Line, Rates, WellRate
    from relaxo.recipe import RegressionPart

_RELAXIVITY: dict[str, Literal["r1", "r2"]] = {"R1": "r1", "R2": "r2"}


def analyse(
    rates: Mapping[str, Rates], part: RegressionPart, *, diagnose: bool = True
) -> tuple[tuple[AgentResult, ...], tuple[Notice, ...]]:
    """Regress R1 and R2 on concentration, agent by agent.

    A blank (a well of concentration 0 whose agent, such as "water" or none, occurs nowhere above 0) is the zero point
    of every agent. An agent that cannot be regressed does not stop the others: its line is None and a notice says why.
    A well that lies off the line of the others is named; it counts until a person excludes it.

    Parameters
    ----------
    rates
        ``R1`` and/or ``R2`` of the wells, with their agents and concentrations, which count what the relaxivities are
        to count.
    part
        How to regress.
    diagnose
        Whether to doubt the lines too. Without, the lines, their intervals and r2/r1 are the same, and what takes most
        of the time is not looked at: while a value changes under one's hand.

    Returns
    -------
    The agents in the order in which they first appear, and what a person must know about them.

    Raises
    ------
    AnalysisError
        When not one line can be fitted.
    """
    names, blanks = _agents_and_blanks(rates)
    notices = [
        *_without_concentration(rates),
        *_shared_blanks(rates, names, blanks),
        *_concentration_errors(rates, part),
    ]
    agents = []
    reasons: list[AnalysisError] = []
    settings = _Settings(part)
    for name in names:
        wells = tuple(
            (_RELAXIVITY[quantity], _wells_of(measured, name, blanks), _excluded(measured, name))
            for quantity, measured in rates.items()
        )
        agent, told, why = _analysed(name, wells, settings, diagnose=diagnose)
        agents.append(agent)
        notices += told
        reasons += why
    if not any(agent.r1 or agent.r2 for agent in agents):
        raise _nothing_regressed(names, reasons)
    return tuple(agents), tuple(notices)


class _Settings:
    """The settings of a regression, equal to others that say the same."""

    __slots__ = ("_said", "part")

    def __init__(self, part: RegressionPart) -> None:
        self.part = part
        self._said = msgspec.json.encode(part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Settings) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)


# Remembered, for while one types the concentrations of an agent, the other agents stay as they are.
@lru_cache(maxsize=128)
def _analysed(
    name: str,
    wells: tuple[tuple[Literal["r1", "r2"], tuple[WellRate, ...], tuple[WellRate, ...]], ...],
    settings: _Settings,
    *,
    diagnose: bool,
) -> tuple[AgentResult, tuple[Notice, ...], tuple[AnalysisError, ...]]:
    """Regress one agent.

    Parameters
    ----------
    name
        Of the agent.
    wells
        What is regressed, the wells that count, and those that were left out.
    settings
        How to regress.
    diagnose
        Whether to doubt the lines too.

    Returns
    -------
    The agent, what there is to say of it, and why a line is missing.
    """
    notices: list[Notice] = []
    reasons: list[AnalysisError] = []
    lines: dict[str, Line] = {}
    for relaxivity, counted, excluded in wells:
        try:
            lines[relaxivity] = regress(relaxivity, counted, settings.part, excluded, diagnose=diagnose)
        except AnalysisError as error:
            # Without its traceback, which would keep all that was on its way.
            reasons.append(error.with_traceback(None))
            notices.append(Notice("not_regressed", f"{_titled(name)}: {error.what}. {error.hint}."))
    r1, r2 = lines.get("r1"), lines.get("r2")
    if diagnose:
        notices += doubts_about_line(_titled(name), [line for line in (r1, r2) if line is not None])
    agent = _agent(name, r1, r2, settings.part, notices, diagnose=diagnose)
    return agent, tuple(notices), tuple(reasons)


@dataclass(frozen=True, slots=True)
class _Blanks:
    """Names that stand for no agent, because they occur only at concentration 0."""

    names: frozenset[str]

    def holds(self, well: WellRate) -> bool:
        return well.agent in self.names and well.concentration == 0


def _agents_and_blanks(rates: Mapping[str, Rates]) -> tuple[list[str], _Blanks]:
    highest: dict[str, float] = {}
    for well in chain.from_iterable(measured.wells for measured in rates.values()):
        if well.concentration is not None:
            highest[well.agent] = max(highest.get(well.agent, 0.0), well.concentration)
    names = [name for name, concentration in highest.items() if concentration > 0]
    return names, _Blanks(frozenset(highest) - frozenset(names))


def _wells_of(measured: Rates, name: str, blanks: _Blanks) -> tuple[WellRate, ...]:
    """Return the wells that the line of an agent is fitted to, in the order of the table."""
    own = set(measured.of(name))
    return tuple(well for well in measured.wells if well in own or (well.excluded is None and blanks.holds(well)))


def _excluded(measured: Rates, name: str) -> tuple[WellRate, ...]:
    """Return the wells of an agent that were left out and could have entered its line."""
    return tuple(
        well
        for well in measured.wells
        if well.agent == name and well.excluded is not None and well.concentration is not None and well.rate > 0
    )


def _agent(
    name: str, r1: Line | None, r2: Line | None, part: RegressionPart, notices: list[Notice], *, diagnose: bool
) -> AgentResult:
    """Put together what is known of an agent."""
    of_slopes: Estimate | None = None
    interval = of_rates = answer = None
    if r1 is not None and r2 is not None:
        try:
            of_slopes, interval = ratio(r1, r2), fieller(r1, r2)
        except AnalysisError as error:
            notices.append(Notice("ratio_unbounded", f"{_titled(name)}: {error.what}. {error.hint}."))
        if diagnose:
            of_rates = slope_of_rates(r1, r2)
            notices += doubts_about_ratio(_titled(name), of_slopes, of_rates)
        if part.ratio_threshold is not None:
            answer = verdict(r1, r2, part.ratio_threshold)
    return AgentResult(
        name=name,
        per=counted_per(part),
        r1=r1,
        r2=r2,
        ratio=of_slopes,
        ratio_fieller=interval,
        ratio_of_rates=of_rates,
        verdict=answer,
        conversions=conversions(name, r1, r2, part),
    )


def _without_concentration(rates: Mapping[str, Rates]) -> list[Notice]:
    names = dict.fromkeys(
        well.well
        for measured in rates.values()
        for well in measured.wells
        if well.concentration is None and well.excluded is None
    )
    if not names:
        return []
    return [
        Notice(
            "concentration_missing",
            f"No concentration is known of {_wells(list(names))}: measured, but in no line. Give it in the "
            "concentrations table, or exclude with a reason.",
        )
    ]


def _shared_blanks(rates: Mapping[str, Rates], names: Sequence[str], blanks: _Blanks) -> list[Notice]:
    usable = {
        well.well: well.agent
        for measured in rates.values()
        for well in measured.wells
        if well.excluded is None and blanks.holds(well)
    }
    agents = " and ".join(_titled(name) for name in names)
    return [
        Notice(
            "blank_shared",
            f"Well {well}{f' ({agent})' if agent else ''} holds no agent: it counts as the zero point of {agents}. "
            "Where its medium differs from theirs, exclude it.",
            well=well,
        )
        for well, agent in usable.items()
        if names
    ]


def _concentration_errors(rates: Mapping[str, Rates], part: RegressionPart) -> list[Notice]:
    wells = [well for measured in rates.values() for well in measured.wells if well.excluded is None]
    stated = part.pipetting_error_percent or part.assay_error_percent
    given = any(well.concentration_se or well.pipetting_error or well.assay_error for well in wells)
    if part.method != "least_squares" or not (stated or given):
        return []
    return [
        Notice(
            "concentration_errors_left_out",
            "Errors of concentrations are given, and ordinary least squares cannot use them: its intervals show the "
            'scatter about the line, and only the error of the stock is added. The methods "york" and "robust" take '
            "them into account.",
        )
    ]


def _nothing_regressed(names: Sequence[str], reasons: Sequence[AnalysisError]) -> AnalysisError:
    if not names:
        return AnalysisError(
            "there is nothing to regress: no well has a concentration above 0",
            hint="Give the concentrations of the wells in a table",
        )
    what = list(dict.fromkeys(reason.what for reason in reasons))
    return AnalysisError(
        "no relaxivity can be computed: " + "; ".join(what) if what else "no rate was measured",
        hint=reasons[0].hint if reasons else "Give relaxation times",
    )


def _titled(name: str) -> str:
    return name or "the agent"


def _wells(names: Sequence[str]) -> str:
    return f"well{'s'[: len(names) != 1]} {', '.join(names)}"
