"""Autosave: keeps a draft of what is not saved yet, and opens the drafts that an unexpected end left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from relaxo import recipe as recipes
from relaxo.errors import InputError, RelaxoError
from relaxo.recipe import Recipe
from relaxo_gui.drafts import Drafts, Left, note_offered, remove

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relaxo_gui.session_model import SessionModel

#: From an edit to its draft on the disk, in ms: a drag is many edits, a crash comes at any time.
_SOON_MS = 300


class Autosave(QObject):
    """Follows a session: there is a draft while, and only while, there is something that could be lost."""

    left_changed = Signal()
    """What there is to recover."""

    def __init__(self, model: SessionModel, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._drafts = Drafts(folder)
        self._complained = self._ended = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.keep)
        self.left: list[Left] = []
        self.look()
        model.history_changed.connect(self._note)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.keep)

    def look(self) -> None:
        """See what runs that ended unexpectedly left behind."""
        self.left += self._drafts.left()
        self.left_changed.emit()

    def keep(self) -> None:
        """Write the draft now, if there is something to lose."""
        self._soon.stop()
        recipe = self._model.recipe
        if recipe is None or not self._model.modified or self._ended:
            return
        try:
            self._drafts.keep(recipe, self._model.path)
        except InputError as error:
            if not self._complained:  # once: it does not keep anybody from working
                self._complained = True
                self._model.message.emit(error)

    def drop(self) -> None:
        """Forget the draft: the person said so."""
        self._soon.stop()
        self._drafts.drop()

    def end(self) -> None:
        """Leave everything as the next start shall find it: nothing of this window, all that was not looked at yet."""
        self._ended = True
        self.drop()
        for draft in self.left:
            draft.lock.unlock()
        self.left = []

    def recover(self, draft: Left) -> None:
        """Open a draft: what was saved, and on top of it, as one step that can be undone, what was not."""
        self._model.open(_saved(draft), draft.path)
        self._model.edit("Recovered changes", draft.recipe)
        self.keep()  # before the old one goes
        self.forget(draft)

    def forget(self, draft: Left) -> None:
        """Remove a draft that is open again, or that nobody wants."""
        remove(draft)
        self.left.remove(draft)
        self.left_changed.emit()

    def offer(self, drafts: Iterable[Left]) -> None:
        """Note which drafts a person has been offered: only they may grow too old."""
        for draft in drafts:
            note_offered(draft)

    def _note(self) -> None:
        if not self._model.modified:
            self.drop()
        elif not self._soon.isActive() and not self._ended:
            self._soon.start()


def _saved(draft: Left) -> Recipe:
    """Return the recipe as it was before the changes that were not saved."""
    new = Recipe(sources=draft.recipe.sources)
    if draft.path is None:
        return new
    try:
        return recipes.load(draft.path)
    except RelaxoError:
        return new
