from __future__ import annotations

import numpy as np
import pytest

from relaxo.data import Geometry, Well
from relaxo.errors import AnalysisError
from relaxo.recipe import WellsPart
from relaxo.wells import rasterise, transfer

PART = WellsPart(margin_mm=1.0, minimum_voxels=5)


def geometry(
    shape: tuple[int, int, int] = (1, 64, 64),
    spacing: tuple[float, float, float] = (4.0, 1.0, 1.0),
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Geometry:
    through, row, column = spacing
    affine = np.diag([column, row, through, 1.0])
    affine[:3, 3] = origin
    return Geometry(shape, affine)


def well(
    row: float = 30.0, column: float = 20.0, radius_mm: float = 8.0, slices: tuple[int, int] = (0, 0), name: str = "1"
) -> Well:
    return Well(name, row, column, sum(slices) / 2, slices, radius_mm)


def centre_of(labels: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    return np.argwhere(labels == 1).mean(axis=0) * spacing


def test_voxels_lie_inside_the_circle_less_the_margin() -> None:
    wells = rasterise([well(30.3, 20.6)], geometry(), WellsPart(margin_mm=3.0))
    rows, columns = np.mgrid[:64, :64]
    np.testing.assert_array_equal(wells.labels[0] == 1, np.hypot(rows - 30.3, columns - 20.6) <= 5.0)


def test_the_margin_is_never_thinner_than_the_ringing_of_the_edge() -> None:
    wells = rasterise([well(radius_mm=8.0)], geometry(), WellsPart(margin_mm=0.0))
    rows, columns = np.mgrid[:64, :64]
    np.testing.assert_array_equal(wells.labels[0] == 1, np.hypot(rows - 30, columns - 20) <= 5.5)


def test_circles_are_round_in_mm() -> None:
    wells = rasterise([well(15.0, 20.0)], geometry((1, 32, 64), (4.0, 2.0, 1.0)), WellsPart(margin_mm=5.0))
    rows, columns = np.nonzero(wells.labels[0])
    assert np.ptp(columns) == 6
    assert np.ptp(rows) == 2


def test_a_small_well_takes_its_innermost_voxels() -> None:
    wells = rasterise([well(30.05, 20.02, radius_mm=2.0)], geometry(), PART)
    # The centre and its four neighbours are the five nearest.
    assert {tuple(place) for place in np.argwhere(wells.labels[0])} == {
        (30, 20),
        (29, 20),
        (31, 20),
        (30, 19),
        (30, 21),
    }


def test_a_well_too_small_for_the_grid_has_no_voxels() -> None:
    wells = rasterise([well(radius_mm=0.9)], geometry(), PART)
    assert wells.voxel_counts().tolist() == [0]


def test_slices_of_a_thin_well_count_together() -> None:
    wells = rasterise([well(radius_mm=0.9, slices=(1, 6))], geometry((8, 64, 64)), PART)
    assert wells.voxel_counts().tolist() == [6]
    assert wells.labels[[0, 7]].max() == 0


def test_voxels_of_overlapping_circles_go_to_the_nearer_centre() -> None:
    wells = rasterise([well(30, 20), well(30, 29, name="2")], geometry(), PART)
    rows, columns = np.nonzero(wells.labels[0] == 1)
    assert columns.max() == 24
    assert (wells.labels[0] == 2).sum() == rows.size


@pytest.mark.parametrize("place", [(3.0, 20.0), (30.0, 60.0), (-20.0, 20.0)])
def test_a_well_that_leaves_the_image_has_no_voxels(place: tuple[float, float]) -> None:
    assert rasterise([well(*place)], geometry(), PART).voxel_counts().tolist() == [0]


def test_transfer_to_a_shifted_finer_grid() -> None:
    old = geometry()
    new = geometry((1, 160, 160), (4.0, 0.5, 0.5), (-3.0, 2.0, 0.0))
    wells = rasterise([well(30.0, 20.0)], old, PART)
    moved = transfer(wells, new, PART)
    assert moved.geometry == new
    (there,) = moved.wells
    assert (there.row, there.column) == pytest.approx((56.0, 46.0))
    assert there.radius_mm == 8.0
    # The same place in the scanner.
    np.testing.assert_allclose(new.to_mm((there.row, there.column, 0)), old.to_mm((30.0, 20.0, 0)))
    rows, columns = np.nonzero(moved.labels[0])
    assert (rows.mean(), columns.mean()) == pytest.approx((56.0, 46.0))


def test_transfer_to_a_flipped_and_turned_grid() -> None:
    old = geometry()
    affine = np.array([[0, -1.0, 0, 63], [1.0, 0, 0, 0], [0, 0, -4.0, 0], [0, 0, 0, 1]])
    new = Geometry((1, 64, 64), affine)
    moved = transfer(rasterise([well(30.0, 20.0)], old, PART), new, PART)
    np.testing.assert_allclose(
        new.to_mm((moved.wells[0].row, moved.wells[0].column, 0)), old.to_mm((30.0, 20.0, 0)), atol=1e-9
    )
    assert moved.voxel_counts()[0] == rasterise([well(30.0, 20.0)], old, PART).voxel_counts()[0]


def test_transfer_to_itself_changes_nothing() -> None:
    wells = rasterise([well()], geometry(), PART)
    same = transfer(wells, geometry(), PART)
    np.testing.assert_array_equal(same.labels, wells.labels)
    assert same.wells == wells.wells


def test_transfer_finds_the_slice_that_shows_the_wells() -> None:
    old = geometry(origin=(0, 0, 20.0))
    new = geometry((10, 64, 64), (4.0, 1.0, 1.0), (0, 0, 1.0))
    moved = transfer(rasterise([well()], old, PART), new, PART)
    assert moved.wells[0].slices == (5, 5)
    assert np.flatnonzero(moved.labels.any(axis=(1, 2))).tolist() == [5]


def test_transfer_from_a_volume_to_thinner_slices() -> None:
    old = geometry((6, 64, 64))
    new = geometry((24, 64, 64), (1.0, 1.0, 1.0), (0, 0, -1.5))
    moved = transfer(rasterise([well(slices=(1, 3))], old, PART), new, PART)
    assert moved.wells[0].slices == (4, 15)
    assert moved.wells[0].slice == 9.5


@pytest.mark.parametrize("offset", [1.9, -1.9])
def test_slices_half_a_slice_apart_show_the_same(offset: float) -> None:
    moved = transfer(rasterise([well()], geometry(), PART), geometry(origin=(0, 0, offset)), PART)
    assert moved.voxel_counts()[0] > 0
    assert moved.wells[0].slice == 0


@pytest.mark.parametrize("offset", [3.0, -40.0])
def test_slices_further_apart_are_different(offset: float) -> None:
    wells = rasterise([well()], geometry(), PART)
    with pytest.raises(AnalysisError, match=f"different slices.* {abs(offset)} mm") as caught:
        transfer(wells, geometry(origin=(0, 0, offset)), PART)
    assert caught.value.hint


def test_a_well_that_the_other_volume_misses_keeps_its_place_in_the_list() -> None:
    wells = rasterise([well(), well(30, 50, name="2")], geometry(), PART)
    moved = transfer(wells, geometry((1, 64, 40)), PART)
    assert [there.name for there in moved.wells] == ["1", "2"]
    assert moved.voxel_counts()[0] > 0
    assert moved.voxel_counts()[1] == 0


def test_a_volume_elsewhere_shows_none_of_the_wells() -> None:
    wells = rasterise([well()], geometry(), PART)
    with pytest.raises(AnalysisError, match="different places"):
        transfer(wells, geometry(origin=(300.0, 0, 0)), PART)


def test_tilted_slices_cut_wells_into_ellipses() -> None:
    wells = rasterise([well()], geometry(), PART)
    coronal = Geometry((64, 1, 64), np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0], [0, 4.0, 0, 0], [0, 0, 0, 1]]))
    with pytest.raises(AnalysisError, match="tilted against each other by 90 degrees"):
        transfer(wells, coronal, PART)
