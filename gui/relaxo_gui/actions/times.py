"""Times of images as a person types them, or pastes them from a spreadsheet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.errors import InputError
from relaxo.units import s_to_ms
from relaxo_gui.actions.block import filled, number
from relaxo_gui.core import timing_table
from relaxo_gui.session_model.times import FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_NAME = {name: field for field, (name, _) in FIELDS.items()}
_UNITS = {"FA_deg": ("°", "deg")}
_MOST = {"FA_deg": 360.0}
#: Beyond this, in ms, a number is a slip.
_MOST_MS = 1e6


def time(text: str, field: str, *, in_s: bool = False) -> float | None:
    """Return a time in ms, or an angle in degree, as it was typed; None for an empty cell.

    Raises
    ------
    InputError
        When it is no number, or none that a scanner could have used.
    """
    cleaned = text.strip()
    for unit in _UNITS.get(field, ("ms",)):
        cleaned = cleaned.removesuffix(unit).strip()
    if not cleaned:
        return None
    value = number(cleaned)
    value = s_to_ms(value) if in_s else value
    most = _MOST.get(field, _MOST_MS)
    if not math.isfinite(value) or not 0 < value <= most:
        what, unit = ("an angle", "degree") if field == "FA_deg" else ("a time", "ms")
        raise InputError(
            f"{text.strip()!r} is not {what}", hint=f"Type a number of {unit} above 0 and up to {most:g}, such as 20"
        )
    return value


def changes(
    cells: Sequence[Sequence[str]], count: int, first_row: int, first_field: str
) -> dict[int, dict[str, float | None]]:
    """Return what a pasted block says, as row of the table to fields of timing and their values.

    A first row of headings (``TI``, ``TE (ms)``, ``TR_s``, ``flip angle``) says which columns these are; any other
    block fills the table from a cell on. A single line of several numbers is turned into a column.

    Parameters
    ----------
    cells
        Rows of cells.
    count
        How many rows the table has.
    first_row, first_field
        The cell that is pasted at.

    Raises
    ------
    InputError
        When the block does not fit, or a cell of it cannot be read.
    """
    rows = filled(cells, "the column of times")
    fields = list(FIELDS)
    fields = fields[fields.index(first_field) :]
    if len(rows) == 1 and len(rows[0]) > len(fields):
        rows = [[cell] for cell in rows[0]]
    known = [timing_table.meaning(cell) for cell in rows[0]]
    headed = [
        (_BY_NAME.get(each[0]), not each[1] and each[0] != "FlipAngle") if each else (None, False) for each in known
    ]
    if any(field for field, _ in headed):
        rows, first_row = rows[1:], 0 if len(rows) - 1 == count else first_row
    else:
        width = max(map(len, rows))
        if width > len(fields):
            raise InputError(
                f"the block is {width} columns wide, and the table has {len(fields)} from here on",
                hint="Copy the column of one time only, or the headings (TI, TE, TR) with it",
            )
        headed = [(field, False) for field in fields[:width]]
    if len(rows) > count - first_row:
        raise InputError(
            f"the block has {len(rows)} rows, and there are {count - first_row} images from here on",
            hint="Paste it at the first image it is for",
        )
    return {
        first_row + index: {
            field: time(cell, field, in_s=in_s)
            for (field, in_s), cell in zip(headed, row, strict=False)
            if field is not None
        }
        for index, row in enumerate(rows)
    }
