"""An agent is compared with what counts the same, and the error of the other counts too."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest

from relaxo.report import compare

if TYPE_CHECKING:
    from relaxo.pipeline import Result


def test_quotients_are_of_the_values(result: Result) -> None:
    over_reference, over_control, control_over_reference = compare(result.agents, result.reference, "Gd-DTPA")
    gd6, control = result.agents
    assert gd6.r1 is not None
    assert control.r1 is not None
    assert over_reference.quotients["r1"].value == pytest.approx(gd6.r1.relaxivity.value / 4.55)
    assert over_control.quotients["r1"].value == pytest.approx(gd6.r1.relaxivity.value / control.r1.relaxivity.value)
    assert control_over_reference.quotients["r2_over_r1"].value == pytest.approx(1, rel=0.02)


def test_errors_add_in_squares_of_their_shares(result: Result) -> None:
    _, over_control, _ = compare(result.agents, result.reference, "Gd-DTPA")
    gd6, control = result.agents
    assert gd6.r2 is not None
    assert control.r2 is not None
    shares = [line.relaxivity.standard_error / line.relaxivity.value for line in (gd6.r2, control.r2)]
    quotient = over_control.quotients["r2"]
    assert quotient.standard_error == pytest.approx(quotient.value * math.hypot(*shares))


def test_an_unknown_error_stays_unknown(result: Result) -> None:
    assert math.isnan(compare(result.agents, result.reference, None)[0].quotients["r1"].standard_error)


def test_per_molecule_is_not_compared_with_per_ion(result: Result) -> None:
    agents = [dataclasses.replace(agent, per="molecule") for agent in result.agents]
    assert compare(agents, result.reference, None) == ()


def test_what_one_of_them_lacks_is_left_out(result: Result) -> None:
    assert result.reference is not None
    without = dataclasses.replace(result.reference, r2=None)
    assert set(compare(result.agents, without, None)[0].quotients) == {"r1"}
    agent = dataclasses.replace(result.agents[0], r1=None, ratio=None)
    assert set(compare([agent], result.reference, None)[0].quotients) == {"r2"}
    assert compare(result.agents, None, None) == ()
