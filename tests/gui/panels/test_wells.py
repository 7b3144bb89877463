"""The table of wells: what is in them, what was measured, and why something does not count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from relaxo_gui.panels.wells import AGENT, CONCENTRATION, T1, T2, USE, WELL

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from relaxo_gui.main_window import MainWindow

Role = Qt.ItemDataRole


def colour(window: MainWindow, row: int, column: int) -> str | None:
    given: QColor | None = window.wells.rows.index(row, column).data(Role.ForegroundRole)
    return None if given is None else given.name()


def test_a_row_holds_what_the_recipe_says_and_what_was_measured(sample: MainWindow) -> None:
    rows = sample.wells.rows
    texts = [rows.index(2, column).data() for column in (WELL, AGENT, CONCENTRATION)]
    assert texts == ["3", "Gd6", "0.1"]
    value, _, spread = rows.index(2, T1).data().partition(" ± ")
    assert float(value) == pytest.approx(651, rel=0.03)
    assert 0 < float(spread) < 50


def test_numbers_stand_to_the_right_and_every_column_explains_itself(sample: MainWindow) -> None:
    rows = sample.wells.rows
    for column in (CONCENTRATION, T1, T2):
        assert rows.index(0, column).data(Role.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    for column in range(rows.columnCount()):
        assert rows.headerData(column, Qt.Orientation.Horizontal, Role.ToolTipRole)


def test_a_time_that_does_not_count_is_muted_and_says_why(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    wells = tuple(
        replace(rate, excluded="too short") if rate.well == "4" else replace(rate, excluded=None)
        for rate in known.rates["R2"].wells
    )
    sample.model.show(replace(known, rates={**known.rates, "R2": replace(known.rates["R2"], wells=wells)}))
    rows = sample.wells.rows
    assert rows.index(3, T2).data(Role.ToolTipRole) == "too short"
    assert rows.index(3, USE).data() == "T2: too short"
    assert rows.index(3, USE).data(Role.CheckStateRole) == Qt.CheckState.Checked
    assert colour(sample, 3, T2) is not None
    assert colour(sample, 3, T1) is None


def test_only_what_a_person_decides_can_be_edited(sample: MainWindow) -> None:
    rows = sample.wells.rows
    editable = [bool(rows.flags(rows.index(0, column)) & Qt.ItemFlag.ItemIsEditable) for column in range(6)]
    assert editable == [False, True, True, False, False, True]


def test_clearing_the_reason_takes_the_well_back(sample: MainWindow) -> None:
    sample.commands.exclude("6", "spilled")
    rows = sample.wells.rows
    assert rows.index(5, USE).data(Role.CheckStateRole) == Qt.CheckState.Unchecked
    rows.setData(rows.index(5, USE), "", Role.EditRole)
    assert sample.model.contents["6"].exclude is None
    sample.commands.cancel()


def test_typing_the_same_again_is_no_edit(sample: MainWindow) -> None:
    rows = sample.wells.rows
    for column in (AGENT, CONCENTRATION, USE):
        index = rows.index(4, column)
        rows.setData(index, index.data(Role.EditRole), Role.EditRole)
    assert sample.model.undo_label is None
