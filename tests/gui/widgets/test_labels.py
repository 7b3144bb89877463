"""Labels: plain text, whatever stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from relaxo_gui.widgets.labels import text_label

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_label_shows_its_text_as_it_is(qtbot: QtBot) -> None:
    made = text_label("a <b> c", muted=True, selectable=True)
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert made.property("role") == "muted"
    assert made.wordWrap()
    assert made.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_a_heading_is_bold_and_keeps_to_one_line(qtbot: QtBot) -> None:
    made = text_label("Heading", bold=True)
    qtbot.addWidget(made)
    assert made.font().bold()
    assert not made.wordWrap()
