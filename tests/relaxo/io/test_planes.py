from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.io.planes import geometry, grids, heights, levels, regular_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import ImageHeader

#: Two directions at right angles, along no axis of the scanner.
COLUMN = np.array([2.0, 2.0, 1.0]) / 3
ROW = np.array([-2.0, 1.0, 2.0]) / 3
NORMAL = np.cross(COLUMN, ROW)
OBLIQUE = (*COLUMN, *ROW)


def oblique(header: Callable[..., ImageHeader], height: float) -> ImageHeader:
    return header(
        position=tuple(np.array([7.0, -3.0, 11.0]) + height * NORMAL), orientation=OBLIQUE, spacing=(0.5, 0.25)
    )


def test_an_oblique_pixel_lies_where_dicom_says(header: Callable[..., ImageHeader]) -> None:
    slices = [oblique(header, height) for height in (2.0, 5.5, 9.0)]
    grid = geometry(slices)
    assert grid.shape == (3, 3, 4)
    assert grid.spacing == pytest.approx((3.5, 0.5, 0.25))
    for index, image in enumerate(slices):
        # DICOM PS3.3 C.7.6.2.1.1, then x and y turned round.
        place = np.array(image.position) + 3 * 0.25 * COLUMN + 2 * 0.5 * ROW
        np.testing.assert_allclose(grid.to_mm([2, 3, index]), place * [-1, -1, 1])


def test_a_single_slice_is_as_thick_as_it_says_or_1_mm(header: Callable[..., ImageHeader]) -> None:
    assert geometry([header()]).spacing == (5.0, 2.0, 1.5)
    assert geometry([header(slice_thickness=None)]).spacing == (1.0, 2.0, 1.5)


def test_levels_are_counted_along_the_normal_whatever_the_order(header: Callable[..., ImageHeader]) -> None:
    images = [oblique(header, height) for height in (9.0, 2.0, 5.5, 2.0001)]
    assert levels(images) == [2, 0, 1, 0]
    np.testing.assert_allclose(np.diff(heights(images)), [-7.0, 3.5, -3.4999])


@pytest.mark.parametrize(
    "changed",
    [
        {"study_uid": "another"},
        {"frame_uid": "another"},
        {"component": "real"},
        {"rows": 5},
        {"columns": 5},
        {"spacing": (2.0, 1.6)},
        {"position": (-10.0, -21.0, 0.0)},
        {"orientation": (0.0, 1.0, 0.0, 1.0, 0.0, 0.0)},
    ],
)
def test_other_grids_are_kept_apart(header: Callable[..., ImageHeader], changed: dict[str, object]) -> None:
    first, second, other = header(z=0), header(z=5), header(**changed)
    assert grids([first, other, second]) == [[first, second], [other]]


def test_rounding_does_not_make_another_grid(header: Callable[..., ImageHeader]) -> None:
    first = header()
    second = header(
        position=(-10.001, -20.0, 0.0), spacing=(2.0001, 1.5), orientation=(1.0, 0.00001, 0.0, -0.00001, 1.0, 0.0)
    )
    assert grids([first, second]) == [[first, second]]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([3], [[0]]),
        ([0, 40], [[0, 1]]),
        ([0, 5, 10, 40, 45, 50], [[0, 1, 2], [3, 4, 5]]),
        ([0, 5, 10, 20, 25], [[0, 1, 2], [3, 4]]),
        ([0, 5, 10.004, 15], [[0, 1, 2, 3]]),
    ],
)
def test_runs_are_evenly_spaced(places: list[float], expected: list[list[int]]) -> None:
    assert regular_runs(places, [True] * (len(places) - 1)) == expected


def test_runs_end_where_slices_may_not_join() -> None:
    assert regular_runs([0, 5, 10], [True, False]) == [[0, 1], [2]]
