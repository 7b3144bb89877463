"""Times as they are typed and pasted: units, headings, decimal commas, and what is refused."""

from __future__ import annotations

import pytest

from relaxo.errors import InputError
from relaxo_gui.actions.times import changes, time


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("50", "TI_ms", 50.0),
        (" 12,5 ms ", "TE_ms", 12.5),
        ("1e3", "TR_ms", 1000.0),
        ("15°", "FA_deg", 15.0),
        ("15 deg", "FA_deg", 15.0),
        ("", "TI_ms", None),
        ("  ", "FA_deg", None),
    ],
)
def test_times_are_read_as_people_type_them(text: str, field: str, value: float | None) -> None:
    assert time(text, field) == value


@pytest.mark.parametrize(
    ("text", "field"), [("soon", "TI_ms"), ("-5", "TE_ms"), ("0", "TR_ms"), ("400", "FA_deg"), ("nan", "TI_ms")]
)
def test_what_no_scanner_could_use_is_refused(text: str, field: str) -> None:
    with pytest.raises(InputError, match="is not a"):
        time(text, field)


def test_a_column_fills_the_table_from_a_cell_on() -> None:
    assert changes([["50"], ["100"], [""]], 4, 1, "TI_ms") == {1: {"TI_ms": 50.0}, 2: {"TI_ms": 100.0}}


def test_a_block_fills_to_the_right() -> None:
    assert changes([["50", "8"]], 4, 0, "TI_ms") == {0: {"TI_ms": 50.0, "TE_ms": 8.0}}


def test_headings_say_which_columns_and_units_these_are() -> None:
    block = [["TR (s)", "no", "TI"], ["5", "x", "50"], ["5", "y", "100"]]
    assert changes(block, 2, 1, "FA_deg") == {
        0: {"TR_ms": 5000.0, "TI_ms": 50.0},
        1: {"TR_ms": 5000.0, "TI_ms": 100.0},
    }


def test_a_line_of_times_becomes_a_column() -> None:
    assert changes([["50", "100", "200", "400", "800"]], 5, 0, "TI_ms") == {
        row: {"TI_ms": value} for row, value in enumerate((50.0, 100.0, 200.0, 400.0, 800.0))
    }


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ([[" "]], "holds no cells"),
        ([["1"], ["2"], ["3"]], "3 rows, and there are 2 images"),
        ([["1", "2"], ["3", "4"]], "2 columns wide, and the table has 1"),
        ([["late"]], "'late' is not a"),
    ],
)
def test_a_block_that_does_not_fit_is_refused(cells: list[list[str]], error: str) -> None:
    with pytest.raises(InputError, match=error):
        changes(cells, 3, 1, "FA_deg")
