"""Each agent has its wells by concentration, and the blank stands with each of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaxo.data import Contents
from relaxo.report.groups import groups, shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.pipeline import Result


def test_the_blank_comes_first_with_every_agent(result: Result) -> None:
    gd6, control = groups(result)
    assert (gd6.name, control.name) == ("Gd6", "Gd-DTPA")
    assert gd6.wells == ("1", "2", "3", "4", "5", "6", "7", "8")
    assert control.wells == ("1", "9", "10", "11", "12", "13", "14", "15")
    assert shared((gd6, control)) == {"1"}
    assert len({gd6.colour, control.colour, gd6.marker, control.marker}) == 4


def test_wells_are_ordered_by_concentration_and_unknown_ones_last(make_result: Callable[..., Result]) -> None:
    result = make_result({"x": ((0.5, None, 0.1, 1.0), (4.0, 5.0))})
    (group,) = groups(result)
    assert group.wells == ("1", "4", "2", "5", "3")


def test_an_agent_that_could_not_be_regressed_is_still_shown(result: Result) -> None:
    found = groups(dataclasses.replace(result, agents=result.agents[:1]))
    assert [group.name for group in found] == ["Gd6", "Gd-DTPA"]
    assert found[1].agent is None
    assert found[1].line("T1") is None


def test_blanks_of_any_name_stand_with_the_agents(result: Result) -> None:
    water = {**result.contents, "1": Contents(0.0, "water")}
    assert [group.name for group in groups(dataclasses.replace(result, contents=water))] == ["Gd6", "Gd-DTPA"]


def test_blanks_alone_are_one_group(result: Result) -> None:
    only = {"1": Contents(0.0, "water"), "2": Contents(None, "")}
    (group,) = groups(dataclasses.replace(result, contents=only, agents=()))
    assert group.wells == ("1", "2")


def test_without_contents_all_wells_stand_together(
    result: Result, without_contents: Callable[[Result], Result]
) -> None:
    (group,) = groups(without_contents(result))
    assert len(group.wells) == 15
