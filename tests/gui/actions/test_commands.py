"""Commands: what a person asks for becomes an edit with a name, or a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.recipe import Recipe, load
from relaxo_gui.actions import commands
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


def test_a_concentration_is_regressed_at_once_and_nothing_else_is_run(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sample.model.snapshot
    assert before is not None

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a stage before the regression was run again")

    for module, name in (
        ("relaxo.pipeline.stages.io", "load"),
        ("relaxo.pipeline.stages", "fit_stack"),
        ("relaxo.pipeline.stages", "fit_curves"),
        ("relaxo.pipeline.stages", "locate"),
    ):
        monkeypatch.setattr(f"{module}.{name}", never)
    sample.commands.set_concentration("4", "0.25")
    # Without waiting: what is shown is already that of the recipe.
    assert not sample.commands.analysis.running
    assert sample.model.current
    after = sample.model.snapshot
    assert after is not None
    assert after.result is not None
    assert before.result is not None
    assert after.maps["T1"] is before.maps["T1"]
    assert after.wells["T2"] is before.wells["T2"]
    first, second = (each.result.agents[0].r1 for each in (before, after) if each.result is not None)
    assert first is not None
    assert second is not None
    assert first.relaxivity.value != second.relaxivity.value
    # The other agent is the same one: its wells did not change.
    assert before.result.agents[1] is after.result.agents[1]
    sample.commands.undo()
    assert sample.model.current


def test_an_edit_while_something_is_computed_waits_for_its_turn(sample: MainWindow, settle: Callable[[], None]) -> None:
    sample.commands.choices.choose_option("T2", "noise_floor", 4.0)
    assert sample.commands.analysis.running
    sample.commands.set_concentration("4", "0.25")
    assert sample.commands.analysis.running
    settle()
    assert sample.model.current
    assert sample.model.snapshot is not None
    assert sample.model.snapshot.maps["T2"].options["noise_floor"] == 4


def test_a_regression_that_took_long_leaves_the_window_its_thread(
    sample: MainWindow, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_AT_ONCE_S", 0.0)
    sample.commands.set_concentration("4", "0.25")
    assert sample.commands.analysis.running
    settle()
    assert sample.model.current


def test_an_edit_that_cannot_be_regressed_says_why_and_keeps_the_maps(sample: MainWindow) -> None:
    sample.commands.choices.regress_by("Published agent", reference="nothing known")
    known = sample.model.snapshot
    assert known is not None
    assert known.error is not None
    assert known.maps
    sample.commands.undo()
    assert sample.model.current
