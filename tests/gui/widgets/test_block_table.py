"""The table of blocks: copy and paste as spreadsheets do, and typing that is not disturbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit

from relaxo_gui.widgets.block_table import BlockTable, cells

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def table(qtbot: QtBot) -> BlockTable:
    table = BlockTable()
    rows = QStandardItemModel(3, 2, table)
    for row in range(3):
        for column in range(2):
            rows.setItem(row, column, QStandardItem(f"{row}{column}"))
    table.setModel(rows)
    qtbot.addWidget(table)
    table.show()
    qtbot.waitExposed(table)
    return table


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("1\t2\r\n3\t4\r\n", [["1", "2"], ["3", "4"]]),
        ("one", [["one"]]),
        ('"two\nlines"\tx', [["two\nlines", "x"]]),
        ('say ""no""', [['say ""no""']]),
        ("\t\n1\t", [["", ""], ["1", ""]]),
    ],
)
def test_a_block_is_read_as_spreadsheets_write_it(text: str, block: list[list[str]]) -> None:
    assert cells(text) == block


def test_paste_tells_the_block_and_where(table: BlockTable, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("a\tb\nc\td")
    table.setCurrentIndex(table.model().index(1, 1))
    with qtbot.waitSignal(table.pasted) as heard:
        qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == [[["a", "b"], ["c", "d"]], 1, 1]


def test_an_empty_clipboard_pastes_nothing(table: BlockTable, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText(" \n")
    with qtbot.assertNotEmitted(table.pasted):
        table.paste()


def test_copy_writes_what_paste_reads(table: BlockTable, qtbot: QtBot) -> None:
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert cells(QGuiApplication.clipboard().text()) == [["00", "01"], ["10", "11"], ["20", "21"]]


def test_a_change_elsewhere_does_not_undo_what_is_being_typed(table: BlockTable, qtbot: QtBot) -> None:
    rows = table.model()
    table.setCurrentIndex(rows.index(0, 0))
    table.edit(rows.index(0, 0))
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("typed")
    rows.dataChanged.emit(rows.index(0, 0), rows.index(2, 1))
    assert editor.text() == "typed"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rows.index(0, 0).data() == "typed")


def test_enter_goes_on_to_the_cell_below(table: BlockTable, qtbot: QtBot) -> None:
    for row, text in enumerate(("x", "y", "z")):
        if row == 0:
            table.setCurrentIndex(table.model().index(0, 1))
        assert table.currentIndex().row() == row
        qtbot.keyClick(table, text)
        editor = table.findChild(QLineEdit)
        assert editor is not None
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: table.state() != BlockTable.State.EditingState)
    assert [table.model().index(row, 1).data() for row in range(3)] == ["x", "y", "z"]
    assert table.currentIndex().row() == 2
