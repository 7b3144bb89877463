"""BlockTable: a table that copies and pastes blocks of cells as spreadsheets do."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QTableView, QWidget

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QKeyEvent

    Index = QModelIndex | QPersistentModelIndex


class BlockTable(QTableView):
    """Tells what was pasted at the current cell; what becomes of it is for others to say."""

    pasted = Signal(object, int, int)
    """Rows of cells, and the row and column of the current cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(6 * GRID)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Copy and paste; everything else as usual."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:  # noqa: N802 - Qt's own
        """Show what changed, but leave alone what is being typed: Qt would put the old text back into the cell."""
        if self.state() == QAbstractItemView.State.EditingState:
            self.viewport().update()
        else:
            super().dataChanged(first, last, roles)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802 - Qt's own
        """Go on to the cell below after Enter, as spreadsheets do."""
        super().closeEditor(editor, hint)
        below = self.currentIndex().siblingAtRow(self.currentIndex().row() + 1)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache and below.isValid():
            self.setCurrentIndex(below)

    def copy(self) -> None:
        """Put the selected cells on the clipboard, as a block with tabs."""
        chosen = {(index.row(), index.column()): index for index in self.selectedIndexes()}
        if not chosen:
            return
        rows = sorted({row for row, _ in chosen})
        columns = sorted({column for _, column in chosen})
        lines = (
            "\t".join(
                str(chosen[row, column].data(Qt.ItemDataRole.DisplayRole) or "") if (row, column) in chosen else ""
                for column in columns
            )
            for row in rows
        )
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """Tell what is on the clipboard."""
        text = QGuiApplication.clipboard().text()
        current = self.currentIndex()
        if text.strip():
            self.pasted.emit(cells(text), max(current.row(), 0), max(current.column(), 0))

    def choose_row(self, row: int | None, column: int = 0) -> None:
        """Make a row the current one, without telling as if a person had; none for None."""
        model = self.selectionModel()
        if row is None:
            model.clear()
        elif self.currentIndex().row() != row:
            model.setCurrentIndex(
                self.model().index(row, column),
                QItemSelectionModel.SelectionFlag.ClearAndSelect,
            )


def cells(text: str) -> list[list[str]]:
    """Return the rows of a block as spreadsheets put it on the clipboard: cells between tabs, quoted where needed."""
    return list(csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline=""), dialect="excel-tab"))
