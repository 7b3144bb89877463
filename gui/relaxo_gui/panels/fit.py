"""How T1 and T2 are fitted: the model and its options, its equation, and what became of the voxels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from relaxo.data import FitStatus
from relaxo.recipe import AUTO
from relaxo_gui.core import curve, fitting, models
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.session_model.fit_words import STATUS, parameter_symbol, parameter_unit
from relaxo_gui.session_model.words import protocol_words
from relaxo_gui.widgets.labels import text_label
from relaxo_gui.widgets.option_form import Field, OptionForm
from relaxo_gui.widgets.veil import Veil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Maps, Stack, Wells
    from relaxo.models import Model, Parameter
    from relaxo.recipe import FitPart
    from relaxo_gui.actions import Commands

_SYMBOLS = {"T1": "T₁", "T2": "T₂"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SIGMA = "σ"  # noqa: RUF001 - the Greek letter, as the noise is written
_UNITS = {"sigma": _SIGMA, "degree": "°"}


class FitPanel(QScrollArea):
    """T1 above T2; what is changed is computed anew while the old maps stay, dimmed."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = commands.model
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fits = {quantity: QuantityFit(commands, quantity) for quantity in _SYMBOLS}
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(PADDING, 2 * GRID, PADDING, PADDING)
        layout.setSpacing(2 * PADDING)
        for fit in self.fits.values():
            layout.addWidget(fit)
        layout.addStretch(1)
        self.setWidget(inside)
        self._model.snapshot_changed.connect(self.refresh)
        self._model.changed.connect(self.refresh)
        self._model.opened.connect(self.refresh)
        commands.analysis.running_changed.connect(self._dim)
        self.refresh()

    def refresh(self) -> None:
        """Show the fits as the recipe has them, and what they gave."""
        known, recipe = self._model.snapshot, self._model.recipe
        for quantity, fit in self.fits.items():
            stack = known.stacks.get(quantity) if known is not None else None
            fit.setVisible(stack is not None)
            if stack is not None and recipe is not None and known is not None:
                fit.show_fit(stack, getattr(recipe.fit, quantity))
                fit.show_outcome(known.maps.get(quantity), known.wells.get(quantity))

    def _dim(self, running: bool) -> None:  # noqa: FBT001 - as the signal says it
        known, recipe = self._model.snapshot, self._model.recipe
        for quantity, fit in self.fits.items():
            maps = known.maps.get(quantity) if known is not None else None
            stale = recipe is None or maps is None or not _follows(maps, getattr(recipe.fit, quantity))
            fit.veil.set_old(old=running and stale)


class QuantityFit(QWidget):
    """The fit of one stack."""

    def __init__(self, commands: Commands, quantity: str) -> None:
        super().__init__()
        self._commands = commands
        self.quantity = quantity
        self._shown: object = None
        self._counted: object = None
        self.title = text_label(bold=True)
        self.model = QComboBox()
        self.model.setAccessibleName(f"Model of {_SYMBOLS[quantity]}")
        self.model.setToolTip("The signal equation that is fitted to every voxel; only those that suit these images")
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.activated.connect(self._choose)
        self.equation = text_label(selectable=True)
        self.parameters = QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.form: OptionForm | None = None
        self.usual = QPushButton("Use the usual options")
        self.usual.setToolTip("Take back every option of this fit that was chosen otherwise")
        self.usual.clicked.connect(lambda: commands.choices.reset_options(quantity))
        self.reference = text_label(muted=True, selectable=True)
        self.noise = text_label(muted=True)
        self.outcome = QWidget()
        self.share = text_label(bold=True)
        self._rows = QGridLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(PADDING)
        self._rows.setVerticalSpacing(GRID)
        self._rows.setColumnStretch(2, 1)
        outcome = QVBoxLayout(self.outcome)
        outcome.setContentsMargins(0, 0, 0, 0)
        outcome.addWidget(self.share)
        outcome.addLayout(self._rows)
        outcome.addWidget(self.noise)
        self._options = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.model)
        layout.addWidget(self.equation)
        layout.addWidget(self.parameters)
        layout.addLayout(self._options)
        layout.addWidget(self.usual, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.outcome)
        layout.addWidget(self.reference)
        self.veil = Veil(self.outcome)

    def show_fit(self, stack: Stack, part: FitPart) -> None:
        """Show the model and its options, as the recipe has them."""
        if (stack, part) == self._shown:
            return
        self._shown = (stack, part)
        suit = models.models_for(stack.protocol, self.quantity)
        usual = models.usual_for(stack.protocol.suffix)
        kind = protocol_words(stack.source).kind if stack.source is not None else stack.protocol.suffix
        self.title.setText(f"{_SYMBOLS[self.quantity]}  {kind}, {len(stack.protocol)} images")
        self.model.clear()
        self.model.addItem(f"Usual: {usual.title}" if usual else "Usual: none for these images", AUTO)
        for model in suit:
            self.model.addItem(model.title, model.name)
        self.model.setCurrentIndex(max(0, self.model.findData(part.model)))
        named = usual if part.model == AUTO else models.CATALOGUE.get(part.model)
        self._show_options(named, part)
        if named is not None:
            self._describe(curve.model_of(named.name, part.options))

    def show_outcome(self, maps: Maps | None, wells: Wells | None) -> None:
        """Show what became of the voxels, in the wells and in all."""
        if (maps, wells) == self._counted:
            return
        self._counted = (maps, wells)
        self.outcome.setVisible(maps is not None)
        while item := self._rows.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if maps is None:
            return
        inside = maps.status[wells.labels > 0] if wells is not None else np.zeros(0, np.uint8)
        counts = [np.bincount(np.ravel(each), minlength=max(FitStatus) + 1) for each in (inside, maps.status)]
        whole = inside.size or maps.status.size
        good = int(counts[0 if inside.size else 1][FitStatus.OK])
        where = "voxels of the wells" if inside.size else "voxels"
        self.share.setText(f"{good} of {whole} {where} have a {_SYMBOLS[self.quantity]} ({_share(good, whole)})")
        self._add_row(("wells", "all", "Voxels"), muted=True)
        for status in sorted(FitStatus, key=lambda status: (-counts[0][status], -counts[1][status])):
            if counts[1][status]:
                short, meaning = STATUS[status]
                words = short if status is FitStatus.OK else f"{short}: {meaning[:1].lower()}{meaning[1:]}"
                self._add_row((str(counts[0][status]), str(counts[1][status]), words), tip=meaning)
        known = maps.noise is not None
        noise = f"{_SIGMA} = {maps.noise:.3g}" if known else "not known: no corner of the images looks like air"
        self.noise.setText(f"Noise {noise}, in units of the signal. Engine: {fitting.engine_name()}.")

    def _show_options(self, model: Model | None, part: FitPart) -> None:
        fields = [] if model is None else [_field(model, name) for name in model.defaults]
        if self.form is None or [*self.form.fields.values()] != fields:
            if self.form is not None:
                self.form.deleteLater()
            self.form = OptionForm(fields, explained=True)
            self.form.chosen.connect(self._set_option)
            self._options.addWidget(self.form)
        self.form.set_values(part.options)
        self.usual.setVisible(bool(part.options))

    def _describe(self, model: Model) -> None:
        self.equation.setText(f"S = {_pretty(model)}")
        rows = "".join(
            f"<tr><td style='padding-right:{PADDING}px'><b>{_name(one)}</b></td>"
            f"<td>{one.meaning}{_in_unit(parameter_unit(one))}</td></tr>"
            for one in model.parameters
        )
        self.parameters.setText(f"<table cellspacing=0>{rows}</table>")
        self.reference.setText(model.reference)

    def _choose(self) -> None:
        name = self.model.currentData()
        usual = models.usual_for(self._stack.protocol.suffix)
        model = usual if name == AUTO else models.CATALOGUE[name]
        self._commands.choices.choose_model(self.quantity, name, model.defaults if model is not None else ())

    def _set_option(self, name: str, value: bool | float) -> None:  # noqa: FBT001 - as the signal says it
        assert self.form is not None
        chosen = None if value == self.form.fields[name].default else value
        self._commands.choices.choose_option(self.quantity, name, chosen)

    @property
    def _stack(self) -> Stack:
        assert isinstance(self._shown, tuple)
        stack: Stack = self._shown[0]
        return stack

    def _add_row(self, texts: Sequence[str], *, muted: bool = False, tip: str = "") -> None:
        row = self._rows.rowCount()
        for column, text in enumerate(texts):
            label = text_label(muted=muted)
            label.setText(text)
            label.setToolTip(tip)
            last = column == len(texts) - 1
            side = Qt.AlignmentFlag.AlignLeft if last else Qt.AlignmentFlag.AlignRight
            label.setAlignment(Qt.AlignmentFlag.AlignTop | side)
            label.setWordWrap(last)
            self._rows.addWidget(label, row, column)


def _follows(maps: Maps, part: FitPart) -> bool:
    """Whether maps are those of a fit."""
    chosen = {name: part.options.get(name, value) for name, value in models.CATALOGUE[maps.model].defaults.items()}
    return part.model in {AUTO, maps.model} and dict(maps.options) == chosen


def _field(model: Model, name: str) -> Field:
    option = next(each for each in model.options if each.name == name)
    title = name.replace("_", " ")
    return Field(
        name,
        f"{title[:1].upper()}{title[1:]}",
        option.meaning,
        option.default,
        _UNITS.get(option.unit, option.unit),
        option.lower,
        option.upper,
    )


def _pretty(model: Model) -> str:
    """Return the equation as one reads it."""
    text = model.equation
    for symbol in [one.symbol for one in model.parameters]:
        text = re.sub(rf"\b{symbol}\b", symbol.translate(_SUBSCRIPTS), text)
    return text.replace("*", "·").replace("-", "−")  # noqa: RUF001 - a minus sign


def _name(parameter: Parameter) -> str:
    """Return the symbol that the equation has, and the name that readings have where that is another."""
    symbol, name = parameter.symbol.translate(_SUBSCRIPTS), parameter_symbol(parameter)
    return symbol if symbol == name else f"{symbol}, {name}"


def _in_unit(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _share(part: int, whole: int) -> str:
    """Return a share in percent, which says 100 only of all and 0 only of none."""
    percent = 100 * part / whole if whole else 0.0
    if part != whole:
        percent = min(percent, 99.9)
    return f"{max(percent, 0.1) if part else 0:.3g} %"
