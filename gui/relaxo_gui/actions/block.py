"""A block of cells from a spreadsheet, as changes to the contents of wells."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from relaxo.errors import InputError
from relaxo_gui.core import columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Columns that can be pasted, in the order in which the table shows them.
FIELDS = ("agent", "concentration_mM", "exclude")
_FIELD_OF = {"concentration": "concentration_mM", "well": "well", "agent": "agent", "exclude": "exclude"}
_NUMBER = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(.*)")


def concentration(text: str, unit: str = "mM") -> float | None:
    """Return a concentration in mM as a person types it, with a decimal point or comma; None for an empty cell.

    Parameters
    ----------
    text
        A number; one with a unit of its own is taken in that.
    unit
        Of numbers without one: ``mM``, ``M``, ``uM`` or ``nM``.

    Raises
    ------
    InputError
        When it is no number, a negative one, or has another unit.
    """
    cleaned = text.strip()
    if not cleaned:
        return None
    parts = _NUMBER.fullmatch(cleaned)
    value = math.nan
    if parts is not None:
        digits, own = parts.groups()
        said = columns.heading(f"c ({own})") if own else None
        unit = said[1] or "" if said is not None else "" if own else unit
        value = number(digits)
    if not math.isfinite(value) or value < 0 or not unit:
        raise InputError(
            f"{cleaned!r} is not a concentration", hint="Type a number in mM that is not negative, such as 0.05"
        )
    return columns.to_millimolar(value, unit)


def number(text: str) -> float:
    """Return a number as a person types it, with a decimal point or comma; NaN for what is none."""
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return math.nan


def changes(
    cells: Sequence[Sequence[str]],
    names: Sequence[str],
    first_row: int,
    first_field: str,
    also_called: Mapping[str, str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return what a pasted block says, as name of well to fields of its contents.

    A block whose first row holds headings goes where these say, and to the wells that its column of wells names. Any
    other block fills the table from a cell on, to the right and downwards.

    Parameters
    ----------
    cells
        Rows of cells.
    names
        The wells of the table, from top to bottom.
    first_row
        Of the cell that is pasted at.
    first_field
        One of `FIELDS`, the column of that cell.
    also_called
        Other names of wells, such as plate coordinates, to the names of the table.

    Raises
    ------
    InputError
        When the block does not fit, or a cell of it cannot be read.
    """
    rows = filled(cells, "a block of cells")
    said = [columns.heading(cell) for cell in rows[0]]
    headings = [_FIELD_OF.get(each[0]) if each is not None else None for each in said]
    # The table is in mM: so is a column that says nothing else.
    unit = next((each[1] or "mM" for each in said if each is not None and each[0] == "concentration"), "mM")
    if any(headings):
        rows = rows[1:]
    else:
        fields = FIELDS[FIELDS.index(first_field) :]
        width = max(map(len, rows))
        if width > len(fields):
            raise InputError(
                f"the block is {width} columns wide, and the table has {len(fields)} from here on",
                hint="Copy a row of headings with it (well, agent, concentration), or fewer columns",
            )
        headings = list(fields[:width])
    if "well" not in headings and len(rows) > len(names) - first_row:
        raise InputError(
            f"the block has {len(rows)} rows, and there are {len(names) - first_row} wells from here on",
            hint="Paste it at the first well it is for",
        )
    called = {name.casefold(): well for name, well in (also_called or {}).items()}
    called |= {name.casefold(): name for name in names}
    found: dict[str, dict[str, Any]] = {}
    for index, row in enumerate(rows):
        given = {field: cell for field, cell in zip(headings, row, strict=False) if field is not None}
        place = given.pop("well", None) or names[min(first_row + index, len(names) - 1)]
        well = called.get(place.casefold())
        if well is None:
            raise InputError(f"there is no well {place!r}", hint=f"The wells are {names[0]} to {names[-1]}")
        if well in found:
            raise InputError(f"the block names the well {place} twice", hint="Keep one of the two rows")
        found[well] = {field: _value(field, text, unit) for field, text in given.items()}
    return found


def laid_out(
    cells: Sequence[Sequence[str]], places: Mapping[tuple[int, int], str], start: tuple[int, int]
) -> dict[str, dict[str, Any]]:
    """Return what a block says that lies as the wells lie on the plate, as name of well to fields of its contents.

    A block of numbers gives concentrations, one of words agents. With a first row of column numbers and a first column
    of row letters it goes to these; any other lies with its upper left cell on a well. Empty cells say nothing.

    Parameters
    ----------
    cells
        Rows of cells.
    places
        Row and column on the plate, from 0 on, to the well there.
    start
        Row and column of the well that is pasted at.

    Raises
    ------
    InputError
        When a cell lies where no well is, or words stand among numbers.
    """
    rows = [[cell.strip() for cell in row] for row in cells]
    if _is_plate_map(rows):
        first = rows[0][1:]
        start = ord(rows[1][0].upper()) - ord("A"), int(first[0]) - 1
        rows = [row[1:] for row in rows[1:]]
    said = {(down, right): cell for down, row in enumerate(rows) for right, cell in enumerate(row) if cell}
    if not said:
        raise InputError("the clipboard holds no cells", hint="Copy a block of cells in the spreadsheet first")
    words = [cell for cell in said.values() if not cell[0].isdigit() and cell[0] not in ".,+-"]
    field = "agent" if len(words) == len(said) else "concentration_mM"
    found: dict[str, dict[str, Any]] = {}
    for (down, right), cell in said.items():
        place = start[0] + down, start[1] + right
        if place not in places:
            raise InputError(
                f"{cell!r} lies {_where(place)}, where there is no well",
                hint="Paste the block at the well that its upper left cell is for",
            )
        found[places[place]] = {field: _value(field, cell)}
    return found


def filled(cells: Sequence[Sequence[str]], what: str) -> list[list[str]]:
    """Return the rows of the clipboard that hold anything, without blanks around what they hold.

    Raises
    ------
    InputError
        When there are none; it asks for `what` to be copied.
    """
    rows = [[cell.strip() for cell in row] for row in cells if any(cell.strip() for cell in row)]
    if not rows:
        raise InputError("the clipboard holds no cells", hint=f"Copy {what} in the spreadsheet first")
    return rows


def is_block(cells: Sequence[Sequence[str]]) -> bool:
    """Return whether cells may lie as wells on a plate do: without headings of columns."""
    return bool(cells) and not any(columns.heading(cell.strip()) for cell in cells[0] if not cell.strip().isdigit())


def _is_plate_map(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a block has column numbers above it and row letters beside it."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    numbers, letters = rows[0][1:], [row[0].upper() for row in rows[1:] if row]
    first, top = numbers[0], letters[0] if letters else ""
    if not first.isdigit() or len(top) != 1 or not top.isalpha():
        return False
    counted = [str(int(first) + step) for step in range(len(numbers))]
    return numbers == counted and letters == [chr(ord(top) + step) for step in range(len(letters))]


def _where(place: tuple[int, int]) -> str:
    row, column = place
    return f"at {chr(ord('A') + row)}{column + 1}" if 0 <= row < 26 and column >= 0 else "outside of the plate"


def _value(field: str, text: str, unit: str = "mM") -> str | float | None:
    if field == "concentration_mM":
        return concentration(text, unit)
    return text or None if field == "exclude" else text
