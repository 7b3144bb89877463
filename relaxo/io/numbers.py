"""Numbers in the cells of a table: with decimal point or comma, never by a guess."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from relaxo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.io.columns import Column
    from relaxo.io.sheets import Cell, Row, Sheet

#: What people write into a cell that has nothing to say.
_MISSING = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}", "na", "n/a", "#n/a", "nan", "none", "null"})

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")


class Numbers:
    """The cells of some columns of a sheet as numbers, all with the same decimal mark.

    Parameters
    ----------
    sheet
        The sheet.
    columns
        Its columns that hold numbers.

    Raises
    ------
    InputError
        When the decimal mark cannot be told: a cell has both, the sheet mixes them, or 1,234 may be one or a thousand.
    """

    def __init__(self, sheet: Sheet, columns: Sequence[Column]) -> None:
        self._sheet = sheet
        cells = [(row, text_of(row.cells[column.index])) for row in sheet.rows for column in columns]
        commas = [(row, text) for row, text in cells if "," in text]
        points = [
            (row, text_of(row.cells[column.index]))
            for row in sheet.rows
            for column in columns
            if isinstance(cell := row.cells[column.index], str) and "." in cell
        ]
        for row, text in commas:
            if "." in text:
                raise self._ambiguous(row, f'"{text}" has a comma and a point')
        if commas and points:
            raise self._ambiguous(
                commas[0][0],
                f'"{commas[0][1]}" has a comma where "{points[0][1]}" in line {points[0][0].line} has a point',
            )
        if commas and sheet.delimiter != ";" and all(_LIKE_THOUSANDS.fullmatch(text) for _, text in commas):
            raise self._ambiguous(commas[0][0], f'"{commas[0][1]}" may have a decimal comma or one of thousands')
        self.decimal_mark = "," if commas else "." if points else ""

    def read(self, row: Row, column: Column) -> float | None:
        """Return the number in a cell; None when the cell is empty.

        Raises
        ------
        InputError
            When there is something else in it.
        """
        cell = row.cells[column.index]
        if is_missing(cell):
            return None
        text = text_of(cell).replace("\N{MINUS SIGN}", "-").replace(self.decimal_mark or ".", ".")
        number = cell if isinstance(cell, float) else float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(number):
            raise InputError(
                f'"{text_of(cell)}" in the column "{column.name}" is not a number',
                where=self._sheet.at(row.line),
                hint="Excel may have turned a number into a date: format the cell as text, and type it again"
                if _DATE.fullmatch(text)
                else "Leave the cell empty where nothing is known",
            )
        return number

    def at_least_zero(self, row: Row, column: Column) -> float | None:
        """Return the number in a cell as `read` does, and refuse a negative one."""
        number = self.read(row, column)
        if number is not None and number < 0:
            raise self.refused(row, column, "negative")
        return number

    def refused(self, row: Row, column: Column, what: str) -> InputError:
        """Return the error that says what is wrong with the number in a cell."""
        return InputError(
            f'"{text_of(row.cells[column.index])}" in the column "{column.name}" is {what}',
            where=self._sheet.at(row.line),
            hint="Correct it, or leave the cell empty",
        )

    def _ambiguous(self, row: Row, what: str) -> InputError:
        return InputError(
            f"a number can be read in two ways: {what}",
            where=self._sheet.at(row.line),
            hint="Write all numbers of the table with the same decimal mark, and without a mark for thousands",
        )


def is_missing(cell: Cell) -> bool:
    """Tell whether a cell says nothing."""
    return isinstance(cell, str) and cell.casefold() in _MISSING


def text_of(cell: Cell) -> str:
    """Return a cell as text; a whole number has no decimals, since Excel stores well 1 as 1.0."""
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if cell.is_integer() else repr(cell)
