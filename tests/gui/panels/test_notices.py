"""The notices panel: every notice is there, and leads to its well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaxo.data import Notice

if TYPE_CHECKING:
    from relaxo_gui.main_window import MainWindow


def test_every_notice_is_listed_and_a_click_selects_its_well(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    sample.model.show(replace(known, notices=(Notice("a", "Of all."), Notice("b", "Of one.", "3"))))
    shown = sample.notices.list
    assert [shown.item(k).text() for k in range(shown.count())] == ["Of all.", "3: Of one."]
    shown.itemClicked.emit(shown.item(1))
    assert sample.model.selected == "3"
    shown.itemClicked.emit(shown.item(0))
    assert sample.model.selected == "3"
