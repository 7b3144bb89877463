"""The bar of steps, as the results have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from relaxo_gui.session_model import STEPS
from relaxo_gui.widgets.step_bar import StepBar, StepLook

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands


class StepsPanel(QWidget):
    """The map of the work: where it stands, and a way to every part of it."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.bar = StepBar(STEPS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar)
        self.bar.chosen.connect(self._model.go_to)
        self._model.step_changed.connect(lambda: self.bar.choose(self._model.step))
        commands.steps_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the steps as they stand."""
        for step in self._commands.steps().values():
            self.bar.show_step(step.key, StepLook(step.state, step.words, step.tip))
