"""The images: views side by side that look at the same place, and wells that the mouse and the keys change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from relaxo.data import Geometry
from relaxo_gui.panels.image import ImagePanel
from relaxo_gui.panels.layers import placement

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo.data import Well
    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.widgets.image_view import ImageView

    Settle = Callable[[], None]

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
Modifier = Qt.KeyboardModifier


def well(window: MainWindow, name: str) -> Well:
    known = window.model.snapshot
    assert known is not None
    assert known.located is not None
    return next(each for each in known.located.wells if each.name == name)


def centre(window: MainWindow, tile: ImageView, name: str) -> QPoint:
    there = well(window, name)
    return tile.to_screen(there.row, there.column).toPoint()


def drag(qtbot: QtBot, tile: ImageView, start: QPoint, by: QPoint) -> None:
    qtbot.mousePress(tile, LEFT, NONE, start)
    for share in (0.5, 1.0):
        qtbot.mouseMove(tile, start + QPoint(round(by.x() * share), round(by.y() * share)))
    qtbot.mouseRelease(tile, LEFT, NONE, start + by)


def test_one_two_or_four_views_are_side_by_side(sample: MainWindow) -> None:
    panel = sample.image
    assert [panel.key_of(tile) for tile in panel.shown] == ["T1w"]
    panel.counts.click("2")
    assert [panel.key_of(tile) for tile in panel.shown] == ["T1w", "T1map"]
    panel.counts.click("4")
    assert {panel.key_of(tile) for tile in panel.shown} == {"T1w", "T1map", "T2w", "T2map"}
    assert all(tile.picture is not None for tile in panel.shown)
    assert [tile.isVisible() for tile in panel.tiles] == [True] * 4
    panel.counts.click("1")
    assert [tile.isVisible() for tile in panel.tiles] == [True, False, False, False]


def test_another_view_takes_the_place_of_the_one_that_was_turned_to(sample: MainWindow, qtbot: QtBot) -> None:
    panel = sample.image
    panel.counts.click("2")
    qtbot.mouseClick(panel.tiles[1], LEFT, pos=QPoint(5, 60))
    assert panel.views.key == "T1map"
    panel.views.click("T2map")
    assert [panel.key_of(tile) for tile in panel.shown] == ["T1w", "T2map"]
    assert panel.image is panel.tiles[1]


def test_views_share_zoom_and_place(sample: MainWindow) -> None:
    panel = sample.image
    panel.counts.click("4")
    first = panel.tiles[0]
    first.zoom_by(3.0, QPointF(30, 40))
    first.pan_by(QPointF(12, -7))
    assert all(tile.view == first.view for tile in panel.tiles)


def test_the_pointer_is_marked_in_every_view_and_its_voxel_is_told(sample: MainWindow, qtbot: QtBot) -> None:
    panel = sample.image
    panel.counts.click("2")
    QApplication.processEvents()
    there = well(sample, "5")
    qtbot.mouseMove(panel.tiles[1], centre(sample, panel.tiles[1], "5"))
    pointed = sample.model.pointed
    assert pointed is not None
    assert pointed.index == (0, round(there.row), round(there.column))
    assert pointed.image is None
    crosses = [tile.crosshair for tile in panel.shown]
    assert crosses[0] is not None
    assert crosses[0] == crosses[1]
    assert sample.model.hovered == "5"
    qtbot.mouseMove(panel.tiles[0], centre(sample, panel.tiles[0], "5"))
    assert sample.model.pointed is not None
    assert sample.model.pointed.image == panel.times.index
    assert "S " in sample.status.voxel.text()


def test_a_picture_of_another_grid_lies_in_the_same_place(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    stack = known.stacks["T1"]
    home = stack.geometry
    # Twice the resolution, beginning a quarter of a pixel before.
    finer = home.affine.copy()
    finer[:3, :2] /= 2
    finer[:3, 3] -= (home.affine[:3, 0] + home.affine[:3, 1]) / 4
    shape = (1, 2 * home.shape[1], 2 * home.shape[2])
    signal = np.repeat(np.repeat(stack.signal, 2, axis=2), 2, axis=3)
    other = replace(stack, signal=signal, geometry=Geometry(shape, finer), clipped=None)
    both = replace(known, stacks={"T1": stack, "T2": other})
    here, there = placement(both, "T1", 0), placement(both, "T2", 0)
    place, same = here.map(QPointF(10, 20)), there.map(QPointF(20.5, 40.5))
    assert (same.x(), same.y()) == (pytest.approx(place.x(), abs=1e-6), pytest.approx(place.y(), abs=1e-6))


def test_the_levels_are_those_a_person_chose_until_they_are_reset(sample: MainWindow, qtbot: QtBot) -> None:
    tile = sample.image.image
    before = tile.levels
    qtbot.keyClick(tile, Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert tile.levels[0] > before[0]
    sample.image.times.index = 4
    assert tile.levels[0] > before[0]
    qtbot.keyClick(tile, Key.Key_L)
    assert tile.levels == before


def test_keys_go_through_times(sample: MainWindow, qtbot: QtBot) -> None:
    panel = sample.image
    qtbot.keyClick(panel.image, Key.Key_Period)
    qtbot.keyClick(panel.image, Key.Key_PageDown)
    assert panel.times.index == 2
    qtbot.keyClick(panel.image, Key.Key_Comma)
    assert panel.times.index == 1
    assert "50 ms" in panel.image.title


def test_a_well_is_moved_with_the_mouse_and_stands_there_at_once(
    sample: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    tile, was = sample.image.image, well(sample, "6")
    start = centre(sample, tile, "6")
    by = tile.to_screen(was.row + 2, was.column + 3).toPoint() - start
    qtbot.mousePress(tile, LEFT, NONE, start)
    qtbot.mouseMove(tile, start + by)
    assert sample.model.dragged is not None
    assert tile.note is not None
    assert "voxels" in tile.note[1]
    assert [ghost.name for ghost in tile.ghosts] == ["found"]
    qtbot.mouseRelease(tile, LEFT, NONE, start + by)
    shape = tile.shape("6")
    assert shape is not None
    assert (shape.row, shape.column) == (pytest.approx(was.row + 2, abs=0.3), pytest.approx(was.column + 3, abs=0.3))
    assert shape.mark == "*"
    assert tile.note is None
    settle()
    assert sample.model.undo_label == "Move well 6"
    assert well(sample, "6").origin == "changed"


def test_a_view_of_a_map_stays_while_a_well_is_moved(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    sample.image.views.click("T2map")
    tile = sample.image.image
    seen: list[bool] = []
    sample.model.snapshot_changed.connect(lambda: seen.append(tile.picture is not None and len(tile.shapes) == 18))
    drag(qtbot, tile, centre(sample, tile, "2"), QPoint(8, 4))
    settle()
    assert seen
    assert all(seen)
    assert sample.image.views.key == "T2map"


def test_a_handle_resizes_the_selected_well(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile, was = sample.image.image, well(sample, "6")
    qtbot.keyClick(tile, Key.Key_0)
    sample.model.select("6")
    pixels = was.radius_mm / 0.5
    start = tile.to_screen(was.row, was.column + pixels).toPoint()
    drag(qtbot, tile, start, tile.to_screen(was.row, was.column + 1.2 * pixels).toPoint() - start)
    settle()
    assert sample.model.undo_label == "Resize well 6"
    assert well(sample, "6").radius_mm == pytest.approx(1.2 * was.radius_mm, rel=0.05)


def test_keys_move_and_resize_the_selected_well(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile, was = sample.image.image, well(sample, "6")
    sample.model.select("6")
    qtbot.keyClick(tile, Key.Key_Down)
    qtbot.keyClick(tile, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(tile, Key.Key_BracketRight)
    settle()
    now = well(sample, "6")
    assert (now.row - was.row, now.column - was.column) == (pytest.approx(1, abs=0.01), pytest.approx(10, abs=0.01))
    assert now.radius_mm == pytest.approx(was.radius_mm + 0.25, abs=0.01)


def test_a_well_is_added_named_and_removed_in_the_picture(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile = sample.image.image
    sample.actions_by_id["add_well"].trigger()
    assert tile.placing
    qtbot.mouseClick(tile, LEFT, pos=tile.to_screen(100, 100).toPoint())
    settle()
    assert sample.model.selected == "19"
    assert not tile.placing
    sample.actions_by_id["rename_well"].trigger()
    editor = tile.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "blank")
    qtbot.keyClick(editor, Key.Key_Return)
    settle()
    assert well(sample, "blank").origin == "added"
    sample.actions_by_id["remove_well"].trigger()
    settle()
    assert sample.image.image.shape("blank") is None
    assert [sample.model.undo_label, len(sample.image.image.shapes)] == ["Remove well blank", 18]


def test_esc_gives_adding_up(sample: MainWindow, qtbot: QtBot) -> None:
    sample.actions_by_id["add_well"].trigger()
    qtbot.keyClick(sample.image.image, Key.Key_Escape)
    assert not sample.image.image.placing
    assert sample.commands.by_hand.tool is None


def test_the_menu_of_a_well_does_what_it_says(sample: MainWindow, settle: Settle) -> None:
    tile = sample.image.image
    menu = sample.image.menu_for(tile, "4")
    assert sample.model.selected == "4"
    texts = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert not texts["Back to as Found"].isEnabled()
    texts["Leave Out"].trigger()
    settle()
    assert sample.model.contents["4"].exclude == "by hand"
    again = {action.text().split("\t")[0] for action in sample.image.menu_for(tile, "4").actions()}
    assert "Use Again" in again
    texts["Remove"].trigger()
    settle()
    assert tile.shape("4") is None


def test_a_block_is_pasted_as_the_wells_lie_and_shown_on_them_first(
    sample: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    tile = sample.image.image
    before = sample.model.recipe
    QGuiApplication.clipboard().setText("0.07\t0.17\n0.55\t0.66\n")
    sample.model.select("2")
    qtbot.keyClick(tile, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert sample.model.step == "concentrations"
    assert sample.model.recipe == before
    marks = {shape.name: shape.mark for shape in tile.shapes if shape.mark}
    assert marks == {"2": ": 0.07", "3": ": 0.17", "7": ": 0.55", "8": ": 0.66"}
    assert sample.wells.bar.words.text() == "4 concentrations for 4 wells; replaces 4"
    qtbot.keyClick(tile, Key.Key_Return)
    settle()
    assert [sample.model.contents[name].concentration_mM for name in ("2", "3", "7", "8")] == [0.07, 0.17, 0.55, 0.66]
    assert sample.model.undo_label == "Paste 4 wells"


def test_delete_leaves_a_well_out_and_asks_why_in_the_picture(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile = sample.image.image
    sample.activateWindow()
    tile.setFocus()
    sample.model.select("4")
    sample.actions_by_id["toggle"].trigger()
    editor = tile.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "by hand"
    qtbot.keyClicks(editor, "air bubble")
    qtbot.keyClick(editor, Key.Key_Return)
    assert sample.model.contents["4"].exclude == "air bubble"
    settle()
    shape = tile.shape("4")
    assert shape is not None
    assert shape.dashed
    assert "left out: air bubble" in shape.tip


def test_wells_are_stepped_through_and_one_is_added_with_keys_alone(
    sample: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    tile = sample.image.image
    for key in (Key.Key_N, Key.Key_N, Key.Key_P):
        qtbot.keyClick(tile, key)
    assert sample.model.selected == "1"
    sample.actions_by_id["add_well"].trigger()
    qtbot.keyClick(tile, Key.Key_Return)
    settle()
    assert sample.model.undo_label == "Add well 19"
    assert sample.model.selected == "19"


def test_the_number_of_views_is_remembered(sample: MainWindow) -> None:
    sample.image.counts.click("2")
    again = ImagePanel(sample.commands, sample)
    assert len(again.shown) == 2
    again.deleteLater()


def test_the_levels_of_a_map_stay_while_a_well_is_moved(sample: MainWindow, settle: Settle) -> None:
    sample.image.views.click("T1map")
    before = sample.image.image.levels
    sample.commands.by_hand.remove("1")
    sample.commands.by_hand.remove("10")
    settle()
    assert sample.image.image.levels == before
    # The two wells with the longest times are gone: asked for anew, the levels follow what is left.
    sample.image.image.levels_reset.emit()
    assert sample.image.image.levels[1] < before[1]


def draw(qtbot: QtBot, tile: ImageView, start: QPoint, end: QPoint, modifier: Modifier = NONE) -> None:
    qtbot.mousePress(tile, LEFT, modifier, start)
    for share in (0.3, 0.7, 1.0):
        step = start + (end - start) * share
        # pytest-qt moves without keys held.
        QApplication.sendEvent(
            tile,
            QMouseEvent(QEvent.Type.MouseMove, QPointF(step), QPointF(tile.mapToGlobal(step)), LEFT, LEFT, modifier),
        )
    qtbot.mouseRelease(tile, LEFT, modifier, end)


def test_an_ellipse_is_drawn_measured_and_undone_as_one(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile, at = sample.image.image, well(sample, "6")
    sample.commands.by_hand.remove("6")
    settle()
    start = sample.model.recipe
    sample.actions_by_id["draw_ellipse"].trigger()
    assert tile.pen.kind == "ellipse"
    assert sample.well_list.ellipse.isChecked()
    corners = [tile.to_screen(at.row + 5 * sign, at.column + 8 * sign).toPoint() for sign in (-1, 1)]
    draw(qtbot, tile, *corners)
    settle()
    assert sample.model.undo_label == "Draw well 6"
    assert sample.model.selected == "6"
    assert tile.pen.kind is None
    drawn = well(sample, "6")
    assert (drawn.row, drawn.column) == (pytest.approx(at.row, abs=1), pytest.approx(at.column, abs=1))
    assert drawn.outline is not None
    spacing = sample.model.snapshot.stacks["T1"].geometry.spacing if sample.model.snapshot else (1, 1, 1)
    down, right = (max(abs(corner[axis]) for corner in drawn.outline) for axis in (0, 1))
    assert down == pytest.approx(5 * spacing[1], rel=0.15)
    assert right == pytest.approx(8 * spacing[2], rel=0.15)
    known = sample.model.snapshot
    assert known is not None
    assert known.rates["R1"].wells[-1].well == "6"
    assert known.rates["R1"].wells[-1].voxels > 20
    sample.commands.undo()
    assert sample.model.recipe == start
    settle()


def test_with_shift_it_is_a_circle(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    tile = sample.image.image
    sample.actions_by_id["draw_ellipse"].trigger()
    corners = (tile.to_screen(96, 90).toPoint(), tile.to_screen(102, 110).toPoint())
    draw(qtbot, tile, *corners, Modifier.ShiftModifier)
    settle()
    part = sample.model.recipe.wells.edit[-1] if sample.model.recipe else None
    assert part is not None
    assert part.semi_axes_mm is not None
    assert part.semi_axes_mm[0] == pytest.approx(part.semi_axes_mm[1], abs=0.01)
    assert part.angle_deg == 0


@pytest.mark.parametrize("how", ["double click", "enter", "first corner"])
def test_a_polygon_is_drawn_corner_by_corner(sample: MainWindow, settle: Settle, qtbot: QtBot, how: str) -> None:
    tile = sample.image.image
    sample.actions_by_id["draw_polygon"].trigger()
    corners = [(95, 92), (95, 110), (106, 110), (104, 94)]
    for row, column in (*corners[:3], (120, 120)):
        qtbot.mouseClick(tile, LEFT, pos=tile.to_screen(row, column).toPoint())
    qtbot.keyClick(tile, Key.Key_Backspace)
    assert len(tile.pen.corners) == 3
    last = tile.to_screen(*corners[3]).toPoint()
    qtbot.mouseClick(tile, LEFT, pos=last)
    if how == "double click":
        qtbot.mouseDClick(tile, LEFT, pos=last)
    elif how == "enter":
        qtbot.keyClick(tile, Key.Key_Return)
    else:
        qtbot.mouseClick(tile, LEFT, pos=tile.to_screen(*corners[0]).toPoint())
    settle()
    assert sample.model.undo_label == "Draw well 19"
    drawn = well(sample, "19")
    assert drawn.outline is not None
    assert len(drawn.outline) == 4
    assert (drawn.row, drawn.column) == (pytest.approx(100, abs=1.5), pytest.approx(101.5, abs=1.5))
    shape = tile.shape("19")
    assert shape is not None
    assert shape.corners == drawn.outline


def test_a_polygon_that_crosses_itself_is_refused_in_words(sample: MainWindow, qtbot: QtBot) -> None:
    tile, start = sample.image.image, sample.model.recipe
    sample.actions_by_id["draw_polygon"].trigger()
    for row, column in ((95, 92), (106, 110), (95, 110), (112, 92)):
        qtbot.mouseClick(tile, LEFT, pos=tile.to_screen(row, column).toPoint())
    qtbot.keyClick(tile, Key.Key_Enter)
    assert "crosses itself" in sample.banner.text
    assert sample.model.recipe == start


def test_esc_gives_drawing_up(sample: MainWindow, qtbot: QtBot) -> None:
    tile, start = sample.image.image, sample.model.recipe
    sample.actions_by_id["draw_polygon"].trigger()
    qtbot.mouseClick(tile, LEFT, pos=tile.to_screen(95, 92).toPoint())
    assert tile.pen.corners
    qtbot.keyClick(tile, Key.Key_Escape)
    assert tile.pen.kind is None
    assert not tile.pen.corners
    assert not sample.well_list.polygon.isChecked()
    sample.actions_by_id["draw_ellipse"].trigger()
    qtbot.mousePress(tile, LEFT, pos=tile.to_screen(95, 92).toPoint())
    qtbot.keyClick(tile, Key.Key_Escape)
    qtbot.mouseRelease(tile, LEFT, pos=tile.to_screen(105, 112).toPoint())
    assert sample.model.recipe == start


def test_what_is_drawn_on_other_images_lies_at_the_same_place(sample: MainWindow, settle: Settle) -> None:
    sample.commands.by_hand.add_polygon("T2", [(95, 92), (95, 110), (106, 110)], 0)
    settle()
    known = sample.model.snapshot
    assert known is not None
    there = known.wells["T2"].wells[-1]
    assert there.row == pytest.approx(np.mean([95, 95, 106]), abs=0.6)
    assert there.column == pytest.approx(np.mean([92, 110, 110]), abs=0.6)
