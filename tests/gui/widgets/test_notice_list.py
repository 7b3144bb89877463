"""The list of warnings: every one is there as a whole, and leads to what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QTextEdit, QVBoxLayout, QWidget

from relaxo_gui.widgets.notice_list import NoticeList, Warned

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LONG = "This sentence needs more than one line of a panel at the right of a window. " * 2


@pytest.fixture
def notices(qtbot: QtBot) -> NoticeList:
    return placed(qtbot, 320)


def placed(qtbot: QtBot, width: int) -> NoticeList:
    """Return a list above a panel, as it stands in the window."""
    host, notices = QWidget(), NoticeList()
    layout = QVBoxLayout(host)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(notices)
    layout.addWidget(QTextEdit(), 1)
    qtbot.addWidget(host)
    host.resize(width, 600)
    host.show()
    qtbot.waitExposed(host)
    # Kept by the test, as Qt keeps no wrapper of it.
    notices.host = host  # type: ignore[attr-defined]
    return notices


def test_without_warnings_it_is_hidden(notices: NoticeList) -> None:
    notices.show_notices([Warned("Something.")])
    assert not notices.isHidden()
    notices.show_notices([])
    assert notices.isHidden()
    assert notices.rows == []


def test_every_warning_is_there_and_leads_to_what_it_is_about(notices: NoticeList, qtbot: QtBot) -> None:
    notices.show_notices([Warned("Of all."), Warned("Of one.", "3", "Well 3")])
    assert [row.words.text() for row in notices.rows] == ["Of all.", "Of one."]
    assert notices.rows[0].button is None
    button = notices.rows[1].button
    assert button is not None
    assert button.text() == "Well 3"
    with qtbot.waitSignal(notices.wanted) as heard:
        button.click()
    assert heard.args == ["3"]


def test_it_is_as_high_as_its_words_need(notices: NoticeList) -> None:
    notices.show_notices([Warned(LONG)])
    QApplication.processEvents()
    words = notices.rows[0].words
    assert words.height() >= words.heightForWidth(words.width())
    assert not notices._area.verticalScrollBar().isVisible()
    narrow = notices.height()
    notices.window().resize(700, 600)
    QApplication.processEvents()
    assert notices.height() < narrow
    assert notices._area.height() == notices.height()


def test_many_warnings_leave_room_for_what_is_under_them(notices: NoticeList) -> None:
    notices.show_notices([Warned(LONG)] * 20)
    QApplication.processEvents()
    assert 100 < notices.height() < 200
    # The bar leads to the last of them, whole.
    last, bar = notices.rows[-1], notices._area.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert last.words.height() >= last.words.heightForWidth(last.words.width())
    assert last.mapTo(notices, last.rect().bottomLeft()).y() < notices.height()


def test_what_could_be_decided_instead_is_a_click_away_and_has_its_room(qtbot: QtBot) -> None:
    notices = placed(qtbot, 300)
    notices.show_notices([Warned("A short doubt."), Warned("Is it A1 or B1?", choices=("It is A1", "It is B1"))])
    QApplication.processEvents()
    row = notices.rows[1]
    with qtbot.waitSignal(notices.chosen) as heard:
        row.choices[1].click()
    assert heard.args == [1, 1]
    lowest = row.choices[1].mapTo(notices, row.choices[1].rect().bottomLeft()).y()
    assert lowest < notices.height()
