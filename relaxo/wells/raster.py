"""Which voxels are measured for a well, and the same wells on the grid of another volume."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Wells
from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Geometry, Well
    from relaxo.recipe import WellsPart

_MARGIN_PIXELS = 2.5
"""Least margin: the pixel that the edge runs through holds plastic and partial volume, and the ringing of the image
reaches two pixels further (Stupic et al. 2021, doi 10.1002/mrm.28779: measure 10 mm of a sphere of
15 mm). On real spheres of 6 pixels radius, 1.5 pixels left T1 of the shortest 6 % too long, 2.5 pixels 2 %."""
_STEEPEST = math.radians(15)
"""Angle between the slices of two volumes beyond which a round well is no longer round in the other."""
_SLACK = 0.1
"""Share of a slice that two volumes may miss each other by."""


def rasterise(wells: Sequence[Well], geometry: Geometry, part: WellsPart) -> Wells:
    """Return wells with their measured voxels: those whose centre lies inside the circle less a margin.

    The margin is `part.margin_mm`, or two and a half pixels where these are larger: the rim holds plastic, partial
    volume and the ringing of the edge. A well that has fewer than `part.minimum_voxels` so takes as many as that,
    nearest to its centre; one that has fewer even without a margin, or does not lie whole in the image, gets none.

    Parameters
    ----------
    wells
        In pixels of `geometry`; their slices may lie outside it.
    geometry
        The grid.
    part
        Margin and least number of voxels.
    """
    _, height, width = geometry.shape
    _, row_spacing, column_spacing = geometry.spacing
    margin = max(part.margin_mm, _MARGIN_PIXELS * max(row_spacing, column_spacing))
    labels = np.zeros(geometry.shape, np.int16)
    nearest = np.full(geometry.shape, np.inf, np.float32)
    for label, well in enumerate(wells, 1):
        window = _window(well, geometry)
        if window is None:
            continue
        slices, rows, columns = window
        distance = np.hypot(
            (np.arange(height)[rows, None] - well.row) * row_spacing,
            (np.arange(width)[columns] - well.column) * column_spacing,
        )
        inside = np.sort(distance[distance < well.radius_mm])
        fewest = math.ceil(part.minimum_voxels / (slices.stop - slices.start))
        if inside.size < fewest:
            continue
        region = distance <= max(well.radius_mm - margin, inside[fewest - 1])
        # Circles that a person drew may overlap: a voxel belongs to the well whose centre is nearer.
        mine = region & (distance < nearest[window])
        labels[window][mine] = label
        nearest[window] = np.where(mine, distance, nearest[window])
    return Wells(geometry=geometry, labels=labels, wells=tuple(wells))


def transfer(wells: Wells, geometry: Geometry, part: WellsPart) -> Wells:
    """Return the same wells, in the same order, on the grid of another volume of the same phantom.

    Wells go over by their place in the scanner. A well is measured in the slices of the other volume whose centre lies
    in it, or less than half a slice beyond. Wells that the other volume does not show keep their place in the list and
    have no voxels.

    Parameters
    ----------
    wells
        Found in one volume.
    geometry
        Of the other.
    part
        Margin and least number of voxels.

    Raises
    ------
    AnalysisError
        When the slices of the two volumes are not parallel, or the other volume shows none of the wells.
    """
    if geometry == wells.geometry:
        return rasterise(wells.wells, geometry, part)
    angle = _angle(wells.geometry, geometry)
    if angle > _STEEPEST:
        raise AnalysisError(
            f"the slices of the two stacks are tilted against each other by {math.degrees(angle):.0f} degrees",
            hint="A well is round only across its axis: use two stacks with parallel slices",
        )
    moved, gaps = zip(*(_moved(well, wells.geometry, geometry) for well in wells.wells), strict=True)
    if min(gaps) > 0:
        raise AnalysisError(
            f"the two stacks show different slices: the nearest lies {min(gaps):.1f} mm from the wells",
            hint="Choose two stacks through the same slices of the phantom",
        )
    if not any(lies_in(well, geometry) for well in moved):
        raise AnalysisError(
            "the two stacks show different places: none of the wells of one lies in the other",
            hint="Choose two stacks of the same phantom in the same position",
        )
    return rasterise(moved, geometry, part)


def _angle(one: Geometry, other: Geometry) -> float:
    """Return the angle in radians between the slices of two volumes."""
    normals = [np.cross(geometry.affine[:3, 0], geometry.affine[:3, 1]) for geometry in (one, other)]
    first, second = (normal / np.linalg.norm(normal) for normal in normals)
    return math.acos(min(1.0, abs(float(first @ second))))


def _moved(well: Well, old: Geometry, new: Geometry) -> tuple[Well, float]:
    """Return a well in the pixels of another grid, and how many mm that grid's slices miss it by; 0 if they do not.

    A slice shows a well that fills half of it, or half of which lies in it.
    """
    first, last = well.slices
    ends = new.to_pixels(old.to_mm([(well.row, well.column, end) for end in (first - 0.5, last + 0.5)]))
    row, column = ends.mean(axis=0)[:2]
    low, high = np.sort(ends[:, 2])
    slices = np.arange(new.shape[0])
    overlap = np.minimum(high, slices + 0.5) - np.maximum(low, slices - 0.5)
    shown = np.flatnonzero(overlap >= (0.5 - _SLACK) * min(1.0, high - low))
    middle = (low + high) / 2
    # Without a slice that shows it, a well keeps its true place, outside of the grid or between its slices.
    reach = (int(shown[0]), int(shown[-1])) if shown.size else (round(middle), round(middle))
    gap = 0.0 if shown.size else float(np.abs(slices - middle).min()) * new.spacing[0]
    moved = dataclasses.replace(
        well,
        row=float(row),
        column=float(column),
        slice=sum(reach) / 2 if shown.size else float(middle),
        slices=reach,
    )
    return moved, gap


def lies_in(well: Well, geometry: Geometry) -> bool:
    """Return whether a well lies whole in the images of a volume, in at least one slice."""
    return _window(well, geometry) is not None


def _window(well: Well, geometry: Geometry) -> tuple[slice, slice, slice] | None:
    """Return the slices, rows and columns that a well reaches, or None when no slice does or the border cuts it."""
    depth, *size = geometry.shape
    first, last = max(well.slices[0], 0), min(well.slices[1], depth - 1)
    if first > last:
        return None
    window = [slice(first, last + 1)]
    for centre, pixels, spacing in zip((well.row, well.column), size, geometry.spacing[1:], strict=True):
        low, high = centre - well.radius_mm / spacing, centre + well.radius_mm / spacing
        if low < -0.5 or high > pixels - 0.5:
            return None
        window.append(slice(math.ceil(low), math.floor(high) + 1))
    return window[0], window[1], window[2]
