"""Commands: what a person asks for becomes an edit with a name, or a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.recipe import Recipe, load
from relaxo_gui.actions.commands import BY_HAND
from relaxo_gui.actions.settings import recent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo_gui.main_window import MainWindow
    from tests.gui.conftest import Answers

    Settle = Callable[[], None]


def test_leaving_out_and_taking_back_are_two_edits(sample: MainWindow) -> None:
    start = sample.model.recipe
    sample.model.select("4")
    sample.actions_by_id["toggle"].trigger()
    assert sample.model.contents["4"].exclude == BY_HAND
    assert sample.model.undo_label == "Exclude 4"
    sample.commands.exclude("4", "spilled")
    assert sample.model.undo_label == "Reason for 4"
    sample.actions_by_id["toggle"].trigger()
    assert sample.model.undo_label == "Include 4"
    assert sample.model.recipe == start
    sample.commands.cancel()


def test_delete_can_only_be_pressed_with_a_well_selected(sample: MainWindow) -> None:
    assert not sample.actions_by_id["toggle"].isEnabled()
    sample.model.select("1")
    assert sample.actions_by_id["toggle"].isEnabled()


def test_what_was_opened_is_remembered_and_a_recipe_keeps_its_file(
    window: MainWindow, answers: Answers, phantom: Path
) -> None:
    answers.recipe = phantom / "recipe.toml"
    window.actions_by_id["open_recipe"].trigger()
    assert window.model.path == answers.recipe
    assert recent() == [(answers.recipe,)]
    assert window.windowTitle() == "recipe.toml[*] – Relaxo"  # noqa: RUF001 - an en dash, as titles have it
    window.commands.cancel()


def test_a_folder_becomes_a_recipe_that_names_it(window: MainWindow, answers: Answers, phantom: Path) -> None:
    answers.folder = phantom / "dicom"
    window.actions_by_id["open"].trigger()
    assert window.model.recipe == Recipe(sources=(str(phantom / "dicom"),))
    assert window.model.path is None
    window.commands.cancel()


def test_a_question_that_is_not_answered_changes_nothing(window: MainWindow, answers: Answers) -> None:
    window.actions_by_id["open"].trigger()
    window.actions_by_id["open_recipe"].trigger()
    assert answers.asked == ["folder to open", "recipe to open"]
    assert window.model.recipe is None


def test_the_sample_is_not_saved_over(sample: MainWindow, answers: Answers, tmp_path: Path) -> None:
    sample.actions_by_id["save"].trigger()
    assert answers.asked == ["recipe to save, recipe.toml"]
    answers.save_to = tmp_path / "mine.toml"
    sample.actions_by_id["save"].trigger()
    assert load(tmp_path / "mine.toml") == sample.model.recipe
    answers.asked.clear()
    sample.actions_by_id["save"].trigger()
    assert answers.asked == []


def test_what_cannot_be_saved_is_said_and_not_marked_as_saved(
    sample: MainWindow, answers: Answers, tmp_path: Path
) -> None:
    sample.commands.exclude("3")
    (tmp_path / "file").write_text("in the way")
    answers.save_to = tmp_path / "file" / "mine.toml"
    sample.actions_by_id["save"].trigger()
    assert sample.model.modified
    assert sample.banner.isVisible()
    sample.commands.cancel()


def test_a_recipe_beside_images_is_refused(window: MainWindow, phantom: Path) -> None:
    window.commands.open_paths([phantom / "recipe.toml", phantom / "dicom"])
    assert "opened alone" in window.banner.text
    assert window.model.recipe is None


@pytest.mark.parametrize("leaving", ["stay", "discard"])
def test_opening_something_else_asks_first(sample: MainWindow, answers: Answers, phantom: Path, leaving: str) -> None:
    sample.commands.exclude("3")
    edited, answers.leaving = sample.model.recipe, leaving  # type: ignore[assignment] # one of the answers
    sample.commands.open_paths([phantom / "dicom"])
    assert (sample.model.recipe == edited) == (leaving == "stay")
    answers.leaving = "discard"
    sample.commands.cancel()


def test_an_export_into_a_folder_with_other_results_is_refused(
    sample: MainWindow, answers: Answers, settle: Settle, tmp_path: Path
) -> None:
    (tmp_path / "wells.csv").write_text("not ours")
    answers.export_to = tmp_path
    sample.actions_by_id["export"].trigger()
    settle()
    assert sample.banner.isVisible()
    assert (tmp_path / "wells.csv").read_text() == "not ours"
    assert sample.model.current


def test_nothing_is_exported_among_the_images(
    sample: MainWindow, answers: Answers, settle: Settle, phantom: Path
) -> None:
    answers.export_to = phantom / "dicom" / "out"
    sample.actions_by_id["export"].trigger()
    settle()
    assert "this folder holds the images" in sample.banner.text
    assert not answers.export_to.exists()
