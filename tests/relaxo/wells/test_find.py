from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from relaxo import io
from relaxo.data import Geometry, Stack, Wells
from relaxo.errors import AnalysisError, Cancelled
from relaxo.recipe import WellsPart
from relaxo.wells import find, plate_names
from relaxo.wells.find import circles_in

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Make = Callable[..., Any]


def centres(wells: Wells) -> NDArray[np.float64]:
    return np.array([(well.row, well.column) for well in wells.wells])


def assert_all_found(wells: Wells, truth: NDArray[np.float64], radii: NDArray[np.float64]) -> None:
    """Every well, nothing else, within half a pixel, and a radius within 10 %."""
    assert len(wells) == len(truth)
    apart = np.linalg.norm(centres(wells)[:, None] - truth, axis=2)
    assert apart.min(axis=0).max() < 0.5
    nearest = apart.argmin(axis=0)
    assert len(set(nearest)) == len(truth)
    found = np.array([well.radius_mm for well in wells.wells])[nearest] / wells.geometry.spacing[2]
    np.testing.assert_allclose(found, radii, rtol=0.1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("rows", "columns", "pitch", "angle", "radius", "snr"),
    [
        pytest.param(8, 12, 9.0, 3.0, 3.0, 20, id="a plate of small wells"),
        pytest.param(4, 6, 17.0, -12.0, 5.5, 20, id="a plate of 24"),
        pytest.param(2, 6, 18.0, 25.0, 6.5, 60, id="a rack"),
        pytest.param(1, 8, 13.0, 4.0, 4.0, 30, id="a strip"),
        pytest.param(2, 1, 50.0, 40.0, 18.0, 30, id="two large tubes"),
    ],
)
def test_finds_wells_in_air(
    phantom: Make,
    grid: Make,
    seed: int,
    rows: int,
    columns: int,
    pitch: float,
    angle: float,
    radius: float,
    snr: float,
) -> None:
    places = grid(rows, columns, pitch, angle)
    made = phantom(places, radius, snr=snr, seed=seed)
    assert_all_found(find(made.stack(), WellsPart()), places, made.radii)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("quantity", ["T1", "T2"])
@pytest.mark.parametrize("rim", [1.0, 2.5])
def test_finds_spheres_in_a_bath(phantom: Make, ring: Make, seed: int, quantity: str, rim: float) -> None:
    places = np.concatenate([ring(9, 40, 10 * seed), ring(3, 15, 20 * seed)])
    made = phantom(
        places, 6.0, bath=58, rim=rim, quantity=quantity, relaxation=(0.012, 1.4), seed=seed, snr=[20, 50, 150][seed]
    )
    assert_all_found(find(made.stack(), WellsPart()), places, made.radii)


def test_finds_a_well_that_only_the_first_echoes_show(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0)
    made = phantom(places, 6.0, quantity="T2", relaxation=(0.01, 1.0), snr=30)
    assert_all_found(find(made.stack(), WellsPart()), places, made.radii)


def test_finds_wells_of_mixed_sizes(phantom: Make, grid: Make) -> None:
    places = grid(2, 3, 32.0, 8.0)
    made = phantom(places, np.array([5, 6, 8, 12, 6, 7.0]), snr=40)
    assert_all_found(find(made.stack(), WellsPart()), places, made.radii)


def test_a_bubble_moves_nothing(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0, 7.0)
    made = phantom(places, 7.0)
    stack = made.stack()
    bubbles = sum(made.disc(place - (4, 0), 2.5) for place in places[::3])
    spoiled = Stack(stack.signal * (1 - 0.9 * bubbles), stack.protocol, stack.geometry)
    wells = find(spoiled, WellsPart())
    assert_all_found(wells, places, made.radii)


def test_finds_wells_in_signed_images(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0, 7.0)
    made = phantom(places, 7.0)
    stack = made.stack()
    signed = stack.signal.copy()
    signed[:3] *= -1
    assert_all_found(find(Stack(signed, stack.protocol, stack.geometry), WellsPart()), places, made.radii)


def test_finds_wells_in_complex_images(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0, 7.0)
    made = phantom(places, 7.0)
    stack = made.stack()
    phase = np.exp(1j * np.linspace(0, 20, 128))
    protocol = replace(stack.protocol, component="complex")
    assert_all_found(find(Stack(stack.signal * phase, protocol, stack.geometry), WellsPart()), places, made.radii)


def test_a_voxel_without_a_number_disturbs_nothing(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0)
    made = phantom(places, 7.0)
    stack = made.stack()
    signal = stack.signal.copy()
    signal[2, 0, :3] = np.nan
    signal[1, 0, 3] = np.inf
    assert_all_found(find(Stack(signal, stack.protocol, stack.geometry), WellsPart()), places, made.radii)


def test_pixels_need_not_be_square(phantom: Make, grid: Make) -> None:
    places = grid(4, 6, 18.0, 3.0)
    stack = phantom(places, 6.0).stack()
    halved = (stack.signal[:, :, 0::2] + stack.signal[:, :, 1::2]) / 2
    geometry = Geometry((1, 64, 128), np.diag([0.5, 1.0, 2.0, 1.0]))
    wells = find(Stack(halved, stack.protocol, geometry), WellsPart())
    truth = np.column_stack([(places[:, 0] - 0.5) / 2, places[:, 1]])
    assert len(wells) == 24
    assert np.linalg.norm(centres(wells)[:, None] - truth, axis=2).min(axis=0).max() < 0.3
    np.testing.assert_allclose([well.radius_mm for well in wells.wells], 3.0, rtol=0.1)


def test_a_well_that_the_border_cuts_is_none(phantom: Make) -> None:
    whole = [[60.0, 60.0], [60.0, 100.0], [100.0, 30.0]]
    made = phantom(np.array([*whole, [3.0, 60.0], [100.0, 125.0]]), 6.0)
    assert_all_found(find(made.stack(), WellsPart()), np.array(whole), np.full(3, 6.0))


def test_wells_reach_through_the_slices_that_show_them(phantom: Make, grid: Make) -> None:
    made = phantom(grid(3, 4, 24.0), 6.0, slices=6, present=(1, 4))
    wells = find(made.stack(), WellsPart())
    assert {well.slices for well in wells.wells} == {(1, 4)}
    assert {well.slice for well in wells.wells} == {2.5}
    labelled = wells.labels.any(axis=(1, 2))
    np.testing.assert_array_equal(labelled, [False, True, True, True, True, False])


@pytest.mark.parametrize("seed", range(3))
def test_noise_holds_no_wells(phantom: Make, seed: int) -> None:
    nothing = phantom(np.zeros((0, 2)), 1.0, seed=seed)
    with pytest.raises(AnalysisError, match="no wells were found") as caught:
        find(nothing.stack(), WellsPart())
    assert caught.value.hint


def test_a_bath_is_no_well(phantom: Make) -> None:
    with pytest.raises(AnalysisError, match="no wells"):
        find(phantom(np.zeros((0, 2)), 1.0, bath=50).stack(), WellsPart())


def test_a_tube_around_wells_is_no_well(phantom: Make, ring: Make) -> None:
    places = np.concatenate([ring(6, 12), [(63.5, 63.5)]])
    made = phantom(places, 3.5, bath=24, rim=1.2, relaxation=(0.05, 1.4))
    assert_all_found(find(made.stack(), WellsPart()), places, made.radii)


def test_names_are_numbers_in_reading_order(phantom: Make, grid: Make) -> None:
    places = grid(3, 4, 24.0, 8.0)
    wells = find(phantom(places, 6.0).stack(), WellsPart())
    assert [well.name for well in wells.wells] == [str(number) for number in range(1, 13)]
    np.testing.assert_allclose(centres(wells), places, atol=0.5)


def test_names_are_plate_coordinates_where_the_recipe_says_so(phantom: Make, grid: Make) -> None:
    places = np.delete(grid(3, 4, 24.0, 8.0), 5, axis=0)
    wells = find(phantom(places, 6.0).stack(), WellsPart(naming="plate"))
    assert [well.name for well in wells.wells] == ["A1", "A2", "A3", "A4", "B1", "B3", "B4", "C1", "C2", "C3", "C4"]
    np.testing.assert_allclose(centres(wells), places, atol=0.5)


def test_progress_can_stop_the_search(phantom: Make, grid: Make) -> None:
    stack = phantom(grid(2, 2, 30.0), 7.0, slices=3).stack()
    seen = []

    def progress(done: int, total: int) -> bool:
        seen.append((done, total))
        return done < 2

    with pytest.raises(Cancelled):
        find(stack, WellsPart(), progress)
    assert seen == [(1, 3), (2, 3)]


def test_an_image_too_small_for_wells_has_none() -> None:
    assert circles_in(np.ones((3, 8, 8))) == []


def test_an_image_of_nothing_has_no_wells() -> None:
    assert circles_in(np.zeros((3, 64, 64))) == []


REAL = (
    "siemens_aera_1p5T/T1_nicl2",
    "siemens_aera_1p5T/T2_mncl2",
    "ge_450w_1p5T/T1_nicl2",
    "ge_450w_1p5T/T2_nicl2",
)


@pytest.mark.parametrize("name", REAL)
def test_finds_the_spheres_of_a_real_phantom_and_nothing_else(real_data: Path, name: str) -> None:
    folder = real_data / "nist_phantom"
    truth = np.array(json.loads((folder / "reference.json").read_text())[name]["sphere_centres_row_col"])
    (source,) = io.scan([folder / name]).stacks
    wells = find(io.load(source), WellsPart())
    assert len(wells) == 14
    assert np.linalg.norm(centres(wells)[:, None] - truth, axis=2).min(axis=0).max() < 1.5
    # The spheres have an inner diameter of 15 mm.
    np.testing.assert_allclose([well.radius_mm for well in wells.wells], 7.5, rtol=0.1)
    assert min(well.confidence for well in wells.wells) > 0.9
    assert plate_names(wells) is None
    assert wells.voxel_counts().min() >= 30


def test_wells_too_small_to_measure_are_told_of(phantom: Make, grid: Make) -> None:
    large, small = grid(2, 3, 24.0, middle=(40.0, 63.5)), grid(2, 3, 12.0, middle=(100.0, 63.5))
    made = phantom(np.concatenate([large, small]), np.repeat([7.0, 1.8], 6), snr=60)
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 6
    (notice,) = [notice for notice in wells.notices if notice.code == "wells_small"]
    assert "6 that have a radius of 1.8 pixels" in notice.message
    with pytest.raises(AnalysisError, match=r"no wells were found but 6 that have a radius of 1\.8 pixels"):
        find(phantom(small, 1.8, snr=60).stack(), WellsPart())


@pytest.mark.parametrize("seed", range(2))
def test_wells_hardly_unlike_their_bath_show_in_the_shape_of_their_curves(phantom: Make, grid: Make, seed: int) -> None:
    places = grid(2, 3, 28.0, 5.0)
    made = phantom(places, 7.0, bath=58, relaxation=(2.6, 2.6), snr=100, shading=0.4, seed=seed)
    wells = find(made.stack(), WellsPart())
    assert len(wells) == 6
    assert np.linalg.norm(centres(wells)[:, None] - places, axis=2).min(axis=0).max() < 0.5
    np.testing.assert_allclose([well.radius_mm for well in wells.wells], 3.5, rtol=0.1)


def test_a_shaded_bath_without_wells_has_none(phantom: Make) -> None:
    made = phantom(np.array([[64.0, 64.0]]), 5.0, bath=58, relaxation=(3.0, 3.0), snr=100, shading=0.5)
    with pytest.raises(AnalysisError, match="no wells were found"):
        find(made.stack(), WellsPart())
