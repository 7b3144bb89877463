"""The bar of steps: every step can be gone to, and says to everyone how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from relaxo_gui.widgets.step_bar import State, StepBar, StepLook

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

ALL: tuple[State, ...] = ("waiting", "busy", "needs you", "warning", "failed", "done")


@pytest.fixture
def bar(qtbot: QtBot) -> StepBar:
    bar = StepBar({"one": "One", "two": "Two", "three": "Three"})
    qtbot.addWidget(bar)
    bar.resize(900, 60)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def picture(bar: StepBar, key: str) -> NDArray[np.uint8]:
    image = bar.button(key).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def test_a_click_and_the_space_key_go_to_a_step(bar: StepBar, qtbot: QtBot) -> None:
    assert bar.current == "one"
    with qtbot.waitSignal(bar.chosen) as heard:
        qtbot.mouseClick(bar.button("three"), Qt.MouseButton.LeftButton)
    assert heard.args == ["three"]
    assert bar.current == "three"
    with qtbot.waitSignal(bar.chosen) as heard:
        qtbot.keyClick(bar.button("two"), Qt.Key.Key_Space)
    assert heard.args == ["two"]


def test_choosing_does_not_tell(bar: StepBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.chosen):
        bar.choose("two")
    assert bar.current == "two"


def test_a_step_says_its_state_in_words_and_its_key(bar: StepBar) -> None:
    bar.show_step("two", StepLook("needs you", "paste from Excel", "Copy the column and paste it."))
    assert bar.button("two").accessibleName() == "2 Two: needs you, paste from Excel"
    assert bar.button("two").toolTip() == "Two (Ctrl+2)\nCopy the column and paste it."
    assert bar.look("two").state == "needs you"


def test_every_state_has_a_shape_of_its_own(bar: StepBar) -> None:
    shapes = []
    for state in ALL:
        bar.show_step("two", StepLook(state, ""))
        sign = picture(bar, "two")[:, :40].astype(int)
        # Without its colour: whatever is not the ground.
        shapes.append(np.abs(sign - sign[0, 0]).max(axis=-1) > 60)
    pairs = [(a, b) for a in range(len(ALL)) for b in range(a)]
    alike = [(ALL[a], ALL[b]) for a, b in pairs if (shapes[a] ^ shapes[b]).sum() < 12]
    # A number in a disc: what is needed is full, what waits is hollow.
    assert not alike


def test_long_words_are_shortened_where_there_is_no_room(bar: StepBar) -> None:
    bar.show_step("one", StepLook("done", "many words " * 20))
    bar.resize(300, 60)
    edge = picture(bar, "one")[:48, -6:].astype(int)
    assert np.abs(edge - edge[0, 0]).max() < 10
