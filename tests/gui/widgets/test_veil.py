"""The veil: what is old is dimmed after a moment, and can still be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from relaxo_gui.widgets.veil import Veil

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def under(qtbot: QtBot) -> QWidget:
    under = QWidget()
    layout = QVBoxLayout(under)
    layout.addWidget(QPushButton("Go on"))
    qtbot.addWidget(under)
    under.show()
    qtbot.waitExposed(under)
    return under


def test_it_waits_a_moment_and_goes_at_once(under: QWidget, qtbot: QtBot) -> None:
    veil = Veil(under)
    veil.set_old(old=True)
    assert veil.isHidden()
    qtbot.waitUntil(veil.isVisible)
    veil.set_old(old=False)
    assert veil.isHidden()


def test_what_is_renewed_at_once_is_never_dimmed(under: QWidget, qtbot: QtBot) -> None:
    veil = Veil(under)
    veil.set_old(old=True)
    veil.set_old(old=False)
    qtbot.wait(400)
    assert veil.isHidden()


def test_it_covers_what_is_under_it_dims_it_and_lets_clicks_through(under: QWidget, qtbot: QtBot) -> None:
    veil = Veil(under)
    veil.set_old(old=True)
    qtbot.waitUntil(veil.isVisible)
    under.resize(333, 222)
    assert veil.size() == under.size()
    button = under.findChild(QPushButton)
    assert button is not None
    centre = button.geometry().center()
    assert under.childAt(centre) is button
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(under.childAt(centre), Qt.MouseButton.LeftButton)
