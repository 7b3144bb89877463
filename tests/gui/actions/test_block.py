"""Blocks from a spreadsheet: where they go, and what is said when they do not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaxo.errors import InputError
from relaxo_gui.actions.block import changes, concentration, laid_out

NAMES = ("1", "2", "3", "4")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05),
        ("0,05", 0.05),
        (" 1 ", 1.0),
        ("2 mM", 2.0),
        ("5e-2", 0.05),
        ("", None),
        ("  ", None),
        ("0", 0.0),
        ("50 µM", 0.05),
        ("0.1 M", 100.0),
    ],
)
def test_a_concentration_is_read_as_people_type_it(text: str, value: float | None) -> None:
    assert concentration(text) == value


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "abc", "1,2,3", "1.000,5", "0.1 mmHg", "mM"])
def test_what_is_no_concentration_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(InputError, match="is not a concentration") as caught:
        concentration(text)
    assert text in str(caught.value)


@given(st.floats(min_value=0, max_value=1e6))
def test_a_concentration_survives_being_written_and_read(value: float) -> None:
    assert concentration(repr(value)) == value
    assert concentration(repr(value).replace(".", ",")) == value


def test_a_column_fills_the_table_downwards() -> None:
    assert changes([["0.1"], ["0,2"]], NAMES, 1, "concentration_mM") == {
        "2": {"concentration_mM": 0.1},
        "3": {"concentration_mM": 0.2},
    }


def test_two_columns_fill_agent_and_concentration() -> None:
    assert changes([["Gd6", "0.1"]], NAMES, 0, "agent") == {"1": {"agent": "Gd6", "concentration_mM": 0.1}}


def test_headings_say_where_columns_and_rows_go() -> None:
    block = [["Concentration (mM)", "note", "Well"], ["0.4", "x", "3"], ["0.2", "y", "1"]]
    assert changes(block, NAMES, 2, "exclude") == {"3": {"concentration_mM": 0.4}, "1": {"concentration_mM": 0.2}}


def test_a_well_can_be_called_by_its_plate_coordinate() -> None:
    block = [["well", "agent"], ["a2", "Gd6"]]
    assert changes(block, NAMES, 0, "agent", {"A1": "1", "A2": "2"}) == {"2": {"agent": "Gd6"}}


def test_empty_cells_clear_and_empty_rows_are_skipped() -> None:
    assert changes([["", ""], ["Gd6", ""]], NAMES, 0, "agent") == {"1": {"agent": "Gd6", "concentration_mM": None}}


@pytest.mark.parametrize(
    ("block", "row", "field", "what"),
    [
        ([["", " "]], 0, "agent", "no cells"),
        ([["1"]] * 3, 2, "concentration_mM", "3 rows, and there are 2 wells"),
        ([["1", "2", "3"]], 0, "concentration_mM", "3 columns wide"),
        ([["well", "agent"], ["9", "Gd6"]], 0, "agent", "no well '9'"),
        ([["well", "agent"], ["1", "Gd6"], ["1", "Gd"]], 0, "agent", "twice"),
        ([["much"]], 0, "concentration_mM", "not a concentration"),
    ],
)
def test_a_block_that_does_not_fit_is_refused_with_a_hint(
    block: list[list[str]], row: int, field: str, what: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        changes(block, NAMES, row, field)
    assert caught.value.hint


def test_a_heading_says_the_unit_and_a_cell_may_say_its_own() -> None:
    block = [["tube", "Gd / µM"], ["1", "50"], ["2", "0.1 mM"]]
    assert changes(block, NAMES, 0, "agent") == {"1": {"concentration_mM": 0.05}, "2": {"concentration_mM": 0.1}}


PLACES = {
    (row, column): f"{'ABC'[row]}{column + 1}" for row in range(3) for column in range(4) if (row, column) != (2, 3)
}


def test_a_block_lies_as_the_wells_do_from_the_one_it_is_pasted_at() -> None:
    assert laid_out([["0.1", "0,2"], ["", "0.4"]], PLACES, (1, 1)) == {
        "B2": {"concentration_mM": 0.1},
        "B3": {"concentration_mM": 0.2},
        "C3": {"concentration_mM": 0.4},
    }
    assert laid_out([["Gd6", "water"]], PLACES, (0, 0)) == {"A1": {"agent": "Gd6"}, "A2": {"agent": "water"}}


def test_a_plate_map_goes_where_its_letters_and_numbers_say() -> None:
    block = [["", "2", "3"], ["B", "1", "2"], ["C", "3", ""]]
    assert laid_out(block, PLACES, (0, 0)) == {
        "B2": {"concentration_mM": 1.0},
        "B3": {"concentration_mM": 2.0},
        "C2": {"concentration_mM": 3.0},
    }


@pytest.mark.parametrize(
    ("block", "start", "what"),
    [
        ([["1", "2"]], (2, 2), "'2' lies at C4, where there is no well"),
        ([["1", "Gd6"]], (0, 0), "'Gd6' is not a concentration"),
        ([["", ""]], (0, 0), "no cells"),
    ],
)
def test_a_block_that_lies_beside_the_wells_is_refused(
    block: list[list[str]], start: tuple[int, int], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        laid_out(block, PLACES, start)
