from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from relaxo.errors import InputError
from relaxo.recipe import WellEditPart, WellsPart
from relaxo.wells import edit, labelled, rasterise, trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Geometry, Wells

Make = Callable[..., Any]


@pytest.fixture
def found(as_wells: Make, plane: Geometry) -> Wells:
    wells = as_wells([(30, 30), (30, 60), (30, 90)], radius_mm=9.0)
    return rasterise(wells, plane, WellsPart())


def changed(found: Wells, *changes: Mapping[str, Any]) -> Wells:
    return edit(found, WellsPart(edit=tuple(WellEditPart(**change) for change in changes)))


def test_nothing_changes_without_changes(found: Wells) -> None:
    assert edit(found, WellsPart()) is found


def test_a_well_is_added_under_the_next_free_name(found: Wells) -> None:
    wells = changed(found, {"do": "add", "row": 70, "column": 40.5, "radius_mm": 8})
    assert [well.name for well in wells.wells] == ["1", "2", "3", "4"]
    added = wells.wells[3]
    assert (added.row, added.column, added.radius_mm, added.origin, added.confidence) == (70, 40.5, 8, "added", 1)
    assert wells.voxel_counts()[3] > 80


def test_a_moved_well_is_measured_where_it_went_and_the_found_one_stays_as_it_was(found: Wells) -> None:
    wells = changed(found, {"do": "change", "well": "2", "row": 80, "column": 60})
    assert wells.labels[0, 80, 60] == 2
    assert wells.labels[0, 30, 60] == 0
    assert wells.wells[1].origin == "changed"
    assert [well.origin for well in (wells.wells[0], wells.wells[2])] == ["found", "found"]
    assert found.labels[0, 30, 60] == 2
    assert found.wells[1].row == 30


def test_a_larger_radius_measures_more(found: Wells) -> None:
    wells = changed(found, {"do": "change", "well": "3", "radius_mm": 12})
    assert wells.voxel_counts()[2] > 1.5 * found.voxel_counts()[2]


def test_the_others_keep_their_names_when_a_well_is_deleted(found: Wells) -> None:
    wells = changed(found, {"do": "delete", "at": (31, 29)})
    assert [well.name for well in wells.wells] == ["2", "3"]
    assert set(np.unique(wells.labels)) == {0, 1, 2}


def test_changes_are_made_one_after_the_other(found: Wells) -> None:
    wells = changed(
        found,
        {"do": "change", "well": "2", "name": "blank"},
        {"do": "change", "well": "blank", "row": 60, "column": 60},
        {"do": "delete", "well": "1"},
        {"do": "add", "name": "1", "row": 90, "column": 30, "radius_mm": 5},
    )
    assert [(well.name, well.row) for well in wells.wells] == [("blank", 60), ("3", 30), ("1", 90)]


def test_a_new_name_alone_leaves_the_well_found(found: Wells) -> None:
    wells = changed(found, {"do": "change", "well": "01", "name": "A1"})
    assert (wells.wells[0].name, wells.wells[0].origin) == ("A1", "found")
    np.testing.assert_array_equal(wells.labels, found.labels)


def test_an_ellipse_is_measured_along_its_axes(found: Wells) -> None:
    wells = changed(
        found, {"do": "add", "row": 80, "column": 60, "semi_axes_mm": (6, 24), "angle_deg": 30, "name": "e"}
    )
    rows, columns = np.nonzero(wells.labels[0] == 4)
    inside = wells.tallies[3].inside
    assert inside == pytest.approx(np.pi * 6 * 24, rel=0.03)
    # The long axis points right, and turning it clockwise takes its right end down.
    slope = np.polyfit(columns - 60, rows - 80, 1)[0]
    assert slope == pytest.approx(np.tan(np.radians(30)), abs=0.1)
    assert wells.wells[3].radius_mm == pytest.approx(12)


def test_a_polygon_is_measured_inside_its_margin(found: Wells) -> None:
    corners = ((60.5, 40.5), (60.5, 80.5), (90.5, 80.5), (90.5, 40.5))
    wells = changed(found, {"do": "add", "corners": corners})
    well = wells.wells[3]
    assert (well.row, well.column) == pytest.approx((75.5, 60.5))
    assert wells.tallies[3].inside == 30 * 40
    # 2.5 pixels are left out on each side.
    assert wells.voxel_counts()[3] == 26 * 36 or wells.voxel_counts()[3] == 25 * 35
    assert (well.radius_mm) == pytest.approx(np.sqrt(1200 / np.pi))


def test_the_order_of_corners_may_run_either_way(found: Wells) -> None:
    corners = ((60.5, 40.5), (60.5, 80.5), (90.5, 80.5), (90.5, 40.5))
    one = changed(found, {"do": "add", "corners": corners})
    other = changed(found, {"do": "add", "corners": corners[::-1]})
    np.testing.assert_array_equal(one.labels, other.labels)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"do": "delete", "well": "9"}, "there is no well '9'"),
        ({"do": "delete", "at": (100, 100)}, "there is no well at row 100"),
        ({"do": "change", "well": "1", "name": "02"}, "a well 02 already"),
        ({"do": "change", "well": "1", "name": " "}, "needs a name"),
        ({"do": "add", "row": 60, "column": 60, "radius_mm": 5, "slices": (0, 1)}, "there is no slice 1"),
        ({"do": "add", "corners": ((1, 1), (2, 2), (3, 3))}, "encloses nothing"),
        ({"do": "add", "corners": ((60, 60), (80, 80), (60, 80), (90, 60))}, "crosses itself"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(found: Wells, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        changed(found, change)


@pytest.mark.parametrize(
    "change",
    [
        {"do": "add", "row": 1.0, "column": 2.0},
        {"do": "add", "radius_mm": 2.0},
        {"do": "add", "well": "1", "row": 1.0, "column": 2.0, "radius_mm": 2.0},
        {"do": "delete"},
        {"do": "delete", "well": "1", "at": [1.0, 2.0]},
        {"do": "change", "well": "1", "row": 1.0},
        {"do": "change", "well": "1", "radius_mm": 0.0},
        {"do": "change", "well": "1", "radius_mm": 2.0, "semi_axes_mm": [1.0, 2.0]},
        {"do": "change", "well": "1", "corners": [[1.0, 2.0], [2.0, 3.0]]},
        {"do": "change", "well": "1", "slices": [2, 1]},
        {"do": "move", "well": "1"},
    ],
)
def test_a_recipe_holds_no_change_without_sense(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(change, WellEditPart)


def test_wells_of_a_label_image_keep_their_voxels_until_they_are_moved(plane: Geometry) -> None:
    image = np.zeros((1, 128, 128), np.int16)
    image[0, 10:20, 10:30] = 3
    image[0, 50:60, 50:60] = 7
    given = labelled(image, plane)
    wells = changed(
        given,
        {"do": "change", "well": "3", "name": "oblong"},
        {"do": "change", "well": "7", "row": 90, "column": 90, "radius_mm": 6},
    )
    assert [(well.name, well.origin) for well in wells.wells] == [("oblong", "image"), ("7", "changed")]
    np.testing.assert_array_equal(wells.labels == 1, image == 3)
    assert wells.labels[0, 90, 90] == 2
    assert wells.labels[0, 55, 55] == 0


def test_what_became_of_every_well_can_be_traced(found: Wells) -> None:
    part = WellsPart(
        edit=(
            WellEditPart(do="change", well="2", name="X"),
            WellEditPart(do="delete", at=(30, 30)),
            WellEditPart(do="add", row=70, column=40, radius_mm=8),
            WellEditPart(do="change", well="X", row=80, column=60),
        )
    )
    traces = trace(found, part)
    names = [(each.found and each.found.name, each.now and each.now.name, each.changes) for each in traces]
    assert names == [("1", None, (1,)), ("2", "X", (0, 3)), ("3", "3", ()), (None, "1", (2,))]
    assert [each.now for each in traces if each.now] == list(edit(found, part).wells)
