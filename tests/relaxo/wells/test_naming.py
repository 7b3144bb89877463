from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.data import Geometry, Well, Wells
from relaxo.errors import AnalysisError
from relaxo.recipe import WellsPart
from relaxo.wells import plate_names, rasterise, rename
from relaxo.wells.naming import reading_order

Make = Callable[..., Any]


def located(wells: list[Well], geometry: Geometry) -> Wells:
    return rasterise(wells, geometry, WellsPart())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("angle", [-14.0, -5.0, 0.0, 2.0, 9.0])
def test_reads_a_tilted_lattice_row_by_row(
    grid: Make, as_wells: Make, plane: Geometry, seed: int, angle: float
) -> None:
    generator = np.random.default_rng(seed)
    places = grid(6, 8, 12.0, angle) + generator.uniform(-1.5, 1.5, (48, 2))
    shuffled = generator.permutation(48)
    order = reading_order(as_wells(places[shuffled]), plane)
    np.testing.assert_array_equal(shuffled[order], np.arange(48))


def test_reads_rows_of_unequal_spacing(as_wells: Make, plane: Geometry) -> None:
    places = [(20, 15), (21, 30), (19, 70), (40, 22), (41.5, 61), (39, 100), (90, 50)]
    shuffled = [4, 2, 6, 0, 1, 5, 3]
    order = reading_order(as_wells([places[k] for k in shuffled]), plane)
    assert [shuffled[k] for k in order] == list(range(7))


def test_reads_a_hexagonal_pack_row_by_row(as_wells: Make, plane: Geometry) -> None:
    places = np.array([(row * 8.66, column * 10 + 5 * (row % 2)) for row in range(5) for column in range(5)]) + 20
    turn = np.radians(6)
    turned = (places - 45) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + 45
    assert reading_order(as_wells(turned), plane) == list(range(25))


def test_reads_a_ring_from_the_top(ring: Make, as_wells: Make, plane: Geometry) -> None:
    # Clockwise from the right; the top is at 270 degrees.
    order = reading_order(as_wells(ring(4, 40)), plane)
    assert order == [3, 2, 0, 1]


def test_many_staggered_wells_do_not_run_into_one_row(as_wells: Make, plane: Geometry) -> None:
    places = np.random.default_rng(3).uniform(5, 120, (40, 2))
    wells = as_wells(places, radius_mm=3.0)
    rows = places[reading_order(wells, plane), 0]
    columns = places[reading_order(wells, plane), 1]
    new_row = np.diff(columns) < 0
    assert new_row.sum() > 8
    assert rows[0] < 12
    assert rows[-1] > 110


def test_wells_of_lower_slices_come_later(as_wells: Make) -> None:
    geometry = Geometry((9, 128, 128), np.diag([1.0, 1.0, 5.0, 1.0]))
    deep = as_wells([(20, 20), (20, 60)], slices=(6, 8))
    shallow = as_wells([(90, 20), (90, 60)], slices=(0, 3))
    assert reading_order(deep + shallow, geometry) == [2, 3, 0, 1]


def test_plate_coordinates_skip_empty_places(grid: Make, as_wells: Make, plane: Geometry) -> None:
    places = np.delete(grid(4, 6, 15.0, 5.0), [8, 15], axis=0)
    wells = located(as_wells(places), plane)
    expected = [f"{row}{column}" for row in "ABCD" for column in range(1, 7)]
    assert plate_names(wells) == tuple(name for name in expected if name not in {"B3", "C4"})


def test_rows_after_z_have_two_letters(grid: Make, as_wells: Make) -> None:
    geometry = Geometry((1, 200, 128), np.diag([1.0, 1.0, 5.0, 1.0]))
    names = plate_names(located(as_wells(grid(28, 2, 6.0, middle=(100, 60))), geometry))
    assert names is not None
    assert names[-4:] == ("AA1", "AA2", "AB1", "AB2")


def test_renaming_keeps_order_and_labels(grid: Make, as_wells: Make, plane: Geometry) -> None:
    wells = located(as_wells(grid(2, 3, 20.0)[::-1]), plane)
    plate = rename(wells, "plate")
    assert [well.name for well in plate.wells] == ["B3", "B2", "B1", "A3", "A2", "A1"]
    np.testing.assert_array_equal(plate.labels, wells.labels)
    reading = rename(plate, "reading")
    assert [well.name for well in reading.wells] == ["6", "5", "4", "3", "2", "1"]


def test_plate_coordinates_need_a_lattice(ring: Make, as_wells: Make, plane: Geometry) -> None:
    wells = located(as_wells(ring(9, 40)), plane)
    assert plate_names(wells) is None
    with pytest.raises(AnalysisError, match="rows and columns of a plate") as caught:
        rename(wells, "plate")
    assert caught.value.hint


def test_wells_at_two_levels_are_no_plate(grid: Make, as_wells: Make) -> None:
    geometry = Geometry((9, 128, 128), np.diag([1.0, 1.0, 5.0, 1.0]))
    places = grid(2, 3, 20.0)
    wells = as_wells(places, slices=(0, 2)) + as_wells(places, slices=(5, 7))
    named = [Well(str(k), w.row, w.column, w.slice, w.slices, w.radius_mm) for k, w in enumerate(wells)]
    assert plate_names(located(named, geometry)) is None


def test_a_ring_gives_the_same_rows_however_exactly_it_is_known(ring: Make, as_wells: Make, plane: Geometry) -> None:
    random = np.random.default_rng(0)
    places = ring(12, 40.0, 3.0)
    order = reading_order(as_wells(places), plane)
    for _ in range(50):
        assert reading_order(as_wells(places + random.normal(0, 0.05, places.shape)), plane) == order
