"""OptionForm: a form made from a list of options: a box to tick, a number to set, or one of a few things to choose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QLineEdit, QWidget

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value = bool | float | str | None

_MOST = 1e6
_WIDTH, _HEIGHT = 36 * GRID, 6 * GRID


@dataclass(frozen=True, slots=True)
class Field:
    """One option."""

    key: str
    title: str
    meaning: str
    """In a sentence; the tooltip, with unit and default."""
    default: Value
    """Decides what it is: a box for a bool, a number for a float, a text for a str."""
    unit: str = ""
    lower: float = 0.0
    upper: float = math.inf
    step: float = 0.0
    """Of the arrows of a number; a tenth of its size where 0."""
    choices: Sequence[tuple[str, str]] = ()
    """Key and text of each; the value is the key."""
    blank: str = ""
    """What an empty number says; with it, the value may be None."""


class OptionForm(QWidget):
    """Shows the values of options and tells what a person makes of them."""

    chosen = Signal(str, object)
    """Key of an option, and its new value."""

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None, *, explained: bool = False) -> None:
        """Make a form; `explained` writes the meaning of each option under it, where others have it as tooltip."""
        super().__init__(parent)
        self.fields = {field.key: field for field in fields}
        self.controls: dict[str, QWidget] = {}
        self._setting = False
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(3 * GRID)
        layout.setVerticalSpacing(GRID)
        layout.setColumnStretch(0, 1)
        for number, field in enumerate(fields):
            row = 2 * number
            control = self._control(field)
            control.setAccessibleName(field.title)
            control.setAccessibleDescription(field.meaning)
            control.setToolTip(_tip(field))
            self.controls[field.key] = control
            if explained:
                meaning = QLabel(_sentence(field), wordWrap=True)
                meaning.setProperty("role", "muted")
                layout.addWidget(meaning, row + 1, 0, 1, 2)
            if isinstance(control, QCheckBox):
                layout.addWidget(control, row, 0, 1, 2)
                continue
            label = QLabel(field.title)
            label.setBuddy(control)
            label.setToolTip(_tip(field))
            layout.addWidget(label, row, 0)
            control.setFixedWidth(_WIDTH)
            control.setMinimumHeight(_HEIGHT)
            layout.addWidget(control, row, 1, Qt.AlignmentFlag.AlignRight)
        self.set_values({})

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Show values, those not given at their defaults, without telling."""
        self._setting = True
        for key, field in self.fields.items():
            value = values.get(key, field.default)
            control = self.controls[key]
            if isinstance(control, QCheckBox):
                control.setChecked(bool(value))
            elif isinstance(control, QComboBox):
                control.setCurrentIndex(max(0, control.findData(value)))
            elif isinstance(control, QDoubleSpinBox):
                control.setValue(control.minimum() if value is None else float(value))
            elif isinstance(control, QLineEdit) and control.text() != (value or ""):
                control.setText(str(value or ""))
        self._setting = False

    def allow(self, keys: Mapping[str, bool]) -> None:
        """Let options be set, or not."""
        for key, allowed in keys.items():
            self.controls[key].setEnabled(allowed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own
        """Let the wheel scroll the form, and not change what it happens to pass over."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _control(self, field: Field) -> QWidget:
        if field.choices:
            choice = QComboBox()
            for key, text in field.choices:
                choice.addItem(text, key)
            choice.activated.connect(lambda _index: self._tell(field.key, choice.currentData()))
            _scroll_past(choice, self)
            return choice
        if isinstance(field.default, bool):
            box = QCheckBox(field.title)
            box.toggled.connect(lambda checked: self._tell(field.key, checked))
            return box
        if isinstance(field.default, str):
            line = QLineEdit()
            line.setPlaceholderText(field.blank)
            line.editingFinished.connect(lambda: self._tell(field.key, line.text().strip() or None))
            return line
        number = _Number(field)
        number.valueChanged.connect(lambda _value: self._tell(field.key, number.number()))
        _scroll_past(number, self)
        return number

    def _tell(self, key: str, value: Value) -> None:
        if not self._setting:
            self.chosen.emit(key, value)


class _Number(QDoubleSpinBox):
    """A number with its unit, or none."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._blank = bool(field.blank)
        lower = max(field.lower, -_MOST)
        # A spin box knows no empty value: its minimum stands for it.
        self.setRange(lower - 1 if self._blank else lower, min(field.upper, _MOST))
        if self._blank:
            self.setSpecialValueText(field.blank)
        self.setDecimals(4)
        if field.unit:
            self.setSuffix(f" {field.unit}")
        if field.step:
            self.setSingleStep(field.step)
        else:
            self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def number(self) -> float | None:
        """Return the value; None where there is none."""
        return None if self._blank and self.value() <= self.minimum() else self.value()

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's own
        """Return as many digits as there are, and no noughts behind them."""
        return f"{value:.6g}"

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's own
        """Begin at the least number that may be chosen where there was none."""
        if self._blank and self.value() <= self.minimum():
            self.setValue(max(self.minimum() + 1, 0.0) + (self.singleStep() if steps > 0 else 0.0))
        elif self._blank and self.value() - self.singleStep() < self.minimum() + 1 and steps < 0:
            self.setValue(self.minimum())
        else:
            super().stepBy(steps)


def _scroll_past(control: QWidget, form: OptionForm) -> None:
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(form)


def _tip(field: Field) -> str:
    meaning = _sentence(field)
    if field.default is None or isinstance(field.default, str):
        return meaning
    default = ("on" if field.default else "off") if isinstance(field.default, bool) else f"{field.default:g}"
    return f"{meaning}\nUsual: {default} {field.unit}".rstrip()


def _sentence(field: Field) -> str:
    return f"{field.meaning[:1].upper()}{field.meaning[1:].rstrip('.')}."
