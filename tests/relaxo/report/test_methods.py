"""The Methods paragraph: nothing in it that the results do not hold, and gaps that are seen."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from relaxo.data import Verdict
from relaxo.recipe import RegressionPart
from relaxo.report import methods, regression_methods


def test_the_paragraph_says_what_was_done(result) -> None:
    text = methods(result)
    for words in (
        "1 T (42.6 MHz)",
        "25 °C",
        "in water",
        "inversion recovery (inversion time 50, 100, 200",
        "multi-echo spin echo (echo time 32 values from 10 to 320 ms",
        "M0 * (1 + exp(-TR / T1)",
        "per ion",
        "ordinary least squares with a free intercept",
        "Gd6: r1 = 12.1",
        "Inorg. Chem. Front.",
    ):
        assert words in text, words
    assert "nan" not in text
    assert "None" not in text


def test_what_nobody_stated_stands_in_brackets(result) -> None:
    bare = msgspec.structs.replace(result.recipe.conditions, temperature_C=None, medium=None)
    text = methods(
        dataclasses.replace(result, field_T=None, recipe=msgspec.structs.replace(result.recipe, conditions=bare))
    )
    for words in ("[field not stated]", "[temperature not stated]", "[medium not stated]", "[Not stated: field"):
        assert words in text


def test_errors_are_named_that_the_intervals_hold(result) -> None:
    assert "not the error of the stock" in regression_methods(result.agents, RegressionPart())
    stock = regression_methods(result.agents, RegressionPart(stock_error_percent=5, pipetting_error_percent=3))
    assert "hold standard errors of stock (5 %)" in stock
    both = RegressionPart(method="york", stock_error_percent=5, pipetting_error_percent=3, rate_error_percent=2)
    assert "stock (5 %), pipetting (3 %) and rates (2 %)" in regression_methods(result.agents, both)


@pytest.mark.parametrize(
    ("probability", "words"), [(0.53, "0.53"), (0.9996, "more than 0.999"), (0.0, "less than 0.001"), (0.994, "0.994")]
)
def test_a_verdict_is_never_rounded_to_certainty(probability: float, words: str, result) -> None:
    agent = dataclasses.replace(result.agents[0], verdict=Verdict(2.0, probability, "undecided"))
    assert f"below 2 has a probability of {words}." in regression_methods([agent], RegressionPart())


def test_an_interpolated_reference_is_marked(result) -> None:
    marked = dataclasses.replace(result.reference, status="interpolated")
    assert "(interpolated between fields)" in methods(dataclasses.replace(result, reference=marked))
