"""The rows of the list of wells: how each came about, how large it is, and from what it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication

from relaxo_gui.resources.theme import Theme
from relaxo_gui.widgets.rows import RIGHT, Column, Role, Rows

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from relaxo.data import Tally
    from relaxo.wells import Trace
    from relaxo_gui.actions import Commands
    from relaxo_gui.widgets.rows import Index

NAME, RADIUS, VOXELS, SURE, HOW = range(5)
_COLUMNS = (
    Column("Well", "Name of the well; type another"),
    Column("Radius (mm)", "Radius of the fluid, out to its edge, in mm", is_number=True),
    Column("Voxels", "Voxels that are measured", is_number=True),
    Column("Sure (%)", "How sure its detection is, in percent", is_number=True),
    Column("How", "Whether it was found, or what a person changed; and what was left out"),
)
_ORIGINS = {"template": "from the template", "image": "from the label image", "added": "added by hand"}
_UNSURE = 0.5
_LEFT_OUT = {"rim": "at the rim", "ringing": "ringing", "void": "bubbles", "shared": "shared with a neighbour"}


class FoundRows(Rows):
    """Every well that there is, and after them those that were removed."""

    def __init__(self, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(_COLUMNS, parent)
        self._hand = commands.by_hand
        self._model = commands.model
        self._rows: tuple[Trace, ...] = ()
        self._tallies: dict[str, Tally] = {}
        self._bold = QFont()
        self._bold.setBold(True)
        for signal in (self._model.snapshot_changed, self._model.contents_changed):
            signal.connect(self._refresh)

    def trace(self, row: int) -> Trace:
        """Return what became of the well in a row."""
        return self._rows[row]

    def name(self, row: int) -> str:
        """Return the name of the well in a row."""
        trace = self._rows[row]
        well = trace.now or trace.found
        assert well is not None
        return well.name

    def is_removed(self, row: int) -> bool:
        """Whether the well in a row was taken away by hand."""
        return self._rows[row].now is None

    def row_of(self, name: str | None) -> int | None:
        """Return the row of a well; None for no well."""
        return next(
            (row for row, each in enumerate(self._rows) if each.now is not None and each.now.name == name), None
        )

    def count(self) -> int:
        """Return how many wells there are, removed ones among them."""
        return len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names be typed."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME and not self.is_removed(index.row()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return what a cell shows."""
        row, column = index.row(), index.column()
        given: Any = None
        if role in {Role.DisplayRole, Role.EditRole}:
            given = self._text(row, column)
        elif role == Role.TextAlignmentRole and column in {RADIUS, VOXELS, SURE}:
            given = RIGHT
        elif role == Role.FontRole and column == NAME:
            given = self._bold
        elif role == Role.ForegroundRole:
            given = self._colour(row, column)
        elif role == Role.ToolTipRole:
            given = self._text(row, column) if column == HOW else _COLUMNS[column].tip
        return given

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:  # noqa: ANN401, N802 - Qt's own
        """Rename a well."""
        if role != Role.EditRole or index.column() != NAME or value == self.name(index.row()):
            return False
        self._hand.rename(self.name(index.row()), value)
        return True

    def _text(self, row: int, column: int) -> str:
        trace = self._rows[row]
        well = trace.now or trace.found
        assert well is not None
        tally = self._tallies.get(well.name) if trace.now is not None else None
        if column == RADIUS:
            return f"{well.radius_mm:.2f}"
        if column == VOXELS:
            return "" if tally is None else str(tally.measured)
        if column == SURE:
            return f"{100 * well.confidence:.0f}" if well.origin == "found" else ""
        return well.name if column == NAME else self._how(trace, tally)

    def _how(self, trace: Trace, tally: Tally | None) -> str:
        """Return how a well came about, and what was left out of it."""
        if trace.now is None:
            return "removed by hand"
        words = [_ORIGINS.get(trace.now.origin, "found")]
        if trace.found is not None and trace.changes:
            now, was = trace.now, trace.found
            done = {
                "moved": (now.row, now.column) != (was.row, was.column),
                "resized": (now.radius_mm, now.outline) != (was.radius_mm, was.outline),
                f"renamed from {was.name}": now.name != was.name,
                "other slices": now.slices != was.slices,
            }
            words = [", ".join(what for what, true in done.items() if true) + " by hand"]
        if tally is not None:
            lost = {field: getattr(tally, field) for field in ("void", "shared")}
            words += [f"{count} voxels {_LEFT_OUT[field]}" for field, count in lost.items() if count]
        return "; ".join(words)

    def _colour(self, row: int, column: int) -> QColor | None:
        theme = Theme.of(QGuiApplication.palette())
        trace = self._rows[row]
        if trace.now is None:
            return QColor(theme.muted)
        if column == NAME:
            return QColor(theme.agent(self._model.agent_index(trace.now.name)))
        if column == SURE and trace.now.confidence < _UNSURE:
            return QColor(theme.amber)
        return QColor(theme.muted) if column == HOW and not trace.changes else None

    def _refresh(self) -> None:
        known = self._model.snapshot
        located = known.located if known else None
        self._tallies = (
            {well.name: tally for well, tally in zip(located.wells, located.tallies, strict=True)}
            if located is not None and located.tallies
            else {}
        )
        traces = self._model.traces
        rows = (*(each for each in traces if each.now is not None), *(each for each in traces if each.now is None))
        same = len(rows) == len(self._rows)
        if same:
            self._rows = rows
            if rows:
                self.tell_all_changed()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
