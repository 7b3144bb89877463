"""What stands at the right: the panel of the step, and what must be known of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaxo.data import Choice, Notice
from relaxo_gui.session_model import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo_gui.main_window import MainWindow


def test_every_step_has_something_to_show(sample: MainWindow) -> None:
    for step in STEPS:
        sample.model.go_to(step)
        assert sample.side.stack.currentWidget() is not None
        assert sample._docks["side"].windowTitle() == sample.side.title != ""
        assert sample.steps.bar.current == step


def test_a_warning_stands_at_its_step_and_leads_to_its_well(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    sample.model.show(replace(known, notices=(Notice("well_uneven", "Look for a bubble.", "3"),)))
    sample.model.go_to("maps")
    assert sample.side.notices.isHidden()
    sample.model.go_to("wells")
    assert sample.side.notices.isVisible()
    button = sample.side.notices.rows[0].button
    assert button is not None
    button.click()
    assert sample.model.selected == "3"


def test_a_doubt_about_names_is_answered_with_one_click(sample: MainWindow, settle: Callable[[], None]) -> None:
    sample.commands.by_hand.name_by("Plate", naming="plate")
    settle()
    known = sample.model.snapshot
    assert known is not None
    doubt = Notice("plate_part", "Is the first one A1 or B1?", choices=(Choice("It is B1", (("first", "B1"),)),))
    sample.model.go_to("wells")
    sample.model.show(replace(known, notices=(doubt,)))
    (row,) = sample.side.notices.rows
    assert [button.text() for button in row.choices] == ["It is B1"]
    row.choices[0].click()
    settle()
    assert sample.model.undo_label == "It is B1"
    after = sample.model.snapshot
    assert after is not None
    assert after.error is None
    assert after.wells["T1"].wells[0].name == "B1"
    assert sample.model.contents["B1"].concentration_mM == 0
