"""Following a recipe: every stage is shown once, what is known stays until there is something newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from relaxo.errors import AnalysisError, Cancelled
from relaxo.pipeline import Pipeline
from relaxo.recipe import ContentsPart, Recipe, TimingPart, WellEditPart, WellsPart, load
from relaxo_gui.session_model import Snapshot, follow

if TYPE_CHECKING:
    from pathlib import Path


def go_on(_stage: str, _done: int, _total: int) -> bool:
    return True


@pytest.fixture(scope="module")
def recipe(phantom: Path) -> Recipe:
    return load(phantom / "recipe.toml")


@pytest.fixture(scope="module")
def whole(pipeline: Pipeline, recipe: Recipe) -> Snapshot:
    return follow(pipeline, recipe, None, go_on, lambda _: None)


def test_stages_are_shown_one_after_the_other(pipeline: Pipeline, recipe: Recipe) -> None:
    shown: list[Snapshot] = []
    last = follow(pipeline, recipe, None, go_on, shown.append)
    assert [bool(each.stacks) for each in shown] == [False, True, True, True]
    assert [(bool(each.wells), bool(each.curves)) for each in shown] == [(False, False)] * 2 + [(True, True)] * 2
    assert [bool(each.maps) for each in shown] == [False, False, False, True]
    assert all(each.result is None for each in shown)
    assert last.result is not None
    assert last.error is None
    assert last.rates == last.result.rates


def test_another_concentration_shows_nothing_before_the_new_result(
    pipeline: Pipeline, recipe: Recipe, whole: Snapshot
) -> None:
    first, *rest = recipe.contents
    after = msgspec.structs.replace(recipe, contents=(msgspec.structs.replace(first, exclude="test"), *rest))
    shown: list[Snapshot] = []
    last = follow(pipeline, after, whole, go_on, shown.append)
    assert shown == []
    assert last.result is not None
    assert last.result.recipe == after
    assert last.maps["T1"] is whole.maps["T1"]


def test_a_well_moved_by_hand_leaves_the_maps_and_the_last_numbers_in_place(
    pipeline: Pipeline, recipe: Recipe, whole: Snapshot
) -> None:
    moved = WellsPart(edit=(WellEditPart(do="change", well="3", row=40.0, column=63.0),))
    shown: list[Snapshot] = []
    last = follow(pipeline, msgspec.structs.replace(recipe, wells=moved), whole, go_on, shown.append)
    assert len(shown) == 1
    assert shown[0].wells["T1"].wells[2].row == 40.0
    assert all(each.maps["T1"] is whole.maps["T1"] for each in (*shown, last))
    assert shown[0].result is whole.result
    assert last.result is not None
    assert last.result.recipe.wells == moved
    assert last.rates["R1"].wells[2].rate != whole.rates["R1"].wells[2].rate
    assert last.found is whole.found
    assert last.found is not None
    assert last.found.wells[2].origin == "found"


def test_other_images_take_wells_and_maps_with_them(pipeline: Pipeline, recipe: Recipe, whole: Snapshot) -> None:
    slower = (TimingPart(file="dicom", TR_ms=20_000.0),)
    shown: list[Snapshot] = []
    last = follow(pipeline, msgspec.structs.replace(recipe, timing=slower), whole, go_on, shown.append)
    assert last.error is None
    first = next(each for each in shown if each.stacks["T1"] is not whole.stacks["T1"])
    assert (first.found, first.wells, first.maps, first.rates, first.result) == (None, {}, {}, {}, None)


def test_wells_and_maps_stay_when_the_regression_fails(pipeline: Pipeline, recipe: Recipe) -> None:
    alone = msgspec.structs.replace(recipe, contents=(ContentsPart(well="1", concentration_mM=0.1, agent="Gd6"),))
    last = follow(pipeline, alone, None, go_on, lambda _: None)
    assert isinstance(last.error, AnalysisError)
    assert last.result is None
    assert last.maps
    assert last.wells
    measured = [rate.rate for rate in last.rates["R1"].wells]
    assert len(measured) == len(last.wells["T1"])
    assert min(measured) > 0


def test_sources_that_are_not_there_come_back_as_an_error(tmp_path: Path) -> None:
    last = follow(Pipeline(), Recipe(sources=(str(tmp_path / "none"),)), None, go_on, lambda _: None)
    assert last.error is not None
    assert last.inventory is None


def test_it_stops_when_it_is_told_to(recipe: Recipe) -> None:
    with pytest.raises(Cancelled):
        follow(Pipeline(), recipe, None, lambda _stage, _done, _total: False, lambda _: None)
