"""Segments: a row of buttons of which one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Segments(QWidget):
    """Chooses one of a few things that stand side by side."""

    chosen = Signal(str)
    """Key of the one a person chose."""

    def __init__(self, texts: Mapping[str, str], parent: QWidget | None = None, *, shortcuts: bool = True) -> None:
        """Offer texts by their keys, the first chosen; with `shortcuts`, Alt+1, Alt+2 ... choose them anywhere."""
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for number, (key, text) in enumerate(texts.items(), 1):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("segment", "true")
            if shortcuts:
                button.setShortcut(f"Alt+{number}")
                button.setToolTip(f"{text} (Alt+{number})")
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            layout.addWidget(button)
        layout.addStretch(1)
        next(iter(self._buttons.values())).setChecked(True)

    def set_shortcuts(self, shortcuts: Mapping[str, str]) -> None:
        """Let keys choose anywhere, by the key of the thing."""
        for key, shortcut in shortcuts.items():
            button = self._buttons[key]
            button.setShortcut(shortcut)
            button.setToolTip(f"{button.toolTip()} ({shortcut})")

    @property
    def key(self) -> str:
        """Of the one that is chosen."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Choose one without telling."""
        self._buttons[key].setChecked(True)

    def click(self, key: str) -> None:
        """Choose one as a person does."""
        self._buttons[key].click()

    def allow(self, keys: Iterable[str]) -> None:
        """Let only these be chosen."""
        allowed = set(keys)
        for key, button in self._buttons.items():
            button.setEnabled(key in allowed)

    def allowed(self) -> list[str]:
        """Return the keys that can be chosen."""
        return [key for key, button in self._buttons.items() if button.isEnabled()]
