"""What belongs to the step that is looked at: its warnings, and under them its panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from relaxo_gui.session_model import STEPS
from relaxo_gui.widgets.notice_list import NoticeList, Warned

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands


class SidePanel(QWidget):
    """Changes with the step; a step without a panel of its own shows that of the nearest."""

    title_changed = Signal(str)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self._titles: dict[str, str] = {}
        self._panels: dict[str, QWidget] = {}
        self.notices = NoticeList()
        self.stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notices)
        layout.addWidget(self.stack, 1)
        self.notices.wanted.connect(self._model.select)
        self.notices.chosen.connect(self._choose)
        self._model.step_changed.connect(self.refresh)
        commands.steps_changed.connect(self._warn)

    def add(self, step: str, title: str, panel: QWidget) -> None:
        """Show a panel while a step is looked at."""
        self._titles[step] = title
        self._panels[step] = panel
        self.stack.addWidget(panel)
        self.refresh()

    @property
    def title(self) -> str:
        """Of the panel that is shown."""
        return self._titles[self._nearest()]

    def refresh(self) -> None:
        """Show the panel of the step."""
        self.stack.setCurrentWidget(self._panels[self._nearest()])
        self._warn()
        self.title_changed.emit(self.title)

    def _nearest(self) -> str:
        order = list(STEPS)
        here = order.index(self._model.step)
        return min(self._panels, key=lambda step: abs(order.index(step) - here))

    def _warn(self) -> None:
        step = self._commands.steps()[self._model.step]
        self.notices.show_notices(
            [
                Warned(
                    each.message,
                    each.well,
                    f"Well {each.well}" if each.well else "",
                    tuple(choice.words for choice in each.choices),
                )
                for each in step.notices
            ]
        )

    def _choose(self, notice: int, choice: int) -> None:
        made = self._commands.steps()[self._model.step].notices[notice].choices[choice]
        self._commands.by_hand.name_by(made.words, **dict(made.settings))
