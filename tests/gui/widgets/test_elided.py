"""A line of text that may change with every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo_gui.widgets.elided import Elided

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_long_text_needs_no_room_and_stands_whole_in_the_tooltip(qtbot: QtBot) -> None:
    line = Elided()
    qtbot.addWidget(line)
    before = line.sizeHint()
    line.set_text("T₁ 651 ± 4 ms " * 20, "#0072b2")
    assert line.sizeHint() == before
    assert line.toolTip() == line.text() == line.accessibleName()
    line.resize(60, 20)
    line.show()
    qtbot.waitExposed(line)
    assert not line.grab().isNull()
