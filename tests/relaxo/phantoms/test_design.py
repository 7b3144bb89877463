from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from relaxo.phantoms import CATALOGUE, grid, lattice, ring


def test_a_grid_lies_about_the_isocentre_as_axial_images_do() -> None:
    geometry = grid((3, 10, 20), (4.0, 0.5, 0.25))
    assert geometry.spacing == (4.0, 0.5, 0.25)
    np.testing.assert_allclose(geometry.to_mm([4.5, 9.5, 1.0]), [0, 0, 0], atol=1e-12)
    # A column further is to the left, a row further to the back, a slice further to the head.
    np.testing.assert_allclose(geometry.to_mm([5.5, 10.5, 2.0]), [-0.25, -0.5, 4.0], atol=1e-12)


def test_a_tilted_grid_is_turned_about_left_and_right() -> None:
    geometry = grid((3, 11, 11), (4.0, 0.5, 0.5), tilt=30.0)
    np.testing.assert_allclose(geometry.spacing, (4.0, 0.5, 0.5))
    np.testing.assert_allclose(geometry.to_mm([5, 6, 1]), [-0.5, 0, 0], atol=1e-12)
    np.testing.assert_allclose(geometry.to_mm([5, 5, 2]), [0, -4 * 0.5, 4 * np.sqrt(0.75)], atol=1e-12)
    assert np.linalg.det(geometry.affine) > 0


def test_a_lattice_is_counted_as_it_is_read() -> None:
    geometry = grid((1, 101, 101), (1.0, 0.5, 0.5))
    centres = lattice(geometry, (3, 2), pitch_mm=9.0, turned=0.0, offset_mm=(1.0, 2.0))
    # A pitch of 18 pixels about row 52, column 54.
    np.testing.assert_allclose(centres, [[43, 36], [43, 54], [43, 72], [61, 36], [61, 54]])


def test_a_lattice_turns_clockwise() -> None:
    geometry = grid((1, 101, 101), (1.0, 1.0, 1.0))
    left, right = lattice(geometry, (2,), pitch_mm=10.0, turned=30.0)
    np.testing.assert_allclose(right - left, [5.0, 10 * np.sqrt(0.75)])


def test_a_lattice_is_square_in_mm_where_pixels_are_not() -> None:
    geometry = grid((1, 101, 101), (1.0, 1.0, 0.5))
    centres = lattice(geometry, (2, 2), pitch_mm=10.0, turned=17.0)
    mm = geometry.to_mm(np.column_stack([centres, np.zeros(4)]))
    sides = np.linalg.norm(mm[[1, 2, 3, 3]] - mm[[0, 0, 1, 2]], axis=1)
    np.testing.assert_allclose(sides, 10.0)


def test_a_ring_starts_at_the_top_and_runs_clockwise() -> None:
    centres = ring(grid((1, 101, 101), (1.0, 1.0, 1.0)), 4, 20.0, turned=0.0)
    np.testing.assert_allclose(centres, [[30, 50], [50, 70], [70, 50], [50, 30]], atol=1e-12)


def test_contents_name_wells_as_the_design_asks() -> None:
    design = CATALOGUE["gd6_plate"]
    named = design.contents
    placed = dataclasses.replace(design, contents_by="position").contents
    for well, by_name, by_place in zip(design.truth.wells, named, placed, strict=True):
        assert (by_name.well, by_name.row, by_name.column) == (well.name, None, None)
        assert by_place.well is None
        assert (by_place.row, by_place.column) == pytest.approx((well.row, well.column), abs=0.005)
        assert by_name.concentration_mM == by_place.concentration_mM == well.concentration_mM
        assert by_name.agent == by_place.agent == well.agent
