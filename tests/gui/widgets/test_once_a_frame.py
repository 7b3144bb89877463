"""What is asked often is done once a frame, and what was asked last is always done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from relaxo_gui.widgets.once_a_frame import OnceAFrame

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_what_is_asked_within_a_frame_is_done_once(qtbot: QtBot) -> None:
    done: list[int] = []
    parent = QObject()
    frame = OnceAFrame(lambda: done.append(1), parent)
    for _ in range(50):
        frame.ask()
    assert done == []
    qtbot.waitUntil(lambda: bool(done))
    qtbot.wait(40)
    assert len(done) == 1
    frame.ask()
    qtbot.waitUntil(lambda: len(done) == 2)
