"""The panel of the relaxivity step: the numbers of the result, what they mean, and the settings of the recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox

from relaxo_gui.session_model.line_words import estimate_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo.pipeline import Result
    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.panels.regression import RegressionPanel


@pytest.fixture
def panel(sample: MainWindow) -> RegressionPanel:
    sample.model.go_to("relaxivity")
    return sample.regression


def result_of(window: MainWindow) -> Result:
    known = window.model.snapshot
    assert known is not None
    assert known.result is not None
    return known.result


def choice(panel: RegressionPanel, key: str) -> QComboBox:
    control = panel.method.controls[key]
    assert isinstance(control, QComboBox)
    return control


def test_every_value_has_its_interval(sample: MainWindow, panel: RegressionPanel) -> None:
    rows = [row.texts for row in panel.values.rows]
    for agent in result_of(sample).agents:
        assert agent.r1 is not None
        assert agent.ratio is not None
        assert ("r₁", *estimate_words(agent.r1.relaxivity), str(len(agent.r1.wells))) in rows
        assert ("r₂/r₁", *estimate_words(agent.ratio), "") in rows
    assert ("Gd-DTPA, published",) in rows
    assert ("r₁", "4.55", "", "") in rows


def test_it_says_what_the_numbers_mean(panel: RegressionPanel) -> None:
    said = panel.verdict.text()
    assert "The control Gd-DTPA came out as published" in said
    assert "Gd6 against the control Gd-DTPA: r₁ 2.6" in said
    assert "Gd6 against published Gd-DTPA (1 T" in said
    assert "larger" in said


def test_a_claim_is_answered_with_its_probability(
    sample: MainWindow, panel: RegressionPanel, settle: Callable[[], None]
) -> None:
    sample.commands.choices.regress_by("Is r2/r1 below", ratio_threshold=3.0)
    settle()
    assert "Gd6: r₂/r₁ lies below 3 (probability of below: more than 0.999)" in panel.verdict.text()


def test_a_setting_is_one_step_and_runs_only_the_regression(
    sample: MainWindow, panel: RegressionPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    before = result_of(sample)
    start = sample.model.recipe
    weights = choice(panel, "weights")
    weights.setFocus()
    qtbot.keyClick(weights, Qt.Key.Key_Down)
    assert sample.model.undo_label == "Weights"
    settle()
    after = result_of(sample)
    assert after.recipe.regression.weights == "relative"
    assert all(after.maps[quantity] is before.maps[quantity] for quantity in before.maps)
    assert all(after.wells[quantity] is before.wells[quantity] for quantity in before.wells)
    assert after.agents[0].r1 is not None
    assert after.agents[0].r1.weights == "relative"
    sample.commands.undo()
    settle()
    assert sample.model.recipe == start
    assert weights.currentData() == "none"


def test_only_what_the_method_uses_can_be_set(
    sample: MainWindow, panel: RegressionPanel, settle: Callable[[], None]
) -> None:
    controls = panel.method.controls
    assert not controls["pipetting_error_percent"].isEnabled()
    assert not controls["intercept_R1_per_s"].isEnabled()
    sample.commands.choices.regress_by("Method", method="york", intercept="fixed")
    assert controls["pipetting_error_percent"].isEnabled()
    assert controls["intercept_R1_per_s"].isEnabled()
    assert not controls["weights"].isEnabled()
    sample.commands.undo()
    settle()


def test_an_error_of_the_stock_widens_the_interval(
    sample: MainWindow, panel: RegressionPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    stock = panel.method.controls["stock_error_percent"]
    assert isinstance(stock, QDoubleSpinBox)
    stock.selectAll()
    qtbot.keyClicks(stock, "5")
    qtbot.keyClick(stock, Qt.Key.Key_Return)
    settle()
    line = result_of(sample).agents[0].r1
    assert line is not None
    assert line.relaxivity.standard_error > 0.049 * line.relaxivity.value


def test_relaxivities_are_counted_per_molecule_with_a_click(
    sample: MainWindow, panel: RegressionPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    before = result_of(sample).agents[0].r1
    assert before is not None
    qtbot.mouseClick(panel.per._buttons["molecule"], Qt.MouseButton.LeftButton)
    settle()
    after = result_of(sample).agents[0]
    assert after.per == "molecule"
    assert after.r1 is not None
    assert after.r1.relaxivity.value == pytest.approx(6 * before.relaxivity.value)
    assert panel.comparison is not None
    ions = panel.comparison.controls["ions Gd6"]
    assert isinstance(ions, QDoubleSpinBox)
    assert ions.value() == 6
    ions.selectAll()
    qtbot.keyClicks(ions, "3")
    qtbot.keyClick(ions, Qt.Key.Key_Return)
    settle()
    line = result_of(sample).agents[0].r1
    assert line is not None
    assert line.relaxivity.value == pytest.approx(3 * before.relaxivity.value)
    assert "per molecule" in sample.relaxivity.values[0].text()
    qtbot.mouseClick(panel.per._buttons["ion"], Qt.MouseButton.LeftButton)
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.regression.report_per is None


def test_another_published_agent_and_field_are_compared_with(
    sample: MainWindow, panel: RegressionPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    assert panel.comparison is not None
    reference = panel.comparison.controls["reference"]
    assert isinstance(reference, QComboBox)
    assert reference.currentText().startswith("Gd-DTPA")
    sample.commands.choices.under_conditions("Field", field_T=1.5)
    settle()
    found = result_of(sample).reference
    assert found is not None
    assert found.field_T == 1.5
    field = panel.conditions.controls["field_T"]
    assert isinstance(field, QDoubleSpinBox)
    assert field.text() == "1.5 T"
    reference.setFocus()
    qtbot.keyClick(reference, Qt.Key.Key_Up)
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.regression.reference != "Gd-DTPA"


def test_everything_can_be_reached_and_says_what_it_is(panel: RegressionPanel) -> None:
    assert panel.comparison is not None
    for form in (panel.method, panel.comparison, panel.conditions):
        for control in form.controls.values():
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
            assert control.accessibleName()
            assert len(control.toolTip()) > 10
