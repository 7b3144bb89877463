"""What is saved of the results, in which format, and what a paper must state that no image tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from relaxo_gui.actions.edits import CONDITIONS
from relaxo_gui.actions.exports import EXPORTS, Choice
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.widgets.labels import text_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relaxo_gui.actions import Commands

_KINDS = {
    "figure": ("Lines and wells", "Rates against concentration, and under them every well in images and maps"),
    "lines": ("Lines only", "Rates against concentration with their lines and bands"),
    "strips": ("Wells only", "Every well cut out of images and maps"),
    "maps": ("Maps", "The maps of T₁ and T₂ as wholes"),
    "curves": ("Curves", "The mean signal of every well and its fitted curve"),
}
_WIDTHS: dict[Literal["double", "single"], str] = {"double": "Two columns", "single": "One column"}
_PLACEHOLDERS = {
    "field_T": "as the images say",
    "temperature_C": "not stated",
    "temperature_measured": "not stated, such as: thermocouple in the bath",
    "medium": "not stated, such as: water, or HEPES 50 mM",
    "pH": "not stated",
    "assay": "not stated, such as: ICP-MS",
}
_UNITS = {"field_T": " (T)", "temperature_C": " (°C)"}
_TIPS = {
    "field_T": "The field in T, where the images do not say it or say it wrong",
    "temperature_C": "The temperature of the samples while they were measured, in °C",
    "temperature_measured": "With what, where and when the temperature was measured",
    "medium": "What the agents are dissolved in",
    "pH": "The pH of the samples",
    "assay": "How the concentrations were determined",
}


class ReportPanel(QScrollArea):
    """Buttons that save, and a form of what is still to be stated."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.buttons: dict[str, QPushButton] = {}
        self.fields: dict[str, QLineEdit] = {}
        self._place: Path | None = None
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        self._rows.setSpacing(2 * GRID)
        self._build_everything()
        self._build_figure()
        self._build_others()
        self._build_conditions()
        self._rows.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        commands.exports.saved.connect(self._note)
        for signal in (commands.steps_changed, self._model.history_changed):
            signal.connect(self._refresh)
        commands.exporting.running_changed.connect(self._refresh)
        self._refresh()

    def _build_everything(self) -> None:
        button = self._button("everything", "Save everything…")
        button.setProperty("role", "primary")
        button.setToolTip(f"{EXPORTS['everything'].tip} (Ctrl+E)")
        self._rows.addWidget(button)
        self._rows.addWidget(text_label(f"{EXPORTS['everything'].tip}.", muted=True))
        self.saved = QPushButton(flat=True)
        self.saved.setToolTip("Show it in the system's files")
        self.saved.clicked.connect(self._show_place)
        self.saved.hide()
        self._rows.addWidget(self.saved, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_figure(self) -> None:
        self._head("Figure")
        self.kind = _choice({key: words for key, (words, _) in _KINDS.items()}, "What the figure shows")
        for row, (_, tip) in enumerate(_KINDS.values()):
            self.kind.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self.width_choice = _choice(_WIDTHS, "Its width: of one column of a journal, or of two")
        self.format = _choice({each: each.upper() for each in EXPORTS["figure"].endings}, "Its format")
        self._beside(self.kind, self.width_choice, self.format)
        self._rows.addWidget(self._button("figure", "Save figure…"), 0, Qt.AlignmentFlag.AlignLeft)

    def _build_others(self) -> None:
        self._head("Report and data")
        self._beside(
            self._button("report", "Report, PDF…", "pdf"),
            self._button("report", "Report, HTML…", "html"),
            self._button("tables", "Excel…", "xlsx"),
        )
        self._beside(self._button("bids", "BIDS dataset…"), self._button("dicom", "DICOM…"))

    def _build_conditions(self) -> None:
        self._head("What a paper must state")
        about = "No image tells these. What is empty stands in the report as not stated."
        self._rows.addWidget(text_label(about, muted=True))
        form = QFormLayout()
        form.setHorizontalSpacing(PADDING)
        form.setVerticalSpacing(2 * GRID)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, words in CONDITIONS.items():
            field = QLineEdit()
            field.setPlaceholderText(_PLACEHOLDERS[name])
            field.setToolTip(_TIPS[name])
            field.setAccessibleName(f"{words}{_UNITS.get(name, '')}")
            field.editingFinished.connect(lambda name=name: self._state(name))
            form.addRow(f"{words}{_UNITS.get(name, '')}", field)
            self.fields[name] = field
        self._rows.addLayout(form)

    def _button(self, kind: str, text: str, ending: str | None = None) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(EXPORTS[kind].tip)
        button.clicked.connect(lambda: self._save(kind, ending))
        self.buttons[f"{kind} {ending}" if ending else kind] = button
        return button

    def _beside(self, *parts: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for part in parts:
            row.addWidget(part)
        row.addStretch(1)
        self._rows.addLayout(row)

    def _head(self, text: str) -> None:
        label = QLabel(text)
        label.setProperty("role", "head")
        self._rows.addSpacing(PADDING)
        self._rows.addWidget(label)

    def _save(self, kind: str, ending: str | None) -> None:
        width: Literal["single", "double"] = "single" if self.width_choice.currentData() == "single" else "double"
        chosen = self.format.currentData() if kind == "figure" else ending
        self._commands.exports.save(kind, chosen, Choice(self.kind.currentData(), width))

    def _state(self, name: str) -> None:
        field = self.fields[name]
        if field.isModified():
            field.setModified(False)
            self._commands.choices.set_condition(name, field.text())
            # As it was understood; as it was, where it was refused.
            self._refresh()

    def _note(self, place: Path) -> None:
        self._place = place
        self.saved.setText(f"Saved: {place.name}")
        self.saved.setAccessibleName(f"Saved to {place}. Show it")
        self.saved.setToolTip(f"{place}\nShow it in the system's files")
        self.saved.show()

    def _show_place(self) -> None:
        if self._place is not None:
            folder = self._place if self._place.is_dir() else self._place.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _refresh(self) -> None:
        ready = self._commands.exports.result is not None and not self._commands.exporting.running
        for button in self.buttons.values():
            button.setEnabled(ready)
        recipe = self._model.recipe
        for name, field in self.fields.items():
            field.setEnabled(recipe is not None)
            value = None if recipe is None else getattr(recipe.conditions, name)
            # What is being typed stays.
            if not field.isModified():
                field.setText("" if value is None else f"{value:g}" if isinstance(value, float) else value)


def _choice(texts: Mapping[Any, str], tip: str) -> QComboBox:
    box = QComboBox()
    for key, text in texts.items():
        box.addItem(text, key)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box
