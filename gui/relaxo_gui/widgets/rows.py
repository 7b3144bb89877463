"""Rows: a table model whose columns stand still, with a heading and a tip each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    tip: str
    is_number: bool = False
    """Whether its heading stands at the right, as its numbers do."""


class Rows(QAbstractTableModel):
    """What tables have in common; how many rows there are and what they hold, those that inherit say."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)

    def count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's own
        """Return how many rows there are."""
        return 0 if parent is not None and parent.isValid() else self.count()

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's own
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401, N802 - Qt's own
        """Return headings."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return column.heading
        if role == Role.ToolTipRole:
            return column.tip
        return RIGHT if role == Role.TextAlignmentRole and column.is_number else None

    def tell_all_changed(self) -> None:
        """Have every cell drawn anew; the rows are those that were."""
        if self.count():
            self.dataChanged.emit(self.index(0, 0), self.index(self.count() - 1, len(self.columns) - 1))
