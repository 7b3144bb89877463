"""The wells as they were found, and what a person made of them: names, places, sizes, how they are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from relaxo.recipe import WellsPart
from relaxo_gui.panels.well_rows import HOW, NAME, FoundRows
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.widgets.block_table import BlockTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QShowEvent

    from relaxo_gui.actions import Commands
    from relaxo_gui.actions.by_hand import Tool

_NAMINGS = {
    "auto": "as the concentrations say",
    "reading": "1, 2, 3 … row by row",
    "plate": "A1, A2, A3 … as on a plate",
    "ring": "1, 2, 3 … clockwise",
}
_TURNS = {0: "not turned", 90: "turned by 90°", 180: "turned by 180°", 270: "turned by 270°"}
_MOST_MM = 20.0


class WellListPanel(QWidget):
    """Lists the wells, with what can be done to them and how they are named and measured."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self._hand = commands.by_hand
        self.rows = FoundRows(commands, self)
        self.table = BlockTable()
        self.table.setModel(self.rows)
        self.table.setAccessibleName("Wells as found")
        self.table.setMouseTracking(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(HOW, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(10 * GRID)
        self._build()
        self._listen()
        self._refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._settings())
        layout.addWidget(self.table, 1)
        layout.addLayout(self._tools())

    def _settings(self) -> QGridLayout:
        """Build what says how wells are named and measured."""
        self.naming = _choice(_NAMINGS, "How wells are named")
        self.turn = _choice(_TURNS, "How the image must be turned, clockwise, to show the wells as they are labelled")
        self.mirrored = _tick("seen from below", "Left and right of the image are exchanged")
        self.label = QLineEdit()
        self.label.setPlaceholderText("its label")
        self.label.setFixedWidth(20 * GRID)
        self.label.setToolTip(
            "What is written on the selected well, such as A1: the names are turned so that it is called so (Enter)"
        )
        self.label.setAccessibleName("Label of the selected well")
        self.of_label = QLabel()
        self.margin = QDoubleSpinBox()
        self.margin.setRange(0.0, _MOST_MM)
        self.margin.setSingleStep(0.25)
        self.margin.setSuffix(" mm")
        self.margin.setKeyboardTracking(False)
        self.margin.setToolTip(
            "How far inside its edge a well is measured, and at least two and a half pixels: the rim holds plastic and "
            "partial volume"
        )
        self.margin.setAccessibleName("Margin")
        self.voids = _tick("leave bubbles out", "Leave out voxels whose signal is that of a bubble, not of the fluid")
        self.snap = _tick(
            "snap",
            "Wells that are added, or dragged farther than their radius, snap to the edge that is seen or to the grid "
            "of the plate; hold Alt to place one freely",
        )
        self.snap.setChecked(self._hand.snapping)
        form = QGridLayout()
        form.setContentsMargins(PADDING, GRID, PADDING, 2 * GRID)
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        lines: tuple[tuple[QWidget, ...], ...] = (
            (QLabel("Names"), self.naming),
            (QLabel("Plate"), self.turn, self.mirrored),
            (self.of_label, self.label),
            (QLabel("Margin"), self.margin, self.voids, self.snap),
        )
        for row, (name, *parts) in enumerate(lines):
            form.addWidget(name, row, 0)
            line = QHBoxLayout()
            line.setSpacing(2 * GRID)
            for part in parts:
                line.addWidget(part)
            line.addStretch(1)
            form.addLayout(line, row, 1)
        form.setColumnStretch(1, 1)
        return form

    def _tools(self) -> QVBoxLayout:
        """Build what can be done with wells."""
        self.add = _button("Add Well", "Add a well: click where it is in the picture (Ins)")
        self.ellipse = _button(
            "Draw Ellipse",
            "Draw a well: drag from corner to corner in the picture, with Shift for a circle (Ctrl+Shift+E)",
        )
        self.polygon = _button(
            "Draw Polygon",
            "Draw a well: click its corners in the picture; a double click or Enter closes it, Backspace takes the "
            "last corner back (Ctrl+Shift+P)",
        )
        self._adding: dict[Tool, QToolButton] = {
            "place": self.add,
            "ellipse": self.ellipse,
            "polygon": self.polygon,
        }
        for button in self._adding.values():
            button.setCheckable(True)
        self.remove = _button("Remove", "Take the selected well away (Shift+Del)")
        self.back = _button("Back to as Found", "Take back what was changed by hand of the selected well")
        self.all_back = _button("All Back", "Take back everything that was changed by hand")
        tools = QVBoxLayout()
        tools.setContentsMargins(PADDING, GRID, PADDING, GRID)
        tools.setSpacing(GRID)
        for buttons in (self._adding.values(), (self.remove, self.back, self.all_back)):
            row = QHBoxLayout()
            row.setSpacing(GRID)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
            tools.addLayout(row)
        return tools

    def _listen(self) -> None:
        model, hand = self._model, self._hand
        for tool, button in self._adding.items():
            button.clicked.connect(lambda checked, tool=tool: hand.take_up(tool if checked else None))
        hand.tool_changed.connect(self._show_tool)
        self.remove.clicked.connect(hand.remove_selected)
        self.back.clicked.connect(self._put_back)
        self.all_back.clicked.connect(hand.restore_all)
        self.naming.activated.connect(
            lambda _: hand.name_by(f"Name wells {self.naming.currentText()}", naming=self.naming.currentData())
        )
        self.turn.activated.connect(
            lambda _: hand.name_by(f"Plate {self.turn.currentText()}", rotation=self.turn.currentData(), marker=None)
        )
        self.mirrored.clicked.connect(
            lambda checked: hand.name_by(
                "Plate seen from below" if checked else "Plate seen from above", mirrored=checked, marker=None
            )
        )
        self.label.returnPressed.connect(self._take_label)
        self.margin.valueChanged.connect(hand.set_margin)
        self.voids.clicked.connect(lambda checked: hand.set_voids(cut=checked))
        self.snap.toggled.connect(hand.set_snapping)
        self.table.selectionModel().currentRowChanged.connect(self._select)
        self.table.entered.connect(lambda index: model.hover(self.rows.name(index.row())))
        model.selection_changed.connect(self._follow)
        for signal in (model.snapshot_changed, model.contents_changed, model.selection_changed, model.opened):
            signal.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's own
        """Give the columns the width of what they hold by now."""
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """Show how wells are named and measured, and what can be done now."""
        part = self._model.recipe.wells if self._model.recipe else WellsPart()
        parts = (self.naming, self.turn, self.mirrored, self.margin, self.voids)
        blocked = [QSignalBlocker(each) for each in parts]
        self.naming.setCurrentIndex(self.naming.findData(part.naming))
        self.turn.setCurrentIndex(self.turn.findData(part.rotation))
        self.mirrored.setChecked(part.mirrored)
        self.margin.setValue(part.margin_mm)
        self.voids.setChecked(part.voids == "cut")
        del blocked
        given = part.template is not None or part.labels is not None
        for each in (self.naming, self.turn, self.mirrored, self.label):
            each.setEnabled(not given)
        selected, row = self._model.selected, self.table.currentIndex().row()
        changed = {each.now.name for each in self._model.traces if each.changes and each.now is not None}
        removed = 0 <= row < self.rows.rowCount() and self.rows.is_removed(row)
        self.remove.setEnabled(selected is not None)
        self.back.setEnabled(selected in changed or removed)
        self.all_back.setEnabled(any(each.changes for each in self._model.traces))
        self.label.setEnabled(selected is not None and not given)
        self.of_label.setText(f"Well {selected} is" if selected else "Label")
        # Finding the width takes longer than a regression: not while nobody sees it.
        if self.rows.rowCount() and self.isVisible():
            for column in range(self.rows.columnCount()):
                if column != HOW:
                    self.table.resizeColumnToContents(column)

    def _show_tool(self, taken: Tool | None) -> None:
        for tool, button in self._adding.items():
            button.setChecked(tool == taken)

    def _select(self, current: QModelIndex) -> None:
        if current.isValid():
            removed = self.rows.is_removed(current.row())
            self._model.select(None if removed else self.rows.name(current.row()))
            if removed:
                self._refresh()

    def _follow(self) -> None:
        row = self.rows.row_of(self._model.selected)
        current = self.table.currentIndex().row()
        if row is None and 0 <= current < self.rows.rowCount() and self.rows.is_removed(current):
            return
        self.table.choose_row(row, max(self.table.currentIndex().column(), NAME))

    def _put_back(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < self.rows.rowCount():
            self._hand.restore_trace(self.rows.trace(row))

    def _take_label(self) -> None:
        text = self.label.text().strip()
        if text and self._model.selected is not None:
            self._hand.seen_as(self._model.selected, text)
            self.label.clear()


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setProperty("segment", "true")
    return button


def _choice(texts: Mapping[Any, str], tip: str) -> QComboBox:
    box = QComboBox()
    for key, words in texts.items():
        box.addItem(words, key)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box


def _tick(text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    return box
