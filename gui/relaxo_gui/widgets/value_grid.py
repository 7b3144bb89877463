"""ValueGrid: rows of texts with numbers to the right; new rows are shown with the labels that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from relaxo_gui.resources.theme import GRID, PADDING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a single text takes the whole width and may be broken into lines."""

    texts: tuple[str, ...]
    muted: bool = False
    bold: bool = False
    """Of the first text; the others of such a row are headings, and muted."""
    colour: str = ""
    """Of the first text."""
    tip: str = ""


class ValueGrid(QWidget):
    """A small table that is read, not edited; its texts can be selected and copied."""

    def __init__(self, columns: int, right: Sequence[int], parent: QWidget | None = None) -> None:
        """Make room for columns, of which some hold numbers and are aligned to the `right`."""
        super().__init__(parent)
        self._columns = columns
        self._right = frozenset(right)
        self._labels: list[list[QLabel]] = []
        self._shown: tuple[Row, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(PADDING)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(columns, 1)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._shown

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows in place of the former ones."""
        before, self._shown = self._shown, tuple(rows)
        while len(self._labels) < len(rows):
            self._labels.append(self._make(len(self._labels)))
        for number, labels in enumerate(self._labels):
            row = rows[number] if number < len(rows) else None
            if row is None or number >= len(before) or before[number] != row:
                self._fill(labels, row)

    def _make(self, number: int) -> list[QLabel]:
        labels = []
        # Before the cells the label that takes the whole width.
        for column in range(-1, self._columns):
            label = QLabel()
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if column < 0:
                label.setWordWrap(True)
                self._grid.addWidget(label, number, 0, 1, self._columns + 1)
            else:
                side = Qt.AlignmentFlag.AlignRight if column in self._right else Qt.AlignmentFlag.AlignLeft
                self._grid.addWidget(label, number, column, side)
            labels.append(label)
        return labels

    def _fill(self, labels: list[QLabel], row: Row | None) -> None:
        wide = row is not None and len(row.texts) == 1
        for column, label in enumerate(labels, -1):
            shown = row is not None and (wide if column < 0 else not wide and column < len(row.texts))
            label.setVisible(shown)
            if row is None or not shown:
                continue
            first = column <= 0
            label.setText(row.texts[max(column, 0)])
            label.setToolTip(row.tip)
            muted = row.muted or (row.bold and not first)
            if label.property("role") != ("muted" if muted else ""):
                label.setProperty("role", "muted" if muted else "")
                label.style().unpolish(label)
                label.style().polish(label)
            label.setStyleSheet(f"color: {row.colour};" if row.colour and first else "")
            font = self.font()
            font.setBold(row.bold and first)
            label.setFont(font)
