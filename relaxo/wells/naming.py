"""The names of wells: numbers in reading order, or plate coordinates."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.errors import AnalysisError, InputError
from relaxo.wells.lattice import lattice, nearest_distance, tilt, turned
from relaxo.wells.match import in_one_spelling, is_plate_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Well, Wells
    from relaxo.recipe import WellsPart

_AS_WIDE = 0.8
"""Share of the widest gap between rows at which another is one, too."""


def reading_order(
    wells: Sequence[Well], geometry: Geometry, part: WellsPart | None = None, *, slack: float = 1.0
) -> list[int]:
    """Return the indices of wells in reading order: rows from top to bottom, each from left to right.

    On a lattice the rows are its own, at any small angle. Elsewhere wells stand in one row when the highest and the
    lowest of them differ by no more than a radius, or a quarter of the usual distance between wells, measured along
    the direction of their rows where they have one. Wells that share no slice with others come after those above.

    Parameters
    ----------
    wells
        In any order.
    geometry
        Of the volume whose pixels their positions are in.
    part
        How the image must be turned and mirrored to show the wells as they are labelled; as it is where None.
    slack
        Share of the usual tolerance within which wells stand in one row.
    """
    order: list[int] = []
    for level in levels_of(wells):
        places = places_of(wells, level, geometry, part)
        ranks = lattice(places)
        rows, columns = ranks.T if ranks is not None else _rows(places, [wells[k].radius_mm for k in level], slack)
        order.extend(level[k] for k in np.lexsort((columns, rows)))
    return order


def ring_order(wells: Sequence[Well], geometry: Geometry, part: WellsPart | None = None) -> list[int]:
    """Return the indices of wells clockwise from the top, ring by ring about their common middle, the outermost first.

    Rings are told apart by a gap in the distance from the middle of more than a radius. A ring starts with the well
    that is the least clockwise from the top, where one within a quarter of the step between its wells before the top
    stands at the top.

    Parameters
    ----------
    wells
        In any order.
    geometry
        Of the volume whose pixels their positions are in.
    part
        As in `reading_order`.
    """
    order: list[int] = []
    for level in levels_of(wells):
        places = places_of(wells, level, geometry, part)
        away = places - _middle(places)
        distance = np.hypot(*away.T)
        gap = float(np.median([wells[k].radius_mm for k in level]))
        sorted_out = np.argsort(-distance, kind="stable")
        starts = np.flatnonzero(-np.diff(distance[sorted_out]) > gap) + 1
        for ring in np.split(sorted_out, starts):
            clockwise = np.degrees(np.arctan2(away[ring, 1], -away[ring, 0]))
            slack = 90 / len(ring)
            order.extend(level[k] for k in ring[np.argsort((clockwise + slack) % 360, kind="stable")])
    return order


def plate_names(wells: Wells, part: WellsPart | None = None) -> tuple[str, ...] | None:
    """Return the plate coordinate of every well, A1 in the top left corner, or None when they stand on no lattice.

    An empty place keeps its coordinate: without B3, B4 is still B4. The first row and column with a well are A and 1,
    or those of `part.first`.

    Parameters
    ----------
    wells
        In any order.
    part
        As in `reading_order`.

    Raises
    ------
    InputError
        When `part.first` is no plate coordinate.
    """
    places = plate_places(wells, part)
    if places is None:
        return None
    first = coordinate(part.first) if part is not None and part.first is not None else (0, 0)
    return tuple(f"{letters(row + first[0])}{column + first[1] + 1}" for row, column in places)


def plate_places(wells: Wells, part: WellsPart | None = None) -> NDArray[np.int64] | None:
    """Return (m, 2), row and column on the plate of every well, from 0 on, or None when they stand on no lattice."""
    levels = levels_of(wells.wells)
    if len(levels) != 1:
        return None
    numbers = lattice(places_of(wells.wells, levels[0], wells.geometry, part))
    if numbers is None:
        return None
    places = np.empty_like(numbers)
    places[levels[0]] = numbers
    return places


def rename(wells: Wells, naming: str, part: WellsPart | None = None) -> Wells:
    """Return the same wells in the same order with other names.

    Parameters
    ----------
    wells
        Any.
    naming
        ``reading`` for numbers in reading order, ``plate`` for plate coordinates, ``ring`` for numbers clockwise.
    part
        As in `reading_order`.

    Raises
    ------
    AnalysisError
        When plate coordinates are asked for and the wells stand on no lattice.
    """
    names: Sequence[str] | None
    if naming == "plate":
        names = plate_names(wells, part)
        if names is None:
            raise AnalysisError(
                "plate coordinates cannot be given: the wells do not stand in the rows and columns of a plate",
                hint="Name the wells by their number in reading order, or by the row and column of their centre",
            )
    else:
        by = ring_order if naming == "ring" else reading_order
        order = by(wells.wells, wells.geometry, part)
        names = [str(rank + 1) for rank in np.argsort(order)]
    renamed = (dataclasses.replace(well, name=fresh) for well, fresh in zip(wells.wells, names, strict=True))
    return dataclasses.replace(wells, wells=tuple(renamed))


def coordinate(text: str) -> tuple[int, int]:
    """Return row and column, from 0 on, of a plate coordinate such as B2.

    Raises
    ------
    InputError
        When it is none.
    """
    if not is_plate_name(text):
        raise InputError(
            f"{text!r} is no plate coordinate", where="the recipe's wells.first", hint="Write it like A1 or B2"
        )
    plain = in_one_spelling(text)
    row_letters = plain.rstrip("0123456789")
    row = 0
    for letter in row_letters:
        row = 26 * row + ord(letter) - ord("A") + 1
    return row - 1, int(plain.removeprefix(row_letters)) - 1


def _middle(places: NDArray[Any]) -> NDArray[np.float64]:
    """Return (2,), the middle of the circle through the outermost of the places (m, 2): rings need not be full."""
    middle: NDArray[np.float64] = places.mean(axis=0)
    for _ in range(3):
        distance = np.hypot(*(places - middle).T)
        outer = places[distance > 0.75 * distance.max()] if distance.max() > 0 else places
        if len(outer) < 3:
            break
        # The circle through points: linear in its middle and in the square of its tangent.
        system = np.column_stack([2 * outer, np.ones(len(outer))])
        solution, _, rank, _ = np.linalg.lstsq(system, (outer**2).sum(axis=1), rcond=None)
        if rank < 3:
            break
        middle = solution[:2]
    return middle


def levels_of(wells: Sequence[Well]) -> list[list[int]]:
    """Return the indices of wells that reach through common slices, from the first slice on."""
    levels: list[list[int]] = []
    reached = -1
    for k in sorted(range(len(wells)), key=lambda k: (wells[k].slices, k)):
        if not levels or wells[k].slices[0] > reached:
            levels.append([])
        levels[-1].append(k)
        reached = max(reached, wells[k].slices[1])
    return levels


def places_of(
    wells: Sequence[Well], chosen: Sequence[int], geometry: Geometry, part: WellsPart | None
) -> NDArray[np.float64]:
    """Return (m, 2), the centres of the chosen wells in mm, down and right in the image as it is to be read."""
    _, row_spacing, column_spacing = geometry.spacing
    places = np.array([(wells[k].row * row_spacing, wells[k].column * column_spacing) for k in chosen], np.float64)
    places = places.reshape(-1, 2)
    if part is None:
        return places
    down, right = places.T
    if part.mirrored:
        right = -right
    for _ in range(part.rotation // 90):  # what was at the right comes to the bottom
        down, right = right, -down
    return np.stack([down, right], axis=1)


def _rows(places: NDArray[Any], radii: Sequence[float], slack: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (m,) the rank of the row and (m,) the position in it, for wells that stand on no lattice."""
    upright = turned(places, tilt(places) or 0.0)
    height, across = upright.T
    if len(places) < 2:
        return height, across
    tolerance = slack * max(float(np.median(radii)), 0.25 * float(np.median(nearest_distance(places))))
    row = np.zeros(len(places), np.int64)
    for number, members in enumerate(_split(np.argsort(height, kind="stable"), height, tolerance, _AS_WIDE**slack)):
        row[members] = number
    return row, across


def _split(members: NDArray[Any], height: NDArray[Any], most: float, as_wide: float) -> list[NDArray[Any]]:
    """Return members, by their height (m,), in rows no taller than said, parted where the gaps are widest.

    Gaps that are equal but for noise part together, so that a ring gives the same rows however exactly it is known.
    """
    gaps = np.diff(height[members])
    if gaps.sum() <= most:
        return [members]
    parts = np.split(members, np.flatnonzero(gaps >= as_wide * gaps.max()) + 1)
    return [row for part in parts for row in _split(part, height, most, as_wide)]


def letters(row: int) -> str:
    """Return A to Z, then AA, AB, ..."""
    last = chr(ord("A") + row % 26)
    return last if row < 26 else letters(row // 26 - 1) + last
