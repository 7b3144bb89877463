"""What an app asks while a person points at wells: which lies here, where a circle would snap to, what it measures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Well
from relaxo.wells.circles import SMALLEST_RADIUS, Circle
from relaxo.wells.edges import principal
from relaxo.wells.measure import quantity_of, rate_of
from relaxo.wells.raster import depth_within, region
from relaxo.wells.refine import by_pixel, refine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Maps, Stack, WellRate
    from relaxo.recipe import WellsPart

_TRIED = 1.25
"""Ratio of the radii that a circle is looked for with, where no radius is given."""
_GIVEN = (0.75, 1.0, 1.35)
"""The same as shares of a radius that is given."""
_LARGEST = 60.0
_SUPPORT = 0.8
"""Votes that a circle which a person points at is taken to have."""
_LEAST_CONFIDENCE = 0.2
_ENOUGH = 0.8
"""Confidence at which no other place is tried."""
_ASIDE = tuple((0.5 * math.sin(angle), 0.5 * math.cos(angle)) for angle in np.radians(range(0, 360, 60)))
"""Where the middle of a well may be that a person pointed at the side of, in radii."""


def hit_test(
    wells: Sequence[Well], geometry: Geometry, row: float, column: float, slice_: int | None = None
) -> int | None:
    """Return the index of the well at a place, the one whose centre is nearest where several lie there, or None.

    Parameters
    ----------
    wells
        In pixels of `geometry`.
    geometry
        The grid.
    row, column
        The place in pixels.
    slice_
        Only wells that reach through it; all when None.
    """
    _, row_spacing, column_spacing = geometry.spacing
    best, nearest = None, math.inf
    for index, well in enumerate(wells):
        if slice_ is not None and not well.slices[0] <= slice_ <= well.slices[1]:
            continue
        down, right = (row - well.row) * row_spacing, (column - well.column) * column_spacing
        distance = math.hypot(down, right)
        if distance >= nearest:
            continue
        if well.outline is None:
            inside = distance <= well.radius_mm
        else:
            inside = bool(depth_within(well.outline, np.array([[down]]), np.array([right])).item() >= 0)
        if inside:
            best, nearest = index, distance
    return best


class Snapper:
    """Finds the edge of the well that a person points at, in the slices of one stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._curves: dict[int, NDArray[np.float32]] = {}

    def __call__(self, row: float, column: float, slice_: int, radius_mm: float | None = None) -> Well | None:
        """Return the well that is best seen around a place, without a name; None where none is seen.

        The first call for a slice prepares its images; those after answer at once.

        Parameters
        ----------
        row, column, slice_
            The place in pixels, within the well.
        radius_mm
            About its radius, where it is known.
        """
        _, row_spacing, column_spacing = self._stack.geometry.spacing
        pixel = math.sqrt(row_spacing * column_spacing)
        curves = self._slice(slice_)
        if radius_mm is not None:
            radii = [share * radius_mm / pixel for share in _GIVEN]
        else:
            most = min(_LARGEST, min(curves.shape[:2]) / 3)
            steps = max(1, math.floor(math.log(most / SMALLEST_RADIUS) / math.log(_TRIED)))
            radii = [SMALLEST_RADIUS * _TRIED**step for step in range(steps + 1)]
        seen: list[Circle] = []
        for down, right in ((0.0, 0.0), *_ASIDE):
            tried = [Circle(row + down * r, column + right * r, r, _SUPPORT) for r in radii]
            seen += [
                circle
                for circle in refine(curves, tried)
                if circle.confidence >= _LEAST_CONFIDENCE
                and math.hypot(circle.row - row, circle.column - column) <= circle.radius
                and circle.radius >= SMALLEST_RADIUS
            ]
            if any(circle.confidence > _ENOUGH for circle in seen):
                break
        if not seen:
            return None
        best = max(seen, key=lambda circle: circle.confidence)
        return Well(
            name="",
            row=best.row,
            column=best.column,
            slice=float(slice_),
            slices=(slice_, slice_),
            radius_mm=best.radius * pixel,
            confidence=best.confidence,
        )

    def _slice(self, index: int) -> NDArray[np.float32]:
        if index not in self._curves:
            self._curves[index] = by_pixel(principal(np.nan_to_num(self._stack.shown[:, index], posinf=0, neginf=0)))
        return self._curves[index]


def measure_one(maps: Maps, well: Well, geometry: Geometry, part: WellsPart) -> WellRate:
    """Return the rate of one well, as `relaxo.wells.measure` gives it, without a look at the others.

    It takes less than a millisecond. Voids are not cut out, and a neighbour that overlaps takes no voxels.

    Parameters
    ----------
    maps
        With ``T1map`` or ``T2map``, (z, y, x).
    well
        In pixels of `geometry`.
    geometry
        The grid of the maps.
    part
        Margin and least number of voxels.
    """
    name = quantity_of(maps)
    here = region(well, geometry, part)
    if here is None:
        return rate_of(well.name, np.zeros((0, 3), np.intp), np.zeros(0), np.zeros(0), np.zeros(0, np.uint8), part)
    rows, columns = np.nonzero(here.measured)
    slices, depth = here.window[0], here.depth
    places = np.column_stack(
        [
            np.repeat(np.arange(slices.start, slices.stop), rows.size),
            np.tile(rows + here.window[1].start, depth),
            np.tile(columns + here.window[2].start, depth),
        ]
    )
    at = tuple(places.T)
    return rate_of(well.name, places, maps[name][at], maps.error[name][at], maps.status[at], part)
