"""Intervals of sums of errors."""

import math

import pytest
from scipy.stats import t

from relaxo.relaxivity.interval import combined, degrees_of_freedom, quantile


def test_quantiles_are_students_and_normal_at_the_end() -> None:
    assert quantile(4) == pytest.approx(t.ppf(0.975, 4))
    assert quantile(math.inf) == pytest.approx(1.959963984540054)


def test_one_error_keeps_its_degrees_of_freedom() -> None:
    assert degrees_of_freedom([(0.3, 5)]) == pytest.approx(5)
    assert degrees_of_freedom([(0.3, 5), (0.0, math.inf)]) == pytest.approx(5)
    assert degrees_of_freedom([(0.3, math.inf)]) == math.inf


def test_the_example_of_the_gum() -> None:
    # Guide to the expression of uncertainty in measurement, G.4.1, note: 0.25, 0.57, 0.82 % with 9, 4, 14 give 19.0.
    assert degrees_of_freedom([(0.25, 9), (0.57, 4), (0.82, 14)]) == pytest.approx(19.0, abs=0.05)


def test_no_error_is_an_interval_of_nothing() -> None:
    assert combined(2.0, [(0.0, 3)], "1").ci95 == (2.0, 2.0)
