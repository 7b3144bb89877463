"""The image view: pixels where the pointer is, circles where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from relaxo_gui.widgets.image_view import Circle, ImageView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    view = ImageView()
    view.resize(500, 400)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.show_picture(np.arange(40 * 60, dtype=float).reshape(40, 60), levels=(0, 2400))
    view.set_circles([Circle("a", 10, 10, 4, "#ffffff"), Circle("b", 10, 16, 4, "#ffffff", dashed=True)])
    return view


def on_screen(view: ImageView, row: float, column: float) -> QPoint:
    """Return where the centre of a pixel is on the canvas."""
    scene = view._box.mapViewToScene(QPointF(column + 0.5, row + 0.5))
    return view._canvas.mapFromScene(scene)


def colour_at(view: ImageView, row: int, column: int) -> tuple[int, int, int]:
    colour = view._canvas.grab().toImage().pixelColor(on_screen(view, row, column))
    return colour.red(), colour.green(), colour.blue()


def test_rows_run_down_and_columns_to_the_right(view: ImageView) -> None:
    assert on_screen(view, 20, 10).y() > on_screen(view, 10, 10).y()
    assert on_screen(view, 10, 20).x() > on_screen(view, 10, 10).x()


def test_values_are_shown_in_grey_between_the_levels(view: ImageView) -> None:
    assert colour_at(view, 0, 30)[0] < 10
    bright = colour_at(view, 39, 30)
    assert bright[0] > 240
    assert len(set(bright)) == 1


def test_no_value_is_shown_as_the_ground(view: ImageView) -> None:
    picture = np.full((40, 60), 2400.0)
    picture[20:, :] = np.nan
    view.set_circles([])
    view.show_picture(picture, levels=(0, 2400))
    assert colour_at(view, 5, 30) == (255, 255, 255)
    assert max(colour_at(view, 30, 30)) < 30


def test_the_pixel_under_the_pointer_is_told(view: ImageView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.pointed) as heard:
        qtbot.mouseMove(view._canvas.viewport(), on_screen(view, 33, 7))
    assert heard.args == [(33, 7)]


def test_a_click_on_a_circle_tells_its_name_and_one_beside_them_none(view: ImageView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.circle_clicked) as heard:
        qtbot.mouseClick(view._canvas.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(view, 10, 9))
    assert heard.args == ["a"]
    with qtbot.waitSignal(view.circle_clicked) as heard:
        qtbot.mouseClick(view._canvas.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(view, 30, 40))
    assert heard.args == [None]


@pytest.mark.parametrize(("row", "column", "name"), [(10, 10, "a"), (10, 14.5, "b"), (10, 12.9, "a"), (10, 21, None)])
def test_the_nearest_circle_around_a_position_counts(
    view: ImageView, row: float, column: float, name: str | None
) -> None:
    assert view.circle_at(row, column) == name


def test_the_picture_stands_still_when_the_bar_appears(view: ImageView, qtbot: QtBot) -> None:
    before = on_screen(view, 20, 30)
    view.show_picture(np.ones((40, 60)), levels=(0, 1), unit="ms")
    qtbot.wait(1)
    assert on_screen(view, 20, 30) == before


def test_an_empty_view_has_nothing_under_the_pointer(view: ImageView, qtbot: QtBot) -> None:
    where = on_screen(view, 10, 10)
    view.show_picture(None)
    with qtbot.waitSignal(view.pointed) as heard:
        qtbot.mouseMove(view._canvas.viewport(), where)
    assert heard.args == [None]
