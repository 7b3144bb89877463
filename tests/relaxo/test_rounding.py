"""A number is shown with the digits that its error supports, and with all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaxo.rounding import decimals, fixed, rounded


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (12.0594, 0.0512, "12.06 ± 0.05"),
        (24.0961, 0.0133, "24.096 ± 0.013"),
        (1.998, 0.0101, "1.998 ± 0.010"),
        (1.99834, 0.0052, "1.998 ± 0.005"),
        (0.67, 0.0096, "0.670 ± 0.010"),
        (4.55, 0.354, "4.55 ± 0.35"),
        (4.55, 0.356, "4.5 ± 0.4"),
        (12345.0, 620.0, "12300 ± 600"),
        (12345.0, 1.4, "12345.0 ± 1.4"),
        (0.3, 5.0, "0 ± 5"),
        (-0.312, 0.04, "−0.31 ± 0.04"),  # noqa: RUF001
        (-0.001, 0.04, "0.00 ± 0.04"),
        (12.0, 0.0, "12.00 ± 0.00"),
        (12.0594, math.nan, "12.06"),
        (1.998, math.inf, "1.998"),
        (0.0, math.nan, "0"),
        (math.nan, 0.1, "–"),  # noqa: RUF001
        (math.inf, 0.1, "–"),  # noqa: RUF001
    ],
)
def test_values_as_people_write_them(value: float, error: float, text: str) -> None:
    assert rounded(value, error) == text


def test_below_two_stays_below_two_when_the_error_says_so() -> None:
    assert rounded(1.998, 0.0012).startswith("1.9980")
    assert rounded(1.998, 0.0019).startswith("1.998")
    assert rounded(1.9996, 0.0004).startswith("1.9996")


def number(text: str) -> float:
    return float(text.replace("−", "-"))  # noqa: RUF001


ERRORS = st.floats(1e-9, 1e6)


@given(st.floats(-1e6, 1e6), ERRORS)
def test_rounding_changes_a_value_by_less_than_its_error_can_tell(value: float, error: float) -> None:
    shown, shown_error = (number(part) for part in rounded(value, error).split(" ± "))
    assert abs(shown - value) <= 0.15 * error * (1 + 1e-6) + 1e-9 * abs(value)
    assert shown_error == pytest.approx(error, rel=0.16)
    assert shown_error > 0


@given(st.floats(-1e6, 1e6), ERRORS)
def test_both_end_at_the_same_decimal(value: float, error: float) -> None:
    shown, shown_error = rounded(value, error).split(" ± ")
    assert len(shown.partition(".")[2]) == len(shown_error.partition(".")[2])
    assert not (shown.startswith("−") and number(shown) == 0)  # noqa: RUF001


@given(ERRORS)
def test_a_larger_error_never_shows_more_decimals(error: float) -> None:
    assert decimals(error * 1.01) <= decimals(error)


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_error_says_nothing_about_digits(error: float) -> None:
    with pytest.raises(ValueError, match="digits"):
        decimals(error)


def test_fixed_decimals_for_the_ends_of_an_interval() -> None:
    assert fixed(11.9512, 2) == "11.95"
    assert fixed(-0.04, 1) == "0.0"
    assert fixed(1234.0, -2) == "1200"
    assert fixed(math.nan, 2) == "–"  # noqa: RUF001
