"""Proposals: seen before they are taken over, and gone when something else is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from relaxo_gui.panels.wells import CONCENTRATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow

    Settle = Callable[[], None]

Role = Qt.ItemDataRole


def shown(window: MainWindow, row: int) -> str:
    text = window.wells.rows.index(row, CONCENTRATION).data()
    assert isinstance(text, str)
    return text


def select(window: MainWindow, first: int, last: int) -> None:
    """Select concentrations from one row to another, as a drag over them does."""
    rows, model = window.wells.rows, window.wells.table.selectionModel()
    model.setCurrentIndex(rows.index(first, CONCENTRATION), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    for row in range(first, last + 1):
        model.select(rows.index(row, CONCENTRATION), QItemSelectionModel.SelectionFlag.Select)


def test_a_paste_is_shown_in_its_places_until_it_is_answered(sample: MainWindow) -> None:
    proposal, bar = sample.commands.proposal, sample.wells.bar
    before = shown(sample, 1)
    proposal.paste([["0.33"], ["0.44"]], 1, "concentration_mM")
    assert (shown(sample, 1), shown(sample, 2)) == ("0.33", "0.44")
    assert sample.wells.rows.index(1, CONCENTRATION).data(Role.BackgroundRole) is not None
    assert f"is {before}" in sample.wells.rows.index(1, CONCENTRATION).data(Role.ToolTipRole)
    assert not bar.take.isHidden()
    bar.drop.click()
    assert shown(sample, 1) == before
    assert bar.take.isHidden()
    assert sample.model.undo_label is None


def test_esc_gives_a_proposal_up_and_enter_takes_it(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    sample.model.go_to("concentrations")
    table = sample.wells.table
    sample.commands.proposal.paste([["0.33"]], 1, "concentration_mM")
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert sample.commands.proposal.proposal is None
    sample.commands.proposal.paste([["0.33"]], 1, "concentration_mM")
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert sample.model.contents["2"].concentration_mM == 0.33
    settle()


def test_another_decision_ends_a_proposal(sample: MainWindow, settle: Settle) -> None:
    sample.commands.proposal.paste([["0.33"]], 1, "concentration_mM")
    sample.commands.set_concentration("4", "0.25")
    assert sample.commands.proposal.proposal is None
    assert sample.model.contents["2"].concentration_mM == 0.05
    settle()


def test_a_block_that_cannot_be_read_is_said_and_nothing_is_proposed(sample: MainWindow) -> None:
    sample.commands.proposal.paste([["much"]], 1, "concentration_mM")
    assert sample.commands.proposal.proposal is None
    assert "'much' is not a concentration" in sample.banner.text


def test_a_list_on_the_picture_goes_down_the_plate_and_headings_say_where(sample: MainWindow) -> None:
    proposal = sample.commands.proposal
    proposal.paste_on_plate([["0.1"], ["0.2"]], "1")
    assert proposal.proposal is not None
    assert set(proposal.proposal.changes) == {"1", "6"}
    proposal.paste_on_plate([["well", "agent"], ["4", "X"]], "1")
    assert proposal.proposal.changes == {"4": {"agent": "X"}}


def test_a_dilution_series_is_counted_out_for_the_selected_wells(sample: MainWindow, settle: Settle) -> None:
    bar = sample.wells.bar
    sample.model.go_to("concentrations")
    select(sample, 1, 4)
    bar.series.click()
    bar.first.setValue(2.0)
    bar.factor.setValue(4.0)
    assert [shown(sample, row) for row in range(1, 5)] == ["2", "0.5", "0.125", "0.03125"]
    bar.take.click()
    settle()
    assert sample.model.contents["4"].concentration_mM == 0.125
    assert not bar.series.isChecked()
    assert sample.model.undo_label == "Dilute 4 wells"


def test_a_series_of_no_wells_is_refused(sample: MainWindow) -> None:
    sample.commands.proposal.dilute((), 1.0, 2.0)
    assert "no wells are selected" in sample.banner.text


def test_ctrl_d_fills_down(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    table = sample.wells.table
    sample.model.go_to("concentrations")
    select(sample, 2, 4)
    qtbot.keyClick(table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert [sample.model.contents[name].concentration_mM for name in ("3", "4", "5")] == [pytest.approx(0.1)] * 3
    assert sample.model.undo_label == "Fill 2 wells"
