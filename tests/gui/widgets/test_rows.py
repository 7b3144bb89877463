"""Tables with columns that stand still: their shape and their headings."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

from relaxo_gui.widgets.rows import RIGHT, Column, Role, Rows

HORIZONTAL, VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class Names(Rows):
    """A table of names and nothing else."""

    def __init__(self, *names: str) -> None:
        super().__init__([Column("Name", "What it is called"), Column("n (1)", "How many", is_number=True)])
        self.names = names

    def count(self) -> int:
        return len(self.names)

    def data(self, index: QModelIndex, role: int = Role.DisplayRole) -> Any:
        return self.names[index.row()] if role == Role.DisplayRole else None


def test_there_are_as_many_rows_as_are_said_and_none_below_a_row() -> None:
    rows = Names("a", "b")
    assert (rows.rowCount(), rows.columnCount()) == (2, 2)
    below = rows.index(0, 0)
    assert (rows.rowCount(below), rows.columnCount(below)) == (0, 0)


def test_headings_have_tips_and_stand_where_their_numbers_do() -> None:
    rows = Names()
    assert rows.headerData(0, HORIZONTAL) == "Name"
    assert rows.headerData(1, HORIZONTAL, Role.ToolTipRole) == "How many"
    assert rows.headerData(0, HORIZONTAL, Role.TextAlignmentRole) is None
    assert rows.headerData(1, HORIZONTAL, Role.TextAlignmentRole) == RIGHT
    assert rows.headerData(0, VERTICAL) is None


@pytest.mark.parametrize(("names", "told"), [((), []), (("a", "b"), [(0, 0, 1, 1)])])
def test_all_cells_are_drawn_anew_where_there_are_any(names: tuple[str, ...], told: list[tuple[int, ...]]) -> None:
    rows = Names(*names)
    heard = []
    rows.dataChanged.connect(
        lambda first, last, _: heard.append((first.row(), first.column(), last.row(), last.column()))
    )
    rows.tell_all_changed()
    assert heard == told
