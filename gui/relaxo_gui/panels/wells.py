"""The wells in a table: what is in them, what was measured, and whether they count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from relaxo.data import RATES, Contents
from relaxo.rounding import rounded
from relaxo.units import s_to_ms
from relaxo_gui.panels.proposal_bar import ContentsTable, ProposalBar
from relaxo_gui.resources.theme import GRID, PADDING, Theme
from relaxo_gui.widgets.image_view import ImageView
from relaxo_gui.widgets.rows import RIGHT, Column, Role, Rows

if TYPE_CHECKING:
    from relaxo.data import WellRate
    from relaxo_gui.actions import Commands
    from relaxo_gui.widgets.rows import Index

WELL, AGENT, CONCENTRATION, T1, T2, USE = range(6)
_COLUMNS = (
    Column("Well", "Name of the well"),
    Column("Agent", "What is dissolved in it; water or nothing for a blank"),
    Column("c (mM)", "Concentration in mM", is_number=True),
    Column("T₁ (ms)", "Mean T₁ of its voxels and its standard deviation, in ms", is_number=True),
    Column("T₂ (ms)", "Mean T₂ of its voxels and its standard deviation, in ms", is_number=True),
    Column("Use", "Whether it enters the regression, and why not"),
)
_FIELDS = {WELL: "agent", AGENT: "agent", CONCENTRATION: "concentration_mM", USE: "exclude"}
_OF_PROPOSALS = {Role.DisplayRole, Role.BackgroundRole, Role.ForegroundRole, Role.ToolTipRole}
_TIME_OF = {rate: time for time, rate in RATES.items()}
_RATES_IN = {T1: "R1", T2: "R2"}


class WellsPanel(QWidget):
    """Agent, concentration and reason can be typed or pasted; the box excludes."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.rows = WellRows(commands, self)
        self.table = ContentsTable(commands, self.rows.name, _FIELDS.get)
        self.table.setModel(self.rows)
        self.table.setAccessibleName("Wells")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(USE, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(10 * GRID)
        self.need = QLabel(wordWrap=True)
        self.need.setContentsMargins(PADDING, GRID, PADDING, 2 * GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.need)
        layout.addWidget(self.table, 1)
        self.need.hide()
        self.bar = ProposalBar(commands, self.table)
        layout.addWidget(self.bar)
        self.table.pasted.connect(
            lambda cells, row, column: commands.proposal.paste(cells, row, _FIELDS.get(column, "exclude"))
        )
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self.table.setMouseTracking(True)
        self.table.entered.connect(lambda index: self._model.hover(self.rows.name(index.row())))
        commands.excluded.connect(self._ask_why)
        self._model.selection_changed.connect(self._follow)
        self._fitted: object = None
        commands.proposal.changed.connect(lambda: self.table.resizeColumnToContents(CONCENTRATION))
        for signal in (self._model.contents_changed, self._model.snapshot_changed):
            signal.connect(self._say_what_is_needed)
            signal.connect(self._fit_columns)

    def _select(self, current: QModelIndex) -> None:
        if current.isValid():
            self._model.select(self.rows.name(current.row()))

    def _follow(self) -> None:
        row = self.rows.row_of(self._model.selected)
        self.table.choose_row(row, max(self.table.currentIndex().column(), 0))

    def _ask_why(self, well: str) -> None:
        """Let the reason be typed where it stands."""
        row = self.rows.row_of(well)
        # Where something else is being typed already, that goes on; who works in the picture is asked there.
        busy = self.table.state() == QAbstractItemView.State.EditingState
        asked_there = isinstance(QApplication.focusWidget(), ImageView)
        if row is not None and self.table.isVisible() and not busy and not asked_there:
            self.table.choose_row(row, USE)
            self.table.edit(self.rows.index(row, USE))

    def _fit_columns(self) -> None:
        """Give the columns their width, where what they hold is of another kind than before."""
        agents = frozenset(each.agent for each in self._model.contents.values())
        known = self._model.snapshot
        kind = (self.rows.rowCount(), known is not None and bool(known.rates), agents)
        if kind != self._fitted:
            self._fitted = kind
            for column in range(USE):
                self.table.resizeColumnToContents(column)

    def _say_what_is_needed(self) -> None:
        known = [each for each in self._model.contents.values() if each.concentration_mM is not None]
        needs = self.rows.rowCount() > 0 and not known
        self.need.setVisible(needs)
        if needs:
            theme = Theme.of(QGuiApplication.palette())
            self.need.setStyleSheet(f"color: {theme.accent};")
            self.need.setText(
                "Type the concentrations, or copy them in the spreadsheet and paste them at the first well."
            )


class WellRows(Rows):
    """The rows of the table, as the model of the session has them."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(_COLUMNS, parent)
        self._commands = commands
        self._model = commands.model
        self._names: tuple[str, ...] = ()
        self._rates: dict[str, dict[str, WellRate]] = {}
        self._bold = QFont()
        self._bold.setBold(True)
        self._model.snapshot_changed.connect(self._refresh)
        self._model.contents_changed.connect(self.tell_all_changed)
        commands.proposal.changed.connect(self.tell_all_changed)

    def name(self, row: int) -> str:
        """Return the name of the well in a row."""
        return self._names[row]

    def row_of(self, name: str | None) -> int | None:
        """Return the row of a well; None for no well."""
        return self._names.index(name) if name in self._names else None

    def count(self) -> int:
        """Return how many wells there are."""
        return len(self._names)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Say what can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() in {AGENT, CONCENTRATION, USE}:
            flags |= Qt.ItemFlag.ItemIsEditable
        if index.column() == USE:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return what a cell shows."""
        well, column = self._names[index.row()], index.column()
        given: Any = None
        if role in _OF_PROPOSALS and (proposed := self._proposed(well, column)) is not None:
            given = self._proposed_look(well, column, proposed, role)
        elif role in {Role.DisplayRole, Role.EditRole}:
            given = self._text(well, column)
        elif role == Role.CheckStateRole and column == USE:
            given = Qt.CheckState.Unchecked if self._is_excluded(well) else Qt.CheckState.Checked
        elif role == Role.TextAlignmentRole and column in {CONCENTRATION, T1, T2}:
            given = RIGHT
        elif role == Role.ForegroundRole:
            given = self._colour(well, column)
        elif role == Role.FontRole and column == WELL:
            given = self._bold
        elif role == Role.ToolTipRole:
            given = self._tip(well, column)
        return given

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:  # noqa: ANN401, N802 - Qt's own
        """Turn what was typed or ticked into an edit of the recipe."""
        well, column = self._names[index.row()], index.column()
        if role == Role.CheckStateRole and column == USE:
            if Qt.CheckState(value) == Qt.CheckState.Checked:
                self._commands.include(well)
            else:
                self._commands.exclude(well)
            return True
        if role != Role.EditRole or value == self._text(well, column):
            return False
        if column == CONCENTRATION:
            self._commands.set_concentration(well, value)
        elif column == AGENT:
            self._commands.set_agent(well, value)
        elif column == USE:
            if value.strip():
                self._commands.exclude(well, value)
            else:
                self._commands.include(well)
        return True

    def _proposed(self, well: str, column: int) -> str | None:
        """Return the text that is proposed for a cell; None where nothing is."""
        if column not in _FIELDS or column == WELL:
            return None
        try:
            value = self._commands.proposal.value(well, _FIELDS[column])
        except KeyError:
            return None
        return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)

    def _proposed_look(self, well: str, column: int, proposed: str, role: int) -> Any:  # noqa: ANN401 - Qt's own
        theme = Theme.of(QGuiApplication.palette())
        if role == Role.DisplayRole:
            return proposed
        if role == Role.BackgroundRole:
            return QColor(theme.tint(theme.accent))
        if role == Role.ForegroundRole:
            return QColor(theme.text)
        return f"Would be {proposed or 'empty'}; is {self._text(well, column) or 'empty'}"

    def _is_excluded(self, well: str) -> bool:
        known = self._model.contents.get(well)
        return known is not None and known.exclude is not None

    def _colour(self, well: str, column: int) -> QColor | None:
        theme = Theme.of(QGuiApplication.palette())
        if column == WELL:
            return QColor(theme.agent(self._model.agent_index(well)))
        muted = column == USE or self._is_excluded(well) or self._left_out_of(well, column) is not None
        return QColor(theme.muted) if muted else None

    def _tip(self, well: str, column: int) -> str:
        if column == USE and (reason := self._text(well, column)):
            return reason
        return self._left_out_of(well, column) or _COLUMNS[column].tip

    def _left_out_of(self, well: str, column: int) -> str | None:
        """Return why the time in a column does not count, for a well that otherwise does."""
        known = self._model.contents.get(well)
        rate = self._rates.get(_RATES_IN.get(column, ""), {}).get(well)
        return rate.excluded if rate is not None and known is not None and known.concentration_mM is not None else None

    def _text(self, well: str, column: int) -> str:
        known = self._model.contents.get(well, Contents(None))
        given = {WELL: well, AGENT: known.agent, USE: known.exclude or self._measured_out(well)}
        if column in {T1, T2}:
            return _time(self._rates.get(_RATES_IN[column], {}).get(well))
        if column == CONCENTRATION and known.concentration_mM is not None:
            return f"{known.concentration_mM:.10g}"
        return given.get(column, "")

    def _measured_out(self, well: str) -> str:
        """Return why the measurement leaves a well out; a concentration that is missing is seen where it is."""
        known = self._model.contents.get(well)
        if known is None or known.concentration_mM is None:
            return ""
        reasons = {
            quantity: rate.excluded
            for quantity, rates in self._rates.items()
            if (rate := rates.get(well)) is not None and rate.excluded
        }
        if len(set(reasons.values())) == 1 and len(reasons) == len(self._rates):
            return next(iter(reasons.values()))
        return "; ".join(f"{_TIME_OF[quantity]}: {reason}" for quantity, reason in reasons.items())

    def _refresh(self) -> None:
        known = self._model.snapshot
        names = tuple(well.name for well in known.located.wells) if known and known.located else ()
        self._rates = (
            {quantity: {rate.well: rate for rate in rates.wells} for quantity, rates in known.rates.items()}
            if known
            else {}
        )
        if names != self._names:
            self.beginResetModel()
            self._names = names
            self.endResetModel()
        else:
            self.tell_all_changed()


def _time(rate: WellRate | None) -> str:
    if rate is None or not math.isfinite(rate.rate):
        return ""
    return rounded(s_to_ms(rate.time), s_to_ms(rate.time_spread))
