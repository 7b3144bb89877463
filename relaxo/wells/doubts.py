"""What is uncertain about the names of wells, and what else these could be."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from relaxo.data import Choice, Notice
from relaxo.errors import AnalysisError
from relaxo.wells.lattice import tilt
from relaxo.wells.match import in_one_spelling, is_plate_name
from relaxo.wells.naming import letters, levels_of, places_of, plate_places, reading_order, rename

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Wells
    from relaxo.recipe import WellsPart

PLATES = ((2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24))
_STEEP = math.radians(30)
"""Tilt of a lattice beyond which rows could be columns just as well."""
_FEW = 5
_LOOSE = (0.7, 0.9, 1.1, 1.4)
"""Shares of the tolerance within which wells stand in one row, for which their order must stay the same."""
_NEARLY_ALL = 0.8
_LISTED = 8


def check_marker(wells: Wells, part: WellsPart, naming: str) -> None:
    """Raise where the well that a person knows by sight has another name.

    Parameters
    ----------
    wells
        As named.
    part
        With the marker.
    naming
        As they were named.

    Raises
    ------
    AnalysisError
        When there is no well at the marker's place, or it has another name; it says which turns would name it so.
    """
    marker = part.marker
    if marker is None:
        return
    where = "the recipe's wells.marker"
    _, row_spacing, column_spacing = wells.geometry.spacing
    away = [
        math.hypot((well.row - marker.row) * row_spacing, (well.column - marker.column) * column_spacing)
        for well in wells.wells
    ]
    index = int(np.argmin(away))
    if away[index] > 1.5 * wells.wells[index].radius_mm:
        raise AnalysisError(
            f"there is no well at row {marker.row:g}, column {marker.column:g}, where well {marker.well} was seen",
            where=where,
            hint="Rows and columns are counted from 0 in pixels of the images that wells are found in",
        )
    if in_one_spelling(wells.wells[index].name) == in_one_spelling(marker.well):
        return
    fitting = [
        f"rotation = {rotation}" + (", mirrored = true" if mirrored else "")
        for rotation, mirrored in turns(wells, index, marker.well, part, naming)
    ]
    raise AnalysisError(
        f"the well at row {marker.row:g}, column {marker.column:g} is named {wells.wells[index].name}, and was seen to "
        f"be {marker.well}",
        where=where,
        hint=f"It gets this name with {', or '.join(fitting)}" if fitting else "No turn of the image names it so",
    )


def turns(wells: Wells, index: int, name: str, part: WellsPart, naming: str) -> list[tuple[int, bool]]:
    """Return the turns of the image, as rotation and mirrored, that give a well a name.

    Parameters
    ----------
    wells
        Any.
    index
        Of the well among them.
    name
        That it is to have.
    part
        As they are named by.
    naming
        ``reading``, ``plate`` or ``ring``.
    """
    fitting = []
    for mirrored, rotation in itertools.product((False, True), (0, 90, 180, 270)):
        other = msgspec.structs.replace(part, rotation=rotation, mirrored=mirrored)
        if in_one_spelling(rename(wells, naming, other).wells[index].name) == in_one_spelling(name):
            fitting.append((rotation, mirrored))
    return fitting


def turn_to(wells: Wells, index: int, name: str, part: WellsPart) -> tuple[int, bool]:
    """Return the turn of the image, as rotation and mirrored, that gives a well the name that is seen on it.

    Of several, it is one without mirroring, and the one nearest to how the image is turned now.

    Parameters
    ----------
    wells
        As named.
    index
        Of the well among them.
    name
        A plate coordinate, or a number.
    part
        As they are named by.

    Raises
    ------
    AnalysisError
        When no turn gives it this name.
    """
    naming = "plate" if is_plate_name(name) else "ring" if part.naming == "ring" else "reading"
    fitting = turns(wells, index, name, part, naming)
    if not fitting:
        raise AnalysisError(
            f"no turn of the image makes well {wells.wells[index].name} well {name}",
            hint="Check the name, or say which plate coordinate the first row and column with a well have",
        )
    return min(fitting, key=lambda turn: (turn[1], (turn[0] - part.rotation) % 360))


def doubts(wells: Wells, part: WellsPart, naming: str) -> tuple[Notice, ...]:
    """Return what a person must know of the names of wells: gaps, and other names that they could have.

    Parameters
    ----------
    wells
        As named.
    part
        As they were named by.
    naming
        ``reading``, ``plate`` or ``ring``.
    """
    numbers = plate_places(wells, part)
    if numbers is None:
        return _loose_rows(wells, part) if naming == "reading" else ()
    notices = _steep(wells, part) + _gaps(wells, numbers, naming)
    return notices + (_part_of_a_plate(numbers, part) if naming == "plate" else ())


def _steep(wells: Wells, part: WellsPart) -> tuple[Notice, ...]:
    """Return a notice where rows could be columns just as well."""
    if len(wells) < _FEW:
        return ()
    angle = tilt(places_of(wells.wells, levels_of(wells.wells)[0], wells.geometry, part))
    if angle is None or abs(angle) < _STEEP:
        return ()
    other = (part.rotation + (90 if angle < 0 else 270)) % 360
    return (
        Notice(
            "wells_turned",
            f"The rows of wells are turned by {math.degrees(angle):.0f} degrees, so what is a row could be a column: "
            f"check a name in the picture; with wells.rotation = {other} rows run the other way.",
            choices=(Choice("Rows run the other way", (("rotation", other),)),),
        ),
    )


def _loose_rows(wells: Wells, part: WellsPart) -> tuple[Notice, ...]:
    """Return a notice where wells stand in no clear rows, so that their numbers could be others."""
    order = reading_order(wells.wells, wells.geometry, part)
    unsure: set[int] = set()
    for slack in _LOOSE:
        other = reading_order(wells.wells, wells.geometry, part, slack=slack)
        unsure.update(k for k, one in zip(order, other, strict=True) if k != one)
    if not unsure:
        return ()
    names = _listed([wells.wells[k].name for k in order if k in unsure])
    return (
        Notice(
            "wells_order",
            f"The wells stand in no clear rows, so the numbers of {names} could be exchanged: check them in the "
            "picture, or name the wells in the table by row and column.",
            choices=(Choice("Number them clockwise", (("naming", "ring"),)),),
        ),
    )


def _gaps(wells: Wells, numbers: NDArray[np.int64], naming: str) -> tuple[Notice, ...]:
    """Return a notice where places between wells of a row are empty."""
    filled = np.zeros(numbers.max(axis=0) + 1, bool)
    filled[tuple(numbers.T)] = True
    most = filled.mean() > _NEARLY_ALL and tuple(filled.shape) in PLATES + tuple((b, a) for a, b in PLATES)
    between = np.logical_or.accumulate(filled, axis=1) & np.logical_or.accumulate(filled[:, ::-1], axis=1)[:, ::-1]
    empty = np.argwhere(~filled & (between | most))
    if not len(empty) or filled.mean() < 0.5:
        return ()
    names = _listed([f"{letters(row)}{column + 1}" for row, column in empty])
    count = f"{len(wells)} wells were found on a lattice of {filled.shape[0]} x {filled.shape[1]} places"
    what = "Their places keep their names." if naming == "plate" else "The numbers go on without them."
    return (
        Notice(
            "wells_gap",
            f"{count}; none, or an empty one, at {names}, counted from the first row and column found. {what}",
        ),
    )


def _part_of_a_plate(numbers: NDArray[np.int64], part: WellsPart) -> tuple[Notice, ...]:
    """Return a notice where the wells fill a plate but for outer rows or columns, or a plate on end."""
    rows, columns = (int(extent) for extent in numbers.max(axis=0) + 1)
    if (rows, columns) in PLATES or part.first is not None or part.marker is not None:
        return ()
    if (columns, rows) in PLATES:
        return (
            Notice(
                "plate_on_end",
                f"The wells stand in {rows} rows and {columns} columns, as on a plate of {rows * columns} on end: "
                f"they were named as they stand; wells.rotation = {(part.rotation + 90) % 360} or "
                f"{(part.rotation + 270) % 360} names them as the plate is labelled.",
                choices=tuple(
                    Choice(f"A1 is at the {where}", (("rotation", (part.rotation + turn) % 360),))
                    for turn, where in ((90, "lower left"), (270, "upper right"))
                ),
            ),
        )
    near = [(r, c) for r, c in PLATES if r >= rows and c >= columns and r - rows <= 1 and c - columns <= 1 and r > 2]
    if not near:
        return ()
    r, c = near[0]
    other = [f"{letters(down)}{right + 1}" for down in range(r - rows + 1) for right in range(c - columns + 1)]
    return (
        Notice(
            "plate_part",
            f"The wells stand in {rows} rows and {columns} columns; if the plate has {r} x {c}, the first of them is "
            f"one of {', '.join(other)}, taken for A1: say which in wells.first.",
            choices=tuple(Choice(f"It is {name}", (("first", name),)) for name in other),
        ),
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names if len(names) <= _LISTED else [*names[:_LISTED], f"and {len(names) - _LISTED} more"])
