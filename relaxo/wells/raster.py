"""Which voxels are measured for a well, and the same wells on the grid of another volume."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Mark, Tally, Wells
from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Well
    from relaxo.recipe import WellsPart

_MARGIN_PIXELS = 2.5
"""Least margin: the pixel that the edge runs through holds plastic and partial volume, and the ringing of the image
reaches two pixels further (Stupic et al. 2021, doi 10.1002/mrm.28779: measure 10 mm of a sphere of
15 mm). On real spheres of 6 pixels radius, 1.5 pixels left T1 of the shortest 6 % too long, 2.5 pixels 2 %."""
_EDGE_PIXELS = 0.5
"""Of these, the half of the pixel that the edge runs through; what lies beyond the recipe's margin is left out for its
ringing."""
_STEEPEST = math.radians(15)
"""Angle between the slices of two volumes beyond which a round well is no longer round in the other."""
_SLACK = 0.1
"""Share of a slice that two volumes may miss each other by."""


def rasterise(wells: Sequence[Well], geometry: Geometry, part: WellsPart) -> Wells:
    """Return wells with their measured voxels: those whose centre lies inside the edge less a margin.

    The margin is `part.margin_mm`, or two and a half pixels where these are larger: the rim holds plastic, partial
    volume and the ringing of the edge. A well that has fewer than `part.minimum_voxels` so takes as many as that,
    farthest from its edge; one that has fewer even without a margin, or does not lie whole in the image, gets none.

    Parameters
    ----------
    wells
        In pixels of `geometry`; their slices may lie outside it.
    geometry
        The grid.
    part
        Margin and least number of voxels.
    """
    labels = np.zeros(geometry.shape, np.int16)
    nearest = np.full(geometry.shape, np.inf, np.float32)
    regions = [region(well, geometry, part) for well in wells]
    for label, here in enumerate(regions, 1):
        if here is None:
            continue
        # Wells that a person drew may overlap: a voxel belongs to the one whose centre is nearer.
        mine = here.measured & (here.distance < nearest[here.window])
        labels[here.window][mine] = label
        nearest[here.window] = np.where(mine, here.distance, nearest[here.window])
    counts = np.bincount(labels.ravel(), minlength=len(regions) + 1)[1:].tolist()
    tallies = [_tally(here, count) for here, count in zip(regions, counts, strict=True)]
    return Wells(geometry=geometry, labels=labels, wells=tuple(wells), tallies=tuple(tallies))


def _tally(here: Region | None, measured: int) -> Tally:
    """Return what became of the voxels of a region, as many of which as said are measured for its well."""
    if here is None:
        return Tally(0, 0, rim=0)
    count = np.bincount(here.marks.ravel(), minlength=max(Mark) + 1) * here.depth
    own, rim, ringing = (int(count[mark]) for mark in (Mark.MEASURED, Mark.RIM, Mark.RINGING))
    return Tally(own + rim + ringing, measured, rim, ringing, shared=own - measured)


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The voxels of one well, in a window of a grid."""

    window: tuple[slice, slice, slice]
    inside_mm: NDArray[Any]
    """(y, x) of the window, the same in each of its slices: how far inside the edge a voxel lies, mm; negative
    outside."""
    margin_mm: float
    """How far inside the edge it is measured."""
    rim_mm: float
    """How far inside the edge it is rim; what lies between is left out for its ringing."""
    distance: NDArray[Any]
    """(y, x), from the centre, mm."""

    @property
    def measured(self) -> NDArray[np.bool_]:
        """(y, x)."""
        measured: NDArray[np.bool_] = self.inside_mm >= self.margin_mm
        return measured

    @property
    def marks(self) -> NDArray[np.uint8]:
        """(y, x), a `Mark` each, as if there were no other well and no void."""
        marks = np.full(self.inside_mm.shape, Mark.OUTSIDE, np.uint8)
        marks[self.inside_mm > 0] = Mark.RINGING
        marks[(self.inside_mm > 0) & (self.inside_mm < self.rim_mm)] = Mark.RIM
        marks[self.measured] = Mark.MEASURED
        return marks

    @property
    def depth(self) -> int:
        """How many slices the well reaches through."""
        slices = self.window[0]
        return int(slices.stop - slices.start)


def region(well: Well, geometry: Geometry, part: WellsPart) -> Region | None:
    """Return the voxels in which a well is measured, None where it does not lie whole in the images.

    What it costs grows with the well, not with the volume, so that a well can be measured while it is dragged.

    Parameters
    ----------
    well
        In pixels of `geometry`.
    geometry
        The grid.
    part
        Margin and least number of voxels.
    """
    window = _window(well, geometry)
    if window is None:
        return None
    slices, rows, columns = window
    _, row_spacing, column_spacing = geometry.spacing
    down = (np.arange(rows.start, rows.stop)[:, None] - well.row) * row_spacing
    right = (np.arange(columns.start, columns.stop) - well.column) * column_spacing
    distance = np.hypot(down, right)
    within = well.radius_mm - distance if well.outline is None else depth_within(well.outline, down, right)
    depths = np.sort(within[within > 0])[::-1]
    fewest = math.ceil(part.minimum_voxels / (slices.stop - slices.start))
    pixel = max(row_spacing, column_spacing)
    margin = max(part.margin_mm, _MARGIN_PIXELS * pixel)
    margin = math.inf if depths.size < fewest else min(margin, float(depths[fewest - 1]))
    return Region(window, within, margin, max(part.margin_mm, _EDGE_PIXELS * pixel), distance)


def depth_within(outline: Sequence[tuple[float, float]], down: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return (y, x), how far inside a polygon points lie, in the unit of its corners; negative outside.

    Parameters
    ----------
    outline
        Corners, down and right.
    down, right
        (y, 1) and (x,), the points.
    """
    corners = np.asarray(outline, np.float64)
    start, along = corners[:, None, None], np.roll(corners, -1, axis=0)[:, None, None] - corners[:, None, None]
    y, x = down - start[..., 0], right - start[..., 1]
    square = np.maximum(along[..., 0] ** 2 + along[..., 1] ** 2, 1e-12)
    part = np.clip((y * along[..., 0] + x * along[..., 1]) / square, 0, 1)
    nearest = np.hypot(y - part * along[..., 0], x - part * along[..., 1]).min(axis=0)
    # A point is inside when a line from it to the right crosses the edge an odd number of times.
    crosses = (y >= 0) != (y >= along[..., 0])
    slope = along[..., 1] / np.where(along[..., 0] == 0, 1, along[..., 0])
    odd = (crosses & (x < y * slope)).sum(axis=0) % 2 == 1
    depth: NDArray[Any] = np.where(odd, nearest, -nearest)
    return depth


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
        if any(well.origin == "image" for well in wells.wells):
            return wells
        return dataclasses.replace(rasterise(wells.wells, geometry, part), notices=wells.notices)
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
    drawn = rasterise([well for well in moved if well.origin != "image"], geometry, part)
    if len(drawn) == len(moved):
        return dataclasses.replace(drawn, notices=wells.notices)
    return _with_images(drawn, moved, wells, geometry)


def _with_images(drawn: Wells, moved: Sequence[Well], wells: Wells, geometry: Geometry) -> Wells:
    """Return wells on a grid, where those of a label image have the voxels whose centre lies in one of theirs."""
    labels = np.zeros(geometry.shape, np.int16)
    numbers = {well.name: label for label, well in enumerate(moved, 1)}
    rows, columns = np.indices(geometry.shape[1:])
    image = np.array([well.origin == "image" for well in moved])
    for index, plane in enumerate(labels):
        points = geometry.to_mm(np.stack([rows, columns, np.full_like(rows, index)], axis=-1))
        at = np.rint(wells.geometry.to_pixels(points)).astype(int)
        there = ((at >= 0) & (at < np.array([*wells.geometry.shape[1:], wells.geometry.shape[0]]))).all(axis=-1)
        row, column, section = at[there].T
        label = wells.labels[section, row, column]
        plane[there] = np.where(np.isin(label, np.flatnonzero(image) + 1), label, 0)
    for label, well in enumerate(drawn.wells, 1):
        labels[(drawn.labels == label) & (labels == 0)] = numbers[well.name]
    counts = np.bincount(labels.ravel(), minlength=len(moved) + 1)[1:].tolist()
    known = {well.name: tally for well, tally in zip(drawn.wells, drawn.tallies, strict=True)}
    tallies = []
    for well, count in zip(moved, counts, strict=True):
        tally = known.get(well.name, Tally(count, count, rim=0))
        shared = tally.inside - tally.rim - tally.ringing - count
        tallies.append(dataclasses.replace(tally, measured=count, shared=shared))
    return Wells(geometry=geometry, labels=labels, wells=tuple(moved), tallies=tuple(tallies), notices=wells.notices)


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
        outline=None if well.outline is None else _turned(well, old, new, (row, column)),
    )
    return moved, gap


def _turned(well: Well, old: Geometry, new: Geometry, centre: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Return the outline of a well along the rows and columns of another grid, mm."""
    assert well.outline is not None
    _, row_old, column_old = old.spacing
    _, row_new, column_new = new.spacing
    corners = [
        (well.row + down / row_old, well.column + right / column_old, well.slice) for down, right in well.outline
    ]
    pixels = new.to_pixels(old.to_mm(corners))[:, :2]
    return tuple(
        (float((row - centre[0]) * row_new), float((column - centre[1]) * column_new)) for row, column in pixels
    )


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
    reach = np.array(well.outline or [[-well.radius_mm] * 2, [well.radius_mm] * 2])
    lowest, highest = reach.min(axis=0), reach.max(axis=0)
    for axis, (centre, pixels) in enumerate(zip((well.row, well.column), size, strict=True)):
        spacing = geometry.spacing[axis + 1]
        low, high = centre + lowest[axis] / spacing, centre + highest[axis] / spacing
        if low < -0.5 or high > pixels - 0.5:
            return None
        window.append(slice(max(math.ceil(low), 0), min(math.floor(high) + 1, pixels)))
    return window[0], window[1], window[2]
