"""Steps: each says how it stands, what it found or needs, and what a person must know of it."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import relaxo
from relaxo import wells
from relaxo.data import Contents, Notice
from relaxo.errors import AnalysisError, InputError
from relaxo.recipe import Recipe, load
from relaxo_gui.session_model import STEPS, Snapshot, Step, follow, next_step, steps_of
from relaxo_gui.session_model.steps import step_of_notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.pipeline import Pipeline


@pytest.fixture(scope="module")
def whole(pipeline: Pipeline, phantom: Path) -> Snapshot:
    recipe = load(phantom / "recipe.toml")
    return follow(pipeline, recipe, None, lambda _stage, _done, _total: True, lambda _: None)


@pytest.fixture(scope="module")
def contents(whole: Snapshot) -> Mapping[str, Contents]:
    assert whole.located is not None
    return wells.match(whole.located, whole.recipe.contents)


def states(steps: Mapping[str, Step]) -> list[str]:
    return [steps[key].state for key in STEPS]


def words(steps: Mapping[str, Step]) -> dict[str, str]:
    return {key: step.words for key, step in steps.items()}


def test_with_nothing_open_the_first_step_needs_a_folder() -> None:
    steps = steps_of(None, {}, opened=False)
    assert states(steps) == ["needs you", *["waiting"] * 5]
    assert steps["images"].words == "open a folder"


def test_what_is_found_is_said_in_a_few_words(whole: Snapshot, contents: Mapping[str, Contents]) -> None:
    steps = steps_of(replace(whole, notices=()), contents, opened=True, current=True)
    assert states(steps) == ["done", "done", "done", "done", "done", "needs you"]
    assert words(steps) == {
        "images": "T1 10 TI, T2 32 TE",
        "wells": "18 found",
        "concentrations": "18 wells, 2 agents",
        "maps": "T1, T2",
        "relaxivity": "r₁ 12.100 ± 0.014",
        "report": "save the figure",
    }
    assert next_step(steps) == "concentrations"


def test_the_report_is_done_when_it_was_saved_and_waits_while_results_are_old(
    whole: Snapshot, contents: Mapping[str, Contents]
) -> None:
    assert steps_of(whole, contents, opened=True, current=True, exported=True)["report"].state == "done"
    assert steps_of(whole, contents, opened=True, current=False, exported=True)["report"].state == "waiting"


def test_while_it_runs_the_first_step_without_a_result_is_busy(whole: Snapshot) -> None:
    assert states(steps_of(None, {}, opened=True, running=True)) == ["busy", *["waiting"] * 5]
    partly = Snapshot(whole.recipe, inventory=whole.inventory, stacks=whole.stacks)
    steps = steps_of(partly, {}, opened=True, running=True)
    assert states(steps) == ["done", "busy", *["waiting"] * 4]
    assert steps["wells"].words == "looking for wells"


def test_what_was_stopped_says_how_it_goes_on(whole: Snapshot, contents: Mapping[str, Contents]) -> None:
    steps = steps_of(None, {}, opened=True)
    assert states(steps) == ["needs you", *["waiting"] * 5]
    assert "F5" in steps["images"].words
    partly = Snapshot(whole.recipe, inventory=whole.inventory, stacks=whole.stacks, wells=whole.wells)
    assert states(steps_of(partly, contents, opened=True))[2:4] == ["done", "needs you"]
    # Results of an older recipe are not taken for new ones.
    steps = steps_of(replace(whole, notices=()), contents, opened=True)
    assert steps["relaxivity"].state == "needs you"
    assert "old" in steps["relaxivity"].words
    assert steps["report"].state == "waiting"


def test_missing_concentrations_are_the_one_thing_that_is_asked_for(whole: Snapshot) -> None:
    bare = replace(whole, result=None, notices=())
    steps = steps_of(bare, {}, opened=True, current=True)
    assert states(steps) == ["done", "done", "needs you", "done", "waiting", "waiting"]
    assert steps["concentrations"].words == "paste from Excel"
    assert next_step(steps) == "concentrations"


def test_without_concentrations_there_are_maps_to_save(whole: Snapshot) -> None:
    assert whole.result is not None
    bare = replace(whole, result=replace(whole.result, agents=()), notices=())
    steps = steps_of(bare, {}, opened=True, current=True)
    assert states(steps) == ["done", "done", "needs you", "done", "waiting", "waiting"]
    assert steps["report"].words == "maps can be saved"


def test_excluded_wells_are_counted(whole: Snapshot, contents: Mapping[str, Contents]) -> None:
    some = {**contents, "3": left_out(contents["3"])}
    assert steps_of(whole, some, opened=True)["concentrations"].words == "17 wells, 2 agents, 1 excluded"


def left_out(known: Contents) -> Contents:
    return replace(known, exclude="air bubble")


def test_a_failure_stands_at_the_step_it_stopped(whole: Snapshot) -> None:
    unread = Snapshot(Recipe(sources=("x",)), error=InputError("there is no such folder", hint="Check the path"))
    steps = steps_of(unread, {}, opened=True)
    assert states(steps) == ["failed", *["waiting"] * 5]
    assert steps["images"].tip == "there is no such folder. Check the path."
    no_wells = Snapshot(whole.recipe, inventory=whole.inventory, stacks=whole.stacks, error=AnalysisError("none found"))
    steps = steps_of(no_wells, {}, opened=True)
    assert states(steps) == ["done", "needs you", *["waiting"] * 4]
    assert next_step(steps) == "wells"


def test_a_notice_stands_where_it_can_be_acted_on(whole: Snapshot, contents: Mapping[str, Contents]) -> None:
    notices = (
        Notice("tr_short", "Of the images."),
        Notice("well_uneven", "Of a well.", "3"),
        Notice("clipped", "Of the maps."),
        Notice("outlier", "Of the line.", "4"),
        Notice("concentration_missing", "Of the table."),
    )
    steps = steps_of(replace(whole, notices=notices), contents, opened=True, current=True)
    assert states(steps) == ["warning"] * 5 + ["needs you"]
    assert [steps[key].notices[0].message for key in list(STEPS)[:5]] == [
        "Of the images.",
        "Of a well.",
        "Of the table.",
        "Of the maps.",
        "Of the line.",
    ]
    assert "Of the images." in steps["images"].tip


def test_every_code_that_the_table_of_notices_names_is_one_that_the_program_gives() -> None:
    from relaxo_gui.session_model import steps

    given = set()
    for path in Path(relaxo.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        given |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    assert set(steps._STEP_OF_NOTICE) <= given
    assert set(steps._STEP_OF_NOTICE.values()) < set(STEPS)
    assert step_of_notice(Notice("something_new", "")) == "relaxivity"
