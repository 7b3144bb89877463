"""The card beside a point: Enter leaves it out with a reason, Esc and a click elsewhere close it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from relaxo_gui.widgets.point_card import PointCard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[PointCard]:
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    other = QPushButton("other", window)
    other.setObjectName("other")
    card = PointCard(("bubble", "wrong label"), window)
    window.show()
    qtbot.waitExposed(window)
    yield card
    card.dismiss()


def test_enter_leaves_out_with_what_was_typed(card: PointCard, qtbot: QtBot) -> None:
    card.ask("B4", "Well B4", ["R1 1.0"], None, QRect(500, 380, 90, 40))
    edit = card.reason.lineEdit()
    assert edit is not None
    assert edit.hasFocus()
    assert card.parentWidget().rect().contains(card.geometry())  # type: ignore[union-attr] # the window
    with qtbot.waitSignal(card.excluded) as heard:
        qtbot.keyClicks(edit, "spilled")
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert heard.args == ["B4", "spilled"]
    assert card.isHidden()


def test_a_common_reason_is_one_key_away(card: PointCard, qtbot: QtBot) -> None:
    card.ask("B4", "Well B4", [], None, QRect(0, 0, 300, 300))
    with qtbot.waitSignal(card.excluded) as heard:
        qtbot.keyClick(card.reason, Qt.Key.Key_Down)
        qtbot.mouseClick(card.out, Qt.MouseButton.LeftButton)
    assert heard.args == ["B4", "wrong label"]


def test_one_that_is_left_out_can_be_taken_back(card: PointCard, qtbot: QtBot) -> None:
    card.ask("B4", "Well B4", [], "spilled", QRect(0, 0, 300, 300))
    assert card.reason.currentText() == "spilled"
    with qtbot.waitSignal(card.included) as heard:
        qtbot.mouseClick(card.back, Qt.MouseButton.LeftButton)
    assert heard.args == ["B4"]


def test_esc_and_a_click_elsewhere_change_nothing(card: PointCard, qtbot: QtBot) -> None:
    told: list[str] = []
    card.excluded.connect(lambda name, _reason: told.append(name))
    card.ask("B4", "Well B4", [], None, QRect(200, 200, 300, 100))
    with qtbot.waitSignal(card.closed):
        qtbot.keyClick(card.reason, Qt.Key.Key_Escape)
    card.ask("B4", "Well B4", [], None, QRect(200, 200, 300, 100))
    other = card.parentWidget().findChild(QPushButton, "other")  # type: ignore[union-attr] # the window
    with qtbot.waitSignal(card.closed):
        qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert told == []
