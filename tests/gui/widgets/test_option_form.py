"""A form made from a list: it shows values without telling, and tells what a person makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit

from relaxo_gui.widgets.option_form import Field, OptionForm

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FIELDS = (
    Field("skip", "Skip first echo", "leave out the first echo", True),
    Field("floor", "Noise floor", "below this", 5.0, "sigma", 0.0, 10.0),
    Field("stock", "Stock", "its error", None, "%", blank="not stated"),
    Field("way", "Way", "how", "a", choices=(("a", "One"), ("b", "Other"))),
    Field("medium", "Medium", "what it is in", "", blank="not stated"),
)


@pytest.fixture
def told() -> list[tuple[str, object]]:
    return []


@pytest.fixture
def form(qtbot: QtBot, told: list[tuple[str, object]]) -> OptionForm:
    form = OptionForm(FIELDS)
    qtbot.addWidget(form)
    form.chosen.connect(lambda *given: told.append(given))
    form.show()
    qtbot.waitExposed(form)
    return form


def test_it_shows_values_without_telling(form: OptionForm, told: list[tuple[str, object]]) -> None:
    form.set_values({"skip": False, "floor": 3.0, "stock": 5.0, "way": "b", "medium": "water"})
    skip, floor, stock, way, medium = form.controls.values()
    assert isinstance(skip, QCheckBox)
    assert not skip.isChecked()
    assert isinstance(floor, QDoubleSpinBox)
    assert floor.text() == "3 sigma"
    assert isinstance(stock, QDoubleSpinBox)
    assert stock.text() == "5 %"
    assert isinstance(way, QComboBox)
    assert way.currentText() == "Other"
    assert isinstance(medium, QLineEdit)
    assert medium.text() == "water"
    form.set_values({})
    assert skip.isChecked()
    assert stock.text() == "not stated"
    assert told == []


def test_it_tells_what_is_typed_and_clicked(form: OptionForm, told: list[tuple[str, object]], qtbot: QtBot) -> None:
    skip, floor, _, way, medium = form.controls.values()
    qtbot.keyClick(skip, Qt.Key.Key_Space)
    assert isinstance(floor, QDoubleSpinBox)
    floor.selectAll()
    qtbot.keyClicks(floor, "2.5")
    qtbot.keyClick(floor, Qt.Key.Key_Return)
    qtbot.keyClick(way, Qt.Key.Key_Down)
    qtbot.keyClicks(medium, "blood")
    qtbot.keyClick(medium, Qt.Key.Key_Return)
    assert told[:3] == [("skip", False), ("floor", 2.5), ("way", "b")]
    assert told[3:] == [("medium", "blood")]


def test_a_number_may_be_none(form: OptionForm, told: list[tuple[str, object]], qtbot: QtBot) -> None:
    stock = form.controls["stock"]
    qtbot.keyClick(stock, Qt.Key.Key_Up)
    assert told[-1][1] is not None
    assert float(str(told[-1][1])) > 0
    form.set_values({"stock": 0.0})
    qtbot.keyClick(stock, Qt.Key.Key_Down)
    assert told[-1] == ("stock", None)


def test_everything_says_what_it_means_and_what_is_usual(form: OptionForm) -> None:
    assert form.controls["floor"].toolTip() == "Below this.\nUsual: 5 sigma"
    assert form.controls["skip"].toolTip().endswith("Usual: on")
    assert [control.accessibleName() for control in form.controls.values()] == [field.title for field in FIELDS]


def test_the_wheel_changes_nothing_that_it_passes_over(form: OptionForm, told: list[tuple[str, object]]) -> None:
    floor = form.controls["floor"]
    floor.clearFocus()
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(floor.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(floor, turn)
    assert told == []
