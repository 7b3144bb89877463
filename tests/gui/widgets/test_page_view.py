"""Pages as they print: all of them, as wide as there is room, larger and smaller by wheel and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent

from relaxo_gui.widgets.page_view import PageView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def page(colour: str) -> QImage:
    image = QImage(210, 297, QImage.Format.Format_RGB888)
    image.fill(QColor(colour))
    return image


@pytest.fixture
def view(qtbot: QtBot) -> PageView:
    view = PageView("Report")
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    qtbot.waitExposed(view)
    view.show_pages([page("#ff0000"), page("#00ff00")])
    return view


def test_pages_lie_below_one_another_with_the_room_there_is(view: PageView) -> None:
    first, second = view.paper.places
    assert first.width() == second.width() == view.viewport().width() - 24
    assert first.height() == pytest.approx(first.width() * 297 / 210, abs=1)
    assert second.top() > first.bottom()
    picture = view.paper.grab().toImage()
    assert picture.pixelColor(first.center()).name() == "#ff0000"
    assert picture.pixelColor(second.center()).name() == "#00ff00"
    view.resize(350, 400)
    assert view.paper.places[0].width() == view.viewport().width() - 24


def test_its_name_says_how_many_there_are(view: PageView) -> None:
    assert view.accessibleName() == "Report, 2 pages"


def test_keys_and_wheel_zoom(view: PageView, qtbot: QtBot) -> None:
    fitted = view.paper.places[0].width()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.paper.places[0].width() > fitted
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.paper.places[0].width() == fitted
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.paper.places[0].width() < fitted
    for _ in range(30):
        turn(view, Qt.KeyboardModifier.ControlModifier, 120)
    assert view.paper.places[0].width() == round(2.5 * fitted)


def test_the_wheel_alone_scrolls(view: PageView) -> None:
    fitted = view.paper.places[0].width()
    turn(view, Qt.KeyboardModifier.NoModifier, -120)
    assert view.paper.places[0].width() == fitted
    assert view.verticalScrollBar().value() > 0


def turn(view: PageView, modifiers: Qt.KeyboardModifier, steps: int) -> None:
    """Turn the wheel."""
    view.wheelEvent(
        QWheelEvent(
            QPointF(50, 50),
            QPointF(50, 50),
            QPoint(0, 0),
            QPoint(0, steps),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )
