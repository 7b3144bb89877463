"""All agents of a run: their blanks, their doubts, and that one failure does not stop the rest."""

from __future__ import annotations

import math

import pytest

from relaxo.data import Rates, WellRate
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import analyse

GD6 = {"R1": (0.33, 12.06), "R2": (0.45, 24.10)}
GD_DTPA = {"R1": (0.33, 4.55), "R2": (0.45, 5.77)}
SERIES = (0.1, 0.2, 0.4, 0.8)


def rates(quantity: str, *rows: tuple[str, float | None, float, str | None]) -> Rates:
    """Return the rates of wells 1, 2, ... given as agent, concentration (mM), rate (1/s) and reason for exclusion."""
    return Rates(
        quantity,
        tuple(
            WellRate(str(number), rate, math.nan, math.nan, 0, concentration, agent, excluded)
            for number, (agent, concentration, rate, excluded) in enumerate(rows, 1)
        ),
    )


def series(
    quantity: str, agent: str, line: dict[str, tuple[float, float]], concentrations: tuple[float, ...] = SERIES
) -> list[tuple[str, float | None, float, str | None]]:
    intercept, slope = line[quantity]
    return [(agent, concentration, intercept + slope * concentration, None) for concentration in concentrations]


def codes(notices: tuple) -> list[str]:  # type: ignore[type-arg]
    return [notice.code for notice in notices]


def test_the_founding_case_comes_out_to_the_last_digit() -> None:
    both = {
        quantity: rates(
            quantity,
            ("water", 0, 0.33 if quantity == "R1" else 0.45, None),
            *series(quantity, "Gd6", GD6),
            *series(quantity, "Gd-DTPA", GD_DTPA),
        )
        for quantity in ("R1", "R2")
    }
    (gd6, control), notices = analyse(both, RegressionPart())
    assert (gd6.name, control.name) == ("Gd6", "Gd-DTPA")
    assert gd6.per == "ion"
    for agent, truth in ((gd6, GD6), (control, GD_DTPA)):
        assert agent.r1 is not None
        assert agent.r2 is not None
        assert agent.ratio is not None
        assert agent.r1.relaxivity.value == pytest.approx(truth["R1"][1], rel=1e-12)
        assert agent.r2.relaxivity.value == pytest.approx(truth["R2"][1], rel=1e-12)
        assert agent.ratio.value == pytest.approx(truth["R2"][1] / truth["R1"][1], rel=1e-12)
    assert gd6.r1 is not None
    assert gd6.r1.wells == ("1", "2", "3", "4", "5")
    assert control.r2 is not None
    assert control.r2.wells == ("1", "6", "7", "8", "9")
    assert codes(notices) == ["blank_shared"]
    assert notices[0].well == "1"
    assert "Gd6 and Gd-DTPA" in notices[0].message


def test_agents_stand_in_the_order_of_the_table() -> None:
    rows = [*series("R2", "b", GD6), *series("R2", "a", GD6)]
    agents, _ = analyse({"R2": rates("R2", *rows)}, RegressionPart(per="molecule"))
    assert [agent.name for agent in agents] == ["b", "a"]
    assert {agent.per for agent in agents} == {"molecule"}
    assert all(agent.r1 is None and agent.ratio is None for agent in agents)


def test_a_table_without_agents_has_one_that_is_unnamed() -> None:
    (agent,), notices = analyse({"R1": rates("R1", *series("R1", "", GD6, (0, *SERIES)))}, RegressionPart())
    assert agent.name == ""
    assert agent.r1 is not None
    assert len(agent.r1.wells) == 5
    assert notices == ()


def test_a_zero_of_its_own_agent_is_nobody_elses() -> None:
    rows = [*series("R1", "Gd6", GD6, (0, *SERIES)), *series("R1", "Gd-DTPA", GD_DTPA)]
    (gd6, control), notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert gd6.r1 is not None
    assert control.r1 is not None
    assert len(gd6.r1.wells) == 5
    assert control.r1.wells == ("6", "7", "8", "9")
    assert notices == ()


def test_excluded_wells_enter_no_line_blanks_included() -> None:
    rows = [("", 0.0, math.nan, "too long for the echo train"), *series("R2", "Gd6", GD6)]
    rows[2] = ("Gd6", 0.2, 999.0, "bubble")
    (gd6,), notices = analyse({"R2": rates("R2", *rows)}, RegressionPart())
    assert gd6.r2 is not None
    assert gd6.r2.wells == ("2", "4", "5")
    assert notices == ()


def test_an_agent_that_cannot_be_regressed_does_not_stop_the_others() -> None:
    rows = [*series("R1", "short", GD6, (0.1, 0.2)), *series("R1", "Gd6", GD6)]
    (short, gd6), notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert short.r1 is None
    assert gd6.r1 is not None
    assert codes(notices) == ["not_regressed"]
    assert notices[0].message.startswith("short: r1 needs at least 3 different concentrations, there are 2 in 2 usable")


def test_an_agent_whose_wells_are_all_excluded_is_still_reported() -> None:
    rows = [*series("R1", "Gd6", GD6), ("lost", 0.5, math.nan, "spilt")]
    (gd6, lost), notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert gd6.r1 is not None
    assert lost.r1 is None
    assert codes(notices) == ["not_regressed"]


def test_one_rate_may_fail_alone() -> None:
    short = rates("R2", *((agent, c, rate, "too short") for agent, c, rate, _ in series("R2", "Gd6", GD6)))
    (gd6,), notices = analyse({"R1": rates("R1", *series("R1", "Gd6", GD6)), "R2": short}, RegressionPart())
    assert gd6.r1 is not None
    assert gd6.r2 is None
    assert gd6.ratio is None
    assert codes(notices) == ["not_regressed"]


def test_wells_without_a_concentration_are_named() -> None:
    rows = [*series("R1", "Gd6", GD6), ("", None, 1.0, None), ("", None, math.nan, "empty")]
    (gd6,), notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert gd6.name == "Gd6"
    assert codes(notices) == ["concentration_missing"]
    assert "well 5:" in notices[0].message


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no well has a concentration above 0"),
        ([("water", 0.0, 0.4, None)], "no well has a concentration above 0"),
        ([("Gd6", None, 4.0, None)], "no well has a concentration above 0"),
        ([("Gd6", 1.0, 4.0, None), ("Gd6", 2.0, 8.0, None)], "at least 3 different concentrations, there are 2"),
    ],
)
def test_nothing_to_regress_is_an_error(rows: list[tuple[str, float | None, float, str | None]], message: str) -> None:
    with pytest.raises(AnalysisError, match=message) as caught:
        analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert caught.value.hint


def test_standard_errors_that_are_asked_for_and_missing_are_said() -> None:
    with pytest.raises(AnalysisError, match="wells 1, 2, 3, 4 have none"):
        analyse({"R1": rates("R1", *series("R1", "Gd6", GD6))}, RegressionPart(weights="standard_error"))


def test_a_negative_intercept_is_doubted() -> None:
    rows = series("R1", "Gd6", {"R1": (-2.0, 20.0)}, (0.2, 0.4, 0.6, 0.8))
    _, notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert codes(notices) == ["intercept_negative"]


def test_a_relaxivity_of_nothing_has_no_ratio() -> None:
    flat = rates("R1", *(("x", c, rate, None) for c, rate in zip(SERIES, (1.0, 1.1, 0.9, 1.02), strict=True)))
    (agent,), notices = analyse({"R1": flat, "R2": rates("R2", *series("R2", "x", GD6))}, RegressionPart())
    assert agent.r1 is not None
    assert agent.r2 is not None
    assert agent.ratio is None
    assert codes(notices) == ["relaxivity_not_positive", "ratio_unbounded"]


def test_a_ratio_below_one_is_doubted() -> None:
    swapped = {"R1": GD_DTPA["R2"], "R2": GD_DTPA["R1"]}
    both = {quantity: rates(quantity, *series(quantity, "x", swapped)) for quantity in ("R1", "R2")}
    _, notices = analyse(both, RegressionPart())
    assert codes(notices) == ["ratio_below_one"]


def test_errors_of_concentrations_are_said_to_be_left_out() -> None:
    wells = tuple(
        WellRate(str(c), 0.4 + 12 * c, math.nan, math.nan, 0, c, "x", concentration_se=0.01 * c) for c in SERIES
    )
    _, notices = analyse({"R1": Rates("R1", wells)}, RegressionPart())
    assert codes(notices) == ["concentration_errors_left_out"]
    york = RegressionPart(method="york", rate_error_percent=1)
    (agent,), notices = analyse({"R1": Rates("R1", wells)}, york)
    assert notices == ()
    assert agent.r1 is not None
    assert {share.source for share in agent.r1.budget} == {"rates", "concentration", "stock"}


def test_a_series_that_bends_is_doubted() -> None:
    rows = [("x", c, 0.4 + 12 * c + 4 * c * c, None) for c in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)]
    (agent,), notices = analyse({"R1": rates("R1", *rows)}, RegressionPart())
    assert agent.r1 is not None
    assert agent.r1.quality is not None
    assert agent.r1.quality.r_squared > 0.99
    assert "curved" in codes(notices)


def test_a_line_that_misses_its_blank_is_doubted() -> None:
    rows = [("x", 0.0, 3.0, None), *(("x", c, 0.4 + 2 * c, None) for c in (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0))]
    _, notices = analyse({"R1": rates("R1", *rows)}, RegressionPart(method="robust", weights="relative"))
    assert {"intercept_not_blank", "outlier"} <= set(codes(notices))
    assert {notice.well for notice in notices if notice.code == "intercept_not_blank"} == {"1"}


def test_scatter_beyond_the_stated_errors_is_told() -> None:
    rows = [("x", c, (0.4 + 12 * c) * (1 + e), None) for c, e in zip(SERIES, (0.1, -0.1, 0.1, -0.1), strict=True)]
    _, notices = analyse({"R1": rates("R1", *rows)}, RegressionPart(method="york", rate_error_percent=1))
    assert "errors_too_small" in codes(notices)


def test_two_ratios_that_disagree_are_told() -> None:
    concentrations = (0.0, 0.1, 0.2, 0.4, 0.8)
    straight = [("x", c, 0.4 + 12 * c, None) for c in concentrations]
    bent = [("x", c, (0.5 + 24 * c) * (1.6 if c == 0.8 else 1), None) for c in concentrations]
    both = {"R1": rates("R1", *straight), "R2": rates("R2", *bent)}
    _, notices = analyse(both, RegressionPart(method="robust", rate_error_percent=1))
    (agent,), _ = analyse(both, RegressionPart(method="robust", rate_error_percent=1))
    assert agent.ratio is not None
    assert agent.ratio.value == pytest.approx(2, rel=0.01)
    assert "outlier" in codes(notices)
    _, notices = analyse(both, RegressionPart(weights="relative"))
    assert "outlier" in codes(notices)


def test_a_verdict_is_given_where_it_is_asked_for() -> None:
    both = {quantity: rates(quantity, *series(quantity, "Gd6", GD6)) for quantity in ("R1", "R2")}
    (agent,), _ = analyse(both, RegressionPart())
    assert agent.verdict is None
    (agent,), _ = analyse(both, RegressionPart(ratio_threshold=2))
    assert agent.verdict is not None
    assert agent.verdict.answer == "below"
