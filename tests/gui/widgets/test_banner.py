"""The banner: says what and what to do, can be copied and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from relaxo_gui.widgets.banner import Banner

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_appears_with_its_message_and_goes_when_closed(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.isHidden()
    banner.say("error", "There is <b>no</b> folder.", "Check the path")
    assert not banner.isHidden()
    assert banner.text == "There is <b>no</b> folder.\nCheck the path"
    assert banner._what.textFormat() == Qt.TextFormat.PlainText
    banner._copy.click()
    assert QGuiApplication.clipboard().text() == banner.text
    banner._close.click()
    assert banner.isHidden()


def test_the_next_message_takes_its_place(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.say("error", "First.", "Hint")
    banner.say("warning", "Second.")
    assert banner.text == "Second."
