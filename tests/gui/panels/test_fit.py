"""The fit panel: models that suit, options as they are declared, and what became of the voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLabel

from relaxo.models import CATALOGUE
from relaxo_gui.panels.fit import _share

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.panels.fit import FitPanel, QuantityFit


@pytest.fixture
def panel(sample: MainWindow) -> FitPanel:
    sample.model.go_to("maps")
    return sample.fit


def spin(fit: QuantityFit, name: str) -> QDoubleSpinBox:
    assert fit.form is not None
    control = fit.form.controls[name]
    assert isinstance(control, QDoubleSpinBox)
    return control


def test_only_models_that_suit_are_offered_and_auto_says_which(panel: FitPanel) -> None:
    box = panel.fits["T2"].model
    assert [box.itemData(index) for index in range(box.count())] == ["auto", "spin_echo_decay", "spin_echo_epg"]
    assert box.currentText() == f"Usual: {CATALOGUE['spin_echo_decay'].title}"


def test_the_form_is_the_declaration(panel: FitPanel) -> None:
    for quantity, name in (("T1", "inversion_recovery"), ("T2", "spin_echo_decay")):
        fit = panel.fits[quantity]
        assert fit.form is not None
        assert {key: field.default for key, field in fit.form.fields.items()} == dict(CATALOGUE[name].defaults)
    assert spin(panel.fits["T1"], "noise_floor").text() == "5 σ"  # noqa: RUF001 - the Greek letter


def test_every_option_says_what_it_does(panel: FitPanel) -> None:
    for fit in panel.fits.values():
        assert fit.form is not None
        said = [label.text() for label in fit.form.findChildren(QLabel)]
        for field in fit.form.fields.values():
            assert any(field.meaning[1:] in text for text in said)


def test_equation_parameters_and_reference_are_shown(panel: FitPanel) -> None:
    fit = panel.fits["T1"]
    assert fit.equation.text().startswith("S = M₀ · (1 + exp(")
    assert "longitudinal relaxation time (ms)" in fit.parameters.text()
    assert "Barral" in fit.reference.text()


def test_an_option_is_one_step_that_is_computed_and_undone(
    sample: MainWindow, panel: FitPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    assert panel.fits["T2"].form is not None
    skip = panel.fits["T2"].form.controls["skip_first_echo"]
    assert isinstance(skip, QCheckBox)
    before = sample.model.snapshot
    assert before is not None
    qtbot.keyClick(skip, Qt.Key.Key_Space)
    assert sample.model.undo_label == "Skip first echo of T2"
    assert sample.model.snapshot is not None
    assert sample.model.snapshot.maps["T2"] is before.maps["T2"]
    settle()
    after = sample.model.snapshot
    assert after is not None
    assert after.maps["T2"].options["skip_first_echo"] is False
    assert after.maps["T1"] is before.maps["T1"]
    assert panel.fits["T2"].usual.isVisibleTo(panel)
    sample.commands.undo()
    settle()
    assert skip.isChecked()
    assert sample.model.recipe == before.recipe


def test_an_option_at_its_default_is_no_decision(
    sample: MainWindow, panel: FitPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    floor = spin(panel.fits["T1"], "noise_floor")
    qtbot.keyClick(floor, Qt.Key.Key_Up)
    assert sample.model.recipe is not None
    assert sample.model.recipe.fit.T1.options["noise_floor"] > 5
    settle()
    floor.selectAll()
    qtbot.keyClicks(floor, "5")
    qtbot.keyClick(floor, Qt.Key.Key_Return)
    assert sample.model.recipe.fit.T1.options == {}
    settle()


def test_another_model_is_fitted_and_brings_its_own_options(
    sample: MainWindow, panel: FitPanel, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    fit = panel.fits["T1"]
    fit.model.setFocus()
    qtbot.keyClick(fit.model, Qt.Key.Key_Down)
    qtbot.keyClick(fit.model, Qt.Key.Key_Down)
    settle()
    assert sample.model.recipe is not None
    assert sample.model.recipe.fit.T1.model == "inversion_recovery_ideal"
    known = sample.model.snapshot
    assert known is not None
    assert known.maps["T1"].model == "inversion_recovery_ideal"
    assert "e)" not in fit.equation.text()
    assert sample.model.undo_label == "Model of T1"


def test_every_voxel_is_counted_with_its_reason(sample: MainWindow, panel: FitPanel) -> None:
    known = sample.model.snapshot
    assert known is not None
    rows = panel.fits["T2"]._rows
    texts = [
        [rows.itemAtPosition(row, column).widget().text() for column in range(3)]  # type: ignore[attr-defined, union-attr] # labels
        for row in range(rows.rowCount())
        if rows.itemAtPosition(row, 0) is not None
    ]
    assert texts[0] == ["wells", "all", "Voxels"]
    counts = {text[2].partition(":")[0]: (int(text[0]), int(text[1])) for text in texts[1:]}
    status, inside = known.maps["T2"].status, known.wells["T2"].labels > 0
    assert sum(total for _, total in counts.values()) == status.size
    assert counts["fitted"] == (np.sum(status[inside] == 0), np.sum(status == 0))
    assert all(len(text[2]) > 30 for text in texts[2:])
    assert f"{counts['fitted'][0]} of {inside.sum()} voxels of the wells" in panel.fits["T2"].share.text()


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(5, 5, "100 %"), (9999, 10000, "99.9 %"), (0, 5, "0 %"), (1, 100000, "0.1 %")]
)
def test_a_share_is_never_rounded_to_all_or_none(part: int, whole: int, said: str) -> None:
    assert _share(part, whole) == said
