"""A small table whose labels stay while its texts change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from relaxo_gui.widgets.value_grid import Row, ValueGrid

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def shown(grid: ValueGrid) -> list[str]:
    return [label.text() for label in grid.findChildren(QLabel) if label.isVisibleTo(grid)]


def test_rows_are_shown_with_the_labels_that_are_there(qtbot: QtBot) -> None:
    grid = ValueGrid(3, (1, 2))
    qtbot.addWidget(grid)
    grid.show_rows([Row(("Gd6", "value", "95 %"), bold=True, colour="#0072b2"), Row(("with 7: 12",), muted=True)])
    assert shown(grid) == ["Gd6", "value", "95 %", "with 7: 12"]
    labels = len(grid.findChildren(QLabel))
    grid.show_rows([Row(("r1", "12", ""), tip="of 9 wells"), Row(("r2", "24", "23 … 25"))])
    assert shown(grid) == ["r1", "12", "", "r2", "24", "23 … 25"]
    assert len(grid.findChildren(QLabel)) == labels
    grid.show_rows([Row(("nothing yet",))])
    assert shown(grid) == ["nothing yet"]
    assert grid.rows == (Row(("nothing yet",)),)
