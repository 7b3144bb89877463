"""Rates against concentration with their lines; a click on a point asks whether it is to count."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from relaxo.data import Rates
from relaxo.errors import AnalysisError
from relaxo.rounding import rounded
from relaxo_gui.core import relaxivity
from relaxo_gui.resources.theme import GRID, PADDING, Theme, symbol
from relaxo_gui.session_model.line_words import (
    NAMES,
    UNIT,
    agent_line,
    alternative_words,
    estimate_words,
    published_words,
)
from relaxo_gui.widgets.elided import Elided
from relaxo_gui.widgets.line_plot import Curve, LinePlot, Point
from relaxo_gui.widgets.point_card import PointCard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.data import AgentResult, Alternative, Line, ReferenceAgent, WellRate
    from relaxo.pipeline import Result
    from relaxo_gui.actions import Commands

_NEED = "Give the concentrations of at least three wells of an agent to see its relaxivities."
_AXES = {"R1": "R₁ (s⁻¹)", "R2": "R₂ (s⁻¹)"}
_LINES = {"R1": "r1", "R2": "r2"}
_GRID = 64
_REASONS = ("off the line", "air bubble", "pipetting error", "wrong label", "not dissolved", "leaked")
#: Agents that are named under the plots; all of them stand in the panel of the step.
_NAMED = 3


class RelaxivityPanel(QWidget):
    """Two plots side by side, and the values under them."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self._without: dict[str, AgentResult] = {}
        self._shown: object = ()
        self.plots = {quantity: LinePlot("Concentration (mM)", text) for quantity, text in _AXES.items()}
        self.values = [Elided(bold=number == 0) for number in range(_NAMED)]
        self.published = Elided(muted=True)
        self._pair = QWidget()
        pair = QHBoxLayout(self._pair)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(PADDING)
        for quantity, plot in self.plots.items():
            plot.setMinimumSize(160, 110)
            plot.setAccessibleName(f"{_AXES[quantity]} against concentration")
            plot.setAccessibleDescription("Arrow keys go from well to well, Enter asks whether it is to count")
            plot.hovered.connect(self._model.hover)
            plot.clicked.connect(lambda well, quantity=quantity: self.ask(well, quantity))
            pair.addWidget(plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, 0, PADDING, GRID)
        layout.setSpacing(2)
        self.need = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.need.setProperty("role", "muted")
        layout.addWidget(self._pair, 1)
        layout.addWidget(self.need, 1)
        for line in (*self.values, self.published):
            layout.addWidget(line)
        self.card = PointCard(_REASONS, self)
        self.card.excluded.connect(commands.exclude)
        self.card.included.connect(commands.include)
        self.card.closed.connect(self._forget)
        self._model.snapshot_changed.connect(self.refresh)
        self._model.glanced.connect(self._look_ahead)
        self._model.opened.connect(self.card.dismiss)
        self._model.selection_changed.connect(self._mark)
        self._model.hover_changed.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """Show the results as they stand, in the colours of the palette."""
        known = self._model.snapshot
        result = known.result if known else None
        shown = (result, Theme.of(self.palette()), known is not None and bool(known.rates))
        if shown == self._shown:
            return
        self._shown = shown
        regressed = result is not None and bool(result.agents)
        self.need.setVisible(not regressed)
        self._pair.setVisible(regressed)
        self.need.setText(_NEED if known is not None and known.rates else "")
        self._draw()
        self._say(result if regressed else None)

    def _look_ahead(self) -> None:
        """Show what is being changed before anything else follows."""
        self._shown = ()
        self._draw()
        self._say(self._seen())
        if self._model.glance is not None:
            for part in (*self.plots.values(), *self.values):
                part.repaint()

    def _seen(self) -> Result | None:
        """Return the results, or what is newer of them."""
        known, glance = self._model.snapshot, self._model.glance
        result = known.result if known is not None else None
        if result is None or glance is None:
            return result
        return replace(result, rates=glance.rates, agents=glance.agents)

    def ask(self, well: str, quantity: str) -> None:
        """Select a well, show its line with and without it, and ask whether it is to count."""
        self._model.select(well)
        known = self._model.snapshot
        result = known.result if known is not None else None
        place = self.plots[quantity].place_of(well)
        contents = self._model.contents.get(well)
        if result is None or place is None:
            return
        rates = {name: rate for name, measured in result.rates.items() if (rate := _rate(measured, well)) is not None}
        out = contents is not None and contents.exclude is not None
        self._without = {} if out else _without(result, well)
        self._draw()
        title = f"Well {well}"
        if contents is not None and contents.concentration_mM is not None:
            title += f"   {contents.agent} {contents.concentration_mM:g} mM".rstrip()
        lines = [*_deviations(result, rates), *self._both_fits(result, well, rates)]
        self.card.ask(
            well,
            title,
            lines,
            contents.exclude if contents is not None else None,
            self._room(quantity, place),
        )

    def _both_fits(self, result: Result, well: str, rates: dict[str, WellRate]) -> Iterator[str]:
        """Say what the lines are with a well and without it."""
        agent = next((each for each in result.agents if any(well in line.wells for line in _lines(each))), None)
        if agent is None:
            name = next((rate.agent for rate in rates.values()), "")
            agent = next((each for each in result.agents if each.name == name), None)
        if agent is None:
            return
        other = self._without.get(agent.name)
        for line in _lines(agent):
            now = f"{NAMES[line.quantity]} {estimate_words(line.relaxivity)[0]}"
            if well in line.wells:
                changed = getattr(other, line.quantity) if other is not None else None
                without = estimate_words(changed.relaxivity)[0] if changed is not None else "too few wells"
                yield f"{now}, without it {without}"
            else:
                back = next((each for each in line.alternatives if well in each.wells), None)
                if back is not None:
                    more = "it" if back.wells == (well,) else ", ".join(back.wells)
                    yield f"{now}, with {more} {estimate_words(back.relaxivity)[0]}"

    def _room(self, quantity: str, place: QPoint) -> QRect:
        """Return where a card hides nothing of the plot that it is about: the other plot, or the side away from it."""
        other = next((plot for name, plot in self.plots.items() if name != quantity and plot.isVisible()), None)
        if other is not None:
            return QRect(other.mapTo(self, QPoint(0, 0)), other.size())
        room = QRect(self.plots[quantity].mapTo(self, QPoint(0, 0)), self.plots[quantity].size())
        half = room.width() // 2
        room.setWidth(half)
        if place.x() < half:
            room.moveLeft(room.left() + half)
        return room

    def _forget(self) -> None:
        if self._without:
            self._without = {}
            self._draw()

    def _draw(self) -> None:
        result = self._seen()
        theme = Theme.of(self.palette())
        for quantity, plot in self.plots.items():
            rates = result.rates.get(quantity) if result else None
            plot.setVisible(result is not None and bool(result.agents) and rates is not None)
            wells = [] if rates is None else [self._as_dragged(rate, quantity) for rate in rates.wells]
            points = [self._point(rate, theme) for rate in wells if _is_shown(rate)]
            plot.show_data(points, [] if result is None else list(self._curves(result, quantity, theme)))

    def _as_dragged(self, rate: WellRate, quantity: str) -> WellRate:
        """Return a rate as it would be if the well that is dragged were let go now."""
        dragged = self._model.dragged
        live = dragged.rates.get(quantity) if dragged is not None and dragged.well.name == rate.well else None
        if live is None or not live.rate > 0:
            return rate
        return replace(rate, rate=live.rate, spread=live.spread)

    def _point(self, rate: WellRate, theme: Theme) -> Point:
        place = self._model.agent_index(rate.well)
        assert rate.concentration is not None
        reason = f"\nleft out: {rate.excluded}" if rate.excluded else ""
        return Point(
            rate.well,
            rate.concentration,
            rate.rate,
            rate.spread,
            theme.agent(place),
            symbol(place),
            hollow=rate.excluded is not None,
            tip=f"{rate.well}  {rate.agent}  {rate.concentration:g} mM\n{rounded(rate.rate, rate.spread)} s⁻¹{reason}"
            f"\nClick to {'take it back' if rate.excluded else 'leave it out'}",
            x_error=rate.concentration_se if rate.concentration_se is not None else math.nan,
        )

    def _curves(self, result: Result, quantity: str, theme: Theme) -> Iterator[Curve]:
        for agent in result.agents:
            line: Line | None = getattr(agent, _LINES[quantity])
            colour = theme.agent(self._model.agent_place(agent.name))
            if line is None:
                continue
            yield _curve(line, colour)
            without = self._without.get(agent.name)
            other: Line | None = getattr(without, _LINES[quantity]) if without is not None else None
            if other is not None:
                yield replace(
                    _curve(other, colour), x=_grid(line), y=_at(other, _grid(line)), half_width=None, style="dotted"
                )
            for alternative in line.alternatives:
                if alternative.kind == "with_excluded":
                    yield _other_curve(alternative, line, colour)
        published = _published_curve(result, quantity, theme.muted)
        if published is not None:
            yield published

    def _say(self, result: Result | None) -> None:
        agents = result.agents if result is not None else ()
        theme = Theme.of(self.palette())
        for line, agent in zip(self.values, (*agents, *[None] * _NAMED), strict=False):
            line.setVisible(agent is not None)
            if agent is not None:
                others = [text for each in _lines(agent) for text in alternative_words(each)]
                values = agent_line(agent, result.control if result is not None else None)
                words = "   ".join([f"{values}   {UNIT} per {agent.per}", *others])
                line.set_text(words, theme.agent(self._model.agent_place(agent.name)))
        reference = result.reference if result is not None and agents else None
        self.published.setVisible(reference is not None)
        if reference is not None and result is not None:
            self.published.set_text(_reference_words(result, reference))

    def _mark(self) -> None:
        names = frozenset(name for name in (self._model.selected, self._model.hovered) if name is not None)
        for plot in self.plots.values():
            plot.mark(names)


def _is_shown(rate: WellRate) -> bool:
    return rate.concentration is not None and math.isfinite(rate.rate)


def _lines(agent: AgentResult) -> list[Line]:
    return [line for line in (agent.r1, agent.r2) if line is not None]


def _rate(measured: Rates, well: str) -> WellRate | None:
    return next((rate for rate in measured.wells if rate.well == well), None)


def _without(result: Result, well: str) -> dict[str, AgentResult]:
    """Return the agents whose lines are others without a well; none where too few wells are left."""
    rates = {
        name: Rates(
            measured.quantity,
            tuple(
                replace(rate, excluded="left out to see") if rate.well == well and rate.excluded is None else rate
                for rate in measured.wells
            ),
        )
        for name, measured in result.rates.items()
    }
    try:
        agents, _ = relaxivity.analyse(rates, result.recipe.regression)
    except AnalysisError:
        return {}
    touched = {agent.name for agent in result.agents if any(well in line.wells for line in _lines(agent))}
    return {agent.name: agent for agent in agents if agent.name in touched}


def _deviations(result: Result, rates: dict[str, WellRate]) -> Iterator[str]:
    """Say what was measured, how far it lies off the line, and why it does not count."""
    for name, rate in rates.items():
        off = ""
        for agent in result.agents:
            line: Line | None = getattr(agent, _LINES[name])
            if (
                line is not None
                and rate.concentration is not None
                and (rate.well in line.wells or rate.agent == agent.name)
            ):
                expected = line.intercept.value + line.relaxivity.value * rate.concentration
                off = f", {100 * (rate.rate / expected - 1):+.1f} % off the line" if expected > 0 else ""
                break
        symbol_ = _AXES[name].partition(" ")[0]
        yield f"{symbol_} {rounded(rate.rate, rate.spread)} s⁻¹{off}".replace("-", "−")  # noqa: RUF001 - a minus sign
    for reason in dict.fromkeys(rate.excluded for rate in rates.values() if rate.excluded):
        yield f"left out: {reason}"


def _grid(line: Line) -> Any:  # noqa: ANN401 - an array
    return np.linspace(0, float(line.concentration.max()), _GRID)


def _at(line: Line, x: Any) -> Any:  # noqa: ANN401 - an array
    return line.intercept.value + line.relaxivity.value * x


def _curve(line: Line, colour: str) -> Curve:
    x = _grid(line)
    design = np.stack([np.ones_like(x), x])
    error = np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", design, line.covariance, design), 0))
    # As many standard errors as the interval of the slope has, so that band and interval are of the same confidence.
    slope = line.relaxivity
    reach = (slope.ci95[1] - slope.value) / slope.standard_error if slope.standard_error > 0 else 0.0
    return Curve(x, _at(line, x), colour, reach * error if math.isfinite(reach) else None)


def _other_curve(other: Alternative, line: Line, colour: str) -> Curve:
    x = _grid(line)
    return Curve(x, other.intercept.value + other.relaxivity.value * x, colour, style="dotted")


def _published_curve(result: Result, quantity: str, colour: str) -> Curve | None:
    """Return the line that the published agent would have in this water; None without one to begin at."""
    reference = result.reference
    slope: float | None = getattr(reference, _LINES[quantity]) if reference is not None else None
    lines = {
        agent.name: line
        for agent in result.agents
        if reference is not None and agent.per == reference.per and (line := getattr(agent, _LINES[quantity]))
    }
    if slope is None or not lines:
        return None
    intercept = lines.get(result.control or "", next(iter(lines.values()))).intercept.value
    x = np.array([0.0, max(float(line.concentration.max()) for line in lines.values())])
    return Curve(x, intercept + slope * x, colour, style="dashed")


def _reference_words(result: Result, reference: ReferenceAgent) -> str:
    name = result.recipe.regression.reference or reference.agent
    figures = [
        f"{NAMES[key]} {published_words(value, error)}"
        for key, value, error in (("r1", reference.r1, reference.r1_se), ("r2", reference.r2, reference.r2_se))
        if value is not None
    ]
    return f"- - {name}, published   {'   '.join(figures)}   {relaxivity.conditions(reference)}; {reference.citation}"
