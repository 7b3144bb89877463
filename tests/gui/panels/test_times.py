"""The step Images: stacks are chosen, and times that the console lost are typed, pasted, cleared and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QLineEdit

from relaxo.data import Inventory
from relaxo.recipe import TimingPart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.panels.times import TimesPanel

    Settle = Callable[[], None]

TI, TE, TR, FA = range(1, 5)
TIMES = (25, 50, 100, 200, 400, 700, 1000, 1500, 2500, 4000)


@pytest.fixture
def lost(window: MainWindow, settle: Settle, untimed: Path) -> MainWindow:
    """Return the window with images that say nothing of their inversion times."""
    window.commands.open_paths([untimed])
    settle()
    return window


def column(panel: TimesPanel, number: int) -> list[str]:
    return [panel.rows.index(row, number).data() for row in range(panel.rows.rowCount())]


def type_into(window: MainWindow, qtbot: QtBot, row: int, number: int, text: str) -> None:
    table = window.times.table
    table.setCurrentIndex(window.times.rows.index(row, number))
    table.edit(table.currentIndex())
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.state() != QAbstractItemView.State.EditingState)


def test_missing_times_are_asked_for_where_they_are_typed(lost: MainWindow) -> None:
    panel = lost.times
    assert panel.isVisible()
    assert "Inversion times (TI) are missing for all 10 images" in panel.need.text()
    assert column(panel, TI) == [""] * 10
    assert column(panel, TE) == ["8"] * 10
    assert panel.table.currentIndex().row() == 0
    assert panel.table.currentIndex().column() == TI
    heads = [lost.series.tree.topLevelItem(k) for k in range(lost.series.tree.topLevelItemCount())]
    assert any(head is not None and head.text(0).startswith("Times missing") for head in heads)


def test_times_typed_one_by_one_keep_their_rows(lost: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    panel = lost.times
    for row in range(3):
        type_into(lost, qtbot, row, TI, str(TIMES[row]))
        settle()
    assert column(panel, TI) == ["25", "50", "100", *[""] * 7]
    assert "missing for 7 of 10" in panel.need.text()
    assert lost.model.undo_label == "TI of series 3"
    # Enter goes on to the cell below.
    assert panel.table.currentIndex().row() == 3
    known = lost.model.snapshot
    assert known is not None
    assert known.inventory is not None
    assert [len(stack.protocol) for stack in known.inventory.stacks if stack.quantity == "T1"] == [3]


def test_a_column_is_pasted_measured_and_undone_as_one(lost: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    before = lost.model.recipe
    QGuiApplication.clipboard().setText("\r\n".join(map(str, TIMES)))
    qtbot.keyClick(lost.times.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert lost.model.recipe is not None
    assert lost.model.recipe.timing == tuple(TimingPart(series=k, TI_ms=time) for k, time in enumerate(TIMES, 1))
    known = lost.model.snapshot
    assert known is not None
    np.testing.assert_allclose(known.stacks["T1"].protocol.values, np.divide(TIMES, 1000))
    assert "From the recipe" in lost.times.rows.index(0, TI).data(Qt.ItemDataRole.ToolTipRole)
    assert lost.times.need.isHidden()
    assert lost.model.undo_label == "Paste 10 times"
    lost.actions_by_id["undo"].trigger()
    assert lost.model.recipe == before
    settle()


def test_a_header_can_be_corrected_and_takes_over_again(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    before = sample.model.recipe
    sample.model.go_to("images")
    type_into(sample, qtbot, 2, TR, "4900")
    settle()
    assert column(sample.times, TR)[:4] == ["5000", "5000", "4900", "5000"]
    sample.times.table.setCurrentIndex(sample.times.rows.index(2, TR))
    qtbot.keyClick(sample.times.table, Qt.Key.Key_Delete)
    settle()
    assert column(sample.times, TR)[2] == "5000"
    assert sample.model.undo_label == "Clear a time"
    assert sample.model.recipe == before


def test_delete_in_the_table_leaves_no_well_out(sample: MainWindow, qtbot: QtBot) -> None:
    sample.model.select("3")
    sample.model.go_to("images")
    sample.times.table.setFocus()
    qtbot.keyClick(sample.times.table, Qt.Key.Key_Delete)
    assert sample.model.contents["3"].exclude is None


@pytest.mark.parametrize("text", ["soon", "-1"])
def test_what_is_no_time_is_refused_in_the_window(lost: MainWindow, qtbot: QtBot, text: str) -> None:
    before = lost.model.recipe
    type_into(lost, qtbot, 0, TI, text)
    assert lost.model.recipe == before
    assert "is not a time" in lost.banner.text


def test_another_stack_is_chosen_from_the_list_and_undone(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert known.inventory is not None
    first = known.inventory.stacks[0]
    stacks = (*known.inventory.stacks, replace(first, name="IRT1-9"))
    sample.model.show(replace(known, inventory=Inventory(known.inventory.paths, stacks, ())))
    choice = sample.times.choices["T1"]
    assert [choice.itemData(k) for k in range(choice.count())] == ["IRT1-1", "IRT1-9"]
    assert sum("(proposed)" in choice.itemText(k) for k in range(choice.count())) == 1
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert sample.model.recipe is not None
    assert sample.model.recipe.stacks.T1 == "IRT1-9"
    assert sample.model.measurement == "IRT1-9"
    sample.commands.cancel()
    sample.actions_by_id["undo"].trigger()
    assert sample.model.recipe.stacks.T1 is None
    sample.commands.cancel()


def test_a_click_on_a_stack_shows_its_times(sample: MainWindow) -> None:
    tree = sample.series.tree
    second = tree.topLevelItem(1)
    assert second is not None
    tree.itemClicked.emit(second, 0)
    assert sample.model.step == "images"
    assert sample.times.title.text() == "Multi-echo spin echo, MESE-1: 32 images"
    assert column(sample.times, TE)[:3] == ["10", "20", "30"]
