"""Numbers in cells, with one decimal mark in the whole table."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaxo.errors import InputError
from relaxo.io.columns import Column
from relaxo.io.numbers import Numbers, is_missing, text_of
from relaxo.io.sheets import Cell, Row, Sheet

COLUMN = Column("concentration", "mM", 0, "mM")


def numbers(*cells: Cell, delimiter: str = "\t") -> list[float | None]:
    rows = tuple(Row(line, (cell,)) for line, cell in enumerate(cells, 2))
    reader = Numbers(Sheet(Path("table.csv"), ("mM",), 1, rows, delimiter), [COLUMN])
    return [reader.read(row, COLUMN) for row in rows]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1", 1.0), ("0.25", 0.25), (".5", 0.5), ("5.", 5.0), ("1e-3", 1e-3), ("+2E+1", 20.0)),
        *(("0,25", 0.25), (",5", 0.5), ("1,5e-3", 1.5e-3), ("0,125", 0.125), ("12345,678", 12345.678)),
        ("\N{MINUS SIGN}3", -3.0),
    ],
)
def test_texts_that_are_numbers(text: str, value: float) -> None:
    assert numbers(text) == [value]


@pytest.mark.parametrize("text", ["", "-", "n/a", "NaN", "None", "\N{EN DASH}", "#N/A"])
def test_cells_that_say_nothing(text: str) -> None:
    assert is_missing(text)
    assert numbers(text) == [None]


@pytest.mark.parametrize(
    "text", ["one", "1 mM", "1 000", "0x10", "1_000", "inf", "1.2.3", "1e", "<0.1", "~1", "\u00bd"]
)
def test_texts_that_are_no_numbers(text: str) -> None:
    with pytest.raises(InputError, match="is not a number") as caught:
        numbers(text)
    assert caught.value.where == "table.csv, line 2"


def test_stored_numbers_have_no_decimal_mark_to_disagree_about() -> None:
    assert numbers(0.5, "1,25", 1234.0) == [0.5, 1.25, 1234.0]


def test_marks_of_thousands_are_not_guessed() -> None:
    for cells in (("1,234",), ("1,234", "12,500"), ("0,5", "1.234"), ("1.234,5",), ("1,234.5",)):
        with pytest.raises(InputError, match="can be read in two ways"):
            numbers(*cells)
    # A semicolon between the columns says that commas are decimal, and so does a comma that cannot be anything else.
    assert numbers("1,234", delimiter=";") == [1.234]
    assert numbers("1,234", "0,5") == [1.234, 0.5]


def test_whole_numbers_have_no_decimals_as_text() -> None:
    assert [text_of(cell) for cell in (1.0, 1.5, "1.0", 0.1 + 0.2)] == ["1", "1.5", "1.0", "0.30000000000000004"]
