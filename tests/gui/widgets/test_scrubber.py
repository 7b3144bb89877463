"""The scrubber: shows the value that it stands at, and hides when there is nothing to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo_gui.widgets.scrubber import Scrubber

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_it_shows_its_value_and_tells_its_index(qtbot: QtBot) -> None:
    scrubber = Scrubber()
    qtbot.addWidget(scrubber)
    scrubber.set_values("TI", "Inversion time", ["25 ms", "50 ms"])
    assert scrubber._value.text() == "25 ms"
    with qtbot.waitSignal(scrubber.moved) as heard:
        scrubber.index = 1
    assert heard.args == [1]
    assert scrubber._value.text() == "50 ms"


def test_one_value_is_no_choice(qtbot: QtBot) -> None:
    scrubber = Scrubber()
    qtbot.addWidget(scrubber)
    scrubber.set_values("slice", "Slice", ["1 of 1"])
    assert scrubber.isHidden()
    scrubber.set_values("slice", "Slice", ["1 of 2", "2 of 2"])
    assert not scrubber.isHidden()


def test_fewer_values_keep_it_in_their_range(qtbot: QtBot) -> None:
    scrubber = Scrubber()
    qtbot.addWidget(scrubber)
    scrubber.set_values("TE", "Echo time", ["10 ms", "20 ms", "30 ms"])
    scrubber.index = 2
    scrubber.set_values("TE", "Echo time", ["10 ms", "20 ms"])
    assert scrubber.index == 1
    assert scrubber._value.text() == "20 ms"
