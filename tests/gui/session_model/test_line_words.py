"""Numbers of the regression in words."""

from __future__ import annotations

import math

import pytest

from relaxo.data import Estimate
from relaxo.report.compare import Quotient
from relaxo_gui.session_model.line_words import _times, estimate_words, interval_words, published_words


def test_value_and_interval_end_at_the_same_digit() -> None:
    assert estimate_words(Estimate(12.0612, 0.052, (11.94, 12.1837), "1/s/mM")) == ("12.06 ± 0.05", "11.94 … 12.18")
    assert estimate_words(None)[1] == ""


def test_an_unknown_interval_is_not_shown() -> None:
    assert interval_words(-math.inf, math.inf, 0.1) == ""


def test_a_published_value_keeps_its_digits() -> None:
    assert published_words(4.5, None) == "4.5"
    assert published_words(4.5, 0.1) == "4.50 ± 0.10"
    assert published_words(None, None) == ""


@pytest.mark.parametrize(
    ("quotient", "words"),
    [
        (Quotient(2.66, 0.01, 0.02, 1e-9), "2.660 times (2.640 … 2.680), larger"),
        (Quotient(0.5, 0.01, 0.02, 1e-9), "0.500 times (0.480 … 0.520), smaller"),
        (Quotient(1.02, 0.03, 0.06, 0.5), "1.020 times (0.960 … 1.080), no difference that could be shown"),
        (Quotient(2.66, math.nan), "2.660 times, larger"),
    ],
)
def test_a_comparison_says_no_more_than_it_can(quotient: Quotient, words: str) -> None:
    assert _times(quotient) == words
