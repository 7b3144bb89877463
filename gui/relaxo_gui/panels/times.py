"""The step Images: which stacks are measured, and when their images were taken; what is missing is typed here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QFormLayout, QHeaderView, QLabel, QVBoxLayout, QWidget

from relaxo.errors import RelaxoError
from relaxo.recipe import StacksPart
from relaxo_gui.actions import times as typed
from relaxo_gui.core import io
from relaxo_gui.resources.theme import GRID, PADDING, Theme
from relaxo_gui.session_model import times as stage
from relaxo_gui.session_model.words import AXES, protocol_words
from relaxo_gui.widgets.block_table import BlockTable
from relaxo_gui.widgets.rows import RIGHT, Column, Role, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.data import ImageHeader, Inventory, StackSource
    from relaxo_gui.actions import Commands
    from relaxo_gui.session_model.times import Image, Measurement, Time
    from relaxo_gui.widgets.rows import Index

_FIELDS = tuple(stage.FIELDS)
_IMAGE = Column("Image", "Series, image or file, as the scanner numbered them")
_QUANTITIES = {"T1": "T₁ is measured on", "T2": "T₂ is measured on"}
_HOW = "Grey: from the header. Bold: entered, in place of it. An empty cell takes the header's again."
_NOTHING = "Open a folder of images to see which were found."


class TimesPanel(QWidget):
    """The choice of stacks above, the table of times of the one that is looked at below."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self._shown: Measurement | None = None
        self._inventory: Inventory | None = None
        self._all: tuple[Measurement, ...] = ()
        self.choices = {quantity: _choice(words) for quantity, words in _QUANTITIES.items()}
        form = QFormLayout()
        form.setContentsMargins(PADDING, 2 * GRID, PADDING, PADDING)
        form.setHorizontalSpacing(PADDING)
        form.setVerticalSpacing(2 * GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for quantity, choice in self.choices.items():
            label = QLabel(_QUANTITIES[quantity])
            label.setBuddy(choice)
            form.addRow(label, choice)
            choice.activated.connect(lambda index, quantity=quantity: self._choose(quantity, index))
        self.title = QLabel(wordWrap=True)
        bold = self.title.font()
        bold.setBold(True)
        self.title.setFont(bold)
        self.need = QLabel(wordWrap=True)
        self.rows = TimeRows(self)
        self.table = TimesTable(self.rows)
        self.table.setModel(self.rows)
        self.table.setAccessibleName("Times of the images")
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.how = QLabel(_HOW, wordWrap=True)
        self.how.setProperty("role", "muted")
        for label, above in ((self.title, 0), (self.need, GRID), (self.how, 2 * GRID)):
            label.setContentsMargins(PADDING, above, PADDING, 2 * GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(form)
        layout.addWidget(self.title)
        layout.addWidget(self.need)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.how)
        self.table.pasted.connect(self._paste)
        self.table.cleared.connect(self._clear)
        self.rows.edited.connect(self._type)
        self._model.snapshot_changed.connect(self.refresh)
        self._model.opened.connect(self.refresh)
        self._model.measurement_changed.connect(self._show_chosen)
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now; the volumes that are looked at stay while their times are typed."""
        known = self._model.snapshot
        inventory = known.inventory if known else None
        self._fill_choices(inventory)
        if inventory is self._inventory:
            return
        self._inventory = inventory
        if inventory is None or known is None:
            self._shown = None
        else:
            self._all = stage.measurements(inventory, known.untimed)
            before, self._shown = self._shown, self._first(known.stacks)
            if before is not None:
                found = stage.find(self._all, before)
                if found is not None and len(found.volumes) < len(before.volumes):
                    # Half of the times are typed: all rows stay where they are.
                    self._shown = _renewed(before, stage.locate(inventory))
                elif found is not None:
                    self._shown = found
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()

    def _first(self, measured: Mapping[str, Any]) -> Measurement | None:
        """Return what is looked at while nobody said: what lacks times and is needed, else the first stack."""
        chosen = next((each for each in self._all if each.key == self._model.measurement), None)
        if chosen is not None:
            return chosen
        lacking = next((each for each in self._all if each.stack is None), None)
        stacks = [each for each in self._all if each.stack is not None]
        if lacking is not None and len({each.stack.quantity for each in stacks if each.stack} - {None}) < 2:
            return lacking
        names = {stack.source.name for stack in measured.values() if stack.source}
        return next((each for each in stacks if each.key in names), next(iter(stacks), lacking))

    def _show_chosen(self) -> None:
        if self._inventory is not None:
            chosen = next((each for each in self._all if each.key == self._model.measurement), None)
            if chosen is not None:
                self._shown = chosen
                self._show()

    def _show(self) -> None:
        shown = self._shown
        theme = Theme.of(self.palette())
        self.title.setText(_NOTHING if shown is None else f"{shown.title}: {len(shown.volumes)} images")
        sentences = [] if shown is None else stage.needs(shown)
        self.need.setVisible(bool(sentences))
        self.need.setText("\n".join(sentences))
        self.need.setStyleSheet(f"color: {theme.accent};")
        self.table.setVisible(shown is not None)
        self.how.setVisible(shown is not None)
        self.rows.show(shown, theme)
        self.table.fit(shown)

    def _fill_choices(self, inventory: Inventory | None) -> None:
        proposed = _proposed(inventory)
        measured = self._model.snapshot.stacks if self._model.snapshot else {}
        for quantity, choice in self.choices.items():
            stacks = [] if inventory is None else [each for each in inventory.stacks if each.quantity == quantity]
            names = [each.name for each in stacks]
            fitted = measured.get(quantity)
            current = fitted.source.name if fitted is not None and fitted.source is not None else None
            wanted = [(each.name, _stack_words(each, proposed=proposed.get(quantity))) for each in stacks]
            if [(choice.itemData(k), choice.itemText(k)) for k in range(choice.count())] != wanted or not wanted:
                choice.clear()
                for name, words in wanted:
                    choice.addItem(words, name)
                if not wanted:
                    choice.addItem("no images for it")
            choice.setEnabled(bool(wanted))
            if current in names:
                choice.setCurrentIndex(names.index(current))

    def _choose(self, quantity: str, index: int) -> None:
        name = self.choices[quantity].itemData(index)
        known = self._model.snapshot
        fitted = known.stacks.get(quantity) if known else None
        if name is not None and (fitted is None or fitted.source is None or fitted.source.name != name):
            self._commands.choices.choose_stack(quantity, name)
        self._model.look_at(name)

    def _type(self, row: int, field: str, text: str) -> None:
        try:
            value = typed.time(text, field)
        except RelaxoError as error:
            self._model.message.emit(error)
            return
        symbol = AXES[stage.FIELDS[field][0]][0]
        self._set(f"{symbol} of {self.rows.label(row)}", {row: {field: value}})

    def _paste(self, cells: Sequence[Sequence[str]], row: int, column: int) -> None:
        if self._shown is None:
            return
        field = _FIELDS[column - 1] if column else self._shown.axis or _FIELDS[0]
        try:
            changes = typed.changes(cells, len(self._shown.volumes), row, field)
        except RelaxoError as error:
            self._model.message.emit(error)
            return
        count = sum(map(len, changes.values()))
        self._set(f"Paste {count} times", changes)

    def _clear(self) -> None:
        chosen = [index for index in self.table.selectedIndexes() if index.column() > 0]
        changes: dict[int, dict[str, float | None]] = {}
        for index in chosen:
            changes.setdefault(index.row(), {})[_FIELDS[index.column() - 1]] = None
        if changes:
            self._set(f"Clear {len(chosen)} times" if len(chosen) > 1 else "Clear a time", changes)

    def _set(self, label: str, changes: Mapping[int, Mapping[str, float | None]]) -> None:
        if self._shown is not None:
            changed = [(self._shown.volumes[row], fields) for row, fields in changes.items()]
            self._commands.choices.set_times(label, changed)


class TimesTable(BlockTable):
    """Delete empties the selected cells, as in a spreadsheet."""

    cleared = Signal()

    def __init__(self, rows: TimeRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._fitted: object = None

    def fit(self, shown: Measurement | None) -> None:
        """Give columns their width and the first cell that lacks its time the cursor, for other images than before."""
        kind = None if shown is None else (shown.key, len(shown.volumes))
        if shown is None or kind == self._fitted:
            return
        self._fitted = kind
        for column in range(1, len(_FIELDS) + 1):
            self.setColumnWidth(column, 19 * GRID)
        column = _FIELDS.index(shown.axis) + 1 if shown.axis else 1
        empty = (row for row in range(len(shown.volumes)) if not self._rows.index(row, column).data())
        self.setCurrentIndex(self._rows.index(next(empty, 0), column))

    def event(self, event: QEvent) -> bool:
        """Take Delete before the menu does, which would leave a well out."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Empty cells; everything else as usual."""
        if _is_delete(event) or event.key() == Qt.Key.Key_Backspace:
            self.cleared.emit()
        else:
            super().keyPressEvent(event)


class TimeRows(Rows):
    """A row for each volume: what it is called, and its times."""

    edited = Signal(int, str, str)
    """Row, field of timing, and what was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((_IMAGE, *map(_column, _FIELDS)), parent)
        self._shown: Measurement | None = None
        self._labels: list[str] = []
        self._theme: Theme | None = None
        self._bold = QFont()
        self._bold.setBold(True)

    def show(self, shown: Measurement | None, theme: Theme) -> None:
        """Take in other volumes, or other times of the same."""
        known = [] if shown is None else stage.labels(shown.volumes)
        same = known == self._labels
        if not same:
            self.beginResetModel()
        self._shown, self._labels, self._theme = shown, known, theme
        if not same:
            self.endResetModel()
        else:
            self.tell_all_changed()

    def label(self, row: int) -> str:
        """Return what the volume of a row is called."""
        return self._labels[row]

    def count(self) -> int:
        """Return how many volumes there are."""
        return len(self._labels)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Say what can be edited: every time, for a header may be wrong."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() else flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return what a cell shows."""
        if self._shown is None or self._theme is None:
            return None
        if not index.column():
            return self._labels[index.row()] if role == Role.DisplayRole else None
        field = _FIELDS[index.column() - 1]
        time = stage.time_of(self._shown.volumes[index.row()], field)
        lacking = time.value is None and field == self._shown.axis
        given: Any = None
        if role in {Role.DisplayRole, Role.EditRole}:
            given = time.text
        elif role == Role.TextAlignmentRole:
            given = RIGHT
        elif role == Role.ForegroundRole and time.origin is None:
            given = QColor(self._theme.muted)
        elif role == Role.FontRole and time.origin is not None:
            given = self._bold
        elif role == Role.BackgroundRole and lacking:
            given = QColor(self._theme.tint(self._theme.accent))
        elif role == Role.ToolTipRole:
            given = _origin_words(time)
        return given

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:  # noqa: ANN401, N802 - Qt's own
        """Tell what was typed."""
        if role != Role.EditRole or value == index.data(Role.EditRole):
            return False
        self.edited.emit(index.row(), _FIELDS[index.column() - 1], value)
        return True


def _column(field: str) -> Column:
    symbol, name, unit = AXES[stage.FIELDS[field][0]]
    return Column(f"{symbol} ({unit})", f"{name} in {unit}", is_number=True)


def _is_delete(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Delete)


def _origin_words(time: Time) -> str:
    if time.value is None:
        return "Not known: type it, or paste a column from the spreadsheet"
    return "From the header" if time.origin is None else f"From {time.origin}"


def _renewed(shown: Measurement, images: Mapping[Image, ImageHeader]) -> Measurement:
    """Return the same volumes with the times as they are known now."""
    volumes = tuple(tuple(images.get(header.image, header) for header in volume) for volume in shown.volumes)
    return replace(shown, volumes=volumes, stack=None)


def _choice(words: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(words)
    choice.setToolTip("Another stack can be chosen; the proposed one has the most times, slices and the least bias")
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(16)
    return choice


def _proposed(inventory: Inventory | None) -> dict[str, str]:
    """Return the names of the stacks that are measured where nobody said otherwise."""
    if inventory is None:
        return {}
    try:
        chosen, _ = io.choose(inventory, StacksPart())
    except RelaxoError:
        return {}
    return {quantity: stack.name for quantity, stack in chosen.items()}


def _stack_words(stack: StackSource, *, proposed: str | None) -> str:
    words = protocol_words(stack)
    return f"{stack.name}, {words.lines[1]}{' (proposed)' if stack.name == proposed else ''}"
