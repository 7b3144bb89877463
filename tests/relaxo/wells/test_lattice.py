from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.wells.lattice import lattice, tilt, turned

Make = Callable[..., Any]


@pytest.mark.parametrize("angle", [-40.0, -12.0, 0.0, 3.0, 30.0])
def test_tilt_of_a_square_lattice(grid: Make, angle: float) -> None:
    measured = tilt(grid(4, 6, 9.0, angle))
    assert measured is not None

    np.testing.assert_allclose(np.degrees(measured), angle, atol=1e-6)


def test_tilt_of_a_hexagonal_pack() -> None:
    places = np.array([(row * np.sqrt(3) / 2, column + row % 2 / 2) for row in range(4) for column in range(4)]) * 10
    turn = np.radians(7)
    tilted = np.stack([places @ [np.cos(turn), np.sin(turn)], places @ [-np.sin(turn), np.cos(turn)]], axis=1)
    measured = tilt(tilted)
    assert measured is not None
    np.testing.assert_allclose(abs(np.degrees(measured)), 7, atol=1e-6)
    np.testing.assert_allclose(np.unique(turned(tilted, measured)[:, 0].round(6)).size, 4)


def test_turning_back_makes_rows_level(grid: Make) -> None:
    places = grid(3, 5, 9.0, 20.0)
    angle = tilt(places)
    assert angle is not None
    level = turned(places, angle)[:, 0].reshape(3, 5)
    np.testing.assert_allclose(np.ptp(level, axis=1), 0, atol=1e-9)


def test_scattered_points_have_no_tilt() -> None:
    assert tilt(np.random.default_rng(1).uniform(0, 100, (40, 2))) is None


def test_one_point_has_no_tilt() -> None:
    assert tilt(np.array([[1.0, 2.0]])) is None


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rows", "columns", "angle"), [(8, 12, 4.0), (2, 6, -15.0), (1, 8, 5.0), (6, 1, 0.0), (16, 24, 1)]
)
def test_numbers_rows_and_columns_of_jittering_points(
    grid: Make, seed: int, rows: int, columns: int, angle: float
) -> None:
    jitter = np.random.default_rng(seed).uniform(-1, 1, (rows * columns, 2))
    places = lattice(grid(rows, columns, 9.0, angle) + jitter)
    assert places is not None
    np.testing.assert_array_equal(places, np.mgrid[:rows, :columns].reshape(2, -1).T)


@pytest.mark.parametrize("seed", range(5))
def test_missing_points_leave_their_places_empty(grid: Make, seed: int) -> None:
    everywhere = np.mgrid[:8, :12].reshape(2, -1).T
    kept = np.sort(np.random.default_rng(seed).choice(96, 60, replace=False))
    places = lattice(grid(8, 12, 9.0, 6.0)[kept])
    assert places is not None
    expected = everywhere[kept]
    np.testing.assert_array_equal(places, expected - expected.min(axis=0))


def test_rows_and_columns_may_have_different_pitches(grid: Make) -> None:
    places = grid(3, 5, 10.0)
    places[:, 0] *= 1.7
    numbers = lattice(places)
    assert numbers is not None
    np.testing.assert_array_equal(numbers, np.mgrid[:3, :5].reshape(2, -1).T)


def test_rings_and_scattered_points_are_no_lattice(ring: Make) -> None:
    assert lattice(ring(10, 40)) is None
    assert lattice(ring(8, 40)) is None
    assert lattice(np.random.default_rng(0).uniform(0, 100, (30, 2))) is None


def test_a_lattice_with_a_point_out_of_place_is_none(grid: Make) -> None:
    places = grid(4, 6, 10.0)
    places[7] += 4.5
    assert lattice(places) is None


@pytest.mark.parametrize("seed", range(30))
def test_few_scattered_points_are_numbered_or_not_but_never_fail(seed: int) -> None:
    generator = np.random.default_rng(seed)
    points = generator.uniform(0, 100, (generator.integers(1, 8), 2))
    numbers = lattice(points)
    assert numbers is None or len(np.unique(numbers, axis=0)) == len(points)


def test_points_on_a_diagonal_are_no_plate() -> None:
    assert lattice(np.array([[10.0, 10], [20, 30], [30, 50]])) is None
