"""Rates against concentration with their lines, and r1, r2 and r2/r1 with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from relaxo.rounding import rounded
from relaxo_gui.resources.theme import GRID, PADDING, Theme, symbol
from relaxo_gui.widgets.line_plot import Curve, LinePlot, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Estimate, Line, ReferenceAgent, WellRate
    from relaxo.pipeline import Result
    from relaxo_gui.actions import Commands

_HEADINGS = ("Agent", "r₁ (mM⁻¹ s⁻¹)", "r₂ (mM⁻¹ s⁻¹)", "r₂/r₁")
_NEED = "Give the concentrations of at least three wells of an agent to see its relaxivities."
_AXES = {"R1": "R₁ (s⁻¹)", "R2": "R₂ (s⁻¹)"}
_GRID = 64


class RelaxivityPanel(QWidget):
    """Two plots side by side, and a short table."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = commands.model
        self.plots = {quantity: LinePlot("Concentration (mM)", text) for quantity, text in _AXES.items()}
        self.table = QTableWidget(0, len(_HEADINGS))
        self.table.setAccessibleName("Relaxivities")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(5 * GRID)
        self.table.verticalHeader().setMinimumSectionSize(5 * GRID)
        self.table.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column, text in enumerate(_HEADINGS):
            self.table.setHorizontalHeaderItem(column, _item(text, right=column > 0))
        pair = QHBoxLayout()
        pair.setSpacing(PADDING)
        for plot in self.plots.values():
            plot.setMinimumSize(200, 120)
            plot.hovered.connect(self._model.hover)
            plot.clicked.connect(self._model.select)
            pair.addWidget(plot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PADDING, 0, PADDING, PADDING)
        layout.setSpacing(PADDING)
        self.need = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.need.setProperty("role", "muted")
        layout.addLayout(pair, 1)
        layout.addWidget(self.need, 1)
        layout.addWidget(self.table)
        self._model.snapshot_changed.connect(self.refresh)
        self._model.selection_changed.connect(self._mark)
        self._model.hover_changed.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """Show the results as they stand, in the colours of the palette."""
        known = self._model.snapshot
        result = known.result if known else None
        theme = Theme.of(self.palette())
        regressed = result is not None and bool(result.agents)
        self.need.setVisible(not regressed)
        self.need.setText(_NEED if known is not None and known.rates else "")
        for quantity, plot in self.plots.items():
            rates = result.rates.get(quantity) if result else None
            plot.setVisible(regressed and rates is not None)
            points = [] if rates is None else [self._point(rate, theme) for rate in rates.wells if _is_shown(rate)]
            plot.show_data(points, [] if result is None else self._curves(result, quantity, theme))
        self._fill(result, theme)

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
            tip=f"{rate.well}  {rate.agent}  {rate.concentration:g} mM\n{rounded(rate.rate, rate.spread)} s⁻¹{reason}",
        )

    def _curves(self, result: Result, quantity: str, theme: Theme) -> list[Curve]:
        curves = []
        for agent in result.agents:
            line = agent.r1 if quantity == "R1" else agent.r2
            if line is not None:
                curves.append(_curve(line, theme.agent(self._model.agent_place(agent.name))))
        published = _published_curve(result, quantity, theme.muted)
        return [*curves, published] if published is not None else curves

    def _fill(self, result: Result | None, theme: Theme) -> None:
        agents = result.agents if result else ()
        muted = QColor(theme.muted)
        self.table.setRowCount(0)
        for agent in agents:
            estimates = (
                agent.r1.relaxivity if agent.r1 else None,
                agent.r2.relaxivity if agent.r2 else None,
                agent.ratio,
            )
            values, intervals = zip(*map(_estimate_words, estimates), strict=True)
            colour = QColor(theme.agent(self._model.agent_place(agent.name)))
            self._add_row((agent.name or "Agent", *values), [colour, None, None, None], bold=True)
            self._add_row(("95 %", *intervals), [muted] * 4)
        if result is not None and result.reference is not None and agents:
            name = result.recipe.regression.reference or result.reference.agent
            self._add_reference(name, result.reference, muted)
        header = self.table.horizontalHeader()
        header.resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setFixedWidth(sum(map(self._column_width, range(len(_HEADINGS)))) + 2 * GRID)
        self.table.setVisible(bool(agents))

    def _column_width(self, column: int) -> int:
        return max(self.table.sizeHintForColumn(column), self.table.horizontalHeader().sectionSizeHint(column))

    def _add_reference(self, name: str, reference: ReferenceAgent, colour: QColor) -> None:
        ratio = reference.r2 / reference.r1 if reference.r1 and reference.r2 else None
        texts = (
            name,
            _published(reference.r1, reference.r1_se),
            _published(reference.r2, reference.r2_se),
            "" if ratio is None else f"{ratio:.2f}",
        )
        self._add_row(texts, [colour] * 4, tip=reference.citation)
        self._add_row((f"published, {reference.field_T:g} T", "", "", ""), [colour] * 4, tip=reference.citation)

    def _add_row(
        self, texts: Sequence[str], colours: Sequence[QColor | None], *, bold: bool = False, tip: str = ""
    ) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, (text, colour) in enumerate(zip(texts, colours, strict=True)):
            item = _item(text, right=column > 0)
            item.setToolTip(tip)
            if colour is not None:
                item.setForeground(colour)
            font = item.font()
            font.setBold(bold)
            item.setFont(font)
            self.table.setItem(row, column, item)

    def _mark(self) -> None:
        names = frozenset(name for name in (self._model.selected, self._model.hovered) if name is not None)
        for plot in self.plots.values():
            plot.mark(names)


def _is_shown(rate: WellRate) -> bool:
    return rate.concentration is not None and math.isfinite(rate.rate)


def _curve(line: Line, colour: str) -> Curve:
    x = np.linspace(0, float(line.concentration.max()), _GRID)
    design = np.stack([np.ones_like(x), x])
    error = np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", design, line.covariance, design), 0))
    # As many standard errors as the interval of the slope has, so that band and interval are of the same confidence.
    slope = line.relaxivity
    reach = (slope.ci95[1] - slope.value) / slope.standard_error if slope.standard_error > 0 else 0.0
    half: Any = reach * error if math.isfinite(reach) else None
    return Curve(x, line.intercept.value + slope.value * x, colour, half)


def _published_curve(result: Result, quantity: str, colour: str) -> Curve | None:
    """Return the line that the published agent would have in this water; None without one to begin at."""
    reference = result.reference
    slope = None if reference is None else reference.r1 if quantity == "R1" else reference.r2
    lines = {
        agent.name: line
        for agent in result.agents
        if reference is not None and agent.per == reference.per and (line := agent.r1 if quantity == "R1" else agent.r2)
    }
    if slope is None or not lines:
        return None
    intercept = lines.get(result.control or "", next(iter(lines.values()))).intercept.value
    x = np.array([0.0, max(float(line.concentration.max()) for line in lines.values())])
    return Curve(x, intercept + slope * x, colour, dashed=True)


def _estimate_words(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None:
        return "–", ""  # noqa: RUF001 - an en dash: no value
    low, high = estimate.ci95
    if not (math.isfinite(low) and math.isfinite(high)):
        return rounded(estimate.value, estimate.standard_error), ""
    places = max(0, 1 - math.floor(math.log10(max(high - low, 1e-12))))
    return rounded(estimate.value, estimate.standard_error), f"{low:.{places}f} … {high:.{places}f}"


def _published(value: float | None, error: float | None) -> str:
    if value is None:
        return ""
    return f"{value:g}" if error is None else rounded(value, error)


def _item(text: str, *, right: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
