"""The table that contents are typed and pasted into, and the bar that says what is proposed and takes the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.widgets.block_table import BlockTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo_gui.actions import Commands


class ContentsTable(BlockTable):
    """Enter takes a proposal over and Esc gives it up; Ctrl+D fills down, as in a spreadsheet."""

    def __init__(
        self,
        commands: Commands,
        name: Callable[[int], str],
        field: Callable[[int], str | None],
        parent: QWidget | None = None,
    ) -> None:
        """Stand on the well of a row and the field of a column."""
        super().__init__(parent)
        self._proposal = commands.proposal
        self._name = name
        self._field = field

    def chosen(self) -> list[str]:
        """Return the names of the wells in which cells are selected, from top to bottom."""
        return [self._name(row) for row in sorted({index.row() for index in self.selectedIndexes()})]

    def event(self, event: QEvent) -> bool:
        """Keep Esc for the proposal, whatever else it means in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._answers(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Answer a proposal, or fill down."""
        if self._answers(event):
            if event.key() == Qt.Key.Key_Escape:
                self._proposal.drop()
            else:
                self._proposal.take()
        elif event.key() == Qt.Key.Key_D and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            field = self._field(self.currentIndex().column())
            if field is not None:
                self._proposal.fill_down(self.chosen(), field)
        else:
            super().keyPressEvent(event)

    def _answers(self, event: QKeyEvent) -> bool:
        return self._proposal.proposal is not None and event.key() in {
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        }


class ProposalBar(QWidget):
    """Says what was proposed, and takes the answer; proposes dilution series."""

    def __init__(self, commands: Commands, table: ContentsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposal = commands.proposal
        self._table = table
        self.words = QLabel(wordWrap=True)
        self.take = QPushButton("Apply")
        self.take.setProperty("role", "primary")
        self.take.setToolTip("Take this over (Enter)")
        self.drop = QPushButton("Cancel")
        self.drop.setToolTip("Leave everything as it is (Esc)")
        self.series = QToolButton()
        self.series.setText("Dilution Series…")
        self.series.setCheckable(True)
        self.series.setAutoRaise(True)
        self.series.setToolTip("Count concentrations out for the selected wells: each is the one before, divided")
        self.first = _number("Concentration of the first selected well, in mM", 1.0, " mM")
        self.factor = _number("By what each concentration is divided to give the next", 2.0, "")
        self._counting = QWidget()
        counting = QHBoxLayout(self._counting)
        counting.setContentsMargins(0, 0, 0, 0)
        counting.setSpacing(2 * GRID)
        for part in (QLabel("from"), self.first, QLabel("divided by"), self.factor):
            counting.addWidget(part)
        counting.addStretch(1)
        answer = QHBoxLayout()
        answer.setSpacing(2 * GRID)
        answer.addWidget(self.series)
        answer.addWidget(self.words, 1)
        answer.addWidget(self.drop)
        answer.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, GRID, PADDING, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._counting)
        layout.addLayout(answer)
        self.take.clicked.connect(self._proposal.take)
        self.drop.clicked.connect(self._proposal.drop)
        self.series.toggled.connect(self._count)
        self.first.valueChanged.connect(self._dilute)
        self.factor.valueChanged.connect(self._dilute)
        self._proposal.changed.connect(self._show)
        self._counting.hide()
        self._show()

    def _count(self, counting: bool) -> None:  # noqa: FBT001 - a slot
        self._counting.setVisible(counting)
        if counting:
            self._dilute()
            self.first.setFocus()
            self.first.selectAll()
        else:
            self._proposal.drop()

    def _dilute(self) -> None:
        if self.series.isChecked():
            self._proposal.dilute(self._table.chosen(), self.first.value(), self.factor.value())

    def _show(self) -> None:
        proposal = self._proposal.proposal
        for part in (self.words, self.take, self.drop):
            part.setVisible(proposal is not None)
        self.words.setText("" if proposal is None else proposal.words)
        if proposal is None and self.series.isChecked():
            self.series.setChecked(False)


class _NumberBox(QDoubleSpinBox):
    """Shows no more digits than there are."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's own
        """Return a number without the zeros at its end."""
        return self.locale().toString(value, "g", 6)


def _number(tip: str, value: float, unit: str) -> QDoubleSpinBox:
    box = _NumberBox()
    box.setDecimals(4)
    box.setRange(0.0001, 10_000)
    box.setValue(value)
    box.setSuffix(unit)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return box
