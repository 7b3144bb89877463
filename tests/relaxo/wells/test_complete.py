from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from relaxo.data import Geometry, Stack
from relaxo.recipe import WellsPart
from relaxo.wells import find

Make = Callable[..., Any]


@pytest.mark.parametrize("seed", range(2))
def test_the_bath_between_close_wells_is_no_well(phantom: Make, grid: Make, seed: int) -> None:
    places = grid(6, 8, 11.0, 4.0)
    made = phantom(places, 3.2, bath=60, rim=2.0, relaxation=(0.05, 1.5), snr=60, seed=seed)
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 48
    at = np.array([(well.row, well.column) for well in wells.wells])
    assert np.linalg.norm(at[:, None] - places, axis=2).min(axis=0).max() < 0.5


def test_a_well_of_the_baths_own_fluid_is_a_well(phantom: Make, grid: Make) -> None:
    places = grid(4, 6, 15.0)
    made = phantom(places, 4.5, bath=60, rim=2.0, relaxation=(2.9, 3.1), snr=60)
    assert len(find(made.stack(), WellsPart())) == 24


def test_wells_that_nearly_touch_are_all_found(phantom: Make, grid: Make) -> None:
    places = grid(12, 14, 7.0, 2.0)
    made = phantom(places, 3.0, snr=40, relaxation=(0.05, 1.5))
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 168


def test_an_empty_place_of_a_plate_stays_empty(phantom: Make, grid: Make) -> None:
    places = np.delete(grid(5, 7, 14.0), [10, 17], axis=0)
    wells = find(phantom(places, 4.5, snr=20).stack(), WellsPart(naming="plate"))
    names = {well.name for well in wells.wells}
    assert len(names) == 33
    assert not {"B4", "C4"} & names
    assert "wells_gap" in {notice.code for notice in wells.notices}


def test_a_well_cut_by_the_border_is_told_of(phantom: Make) -> None:
    whole = [[60.0, 60.0], [60.0, 100.0], [100.0, 30.0]]
    made = phantom(np.array([*whole, [3.0, 60.0]]), 6.0)
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 3
    (notice,) = [notice for notice in wells.notices if notice.code == "wells_cut"]
    assert "row 3, column 60" in notice.message


def test_end_slices_that_wells_fill_in_part_are_left_out_and_told_of(phantom: Make, grid: Make) -> None:
    stack = phantom(grid(3, 4, 24.0), 6.0, slices=4, snr=60).stack()
    signal = stack.signal * np.array([0.5, 1, 1, 0.6])[:, None, None]
    stack = Stack(signal, stack.protocol, stack.geometry)
    wells = find(stack, WellsPart())
    assert {well.slices for well in wells.wells} == {(1, 2)}
    (notice,) = [notice for notice in wells.notices if notice.code == "wells_partial_slices"]
    assert "slice 0 for 12, slice 3 for 12" in notice.message
    kept = find(stack, WellsPart(partial_slices="keep"))
    assert {well.slices for well in kept.wells} == {(0, 3)}


def test_the_geometry_of_the_stack_does_not_matter_to_the_lattice(phantom: Make, grid: Make) -> None:
    stack = phantom(grid(6, 8, 11.0, 4.0), 4.0, snr=40).stack()
    oblique = np.diag([-0.5, 0.5, 2.0, 1.0])
    turned = replace(stack, geometry=Geometry(stack.geometry.shape, oblique))
    assert len(find(turned, WellsPart())) == 48


def test_a_well_like_its_bath_is_kept_beside_a_lattice_by_chance(phantom: Make) -> None:
    random = np.random.default_rng(2)
    places = np.array([(30, 30), (30, 64), (64, 30), (98, 64), (98, 98), (64, 98), (47, 64)]) + random.normal(
        0, 1, (7, 2)
    )
    made = phantom(places, 6.0, bath=62, rim=2.0, relaxation=(2.9, 3.1), snr=40)
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 7
