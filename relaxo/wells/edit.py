"""Wells as a person has them: added, moved, given another size, outline or name, or deleted."""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Tally, Well, Wells
from relaxo.errors import InputError
from relaxo.wells.match import in_one_spelling, named
from relaxo.wells.raster import rasterise
from relaxo.wells.touch import hit_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import Geometry
    from relaxo.recipe import WellEditPart, WellsPart

_CORNERS = 72
"""Of the polygon that stands for an ellipse."""


def edit(wells: Wells, part: WellsPart) -> Wells:
    """Return wells with the changes of a recipe, made one after the other; the wells given stay as they are.

    A well that a person changed or added has that as its `origin` and a confidence of 1. A well of a label image that
    is moved or given another shape is measured in that shape, else in its own voxels.

    Parameters
    ----------
    wells
        As found or given, and named.
    part
        With the changes.

    Raises
    ------
    InputError
        When a change speaks of a well that there is not, gives a name that is taken, or a slice beyond the last.
    """
    if not part.edit:
        return wells
    return _drawn(wells, [each.now for each in trace(wells, part) if each.now is not None], part)


@dataclass(frozen=True, slots=True)
class Trace:
    """One well, before and after all changes by hand."""

    found: Well | None
    """As it was found or given, and named; None when a person added it."""
    now: Well | None
    """As a person has it; None when it was deleted."""
    changes: tuple[int, ...] = ()
    """Which of the recipe's changes speak of it, counted from 0."""


def trace(wells: Wells, part: WellsPart) -> tuple[Trace, ...]:
    """Return what became of every well by the changes of a recipe; raises as `edit` does.

    Parameters
    ----------
    wells
        As found or given, and named.
    part
        With the changes.
    """
    traces = [Trace(well, well) for well in wells.wells]
    for number, change in enumerate(part.edit):
        where = f"change {number + 1} of the recipe's wells.edit"
        if change.slices is not None and change.slices[1] >= wells.geometry.shape[0]:
            raise InputError(
                f"there is no slice {change.slices[1]}: they run from 0 to {wells.geometry.shape[0] - 1}", where=where
            )
        places = [place for place, each in enumerate(traces) if each.now is not None]
        now = [each.now for each in traces if each.now is not None]
        if change.do == "add":
            traces.append(Trace(None, _added(change, now, wells.geometry, where), (number,)))
            continue
        index = _meant(change, now, wells.geometry, where)
        fresh = None
        if change.do == "change":
            fresh = _changed(now[index], change, now[:index] + now[index + 1 :], wells.geometry, where)
        known = traces[places[index]]
        traces[places[index]] = Trace(known.found, fresh, (*known.changes, number))
    return tuple(traces)


def _drawn(before: Wells, now: Sequence[Well], part: WellsPart) -> Wells:
    """Return wells with their voxels: those of a label image keep theirs, in the voxels that no drawn one takes."""
    drawn = rasterise(now, before.geometry, part)
    if not any(well.origin == "image" for well in now):
        return dataclasses.replace(drawn, notices=before.notices)
    # A renamed well is known by its place, which only a changed shape gives up.
    places = {(well.row, well.column, well.slice): label for label, well in enumerate(before.wells, 1)}
    labels = np.zeros(before.geometry.shape, np.int16)
    tallies = list(drawn.tallies)
    for label, well in enumerate(now, 1):
        if well.origin == "image":
            mine = before.labels == places[well.row, well.column, well.slice]
            labels[mine] = label
        else:
            labels[drawn.labels == label] = label
    counts = np.bincount(labels.ravel(), minlength=len(now) + 1)[1:].tolist()
    for index, well in enumerate(now):
        inside = before.tallies[places[well.row, well.column, well.slice] - 1].inside if well.origin == "image" else 0
        kept = Tally(inside, inside, rim=0) if well.origin == "image" else tallies[index]
        tallies[index] = dataclasses.replace(
            kept, measured=counts[index], shared=kept.inside - kept.rim - kept.ringing - counts[index]
        )
    return Wells(
        geometry=before.geometry, labels=labels, wells=tuple(now), tallies=tuple(tallies), notices=before.notices
    )


def _meant(change: WellEditPart, wells: Sequence[Well], geometry: Geometry, where: str) -> int:
    """Return the index of the well that a change speaks of."""
    if change.well is not None:
        return wells.index(named(change.well, wells, where))
    assert change.at is not None
    index = hit_test(wells, geometry, *change.at)
    if index is None:
        row, column = change.at
        raise InputError(
            f"there is no well at row {row:g}, column {column:g}",
            where=where,
            hint="Rows and columns are counted from 0 in pixels; `relaxo wells` lists the wells",
        )
    return index


def _added(change: WellEditPart, wells: Sequence[Well], geometry: Geometry, where: str) -> Well:
    name = change.name or next(
        str(number)
        for number in itertools.count(1)
        if str(number) not in {in_one_spelling(well.name) for well in wells}
    )
    blank = Well(
        name,
        row=change.row or 0.0,
        column=change.column or 0.0,
        slice=(geometry.shape[0] - 1) / 2,
        slices=(0, geometry.shape[0] - 1),
        radius_mm=1.0,
        origin="added",
    )
    return _changed(blank, change, wells, geometry, where)


def _changed(well: Well, change: WellEditPart, others: Sequence[Well], geometry: Geometry, where: str) -> Well:
    """Return a well as a change makes it."""
    fresh = well
    if change.name is not None:
        fresh = dataclasses.replace(fresh, name=change.name.strip())
    if not fresh.name or in_one_spelling(fresh.name) in {in_one_spelling(other.name) for other in others}:
        raise InputError(
            f"there is a well {fresh.name} already" if fresh.name else "a well needs a name",
            where=where,
            hint="Give another name, or rename that well first",
        )
    moved = change.row is not None or change.corners is not None or change.slices is not None
    if not moved and change.radius_mm is None and change.semi_axes_mm is None:
        return fresh
    fresh = dataclasses.replace(fresh, origin="added" if well.origin == "added" else "changed", confidence=1.0)
    if change.row is not None and change.column is not None:
        fresh = dataclasses.replace(fresh, row=float(change.row), column=float(change.column))
    if change.slices is not None:
        fresh = dataclasses.replace(fresh, slices=change.slices, slice=sum(change.slices) / 2)
    if change.radius_mm is not None:
        fresh = dataclasses.replace(fresh, radius_mm=float(change.radius_mm), outline=None)
    elif change.semi_axes_mm is not None:
        fresh = ellipse(fresh, change.semi_axes_mm, change.angle_deg)
    elif change.corners is not None:
        fresh = polygon(fresh, change.corners, geometry)
    return fresh


def ellipse(well: Well, semi_axes_mm: tuple[float, float], angle_deg: float) -> Well:
    """Return a well with an elliptic edge, as a polygon of the same area.

    Parameters
    ----------
    well
        Whose centre stays.
    semi_axes_mm
        The one that points down at an angle of 0, and the one that points right.
    angle_deg
        By which it is turned clockwise on the screen.
    """
    angles = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    # A polygon between the corners lies within the ellipse.
    larger = math.sqrt((2 * np.pi / _CORNERS) / math.sin(2 * np.pi / _CORNERS))
    down, right = larger * semi_axes_mm[0] * np.cos(angles), larger * semi_axes_mm[1] * np.sin(angles)
    turn = math.radians(angle_deg)
    turned = np.stack(
        [down * math.cos(turn) + right * math.sin(turn), right * math.cos(turn) - down * math.sin(turn)], axis=1
    )
    outline = tuple((float(y), float(x)) for y, x in turned)
    return dataclasses.replace(well, radius_mm=math.sqrt(semi_axes_mm[0] * semi_axes_mm[1]), outline=outline)


def polygon(well: Well, corners: Sequence[tuple[float, float]], geometry: Geometry) -> Well:
    """Return a well with a polygon for its edge, and the polygon's centre of mass for its centre.

    Parameters
    ----------
    well
        Any.
    corners
        Row and column of each in pixels, in order; without crossing itself.
    geometry
        Of the volume whose pixels they are in.

    Raises
    ------
    InputError
        When it encloses nothing, or crosses itself.
    """
    _, row_spacing, column_spacing = geometry.spacing
    points = np.asarray(corners, np.float64) * (row_spacing, column_spacing)
    middle = points.mean(axis=0)
    one, other = points - middle, np.roll(points - middle, -1, axis=0)
    cross = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    area = float(cross.sum()) / 2
    if abs(area) < 1e-6:
        raise InputError("a polygon encloses nothing", hint="Give its corners in order around it")
    if _crosses_itself(points):
        raise InputError("a polygon crosses itself", hint="Give its corners in order around it")
    centre = middle + ((one + other) * cross[:, None]).sum(axis=0) / (6 * area)
    return dataclasses.replace(
        well,
        row=float(centre[0] / row_spacing),
        column=float(centre[1] / column_spacing),
        radius_mm=math.sqrt(abs(area) / math.pi),
        outline=tuple((float(y), float(x)) for y, x in points - centre),
    )


def _crosses_itself(points: NDArray[np.float64]) -> bool:
    """Return whether two edges of a closed polygon cross, each from one of its (n, 2) points to the next."""
    n = len(points)
    starts, ends = points, np.roll(points, -1, axis=0)

    def side(of: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (edges, n): on which side of every edge each point lies, by the sign."""
        along, away = (ends - starts)[:, None, :], of[None, :, :] - starts[:, None, :]
        return along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]

    parted = side(starts) * side(ends) < 0
    crossing = parted & parted.T
    # Neighbours meet in their common corner.
    for step in (-1, 0, 1):
        crossing[np.arange(n), (np.arange(n) + step) % n] = False
    return bool(crossing.any())
