"""Help: the guide at the page about what is under the pointer, and what this program is."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, qVersion

import relaxo
from relaxo.errors import InputError
from relaxo_gui.actions.help import guide, page_about, topic_here
from relaxo_gui.core import fitting
from relaxo_gui.resources import app_icon, sign
from relaxo_gui.widgets.about import show_about
from relaxo_gui.widgets.help_window import HelpWindow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

    from relaxo_gui.actions import Commands
    from relaxo_gui.resources import Theme

NOT_FOR_DIAGNOSIS = "For research use, not for diagnosis."
_ABOUT = (
    f"<b>Relaxo {relaxo.__version__}</b><p>From the scanner's DICOMs to T₁ and T₂ maps, the relaxivities r₁ and r₂, "
    f"and the figure for the paper.</p><p><b>{NOT_FOR_DIAGNOSIS}</b></p>"
    "<p>Images and recipes stay on this computer: Relaxo never uses the network.</p>"
    "<p>BSD-3-Clause licence. With Qt (LGPL) and Material Design Icons (Apache 2.0).</p>"
)


class HelpMenu(QObject):
    """Fills the menu *Help*."""

    def __init__(self, menu: QMenu, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self._commands = commands
        self._window = window
        self.guide: HelpWindow | None = None
        self.box: QMessageBox | None = None
        self._help = menu.addAction("&Help for What Is under the Pointer", self.show_help)
        self._help.setShortcut("F1")
        self._contents = menu.addAction("&Guide", self.show_guide)
        menu.addSeparator()
        self._about = menu.addAction("&About Relaxo", self.show_about)

    def paint_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for action, name in (
            (self._help, "help_circle_outline"),
            (self._contents, "book_open_variant"),
            (self._about, "information_outline"),
        ):
            action.setIcon(sign(name, theme.text))

    def show_help(self) -> None:
        """Open the guide at the page about what is under the pointer or has the focus, else about the step."""
        self._read(topic_here() or (self._commands.model.step if self._commands.model.recipe is not None else ""))

    def show_guide(self) -> None:
        """Open the guide at its first page."""
        self._read("")

    def show_about(self) -> None:
        """Say what this is."""
        self.box = show_about(self._window, "About Relaxo", app_icon(), _ABOUT, versions())

    def _read(self, topic: str) -> None:
        home, page = guide(), page_about(topic)
        if home is None or page is None:
            self._commands.model.message.emit(
                InputError("this installation came without its guide", hint="Install Relaxo anew")
            )
            return
        if self.guide is None:
            self.guide = HelpWindow("Relaxo: guide", self._window)
        self.guide.read(page, home)


def versions() -> str:
    """Return what belongs into a question to those who make Relaxo."""
    return (
        f"Relaxo {relaxo.__version__}, {fitting.engine_name()} engine\n"
        f"Python {platform.python_version()}, Qt {qVersion()}\n{platform.platform()}"
    )
