"""The control: an alarm when it is not what was published."""

from __future__ import annotations

import dataclasses
import math

import pytest

from relaxo.data import Rates, WellRate
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import analyse, conditions, differences, off_band, reference

PUBLISHED = reference("Gd-DTPA", 1.0)
assert PUBLISHED is not None
DOSES = (0.0, 0.1, 0.2, 0.4, 1.0)


def control(r1: float, r2: float, part: RegressionPart | None = None):
    rates = {
        quantity: Rates(
            quantity,
            tuple(WellRate(str(c), 0.4 + slope * c, math.nan, math.nan, 0, c, "Gd-DTPA") for c in DOSES),
        )
        for quantity, slope in (("R1", r1), ("R2", r2))
    }
    (agent,), _ = analyse(rates, part or RegressionPart())
    return agent


def test_a_control_as_published_is_no_alarm() -> None:
    assert off_band(control(4.55, 5.77), PUBLISHED) == ()
    assert off_band(control(4.55 * 1.09, 5.77 * 0.91), PUBLISHED) == ()


def test_a_control_off_its_band_is_an_alarm_with_both_numbers() -> None:
    (alarm,) = off_band(control(4.55 * 1.3, 5.77), PUBLISHED)
    assert alarm.code == "control_off"
    assert "r1 = 5.92" in alarm.message
    assert "4.09 to 5" in alarm.message
    assert [notice.code for notice in off_band(control(2.0, 3.0), PUBLISHED)] == ["control_off"] * 2


def test_an_interval_that_reaches_the_band_is_no_alarm() -> None:
    uncertain = control(4.55 * 1.3, 5.77, RegressionPart(stock_error_percent=10))
    assert off_band(uncertain, PUBLISHED) == ()


def test_a_published_error_widens_the_band() -> None:
    loose = dataclasses.replace(PUBLISHED, r1_se=1.0)
    assert off_band(control(4.55 * 1.3, 5.77), loose) == ()


def test_a_figure_that_was_not_published_is_not_judged() -> None:
    assert off_band(control(4.55, 99.0), dataclasses.replace(PUBLISHED, r2=None)) == ()


@pytest.mark.parametrize(
    ("temperature_C", "medium", "words"),
    [(37.0, "human plasma", None), (20.0, "plasma", "20 °C"), (37.0, "water", "here water"), (None, None, None)],
)
def test_other_conditions_are_told(temperature_C: float | None, medium: str | None, words: str | None) -> None:
    plasma = reference("gadobutrol", 1.5, medium="plasma")
    assert plasma is not None
    told = differences(plasma, temperature_C, medium)
    assert bool(told) == (words is not None)
    if words is not None:
        assert words in told[0].message


def test_conditions_that_a_source_does_not_state_differ_from_none() -> None:
    assert differences(PUBLISHED, 20.0, "water") == ()


def test_conditions_of_a_published_figure_say_what_is_not_stated() -> None:
    assert conditions(PUBLISHED) == "1 T, temperature not stated, medium not stated"
    known = dataclasses.replace(PUBLISHED, temperature_C=37.0, medium="plasma", field_T=1.5)
    assert conditions(known) == "1.5 T, 37 °C, plasma"
