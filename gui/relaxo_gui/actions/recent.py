"""The menu of what was opened last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

from relaxo_gui.actions.settings import forget_recent, recent, recent_words

if TYPE_CHECKING:
    from relaxo_gui.actions.commands import Commands


class RecentMenu(QMenu):
    """Filled whenever it is opened; the first nine have a digit as their key."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("Open Re&cent", parent)
        self._commands = commands
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        known = recent()
        for number, paths in enumerate(known, 1):
            words = recent_words(paths).replace("&", "&&")
            action = self.addAction(f"&{number}  {words}" if number < 10 else words)
            action.setToolTip("\n".join(map(str, paths)))
            action.triggered.connect(lambda _checked=False, paths=paths: self._commands.open_paths(paths))
        if not known:
            self.addAction("Nothing was opened yet").setEnabled(False)
            return
        self.addSeparator()
        self.addAction("&Forget These", forget_recent)
