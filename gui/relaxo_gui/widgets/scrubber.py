"""Scrubber: a slider over a short list of values, with its name and the value it stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scrubber(QWidget):
    """Chooses one of some values; hidden while there is nothing to choose."""

    moved = Signal(int)
    """Index of the value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self._name = QLabel()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setPageStep(1)
        self._value = QLabel()
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self._name)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._value)
        self._slider.valueChanged.connect(self._tell)
        self.hide()

    @property
    def index(self) -> int:
        """Of the value that it stands at."""
        return self._slider.value()

    @index.setter
    def index(self, index: int) -> None:
        self._slider.setValue(index)

    @property
    def count(self) -> int:
        """How many values there are to choose from."""
        return len(self._texts)

    def set_values(self, name: str, tip: str, texts: Sequence[str]) -> None:
        """Offer values, as they are to be read; the position stays where it was if it can."""
        self._texts = tuple(texts)
        self._name.setText(name)
        self._slider.setAccessibleName(tip)
        self.setToolTip(tip)
        self._slider.setRange(0, max(len(texts) - 1, 0))
        self._value.setMinimumWidth(max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0))
        self._name_value()
        self.setVisible(len(texts) > 1)

    def _tell(self, index: int) -> None:
        self._name_value()
        self.moved.emit(index)

    def _name_value(self) -> None:
        self._value.setText(self._texts[self.index] if self.index < len(self._texts) else "")
