from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.data import Geometry, Wells
from relaxo.errors import AnalysisError, InputError
from relaxo.recipe import MarkerPart, WellsPart
from relaxo.wells import name, rasterise, turn_to

Make = Callable[..., Any]


@pytest.fixture
def big() -> Geometry:
    return Geometry((1, 256, 256), np.diag([1.0, 1.0, 5.0, 1.0]))


def named(wells: list[Any], geometry: Geometry, *, by_plate: bool = False, **part: Any) -> Wells:
    return name(rasterise(wells, geometry, WellsPart()), WellsPart(**part), by_plate=by_plate)


def codes(wells: Wells) -> list[str]:
    return [notice.code for notice in wells.notices]


def at(wells: Wells, row: float, column: float) -> str:
    return min(wells.wells, key=lambda well: np.hypot(well.row - row, well.column - column)).name


@pytest.mark.parametrize(
    ("rotation", "mirrored", "corners"),
    [
        (0, False, ("A1", "A3", "B1", "B3")),
        (0, True, ("A3", "A1", "B3", "B1")),
        (180, False, ("B3", "B1", "A3", "A1")),
        # Turned clockwise by 90 degrees, what was at the left is at the top, and what was below is at the left.
        (90, False, ("A2", "C2", "A1", "C1")),
        (270, False, ("C1", "A1", "C2", "A2")),
        (90, True, ("C2", "A2", "C1", "A1")),
    ],
)
def test_a_recipe_turns_and_mirrors_names(
    grid: Make, as_wells: Make, plane: Geometry, rotation: int, *, mirrored: bool, corners: tuple[str, ...]
) -> None:
    wells = named(as_wells(grid(2, 3, 20.0)), plane, naming="plate", rotation=rotation, mirrored=mirrored)
    found = [at(wells, row, column) for row in (53.5, 73.5) for column in (43.5, 83.5)]
    assert tuple(found) == corners
    # The order is that of the names, and each well keeps its voxels.
    assert wells.wells[0].name == "A1"
    for label, well in enumerate(wells.wells, 1):
        assert wells.labels[0, round(well.row), round(well.column)] == label


def test_reading_order_turns_along(grid: Make, as_wells: Make, plane: Geometry) -> None:
    wells = named(as_wells(grid(2, 3, 20.0)), plane, rotation=180)
    assert [(well.name, round(well.row)) for well in wells.wells][:4] == [("1", 74), ("2", 74), ("3", 74), ("4", 54)]


def test_the_first_well_may_be_another_than_a1(grid: Make, as_wells: Make, plane: Geometry) -> None:
    wells = named(as_wells(grid(2, 3, 20.0)), plane, naming="plate", first="b02")
    assert [well.name for well in wells.wells] == ["B2", "B3", "B4", "C2", "C3", "C4"]
    with pytest.raises(InputError, match="no plate coordinate"):
        named(as_wells(grid(2, 3, 20.0)), plane, naming="plate", first="upper left")


def test_rings_are_numbered_clockwise_from_the_top_and_the_outer_one_first(
    ring: Make, as_wells: Make, plane: Geometry
) -> None:
    # Angles of the fixture run clockwise from the right.
    places = np.concatenate([ring(4, 15, 45 - 90), ring(10, 45, -90)])
    wells = named(as_wells(places, radius_mm=5.0), plane, naming="ring")
    expected = np.concatenate([places[4:], places[:4]])
    # The inner ring has no well at the top: its first is the next clockwise.
    np.testing.assert_allclose([(well.row, well.column) for well in wells.wells], expected, atol=1e-9)


def test_a_missing_well_moves_no_middle_of_a_ring(ring: Make, as_wells: Make, plane: Geometry) -> None:
    places = np.delete(ring(10, 45, -90), [3, 4], axis=0)
    wells = named(as_wells(places, radius_mm=5.0), plane, naming="ring")
    np.testing.assert_allclose([(well.row, well.column) for well in wells.wells], places, atol=1e-9)


def test_auto_follows_the_table(grid: Make, as_wells: Make, plane: Geometry) -> None:
    assert named(as_wells(grid(2, 3, 20.0)), plane).wells[0].name == "1"
    assert named(as_wells(grid(2, 3, 20.0)), plane, by_plate=True).wells[0].name == "A1"


def test_a_marker_in_its_place_says_nothing(grid: Make, as_wells: Make, plane: Geometry) -> None:
    marker = MarkerPart(well="b3", row=73, column=84)
    assert codes(named(as_wells(grid(2, 3, 20.0)), plane, naming="plate", marker=marker)) == []


def test_a_marker_elsewhere_stops_and_says_which_turn_is_right(grid: Make, as_wells: Make, plane: Geometry) -> None:
    marker = MarkerPart(well="A1", row=73, column=84)
    with pytest.raises(AnalysisError, match="is named B3, and was seen to be A1") as caught:
        named(as_wells(grid(2, 3, 20.0)), plane, naming="plate", marker=marker)
    assert caught.value.hint is not None
    assert "with rotation = 180, or" in caught.value.hint
    with pytest.raises(AnalysisError, match="no well at row 10"):
        named(as_wells(grid(2, 3, 20.0)), plane, marker=MarkerPart(well="1", row=10, column=10))


def test_a_full_plate_leaves_no_doubt(grid: Make, as_wells: Make, big: Geometry) -> None:
    wells = as_wells(grid(8, 12, 18.0, 5.0, middle=(128, 128)), radius_mm=6.0)
    assert codes(named(wells, big, naming="plate")) == []
    assert codes(named(wells, big)) == []


def test_gaps_are_named(grid: Make, as_wells: Make, big: Geometry) -> None:
    places = np.delete(grid(8, 12, 18.0, middle=(128, 128)), 14, axis=0)
    wells = named(as_wells(places), big, naming="plate")
    (notice,) = wells.notices
    assert notice.code == "wells_gap"
    assert "at B3" in notice.message


def test_a_plate_without_its_first_row_is_doubted(grid: Make, as_wells: Make, big: Geometry) -> None:
    wells = as_wells(grid(7, 12, 18.0, middle=(128, 128)))
    (notice,) = named(wells, big, naming="plate").notices
    assert notice.code == "plate_part"
    assert "A1, B1" in notice.message
    assert codes(named(wells, big, naming="plate", first="B1")) == []


def test_a_plate_on_end_is_told_of(grid: Make, as_wells: Make, big: Geometry) -> None:
    wells = as_wells(grid(12, 8, 18.0, middle=(128, 128)))
    assert codes(named(wells, big, naming="plate")) == ["plate_on_end"]
    assert codes(named(wells, big, naming="plate", rotation=90)) == []


@pytest.mark.parametrize(("angle", "doubted"), [(20, False), (40, True), (-40, True)])
def test_rows_that_could_be_columns_are_told_of(
    grid: Make, as_wells: Make, plane: Geometry, angle: float, *, doubted: bool
) -> None:
    wells = named(as_wells(grid(2, 3, 20.0, angle)), plane)
    assert codes(wells) == (["wells_turned"] if doubted else [])


def test_the_other_turn_names_a_steep_plate_the_other_way(grid: Make, as_wells: Make, plane: Geometry) -> None:
    (notice,) = named(as_wells(grid(2, 3, 20.0, 40)), plane, naming="plate").notices
    rotation = int(notice.message.split("rotation = ")[1].split()[0])
    other = named(as_wells(grid(2, 3, 20.0, 40)), plane, naming="plate", rotation=rotation)
    assert {well.name for well in other.wells} == {"A1", "A2", "B1", "B2", "C1", "C2"}


def test_wells_in_no_clear_rows_are_told_of(as_wells: Make, plane: Geometry) -> None:
    clear = [(20, 20), (21, 50), (60, 33), (62, 90), (100, 70)]
    assert codes(named(as_wells(clear, radius_mm=6), plane)) == []
    loose = [(20, 50), (27, 20), (60, 33), (62, 90), (100, 70)]
    assert codes(named(as_wells(loose, radius_mm=6), plane)) == ["wells_order"]


@pytest.mark.parametrize(
    ("rows", "columns", "code"), [(12, 8, "plate_on_end"), (7, 12, "plate_part"), (8, 11, "plate_part")]
)
def test_every_choice_that_a_doubt_offers_settles_it(
    grid: Make, as_wells: Make, big: Geometry, rows: int, columns: int, code: str
) -> None:
    wells = as_wells(grid(rows, columns, 18.0, middle=(128, 128)))
    first = named(wells, big, naming="plate")
    (notice,) = first.notices
    assert notice.code == code
    assert len(notice.choices) == 2
    names = set()
    for choice in notice.choices:
        other = named(wells, big, naming="plate", **dict(choice.settings))
        assert other.notices == ()
        # The well at the upper left is called otherwise by each.
        names.add(min(other.wells, key=lambda well: well.row + well.column).name)
    assert len(names) == 2


def test_the_choice_of_a_plate_on_end_says_where_its_first_well_is(grid: Make, as_wells: Make, big: Geometry) -> None:
    wells = as_wells(grid(12, 8, 18.0, middle=(128, 128)))
    (notice,) = named(wells, big, naming="plate").notices
    for choice in notice.choices:
        first = named(wells, big, naming="plate", **dict(choice.settings)).wells[0]
        assert first.name == "A1"
        said = ("lower" if first.row > 128 else "upper") + (" left" if first.column < 128 else " right")
        assert choice.words == f"A1 is at the {said}"


def test_the_turn_that_gives_a_well_its_label_is_found(grid: Make, as_wells: Make, plane: Geometry) -> None:
    wells = named(as_wells(grid(2, 3, 20.0)), plane, naming="plate")
    part = WellsPart(naming="plate")
    last = next(index for index, well in enumerate(wells.wells) if well.name == "B3")
    rotation, mirrored = turn_to(wells, last, "a1", part)
    assert (rotation, mirrored) == (180, False)
    with pytest.raises(AnalysisError, match="no turn of the image makes well B3 well C7"):
        turn_to(wells, last, "C7", part)
