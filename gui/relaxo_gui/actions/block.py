"""A block of cells from a spreadsheet, as changes to the contents of wells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from relaxo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Columns that can be pasted, in the order in which the table shows them, with the words that head them elsewhere.
FIELDS = ("agent", "concentration_mM", "exclude")
_HEADINGS = {
    "well": ("well", "name", "position", "tube"),
    "agent": ("agent", "compound", "substance"),
    "concentration_mM": ("concentration_mm", "concentration", "conc", "conc."),
    "exclude": ("exclude", "excluded", "why not"),
}


def concentration(text: str) -> float | None:
    """Return a concentration in mM as a person types it, with a decimal point or comma; None for an empty cell.

    Raises
    ------
    InputError
        When it is no number, or a negative one.
    """
    cleaned = text.strip().removesuffix("mM").strip()
    if not cleaned:
        return None
    value = number(cleaned)
    if not math.isfinite(value) or value < 0:
        raise InputError(
            f"{text.strip()!r} is not a concentration", hint="Type a number in mM that is not negative, such as 0.05"
        )
    return value


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
    rows = [[cell.strip() for cell in row] for row in cells if any(cell.strip() for cell in row)]
    if not rows:
        raise InputError("the clipboard holds no cells", hint="Copy a block of cells in the spreadsheet first")
    headings = [_field(cell) for cell in rows[0]]
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
        said = {heading: cell for heading, cell in zip(headings, row, strict=False) if heading is not None}
        place = said.pop("well", None) or names[min(first_row + index, len(names) - 1)]
        well = called.get(place.casefold())
        if well is None:
            raise InputError(f"there is no well {place!r}", hint=f"The wells are {names[0]} to {names[-1]}")
        if well in found:
            raise InputError(f"the block names the well {place} twice", hint="Keep one of the two rows")
        found[well] = {field: _value(field, text) for field, text in said.items()}
    return found


def _field(heading: str) -> str | None:
    word = heading.lower().replace("(mm)", "").replace("[mm]", "").replace("/ mm", "").strip()
    return next((field for field, words in _HEADINGS.items() if word in words), None)


def _value(field: str, text: str) -> str | float | None:
    if field == "concentration_mM":
        return concentration(text)
    return text or None if field == "exclude" else text
