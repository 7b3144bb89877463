"""The list of wells: how each came about, what can be done, and how they are named and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from relaxo_gui.panels.well_rows import HOW, NAME, SURE, VOXELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow

    Settle = Callable[[], None]

Role = Qt.ItemDataRole


def texts(window: MainWindow, column: int) -> list[str]:
    rows = window.well_list.rows
    return [rows.index(row, column).data() for row in range(rows.rowCount())]


def test_every_well_is_listed_with_its_voxels_and_how_sure_it_is(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert texts(sample, NAME) == [well.name for well in known.wells["T1"].wells]
    assert texts(sample, VOXELS) == [str(count) for count in known.wells["T1"].voxel_counts()]
    assert set(texts(sample, HOW)) == {"found"}
    assert all(0 < int(each) <= 100 for each in texts(sample, SURE))


def test_what_was_done_by_hand_is_said_and_removed_wells_stay_in_the_list(sample: MainWindow, settle: Settle) -> None:
    hand = sample.commands.by_hand
    sample.model.select("2")
    hand.nudge(1, 0)
    hand.grow(1)
    hand.rename("3", "Z")
    hand.remove("5")
    settle()
    said = dict(zip(texts(sample, NAME), texts(sample, HOW), strict=True))
    assert said["2"].startswith("moved, resized by hand")
    assert said["Z"].startswith("renamed from 3 by hand")
    assert (said["5"], texts(sample, NAME)[-1]) == ("removed by hand", "5")
    panel = sample.well_list
    panel.table.setCurrentIndex(panel.rows.index(panel.rows.rowCount() - 1, NAME))
    assert panel.back.isEnabled()
    panel.back.click()
    settle()
    assert "removed by hand" not in texts(sample, HOW)
    panel.all_back.click()
    settle()
    assert set(texts(sample, HOW)) == {"found"}
    assert sample.model.undo_label == "Put all wells back as found"


def test_list_and_picture_select_one_another(sample: MainWindow, qtbot: QtBot) -> None:
    panel, tile = sample.well_list, sample.image.image
    panel.table.setCurrentIndex(panel.rows.index(3, NAME))
    assert sample.model.selected == "4"
    assert "4" in tile.marked
    shape = tile.shape("7")
    assert shape is not None
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton, pos=tile.to_screen(shape.row, shape.column).toPoint())
    assert panel.table.currentIndex().row() == 6
    assert sample.wells.table.currentIndex().row() == 6


def test_a_name_is_typed_in_the_list(sample: MainWindow, settle: Settle) -> None:
    rows = sample.well_list.rows
    rows.setData(rows.index(0, NAME), "W1", Role.EditRole)
    settle()
    assert texts(sample, NAME)[0] == "W1"
    assert sample.model.contents["W1"].concentration_mM == 0


def test_naming_and_turning_take_the_contents_along(sample: MainWindow, settle: Settle) -> None:
    panel = sample.well_list
    before = sample.model.contents["2"]
    panel.naming.setCurrentIndex(panel.naming.findData("plate"))
    panel.naming.activated.emit(panel.naming.currentIndex())
    settle()
    assert sample.model.contents["A2"] == before
    assert panel.naming.currentData() == "plate"
    panel.mirrored.click()
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.wells.mirrored
    sample.commands.undo()
    sample.commands.undo()
    settle()
    assert panel.naming.currentData() == "auto"
    assert not panel.mirrored.isChecked()


def test_a_label_that_is_typed_turns_the_names(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    panel = sample.well_list
    panel.naming.setCurrentIndex(panel.naming.findData("plate"))
    panel.naming.activated.emit(panel.naming.currentIndex())
    settle()
    sample.model.select("D1")
    qtbot.keyClicks(panel.label, "A1")
    qtbot.keyClick(panel.label, Qt.Key.Key_Return)
    settle()
    assert sample.model.recipe is not None
    part = sample.model.recipe.wells
    assert (part.rotation, part.mirrored) != (0, False)
    assert part.marker is not None
    assert part.marker.well == "A1"


def test_the_margin_changes_from_how_many_voxels_a_well_is_measured(sample: MainWindow, settle: Settle) -> None:
    panel = sample.well_list
    before = int(texts(sample, VOXELS)[0])
    panel.margin.setValue(2.0)
    settle()
    assert int(texts(sample, VOXELS)[0]) < before
    assert sample.model.undo_label == "Margin of 2 mm"
    panel.voids.click()
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.wells.voids == "keep"
