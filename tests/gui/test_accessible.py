"""Everybody can use it: every part has a name and a key, nothing is cut at a small or a doubled screen."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QWidget,
)

from relaxo_gui.resources import Theme
from relaxo_gui.resources.appearance import palette
from relaxo_gui.session_model import STEPS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow

_HANDLES = QAbstractButton | QAbstractItemView | QAbstractSpinBox | QComboBox | QLineEdit | QSlider


def handles(window: MainWindow) -> list[QWidget]:
    """Return everything of ours that can be operated and is seen."""
    return [
        part
        for part in window.findChildren(QWidget)
        # Qt's own parts of parts, such as the field of a spin box and the buttons of a dock, begin so.
        if isinstance(part, _HANDLES)
        and not part.objectName().startswith("qt_")
        and part.isVisibleTo(window)
        and not isinstance(part.parentWidget(), QAbstractItemView | QComboBox | QAbstractSpinBox)
        and part.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]


@pytest.mark.parametrize("step", STEPS)
def test_everything_that_can_be_operated_says_what_it_is(sample: MainWindow, step: str) -> None:
    sample.model.go_to(step)
    nameless = [
        f"{type(part).__name__} in {type(part.parentWidget()).__name__}"
        for part in handles(sample)
        if not (part.accessibleName() or (part.text() if isinstance(part, QAbstractButton) else ""))
    ]
    assert not nameless


@pytest.mark.parametrize("step", STEPS)
def test_everything_that_can_be_operated_is_reached_with_the_tab_key(sample: MainWindow, step: str) -> None:
    sample.model.go_to(step)
    reached: list[QWidget] = []
    start = sample.steps.bar.button("images")
    part: QWidget | None = start
    while part is not None and part not in reached:
        reached.append(part)
        part = part.nextInFocusChain()
    # Of a group of which one is chosen, the chosen one is reached, and the arrows go on from there.
    missing = [
        type(each).__name__ for each in handles(sample) if each not in reached and not isinstance(each, QAbstractButton)
    ]
    assert not missing


@pytest.mark.parametrize("number", range(1, 7))
def test_every_step_has_its_key(sample: MainWindow, qtbot: QtBot, number: int) -> None:
    sample.activateWindow()
    qtbot.keyClick(sample, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    assert sample.model.step == list(STEPS)[number - 1]


def test_no_key_does_two_things(sample: MainWindow) -> None:
    keys = [part.shortcut().toString() for part in sample.findChildren(QAbstractButton) if part.shortcut().toString()]
    keys += [part.shortcut().toString() for part in sample.findChildren(QAction) if part.shortcut().toString()]
    assert sorted(set(keys)) == sorted(keys)


def test_it_fits_a_small_screen(sample: MainWindow) -> None:
    for step in STEPS:
        sample.model.go_to(step)
        QApplication.processEvents()
        least = sample.minimumSizeHint()
        assert (least.width() <= 1280, least.height() <= 760) == (True, True), step


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_words_stand_out_from_their_ground(shade: str) -> None:
    theme = Theme.of(palette(dark=shade == "dark"))
    for ink, least in (
        (theme.text, 7.0),
        (theme.muted, 4.5),
        (theme.accent, 4.5),
        (theme.amber, 4.5),
        (theme.red, 4.5),
    ):
        assert contrast(ink, theme.base) >= least, ink
    for place in range(6):
        # Of symbols and lines.
        assert contrast(theme.agent(place), theme.base) >= 3.0


def contrast(first: str, second: str) -> float:
    """Return the ratio of luminances, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_at_twice_the_scale_everything_is_as_sharp_and_in_its_place() -> None:
    program = (
        "from relaxo_gui.app import application\n"
        "from relaxo_gui.main_window import MainWindow\n"
        "app = application(); window = MainWindow(); window.show(); app.processEvents()\n"
        "picture = window.grab()\n"
        "print(window.width(), picture.width(), picture.devicePixelRatio(), window.minimumSizeHint().width() <= 1280)\n"
        "window.commands.finish()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.split() == ["1280", "2560", "2.0", "True"]
