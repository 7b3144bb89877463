"""The progress strip: silent about what is quick, and gone at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo_gui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_what_is_quick_is_not_announced(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    strip.set_running(running=True)
    strip.set_running(running=False)
    qtbot.wait(250)
    assert strip.isHidden()


def test_what_takes_time_is_shown_with_its_stage_and_can_be_cancelled(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    strip.set_running(running=True)
    strip.set_progress("Fitting T1", 3, 10)
    qtbot.waitUntil(strip.isVisible, timeout=2000)
    assert strip._label.text() == "Fitting T1…"
    assert (strip._bar.value(), strip._bar.maximum()) == (3, 10)
    with qtbot.waitSignal(strip.cancelled):
        strip._stop.click()
    strip.set_running(running=False)
    assert strip.isHidden()


def test_the_time_that_is_left_is_guessed_when_something_is_known_of_it(qtbot: QtBot) -> None:
    now = [100.0]
    strip = ProgressStrip(clock=lambda: now[0])
    qtbot.addWidget(strip)
    strip.set_progress("Fitting T1", 0, 10)
    now[0] += 1
    strip.set_progress("Fitting T1", 1, 10)
    assert strip._label.text() == "Fitting T1…"
    now[0] += 3
    strip.set_progress("Fitting T1", 2, 10)
    assert strip._label.text() == "Fitting T1…  16 s left"
    strip.set_progress("Fitting T1", 9, 10)
    assert strip._label.text() == "Fitting T1…"
    now[0] += 1000
    strip.set_progress("Fitting T1", 5, 10)
    assert strip._label.text() == "Fitting T1…  17 min left"
    strip.set_progress("Fitting T2", 5, 10)
    assert strip._label.text() == "Fitting T2…"
