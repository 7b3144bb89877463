"""Which row of a concentrations table speaks of which well."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from relaxo.data import Contents
from relaxo.errors import InputError
from relaxo.units import ms_to_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Well, Wells
    from relaxo.recipe import ContentsPart

_COORDINATE = re.compile(r"([A-Za-z]{1,2})\s*0*([1-9]\d*)")
_NUMBER = re.compile(r"0*(\d+)(?:[.,]0*)?")
_LISTED = 12


def is_plate_name(name: str) -> bool:
    """Return whether a name is a plate coordinate such as A1, a01 or AB12."""
    return _COORDINATE.fullmatch(name.strip()) is not None


def match(wells: Wells, contents: Sequence[ContentsPart]) -> dict[str, Contents]:
    """Return what is in every well that the table speaks of, by name of the well.

    Parameters
    ----------
    wells
        As found and named.
    contents
        The rows of the table. A name is taken as people write it: ``1``, ``01`` and ``1.0`` are one, so are ``A1``,
        ``a01`` and ``A 1``. A row and column, in pixels, mean the nearest well found.

    Raises
    ------
    InputError
        When a row fits no well, or two rows speak of one; where it was read is named where that is known.
    """
    found: dict[str, Contents] = {}
    rows: dict[str, str] = {}
    for number, entry in enumerate(contents, 1):
        where = entry.read_from or f"row {number} of the concentrations"
        well = named(entry.well, wells.wells, where) if entry.well is not None else _at(entry, wells, where)
        if well.name in found:
            raise InputError(
                f"well {well.name} is named twice: {rows[well.name]} speaks of it already",
                where=where,
                hint="Keep one of the two rows",
            )
        rows[well.name] = where
        found[well.name] = Contents(
            concentration_mM=entry.concentration_mM,
            agent=entry.agent,
            exclude=entry.exclude,
            concentration_se_mM=entry.concentration_se_mM,
            stock_error_percent=entry.stock_error_percent,
            pipetting_error_percent=entry.pipetting_error_percent,
            assay_error_percent=entry.assay_error_percent,
            T1_reference=None if entry.T1_reference_ms is None else ms_to_s(entry.T1_reference_ms),
            T2_reference=None if entry.T2_reference_ms is None else ms_to_s(entry.T2_reference_ms),
        )
    return found


def named(name: str, wells: Sequence[Well], where: str) -> Well:
    """Return the well that a person calls by a name, however it is written.

    Raises
    ------
    InputError
        When there is none.
    """
    wanted = in_one_spelling(name)
    for well in wells:
        if in_one_spelling(well.name) == wanted:
            return well
    raise _no_such_well(name, wells, where)


def in_one_spelling(name: str) -> str:
    """Return a name in the one spelling that stands for all of them."""
    name = name.strip()
    if coordinate := _COORDINATE.fullmatch(name):
        return coordinate[1].upper() + coordinate[2]
    if number := _NUMBER.fullmatch(name):
        return number[1]
    return name


def _at(entry: ContentsPart, wells: Wells, where: str) -> Well:
    """Return the well at the row and column of an entry."""
    assert entry.row is not None
    assert entry.column is not None
    row, column = entry.row, entry.column
    _, row_spacing, column_spacing = wells.geometry.spacing

    def distance(well: Well) -> float:
        return math.hypot((well.row - row) * row_spacing, (well.column - column) * column_spacing)

    nearest = min(wells.wells, key=distance, default=None)
    if nearest is None or distance(nearest) > nearest.radius_mm:
        what = f"no well was found at row {row:g}, column {column:g}"
        if nearest is not None:
            what += (
                f": the nearest is well {nearest.name} at row {nearest.row:.1f}, column {nearest.column:.1f}, "
                f"{distance(nearest):.1f} mm away, with a radius of {nearest.radius_mm:.1f} mm"
            )
        raise InputError(
            what, where=where, hint="Rows and columns are counted from 0 in pixels, and mean the centre of a well"
        )
    return nearest


def _no_such_well(name: str, wells: Sequence[Well], where: str) -> InputError:
    names = [well.name for well in wells]
    listed = ", ".join(names if len(names) <= _LISTED else [*names[: _LISTED - 2], "...", names[-1]])
    hint = "Name a well by its number in reading order, by its plate coordinate, or by the row and column of its centre"
    return InputError(f"there is no well {name.strip()!r}; found were {listed or 'none'}", where=where, hint=hint)
