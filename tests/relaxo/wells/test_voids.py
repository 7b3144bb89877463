from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from relaxo.data import Stack
from relaxo.recipe import WellsPart
from relaxo.wells import cut_voids, rasterise

Make = Callable[..., Any]


def spoiled(phantom: Make, grid: Make, as_wells: Make, share: float, radius: float) -> tuple[Any, Any, Any]:
    """Return a stack, its wells, and where a spot of some share of the signal lies in the first well."""
    places = grid(2, 3, 36.0)
    made = phantom(places, 10.0, snr=60, relaxation=(0.5, 1.5))
    stack = made.stack()
    spot = made.disc(places[0] + (2, 1), radius)
    stack = Stack(stack.signal * (1 + (share - 1) * spot), stack.protocol, stack.geometry)
    return stack, rasterise(as_wells(places, radius_mm=5.0), stack.geometry, WellsPart()), spot


def test_a_bubble_is_cut_out_with_its_edge_and_counted(phantom: Make, grid: Make, as_wells: Make) -> None:
    stack, wells, spot = spoiled(phantom, grid, as_wells, 0.05, 2.5)
    left = cut_voids(stack, wells, WellsPart())
    lost = (wells.labels == 1) & (left.labels == 0)
    assert lost[0][spot > 0.5].all()
    assert not lost[0][spot == 0].any()
    assert left.tallies[0].void == lost.sum()
    assert left.tallies[0].measured == left.voxel_counts()[0]
    np.testing.assert_array_equal(left.voxel_counts()[1:], wells.voxel_counts()[1:])


def test_a_bright_rim_of_a_void_is_cut_out_too(phantom: Make, grid: Make, as_wells: Make) -> None:
    stack, wells, _ = spoiled(phantom, grid, as_wells, 2.0, 1.5)
    assert cut_voids(stack, wells, WellsPart()).tallies[0].void >= 4


def test_shading_and_noise_are_no_voids(phantom: Make, grid: Make, as_wells: Make) -> None:
    places = grid(2, 3, 36.0)
    for snr in (10, 30, 100):
        stack = phantom(places, 10.0, snr=snr, shading=0.5, relaxation=(0.1, 1.5)).stack()
        wells = rasterise(as_wells(places, radius_mm=5.0), stack.geometry, WellsPart())
        lost = sum(tally.void for tally in cut_voids(stack, wells, WellsPart()).tallies)
        assert lost <= 0.002 * wells.voxel_counts().sum()


def test_a_well_that_is_half_void_keeps_all_and_says_so(phantom: Make, grid: Make, as_wells: Make) -> None:
    stack, wells, _ = spoiled(phantom, grid, as_wells, 0.05, 2.5)
    left = cut_voids(stack, wells, WellsPart(minimum_voxels=int(wells.voxel_counts()[0]) - 3))
    np.testing.assert_array_equal(left.labels, wells.labels)
    assert [(notice.code, notice.well) for notice in left.notices] == [("well_uneven", "1")]


def test_a_recipe_may_keep_voids(phantom: Make, grid: Make, as_wells: Make) -> None:
    stack, wells, _ = spoiled(phantom, grid, as_wells, 0.05, 2.5)
    assert cut_voids(stack, wells, WellsPart(voids="keep")) is wells
