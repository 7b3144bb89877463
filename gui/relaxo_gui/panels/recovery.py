"""What was not saved when the app ended unexpectedly, offered once it runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from relaxo_gui.resources.theme import GRID, PADDING, Theme

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands
    from relaxo_gui.drafts import Left


#: Lines that are shown at once: the images under them are to be seen.
_MOST = 3


class RecoveryPanel(QFrame):
    """A line for each analysis that can be recovered, the newest first; hidden where there is none."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._autosave = commands.autosave
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(PADDING, 2 * GRID, PADDING, 2 * GRID)
        self._layout.setSpacing(2 * GRID)
        self.lines: list[RecoveryLine] = []
        self.older = QLabel()
        self.older.setToolTip("They are offered as soon as those above are recovered or discarded")
        self._autosave.left_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what there is."""
        for line in self.lines:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        drafts = self._autosave.left
        self.lines = [RecoveryLine(draft) for draft in drafts[:_MOST]]
        for line in self.lines:
            line.recover.clicked.connect(lambda _checked=False, draft=line.draft: self._commands.recover(draft))
            line.discard.clicked.connect(lambda _checked=False, draft=line.draft: self._autosave.forget(draft))
            line.later.clicked.connect(self.hide)
            self._layout.addWidget(line)
        more = len(drafts) - len(self.lines)
        self._layout.addWidget(self.older)
        self.older.setText(f"and {more} older {'one' if more == 1 else 'ones'}")
        self.older.setVisible(more > 0)
        self._autosave.offer(line.draft for line in self.lines)
        self.setVisible(bool(self.lines))

    def paint_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            f"RecoveryPanel {{ background: {theme.tint(theme.accent)}; border: none; "
            f"border-left: {GRID}px solid {theme.accent}; }} QLabel {{ background: transparent; }}"
        )


class RecoveryLine(QWidget):
    """One analysis: which, when, and what can be done."""

    def __init__(self, draft: Left, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = draft
        self.words = QLabel(_words(draft), wordWrap=True)
        self.words.setToolTip(str(draft.path or ", ".join(draft.recipe.sources)))
        self.recover = QPushButton("Recover")
        self.recover.setToolTip("Open it as it was, with the changes that were not saved; they can be undone")
        self.discard = QPushButton("Discard")
        self.discard.setToolTip("Forget these changes; what was saved before stays as it is")
        self.later = QPushButton("Later")
        self.later.setToolTip("Offer it again at the next start")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.words, 1)
        for button in (self.recover, self.discard, self.later):
            layout.addWidget(button)


def _words(draft: Left) -> str:
    edited = QDateTime.fromSecsSinceEpoch(round(draft.edited.timestamp()))
    when = QLocale().toString(edited, "d MMMM yyyy, HH:mm")
    wells = sum(entry.concentration_mM is not None for entry in draft.recipe.contents)
    holds = f" It holds the concentrations of {wells} wells." if wells else ""
    return f"{draft.name} was not saved when Relaxo ended unexpectedly ({when}).{holds}"
