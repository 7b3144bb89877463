"""The report as it will print, in the middle of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from relaxo_gui.widgets.page_view import PageView
from relaxo_gui.widgets.veil import Veil

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands

_DRAWING = "Drawing the report…"
_NEED = "The report is drawn here as soon as there are results."


class PreviewPanel(QWidget):
    """Draws the pages when it is looked at; while newer ones are drawn the last stay, dimmed."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._exports = commands.exports
        self.pages = PageView("Report")
        self.need = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.need.setProperty("role", "muted")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.need)
        self._stack.addWidget(self.pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._veil = Veil(self)
        self._exports.pages_changed.connect(self._show_pages)
        for signal in (commands.steps_changed, commands.model.step_changed):
            signal.connect(self.refresh)
        self._exports.drawing.running_changed.connect(self._say)
        self.refresh()

    def refresh(self) -> None:
        """Have the pages drawn if they are looked at."""
        if self._commands.model.step == "report":
            self._exports.draw_pages()
        self._say()

    def _show_pages(self) -> None:
        self.pages.show_pages(self._exports.pages)
        self._say()

    def _say(self) -> None:
        there = bool(self._exports.pages)
        self._stack.setCurrentWidget(self.pages if there else self.need)
        self.need.setText(_DRAWING if self._exports.drawing.running else _NEED)
        self._veil.set_old(old=there and not self._exports.pages_current)
