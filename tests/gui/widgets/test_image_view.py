"""The image view: pixels and shapes where they lie, and what the mouse and the keys do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTransform, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from relaxo_gui.widgets.image_view import ImageView
from relaxo_gui.widgets.shapes import Shape

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    view = ImageView()
    view.resize(500, 400)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.show_picture(np.arange(40 * 60, dtype=float).reshape(40, 60), levels=(0, 2400))
    view.set_shapes([Shape("a", 10, 10, 4, "#ffffff"), Shape("b", 10, 16, 4, "#ffffff", dashed=True)])
    return view


def at(view: ImageView, row: float, column: float) -> QPoint:
    """Return where the centre of a pixel is."""
    return view.to_screen(row, column).toPoint()


def colour_at(view: ImageView, row: int, column: int) -> tuple[int, int, int]:
    colour = view.grab().toImage().pixelColor(at(view, row, column))
    return colour.red(), colour.green(), colour.blue()


def drag(
    qtbot: QtBot, view: ImageView, start: QPoint, by: QPoint, button: Qt.MouseButton = LEFT, *, let_go: bool = True
) -> None:
    qtbot.mousePress(view, button, NONE, start)
    for share in (0.5, 1.0):
        qtbot.mouseMove(view, start + QPoint(round(by.x() * share), round(by.y() * share)))
    if let_go:
        qtbot.mouseRelease(view, button, NONE, start + by)


def turn(view: ImageView, steps: float, modifiers: Qt.KeyboardModifier = NONE, where: QPoint | None = None) -> None:
    """Turn the wheel away from the person, by so many notches."""
    where = where or view.rect().center()
    event = QWheelEvent(
        QPointF(where),
        QPointF(view.mapToGlobal(where)),
        QPoint(),
        QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def heard(signal: Any) -> list[Any]:
    told: list[Any] = []
    signal.connect(lambda *args: told.append(args if len(args) != 1 else args[0]))
    return told


def test_rows_run_down_and_columns_to_the_right(view: ImageView) -> None:
    assert at(view, 20, 10).y() > at(view, 10, 10).y()
    assert at(view, 10, 20).x() > at(view, 10, 10).x()


def test_values_are_shown_in_grey_between_the_levels(view: ImageView) -> None:
    assert colour_at(view, 0, 30)[0] < 10
    bright = colour_at(view, 39, 30)
    assert bright[0] > 240
    assert len(set(bright)) == 1


def test_no_value_is_shown_as_the_ground(view: ImageView) -> None:
    picture = np.full((40, 60), 2400.0)
    picture[20:, :] = np.nan
    view.set_shapes([])
    view.show_picture(picture, levels=(0, 2400))
    assert colour_at(view, 5, 30) == (255, 255, 255)
    assert max(colour_at(view, 30, 30)) < 30


def test_the_place_under_the_pointer_is_told(view: ImageView, qtbot: QtBot) -> None:
    told = heard(view.pointed)
    qtbot.mouseMove(view, at(view, 33, 7))
    row, column = told[-1]
    assert (row, column) == (pytest.approx(33, abs=0.2), pytest.approx(7, abs=0.2))


def test_pixels_that_are_wider_than_high_are_drawn_so(view: ImageView) -> None:
    view.show_picture(np.ones((40, 60)), placement=QTransform.fromScale(2.0, 1.0))
    across, down = at(view, 0, 10) - at(view, 0, 0), at(view, 10, 0) - at(view, 0, 0)
    assert across.x() == pytest.approx(2 * down.y(), abs=1)


def test_a_press_on_a_shape_tells_its_name_and_a_click_beside_them_none(view: ImageView, qtbot: QtBot) -> None:
    told = heard(view.shape_clicked)
    qtbot.mouseClick(view, LEFT, pos=at(view, 10, 9))
    qtbot.mouseClick(view, LEFT, pos=at(view, 30, 40))
    assert told == ["a", None]


@pytest.mark.parametrize(("row", "column", "name"), [(10, 10, "a"), (10, 14.5, "b"), (10, 12.7, "a"), (10, 21, None)])
def test_the_nearest_shape_around_a_position_counts(
    view: ImageView, row: float, column: float, name: str | None
) -> None:
    assert view.shape_at(view.to_screen(row, column)) == name


def test_a_polygon_is_met_inside_its_corners(view: ImageView) -> None:
    corners = ((-2.0, -10.0), (-2.0, 10.0), (2.0, 10.0), (2.0, -10.0))
    view.set_shapes([Shape("p", 20, 30, 5, "#ffffff", corners=corners)])
    assert view.shape_at(view.to_screen(21, 39)) == "p"
    assert view.shape_at(view.to_screen(23, 30)) is None


def test_a_drag_moves_a_shape_by_as_much_as_the_pointer(view: ImageView, qtbot: QtBot) -> None:
    moved, ended = heard(view.shape_dragged), heard(view.let_go)
    start = at(view, 11, 9)
    drag(qtbot, view, start, at(view, 21, 29) - start)
    name, row, column, exactly = moved[-1]
    assert (name, row, column) == ("a", pytest.approx(20, abs=0.2), pytest.approx(30, abs=0.2))
    assert not exactly
    assert ended == [True]


def test_a_press_without_a_move_moves_nothing(view: ImageView, qtbot: QtBot) -> None:
    moved, ended = heard(view.shape_dragged), heard(view.let_go)
    drag(qtbot, view, at(view, 10, 10), QPoint(1, 1))
    assert (moved, ended) == ([], [])


def test_esc_gives_a_drag_up(view: ImageView, qtbot: QtBot) -> None:
    ended = heard(view.let_go)
    drag(qtbot, view, at(view, 10, 10), QPoint(40, 0), let_go=False)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.mouseRelease(view, LEFT, NONE, at(view, 10, 10) + QPoint(40, 0))
    assert ended == [False]


def test_a_handle_resizes_the_shape_that_has_them(view: ImageView, qtbot: QtBot) -> None:
    view.mark(frozenset({"a"}), "a")
    sized = heard(view.shape_resized)
    start = at(view, 10, 14)
    drag(qtbot, view, start, at(view, 10, 16) - start)
    name, radius = sized[-1]
    assert (name, radius) == ("a", pytest.approx(6, abs=0.3))


@pytest.mark.parametrize("button", [LEFT, Qt.MouseButton.MiddleButton])
def test_a_drag_beside_shapes_moves_the_picture(view: ImageView, qtbot: QtBot, button: Qt.MouseButton) -> None:
    before = at(view, 20, 30)
    seen = heard(view.viewed)
    drag(qtbot, view, at(view, 30, 40), QPoint(-30, 12), button)
    assert at(view, 20, 30) - before == QPoint(-30, 12)
    assert seen


def test_the_middle_button_moves_the_picture_over_a_shape(view: ImageView, qtbot: QtBot) -> None:
    before = at(view, 20, 30)
    drag(qtbot, view, at(view, 10, 10), QPoint(20, 0), Qt.MouseButton.MiddleButton)
    assert at(view, 20, 30) - before == QPoint(20, 0)


def test_a_drag_with_the_right_button_asks_for_other_levels_and_a_click_for_the_menu(
    view: ImageView, qtbot: QtBot
) -> None:
    levels, menus = heard(view.levelled), heard(view.menu_asked)
    drag(qtbot, view, at(view, 30, 40), QPoint(50, -25), Qt.MouseButton.RightButton)
    assert np.sum(levels, axis=0) == pytest.approx([0.2, 0.1], abs=0.02)
    assert menus == []
    qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=at(view, 10, 10))
    assert menus[0][0] == "a"


def test_the_wheel_asks_for_slices_with_shift_for_times(view: ImageView) -> None:
    slices, times = heard(view.slices_stepped), heard(view.times_stepped)
    turn(view, -1)
    turn(view, 2)
    turn(view, -1, Qt.KeyboardModifier.ShiftModifier)
    assert (slices, times) == ([1, -2], [1])


def test_a_fine_wheel_adds_up_to_a_step(view: ImageView) -> None:
    slices = heard(view.slices_stepped)
    for _ in range(8):
        turn(view, -0.25)
    assert slices == [1, 1]


def test_the_wheel_with_ctrl_zooms_at_the_pointer(view: ImageView) -> None:
    where = at(view, 30, 12)
    before = at(view, 30, 32) - where
    turn(view, 2, Qt.KeyboardModifier.ControlModifier, where)
    assert (at(view, 30, 12) - where).manhattanLength() <= 1
    assert (at(view, 30, 32) - where).x() == pytest.approx(1.44 * before.x(), abs=2)


def test_a_double_click_fits_then_shows_the_shapes_and_fits_again(view: ImageView, qtbot: QtBot) -> None:
    whole = at(view, 0, 0), at(view, 39, 59)
    turn(view, 3, Qt.KeyboardModifier.ControlModifier)
    for _ in range(2):
        qtbot.mouseDClick(view, LEFT, pos=at(view, 25, 30))
        if (at(view, 0, 0), at(view, 39, 59)) == whole:
            break
    assert (at(view, 0, 0), at(view, 39, 59)) == whole
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert at(view, 10, 16).x() - at(view, 10, 10).x() > 100
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert (at(view, 0, 0), at(view, 39, 59)) == whole


def test_keys_do_what_the_mouse_does(view: ImageView, qtbot: QtBot) -> None:
    slices, times, levels = heard(view.slices_stepped), heard(view.times_stepped), heard(view.levelled)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Period, Qt.Key.Key_Comma):
        qtbot.keyClick(view, key)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert (slices, times, levels) == ([1, -1], [1, -1], [(0.0, 0.05)])
    before = at(view, 10, 20).x() - at(view, 10, 10).x()
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert at(view, 10, 20).x() - at(view, 10, 10).x() > before
    there = at(view, 10, 10)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert at(view, 10, 10).x() < there.x()


def test_arrows_and_brackets_are_for_the_shape_with_handles(view: ImageView, qtbot: QtBot) -> None:
    view.mark(frozenset({"a"}), "a")
    steps, sizes = heard(view.nudged), heard(view.grown)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(view, Qt.Key.Key_BracketRight)
    assert (steps, sizes) == ([(0, -1), (10, 0)], [-1, 1])


def test_a_click_places_what_is_to_be_placed(view: ImageView, qtbot: QtBot) -> None:
    view.placing = True
    told, clicked, escaped = heard(view.placed), heard(view.shape_clicked), heard(view.escaped)
    qtbot.mouseClick(view, LEFT, pos=at(view, 10, 10))
    assert told == [(pytest.approx(10, abs=0.2), pytest.approx(10, abs=0.2))]
    assert clicked == []
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert len(escaped) == 1


def test_a_name_is_typed_where_it_stands(view: ImageView, qtbot: QtBot) -> None:
    named = heard(view.renamed)
    view.rename("b")
    editor = view.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "B4")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert named == [("b", "B4")]
    view.rename("a")
    editor = next(each for each in view.findChildren(QLineEdit) if each.isVisible())
    qtbot.keyClicks(editor, "X")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert named == [("b", "B4")]
    assert not editor.isVisible()


def test_the_picture_stands_still_when_the_bar_appears(view: ImageView) -> None:
    before = at(view, 20, 30)
    view.show_picture(np.ones((40, 60)), levels=(0, 1), unit="ms")
    assert at(view, 20, 30) == before


def test_a_fitted_picture_stays_so_when_the_view_grows(view: ImageView) -> None:
    before = at(view, 39, 59).x() - at(view, 0, 0).x()
    view.resize(900, 700)
    QApplication.processEvents()
    assert at(view, 39, 59).x() - at(view, 0, 0).x() > 1.5 * before


def test_an_empty_view_has_nothing_under_the_pointer(view: ImageView, qtbot: QtBot) -> None:
    where = at(view, 10, 10)
    view.show_picture(None)
    told = heard(view.pointed)
    qtbot.mouseMove(view, where)
    assert told == [None]
