from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.data import Geometry, Well, Wells
from relaxo.recipe import WellsPart
from relaxo.wells import free_name, lattice_place, rename

if TYPE_CHECKING:
    from collections.abc import Sequence

GEOMETRY = Geometry((1, 120, 160), np.diag([0.5, 1.0, 3.0, 1.0]))
"""Its rows are 1 mm apart, its columns 0.5 mm."""


def plate(missing: Sequence[tuple[int, int]] = ()) -> Wells:
    """Return a plate of 3 x 4 at 9 mm, without some places."""
    wells = [
        Well(f"{row},{column}", 20.0 + 9 * row, 30.0 + 18 * column, slice=0.0, slices=(0, 0), radius_mm=3.0)
        for row in range(3)
        for column in range(4)
        if (row, column) not in missing
    ]
    labels = np.zeros(GEOMETRY.shape, np.int16)
    return rename(Wells(GEOMETRY, labels, tuple(wells)), "plate")


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (29.8, 49.0, (29.0, 48.0)),  # empty
        (20.0, 12.0, (20.0, 12.0)),  # a column before the first
        (48.0, 30.0, (47.0, 30.0)),  # a row after the last
        (24.5, 48.0, None),  # between two
        (100.0, 30.0, None),  # far from all
    ],
)
def test_a_place_near_one_of_the_lattice_is_meant(row: float, column: float, place: tuple[float, float] | None) -> None:
    found = lattice_place(plate([(1, 1)]).wells, GEOMETRY, row, column)
    assert found == (None if place is None else pytest.approx(place, abs=1e-6))


def test_few_wells_and_wells_that_stand_on_no_lattice_tell_no_place() -> None:
    assert lattice_place(plate().wells[:3], GEOMETRY, 20, 30) is None
    shift = np.random.default_rng(1).uniform(-12, 12, (12, 2))
    loose = [
        dataclasses.replace(well, row=well.row + down, column=well.column + right)
        for well, (down, right) in zip(plate().wells, shift, strict=True)
    ]
    assert lattice_place(loose, GEOMETRY, 29, 48) is None


def test_a_well_on_a_plate_is_called_by_its_coordinate() -> None:
    added = Well("", 29.0, 48.0, slice=0.0, slices=(0, 0), radius_mm=3.0)
    assert free_name(plate([(1, 1)]), added, WellsPart(naming="plate")) == "B2"


def test_a_well_that_would_give_all_others_new_names_gets_a_number() -> None:
    before = Well("", 11.0, 30.0, slice=0.0, slices=(0, 0), radius_mm=3.0)
    assert free_name(plate(), before, WellsPart(naming="plate")) == "1"


def test_among_numbers_it_is_the_next_free_one() -> None:
    numbered = rename(plate(), "reading")
    without = dataclasses.replace(numbered, wells=tuple(well for well in numbered.wells if well.name != "5"))
    added = Well("", 70.0, 70.0, slice=0.0, slices=(0, 0), radius_mm=3.0)
    assert free_name(without, added, WellsPart()) == "5"
    assert free_name(numbered, added, WellsPart()) == "13"
