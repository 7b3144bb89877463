"""What stands at the right: the panel of the step, and what must be known of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaxo.data import Notice
from relaxo_gui.session_model import STEPS

if TYPE_CHECKING:
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
