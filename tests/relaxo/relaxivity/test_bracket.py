"""The zero between two places is found as exactly as numbers can tell, wherever it lies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from relaxo.relaxivity.bracket import zero


@pytest.mark.parametrize("place", [0.0, 1e-9, 0.3, math.pi, -2.5, 7.999999])
@pytest.mark.parametrize("steepness", [1e-6, 1.0, 30.0])
def test_a_zero_is_found_to_the_last_digits(place: float, steepness: float) -> None:
    calls = []

    def function(x: float) -> float:
        calls.append(x)
        return math.sinh(steepness * (x - place))

    assert zero(function, -8.0, 8.0) == pytest.approx(place, rel=4e-16, abs=1e-29)
    assert len(calls) < 120


def test_it_agrees_with_brents_method() -> None:
    rng = np.random.default_rng(1)
    for a, b, c in rng.uniform(0.1, 3, (50, 3)):

        def function(x: float, a: float = a, b: float = b, c: float = c) -> float:
            return float(a - b * x - c * x**3)

        assert zero(function, 0.0, 40.0) == pytest.approx(
            brentq(function, 0.0, 40.0, xtol=1e-300, rtol=1e-15), rel=2e-15
        )


def test_a_jump_through_zero_is_a_zero() -> None:
    assert zero(lambda x: 1.0 if x < 1 / 3 else -1.0, 0.0, 1.0) == pytest.approx(1 / 3, rel=1e-15)


def test_an_end_may_be_the_zero() -> None:
    assert zero(lambda x: x, 0.0, 5.0) == 0
    assert zero(lambda x: x - 5, 0.0, 5.0) == 5


@pytest.mark.parametrize("ends", [(1.0, 2.0), (math.nan, 1.0)])
def test_what_encloses_no_zero_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="enclose no zero"):
        zero(lambda x: x, *ends)
