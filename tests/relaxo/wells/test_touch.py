from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.data import FitStatus, Geometry, Maps
from relaxo.recipe import WellsPart
from relaxo.wells import Snapper, hit_test, measure, measure_one, rasterise

Make = Callable[..., Any]


def maps_of(values: np.ndarray) -> Maps:
    return Maps(
        model="inversion_recovery",
        values={"T1map": values},
        error={"T1map": np.full(values.shape, 0.01)},
        units={"T1map": "s"},
        status=np.full(values.shape, FitStatus.OK, np.uint8),
        residual=np.zeros(values.shape),
        r_squared=np.ones(values.shape),
    )


def test_a_place_belongs_to_the_well_whose_centre_is_nearest(as_wells: Make, plane: Geometry) -> None:
    wells = as_wells([(30, 30), (30, 44), (80, 80)], radius_mm=9.0)
    assert hit_test(wells, plane, 30, 36) == 0
    assert hit_test(wells, plane, 30, 38) == 1
    assert hit_test(wells, plane, 80, 88.5) == 2
    assert hit_test(wells, plane, 80, 90) is None
    assert hit_test(wells, plane, 80, 80, slice_=1) is None


@pytest.mark.parametrize("offset", [(0, 0), (2.5, -1.5), (-3, 3)])
@pytest.mark.parametrize("known", [True, False])
def test_a_click_in_a_well_snaps_to_its_edge(
    phantom: Make, grid: Make, offset: tuple[float, float], *, known: bool
) -> None:
    places = grid(3, 4, 24.0, 7.0)
    stack = phantom(places, 7.0).stack()
    row, column = places[5] + offset
    well = Snapper(stack)(row, column, 0, 3.0 if known else None)
    assert well is not None
    assert (well.row, well.column) == pytest.approx(tuple(places[5]), abs=0.5)
    assert well.radius_mm == pytest.approx(3.5, rel=0.1)


def test_a_click_beside_wells_snaps_to_nothing(phantom: Make, grid: Make) -> None:
    stack = phantom(grid(2, 2, 60.0), 7.0).stack()
    assert Snapper(stack)(63.5, 63.5, 0) is None


def test_one_well_is_measured_as_all_are(as_wells: Make, plane: Geometry) -> None:
    random = np.random.default_rng(1)
    maps = maps_of(random.normal(1.0, 0.05, plane.shape))
    wells = rasterise(as_wells([(30, 30), (60, 60), (3, 3)], radius_mm=7.3), plane, WellsPart())
    together = measure(maps, wells, WellsPart())
    for well, rate in zip(wells.wells[:2], together.wells, strict=False):
        alone = measure_one(maps, well, plane, WellsPart())
        assert (alone.rate, alone.spread, alone.voxels) == (
            pytest.approx(rate.rate),
            pytest.approx(rate.spread),
            rate.voxels,
        )
    assert measure_one(maps, wells.wells[2], plane, WellsPart()).voxels == 0


def test_one_well_is_measured_in_under_a_millisecond(as_wells: Make) -> None:
    geometry = Geometry((3, 256, 256), np.diag([0.5, 0.5, 3.0, 1.0]))
    maps = maps_of(np.random.default_rng(1).normal(1.0, 0.05, geometry.shape))
    (well,) = as_wells([(100, 100)], radius_mm=4.0, slices=(0, 2))

    def seconds() -> float:
        start = time.perf_counter()
        measure_one(maps, well, geometry, WellsPart())
        return time.perf_counter() - start

    assert min(seconds() for _ in range(50)) < 1e-3
