"""The session model: an edit is told, undone by name, and never mixed up with an older result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from relaxo.data import Well
from relaxo.recipe import Recipe
from relaxo_gui.session_model import Dragged, SessionModel, Voxel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

RECIPE = Recipe(sources=("images",))
OTHER = msgspec.structs.replace(RECIPE, sources=("others",))


@pytest.fixture
def model(qtbot: QtBot) -> SessionModel:  # noqa: ARG001 - a QObject needs the application
    return SessionModel()


def test_an_empty_model_has_nothing_to_undo_or_save(model: SessionModel) -> None:
    assert (model.recipe, model.snapshot, model.undo_label, model.redo_label) == (None, None, None, None)
    assert not model.modified
    assert not model.current
    model.undo()
    model.redo()


def test_an_edit_tells_before_and_after(model: SessionModel, qtbot: QtBot) -> None:
    model.open(RECIPE)
    with qtbot.waitSignals([model.changed, model.history_changed, model.contents_changed]):
        model.edit("Other images", OTHER)
    assert model.recipe == OTHER
    assert model.undo_label == "Other images"
    assert model.modified


def test_undo_and_redo_walk_the_history(model: SessionModel, qtbot: QtBot) -> None:
    model.open(RECIPE)
    model.edit("Other images", OTHER)
    with qtbot.waitSignal(model.changed) as heard:
        model.undo()
    assert heard.args == [OTHER, RECIPE]
    assert (model.undo_label, model.redo_label, model.modified) == (None, "Other images", False)
    model.redo()
    assert model.recipe == OTHER


def test_saving_is_noted(model: SessionModel) -> None:
    model.open(RECIPE)
    model.edit("Other images", OTHER)
    model.mark_saved(Path("recipe.toml"))
    assert not model.modified
    assert model.path == Path("recipe.toml")
    model.undo()
    assert model.modified


def test_opening_another_recipe_forgets_what_belonged_to_the_first(model: SessionModel) -> None:
    model.open(RECIPE, Path("recipe.toml"))
    model.edit("Other images", OTHER)
    model.select("1")
    model.open(RECIPE)
    assert (model.path, model.undo_label, model.selected, model.snapshot) == (None, None, None, None)


def test_a_selection_is_told_once(model: SessionModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.selection_changed):
        model.select("1")
    with qtbot.assertNotEmitted(model.selection_changed):
        model.select("1")


def test_the_voxel_under_the_pointer_is_told_once(model: SessionModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.pointed_changed):
        model.point("T1", (0, 3, 4))
    assert model.pointed == Voxel("T1", (0, 3, 4))
    with qtbot.assertNotEmitted(model.pointed_changed):
        model.point("T1", (0, 3, 4))
    with qtbot.waitSignal(model.pointed_changed):
        model.point("T1", None)
    assert model.pointed is None


def test_a_dragged_well_is_told_at_every_step_and_let_go_once(model: SessionModel, qtbot: QtBot) -> None:
    well = Well("A1", row=3.0, column=4.0, slice=0.0, slices=(0, 0), radius_mm=2.0)
    with qtbot.waitSignals([model.dragged_changed, model.dragged_changed]):
        model.drag(Dragged(well, {}))
        model.drag(Dragged(well, {}))
    assert model.dragged == Dragged(well, {})
    with qtbot.waitSignal(model.dragged_changed):
        model.drag(None)
    with qtbot.assertNotEmitted(model.dragged_changed):
        model.drag(None)
