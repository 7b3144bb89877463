from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from relaxo.data import Geometry, Mark, Stack
from relaxo.recipe import WellsPart
from relaxo.wells import cut_voids, labelled, marks, rasterise

Make = Callable[..., Any]


def test_every_decision_is_in_the_image_and_counted(phantom: Make, grid: Make, as_wells: Make) -> None:
    places = grid(2, 3, 36.0)
    made = phantom(places, 10.0, snr=60, relaxation=(0.5, 1.5))
    stack = made.stack()
    stack = Stack(stack.signal * (1 - 0.95 * made.disc(places[0] + (2, 1), 2.5)), stack.protocol, stack.geometry)
    part = WellsPart(margin_mm=0.6)
    wells = cut_voids(stack, rasterise(as_wells(places, radius_mm=5.0), stack.geometry, part), part)
    found = marks(wells, part)
    assert np.array_equal(found == Mark.MEASURED, wells.labels > 0)
    _, rows, columns = np.indices(found.shape)
    for (row, column), tally in zip(places, wells.tallies, strict=True):
        distance = np.hypot(rows - row, columns - column)
        count = np.bincount(found[distance < 10.0], minlength=len(Mark))
        assert count[Mark.OUTSIDE] == 0
        assert (tally.measured, tally.rim, tally.ringing, tally.void, tally.shared) == (*count[1:], 0)
        assert tally.inside == count.sum()
        # The margin is 1.2 of these pixels, and the edge rings to 2.5 of them.
        assert tally.rim == np.count_nonzero((distance < 10.0) & (distance > 8.8))
        assert tally.ringing == np.count_nonzero((distance <= 8.8) & (distance > 7.5))
    assert wells.tallies[0].void > 0


def test_a_wide_margin_leaves_nothing_to_ringing(as_wells: Make, plane: Geometry) -> None:
    wells = rasterise(as_wells([(60, 60)], radius_mm=12.0), plane, WellsPart(margin_mm=4.0))
    assert wells.tallies[0].ringing == 0
    assert wells.tallies[0].rim > 0


def test_a_voxel_that_counts_for_a_neighbour_is_measured(as_wells: Make, plane: Geometry) -> None:
    part = WellsPart()
    wells = rasterise(as_wells([(60, 60), (60, 70)], radius_mm=8.0), plane, part)
    found = marks(wells, part)
    assert np.array_equal(found == Mark.MEASURED, wells.labels > 0)
    assert not (found == Mark.VOID).any()
    assert wells.tallies[0].shared > 0


def test_a_label_image_is_measured_as_it_is(plane: Geometry) -> None:
    image = np.zeros(plane.shape, np.int16)
    image[0, 10:20, 10:20] = 3
    found = marks(labelled(image, plane), WellsPart())
    assert np.array_equal(found, np.where(image, Mark.MEASURED, Mark.OUTSIDE))
