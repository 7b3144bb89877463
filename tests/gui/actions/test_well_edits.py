"""Wells by hand as edits of a recipe: small, apart from what was found, and with their contents."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from relaxo.data import Geometry, Well, Wells
from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, Recipe, WellEditPart, WellsPart
from relaxo.wells import edit, match, trace
from relaxo_gui.actions import well_edits

GEOMETRY = Geometry((1, 100, 100), np.diag([0.5, 0.5, 3.0, 1.0]))
RECIPE = Recipe(
    sources=("images",),
    contents=(
        ContentsPart(well="1", concentration_mM=0.1),
        ContentsPart(well="2", concentration_mM=0.2),
        ContentsPart(row=21, column=59, concentration_mM=0.3),
    ),
)


@pytest.fixture
def found() -> Wells:
    wells = tuple(
        Well(str(number), row=20.0, column=20.0 * number, slice=0.0, slices=(0, 0), radius_mm=3.0)
        for number in (1, 2, 3)
    )
    return Wells(GEOMETRY, np.zeros((1, 100, 100), np.int16), wells)


def now(recipe: Recipe, found: Wells) -> dict[str, tuple[float, float, float]]:
    """Return the wells as they are, by name."""
    return {well.name: (well.row, well.column, well.radius_mm) for well in edit(found, recipe.wells).wells}


def contents(recipe: Recipe, found: Wells) -> dict[str, float | None]:
    wells = edit(found, recipe.wells)
    return {name: each.concentration_mM for name, each in match(wells, recipe.contents).items()}


def test_moves_and_sizes_of_one_well_are_one_change(found: Wells) -> None:
    recipe = well_edits.move(RECIPE, found, "2", 21.0, 41.0)
    recipe = well_edits.resize(recipe, found, "2", 2.5)
    recipe = well_edits.move(recipe, found, "2", 22.0, 42.12345)
    assert recipe.wells.edit == (WellEditPart(do="change", well="2", row=22.0, column=42.123, radius_mm=2.5),)
    assert now(recipe, found)["2"] == (22.0, 42.123, 2.5)
    assert now(RECIPE, found)["2"] == (20.0, 40.0, 3.0)


def test_contents_that_speak_of_a_place_go_with_the_well(found: Wells) -> None:
    recipe = well_edits.move(RECIPE, found, "3", 80.0, 80.0)
    assert contents(recipe, found) == {"1": 0.1, "2": 0.2, "3": 0.3}


def test_a_new_name_is_that_of_its_contents_too(found: Wells) -> None:
    recipe = well_edits.rename(RECIPE, found, "2", " B4 ")
    assert contents(recipe, found) == {"1": 0.1, "B4": 0.2, "3": 0.3}
    moved = well_edits.move(recipe, found, "B4", 30.0, 40.0)
    assert len(moved.wells.edit) == 1
    assert now(moved, found)["B4"] == (30.0, 40.0, 3.0)


def test_names_can_be_exchanged_by_way_of_a_third(found: Wells) -> None:
    recipe = well_edits.rename(RECIPE, found, "1", "X")
    recipe = well_edits.rename(recipe, found, "2", "1")
    recipe = well_edits.rename(recipe, found, "X", "2")
    assert now(recipe, found) == {"2": (20.0, 20.0, 3.0), "1": (20.0, 40.0, 3.0), "3": (20.0, 60.0, 3.0)}
    assert contents(recipe, found) == {"2": 0.1, "1": 0.2, "3": 0.3}


def test_a_name_that_is_taken_is_refused(found: Wells) -> None:
    with pytest.raises(InputError, match="there is a well 3 already"):
        well_edits.rename(RECIPE, found, "2", "3")


def test_an_added_well_is_changed_where_it_was_added_and_leaves_no_trace(found: Wells) -> None:
    well = Well("4", row=70.0, column=70.0, slice=0.0, slices=(0, 0), radius_mm=3.5, origin="added")
    recipe = well_edits.add(RECIPE, found, well, {"radius_mm": well.radius_mm})
    recipe = well_edits.move(recipe, found, "4", 72.0, 70.0)
    assert recipe.wells.edit == (WellEditPart(do="add", name="4", row=72.0, column=70.0, radius_mm=3.5),)
    assert well_edits.remove(recipe, found, "4").wells.edit == ()


def test_a_removed_well_takes_its_contents_along_and_comes_back(found: Wells) -> None:
    recipe = well_edits.remove(RECIPE, found, "2")
    assert contents(recipe, found) == {"1": 0.1, "3": 0.3}
    gone = next(each for each in trace(found, recipe.wells) if each.now is None)
    assert now(well_edits.restore(recipe, found, gone), found) == now(RECIPE, found)


def test_back_to_as_found_takes_every_change_of_that_well_back(found: Wells) -> None:
    recipe = well_edits.rename(well_edits.move(RECIPE, found, "2", 50.0, 50.0), found, "2", "B4")
    recipe = well_edits.move(recipe, found, "1", 25.0, 20.0)
    changed = next(each for each in trace(found, recipe.wells) if each.now is not None and each.now.name == "B4")
    back = well_edits.restore(recipe, found, changed)
    assert now(back, found) == {"1": (25.0, 20.0, 3.0), "2": (20.0, 40.0, 3.0), "3": (20.0, 60.0, 3.0)}
    assert contents(back, found)["2"] == 0.2
    everything = well_edits.restore_all(recipe, found)
    assert everything.wells.edit == ()
    assert contents(everything, found) == contents(RECIPE, found)


def test_an_ellipse_and_a_polygon_keep_their_outline_when_they_are_moved_and_resized(found: Wells) -> None:
    changes = (
        WellEditPart(do="change", well="1", semi_axes_mm=(2.0, 4.0), angle_deg=30.0),
        WellEditPart(do="change", well="2", corners=((16, 36), (16, 44), (24, 44), (24, 36))),
    )
    recipe = msgspec.structs.replace(RECIPE, wells=WellsPart(edit=changes))
    before = {well.name: well for well in edit(found, recipe.wells).wells}
    moved = recipe
    for name in ("1", "2"):
        moved = well_edits.move(moved, found, name, 60.0, 50.0 if name == "1" else 80.0)
        moved = well_edits.resize(moved, found, name, 2 * before[name].radius_mm)
    assert len(moved.wells.edit) == 2
    assert moved.wells.edit[0].semi_axes_mm == (4.0, 8.0)
    for well in edit(found, moved.wells).wells[:2]:
        assert well.outline is not None
        was = before[well.name].outline
        assert was is not None
        assert (well.row, well.radius_mm) == (pytest.approx(60.0), pytest.approx(2 * before[well.name].radius_mm))
        assert np.asarray(well.outline) == pytest.approx(2 * np.asarray(was), abs=0.01)


def test_contents_that_fit_no_well_do_not_stand_in_the_way_of_mending_it(found: Wells) -> None:
    broken = msgspec.structs.replace(RECIPE, contents=(ContentsPart(well="B3", concentration_mM=1.0),))
    assert contents(well_edits.rename(broken, found, "2", "B3"), found) == {"B3": 1.0}


def test_a_turn_of_the_plate_leaves_changes_at_their_places_and_contents_with_their_labels(found: Wells) -> None:
    recipe = well_edits.move(RECIPE, found, "1", 25.0, 20.0)
    turned = well_edits.name_by(recipe, found, {"mirrored": True}, by_plate=False)
    assert turned.wells.edit == (WellEditPart(do="change", well="3", row=25.0, column=20.0),)
    assert turned.contents == recipe.contents


def test_contents_go_with_their_wells_to_other_names(found: Wells) -> None:
    named = well_edits.name_by(RECIPE, found, {"naming": "plate"}, by_plate=False)
    assert [entry.well for entry in named.contents] == ["A1", "A2", None]
