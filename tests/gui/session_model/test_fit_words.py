"""Fits in words."""

from __future__ import annotations

import pytest

from relaxo.data import FitStatus
from relaxo.models import CATALOGUE
from relaxo_gui.session_model.fit_words import (
    STATUS,
    left_out_words,
    parameter_symbol,
    parameter_words,
    r_squared_words,
)

INVERSION = {parameter.name: parameter for parameter in CATALOGUE["inversion_recovery"].parameters}


def test_times_are_said_in_ms_and_shares_without_a_unit() -> None:
    assert parameter_words(INVERSION["T1map"], 0.651, 0.004) == "T₁ 651 ± 4 ms"
    assert parameter_words(INVERSION["efficiency"], 0.96, 0.01) == "efficiency 0.960 ± 0.010"


def test_every_parameter_of_every_model_has_a_name() -> None:
    names = [parameter_symbol(one) for model in CATALOGUE.values() for one in model.parameters]
    assert all(names)
    assert "S₀" in names


def test_every_status_has_words() -> None:
    assert set(STATUS) == set(FitStatus)


@pytest.mark.parametrize(
    ("value", "words"), [(0.98765, "R² 0.9877"), (0.9998, "R² 0.9998"), (0.99998, "R² 0.999980"), (1.0, "R² 1.000000")]
)
def test_r_squared_has_the_digits_that_tell_it_from_one(value: float, words: str) -> None:
    assert r_squared_words(value) == words


def test_r_squared_is_never_rounded_up_to_one() -> None:
    assert r_squared_words(0.99999999) == "R² 0.999999"
    assert r_squared_words(float("nan")) == ""


def test_points_that_do_not_count_are_counted() -> None:
    assert left_out_words(("", ""), 0) == ""
    words = left_out_words(("skipped", "", "noise", "noise"), 0)
    assert words.startswith("left out: first echo")
    assert "2 points below the noise floor" in words
    assert "3 points" in left_out_words(("",), 3)
