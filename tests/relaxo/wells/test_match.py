from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.data import Contents, Geometry, Wells
from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, WellsPart
from relaxo.wells import is_plate_name, match, rasterise, rename

Make = Callable[..., Any]


@pytest.fixture
def wells(grid: Make, as_wells: Make, plane: Geometry) -> Wells:
    return rasterise(as_wells(grid(3, 4, 20.0), radius_mm=6.0), plane, WellsPart())


@pytest.mark.parametrize("written", ["7", " 7 ", "07", "7.0", "7,0", "7."])
def test_a_number_is_taken_as_people_write_it(wells: Wells, written: str) -> None:
    entry = ContentsPart(well=written, concentration_mM=0.5, agent="Gd", exclude="leaked", concentration_se_mM=0.1)
    assert match(wells, [entry]) == {"7": Contents(0.5, "Gd", "leaked", 0.1)}


@pytest.mark.parametrize("written", ["B3", "b3", " b03 ", "B 3"])
def test_a_plate_coordinate_is_taken_as_people_write_it(wells: Wells, written: str) -> None:
    assert list(match(rename(wells, "plate"), [ContentsPart(well=written)])) == ["B3"]


def test_a_position_means_the_nearest_well(wells: Wells) -> None:
    there = wells.wells[5]
    assert list(match(wells, [ContentsPart(row=there.row + 3, column=there.column - 4)])) == ["6"]


def test_distances_are_measured_in_mm(as_wells: Make) -> None:
    # Two pixels along the rows are 6 mm here, more than the radius.
    tall = rasterise(
        as_wells([(20, 20), (20, 60)], radius_mm=5.0),
        Geometry((1, 60, 128), np.diag([1.0, 3.0, 5.0, 1.0])),
        WellsPart(),
    )
    assert list(match(tall, [ContentsPart(row=20, column=24)])) == ["1"]
    with pytest.raises(InputError, match=r"6\.0 mm away"):
        match(tall, [ContentsPart(row=22, column=20)])


def test_a_position_between_wells_fits_none(wells: Wells) -> None:
    there = wells.wells[0]
    with pytest.raises(InputError, match="no well was found at row") as caught:
        match(wells, [ContentsPart(well="2"), ContentsPart(row=there.row, column=there.column - 8)])
    assert caught.value.where == "row 2 of the concentrations"
    assert "nearest is well 1" in caught.value.what
    assert "radius of 6.0 mm" in caught.value.what


def test_a_name_that_no_well_has(wells: Wells) -> None:
    with pytest.raises(InputError, match="there is no well '13'") as caught:
        match(wells, [ContentsPart(well="1"), ContentsPart(well="2"), ContentsPart(well="13")])
    assert caught.value.where == "row 3 of the concentrations"
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12" in caught.value.what
    assert caught.value.hint


def test_a_coordinate_off_the_plate_lists_what_is_there(grid: Make, as_wells: Make, plane: Geometry) -> None:
    plate = rename(rasterise(as_wells(grid(6, 8, 14.0)), plane, WellsPart()), "plate")
    with pytest.raises(InputError, match=r"found were A1, A2, .*, \.\.\., F8"):
        match(plate, [ContentsPart(well="H12")])


@pytest.mark.parametrize("again", [ContentsPart(well="3.0"), ContentsPart(row=43.5, column=73.5)])
def test_a_well_named_twice(wells: Wells, again: ContentsPart) -> None:
    with pytest.raises(InputError, match="well 3 is named twice: row 1 of the concentrations speaks") as caught:
        match(wells, [ContentsPart(well="3"), ContentsPart(well="4"), again])
    assert caught.value.where == "row 3 of the concentrations"


def test_a_row_of_a_table_is_named_by_its_line(wells: Wells) -> None:
    rows = [ContentsPart(well=name, read_from=f"plate.csv, line {line}") for name, line in (("3", 2), ("13", 5))]
    with pytest.raises(InputError, match="there is no well '13'") as caught:
        match(wells, rows)
    assert caught.value.where == "plate.csv, line 5"
    again = ContentsPart(row=43.5, column=73.5, read_from="plate.csv, line 7")
    with pytest.raises(InputError, match=r"well 3 is named twice: plate\.csv, line 2 speaks of it already") as caught:
        match(wells, [rows[0], again])
    assert caught.value.where == "plate.csv, line 7"


def test_no_rows_say_nothing(wells: Wells) -> None:
    assert match(wells, []) == {}


@pytest.mark.parametrize(
    ("name", "answer"), [("A1", True), ("h12", True), (" AB03", True), ("1", False), ("A0", False), ("Gd", False)]
)
def test_tells_plate_coordinates_from_other_names(name: str, answer: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_plate_name(name) is answer
