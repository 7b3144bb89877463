"""Commands: every verb of the app, which menus, keys, drops and panels call."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Signal

from relaxo import recipe as recipes
from relaxo.errors import RelaxoError
from relaxo_gui.actions import block, edits
from relaxo_gui.actions.autosave import Autosave
from relaxo_gui.actions.by_hand import ByHand
from relaxo_gui.actions.choices import Choices
from relaxo_gui.actions.computing import Computing
from relaxo_gui.actions.exports import Exports
from relaxo_gui.actions.opening import recipe_for, save_recipe
from relaxo_gui.actions.proposals import Proposals
from relaxo_gui.actions.settings import drafts_folder, remember
from relaxo_gui.core import is_loaded, load
from relaxo_gui.jobs import Job
from relaxo_gui.session_model import SessionModel, next_step, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaxo.data import Wells
    from relaxo.recipe import Recipe
    from relaxo_gui.actions.dialogs import Dialogs
    from relaxo_gui.drafts import Left
    from relaxo_gui.session_model import Step

BY_HAND = "by hand"


class Commands(QObject):
    """Does what a person asks for: edits the recipe, has its results computed, reads and writes files.

    A `RelaxoError` never leaves it; it becomes a message of the model.
    """

    told = Signal(str)
    """Something went well, in a few words."""
    excluded = Signal(str)
    """A well was left out just now; a better reason can be given."""
    steps_changed = Signal()
    """How far the way is gone, see `steps`."""
    waiting_changed = Signal()
    """See `waiting`."""
    may_close = Signal()
    """What the end waited for is done."""
    crashed = Signal(object)
    """An exception that is a mistake of ours."""
    model: SessionModel
    dialogs: Dialogs
    by_hand: ByHand
    choices: Choices
    proposal: Proposals
    computing: Computing
    analysis: Job
    exporting: Job
    exports: Exports
    autosave: Autosave

    def __init__(self, model: SessionModel, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.dialogs = dialogs
        self.computing = Computing(model, self)
        self.analysis = self.computing.job
        self.exporting = Job(self)
        self.warming = Job(self)
        self.by_hand = ByHand(model, self)
        self.choices = Choices(model)
        self.proposal = Proposals(model, self._edit, self)
        self.autosave = Autosave(model, drafts_folder(), self)
        self.exports = Exports(model, lambda: self.dialogs, self._home, self.exporting)
        self.exports.saved.connect(self._note_export)
        for job in (self.analysis, self.exporting, self.exports.drawing, self.warming):
            job.failed.connect(model.message)
            job.crashed.connect(self.crashed)
        self._closing = False
        self.exporting.succeeded.connect(lambda _: self.may_close.emit() if self._closing else None)
        for signal in (self.exporting.failed, self.exporting.cancelled, model.changed):
            signal.connect(self._stay)
        for signal in (model.opened, model.snapshot_changed, model.contents_changed):
            signal.connect(self.steps_changed)
        self.analysis.running_changed.connect(self.steps_changed)
        self._waiting: Callable[[], None] | None = None
        self.warming.succeeded.connect(self._do_waiting)
        self.warming.crashed.connect(lambda _: self._wait_for(None))
        self._arriving = False
        self.analysis.succeeded.connect(self._arrive)

    def steps(self) -> dict[str, Step]:
        """Return how every step of the way stands, by its key."""
        return steps_of(
            self.model.snapshot,
            self.model.contents,
            opened=self.model.recipe is not None,
            running=self.analysis.running,
            current=self.model.current,
            exported=self.exports.written,
        )

    @property
    def waiting(self) -> bool:
        """Whether something is to be opened as soon as the libraries are there."""
        return self._waiting is not None

    def warm_up(self) -> None:
        """Load what the first analysis needs while there is nothing to do."""
        self.warming.start(lambda _told: load())

    def _once_loaded(self, do: Callable[[], None]) -> None:
        """Do it now, or when the libraries are there: the window does not wait for them."""
        if is_loaded() and not self.warming.running:
            do()
            return
        self._wait_for(do)
        if not self.warming.running:
            self.warm_up()

    def _wait_for(self, do: Callable[[], None] | None) -> None:
        self._waiting = do
        self.waiting_changed.emit()

    def _do_waiting(self) -> None:
        do = self._waiting
        if do is not None:
            self._wait_for(None)
            do()

    # Open and save

    def open_folder(self) -> None:
        """Ask for a folder of images and open it."""
        self._open_one(self.dialogs.folder_to_open())

    def open_files(self) -> None:
        """Ask for files, images or archives of them, and open them."""
        paths = self.dialogs.files_to_open()
        if paths:
            self.open_paths(paths)

    def open_recipe(self) -> None:
        """Ask for a recipe and open it."""
        self._open_one(self.dialogs.recipe_to_open())

    def open_sample(self) -> None:
        """Open the phantom that Relaxo ships."""
        if self._may_leave():
            self._once_loaded(self._start_sample)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open a recipe, or folders and files of images."""
        try:
            recipe, path = recipe_for(paths)
        except RelaxoError as error:
            self.model.message.emit(error)
            return
        if self._may_leave():
            self._once_loaded(partial(self._start, recipe, path))
            remember(*(path.absolute() for path in paths))

    def recover(self, draft: Left) -> None:
        """Open what was not saved when the app ended unexpectedly."""
        if self._may_leave():
            self._once_loaded(partial(self._recover, draft))

    def locate_images(self) -> None:
        """Ask where the images are now, when they are no longer where the recipe says."""
        recipe = self.model.recipe
        folder = self.dialogs.folder_to_open() if recipe is not None else None
        if recipe is not None and folder is not None:
            located = msgspec.structs.replace(recipe, sources=(str(folder.absolute()),))
            self.model.edit(f"Take images from {folder.name}", located)

    def save(self) -> bool:
        """Save the recipe where it came from; answers whether it is saved."""
        return self._write(self.model.path) if self.model.path else self.save_as()

    def save_as(self) -> bool:
        """Ask where, and save the recipe there."""
        path = self.dialogs.recipe_to_save(self.model.path or self._home() / "recipe.toml")
        return path is not None and self._write(path)

    def export(self) -> None:
        """Ask for a folder, and write results, tables, maps and figure to it."""
        self.exports.save("everything")

    def leave(self) -> bool:
        """Prepare the end: ask what to do with unsaved changes, stop the threads; answers whether to go.

        Results that are being written are waited for: `may_close` tells when they are there.
        """
        if not self._may_leave():
            return False
        if self.exporting.running:
            self.told.emit("Relaxo closes when the results are written")
            self._closing = True
            return False
        self.finish()
        self.autosave.end()
        return True

    def finish(self) -> None:
        """Stop the threads."""
        self.analysis.finish()
        self.exporting.finish()
        self.exports.finish()
        self.warming.finish()

    def _stay(self) -> None:
        self._closing = False

    # Edit

    def undo(self) -> None:
        """Take the last edit back."""
        self.model.undo()

    def redo(self) -> None:
        """Bring the last edit back."""
        self.model.redo()

    def set_concentration(self, well: str, text: str) -> None:
        """Set the concentration of a well, in mM, as it was typed."""
        try:
            value = block.concentration(text)
        except RelaxoError as error:
            self.model.message.emit(error)
            return
        self._edit(f"Concentration of {well}", {well: {"concentration_mM": value}})

    def set_agent(self, well: str, agent: str) -> None:
        """Set the agent of a well."""
        self._edit(f"Agent of {well}", {well: {"agent": agent.strip()}})

    def exclude(self, well: str, reason: str = BY_HAND) -> None:
        """Leave a well out of the regression, or change the reason why it is."""
        known = self.model.contents.get(well)
        again = known is not None and known.exclude is not None
        self._edit(f"{'Reason for' if again else 'Exclude'} {well}", {well: {"exclude": reason.strip() or BY_HAND}})
        if not again and reason == BY_HAND:
            self.excluded.emit(well)

    def include(self, well: str) -> None:
        """Take a well back into the regression."""
        self._edit(f"Include {well}", {well: {"exclude": None}})

    def toggle_selected(self) -> None:
        """Leave the selected well out, or take it back."""
        well = self.model.selected
        if well is not None:
            known = self.model.contents.get(well)
            if known is not None and known.exclude is not None:
                self.include(well)
            else:
                self.exclude(well)

    # Stop

    def cancel(self) -> None:
        """Stop what is being computed or written; what is shown stays."""
        self._wait_for(None)
        self.analysis.cancel()
        self.exporting.cancel()

    def _edit(self, label: str, changes: Mapping[str, Mapping[str, Any]]) -> None:
        located, recipe = self._located(), self.model.recipe
        if located is None or recipe is None:
            return
        try:
            after = edits.set_contents(recipe, located, changes)
        except RelaxoError as error:
            self.model.message.emit(error)
            return
        self.model.edit(label, after)

    def _note_export(self, place: Path) -> None:
        self.told.emit(f"Saved to {place}")
        self.steps_changed.emit()

    def _located(self) -> Wells | None:
        return self.model.snapshot.located if self.model.snapshot else None

    def _open_one(self, path: Path | None) -> None:
        if path is not None:
            self.open_paths([path])

    def _start(self, recipe: Recipe, path: Path | None) -> None:
        self._renew()
        self.model.open(recipe, path)
        self.computing.analyse()

    def _start_sample(self) -> None:
        from relaxo.samples import RECIPE, sample_phantom  # noqa: PLC0415 - the generator is heavy, and rarely asked for

        try:
            recipe = recipes.load(sample_phantom() / RECIPE)
        except RelaxoError as error:
            self.model.message.emit(error)
        else:
            # Without its path: what ships with the program is not saved over.
            self._start(recipe, None)

    def _recover(self, draft: Left) -> None:
        self._renew()
        self.autosave.recover(draft)

    def _renew(self) -> None:
        """Prepare for another analysis."""
        self.computing.forget()
        self.model.go_to("images")
        self._arriving = True

    def _arrive(self) -> None:
        """After the first results of what was opened, look at what is to be done next, unless one went elsewhere."""
        if self._arriving and self.model.step == "images":
            self.model.go_to(next_step(self.steps()))
        self._arriving = False

    def _may_leave(self) -> bool:
        if not self.model.modified:
            return True
        answer = self.dialogs.leave(self.model.path.name if self.model.path else "this analysis")
        return self.save() if answer == "save" else answer == "discard"

    def _write(self, path: Path) -> bool:
        assert self.model.recipe is not None
        try:
            save_recipe(self.model.recipe, path)
        except RelaxoError as error:
            self.model.message.emit(error)
            return False
        self.model.mark_saved(path)
        remember(path.absolute())
        self.told.emit(f"Saved {path.name}")
        return True

    def _home(self) -> Path:
        """Return the folder that files are proposed in: the recipe's, or the one that holds the images' own."""
        if self.model.path is not None:
            return self.model.path.parent
        recipe = self.model.recipe
        return Path(recipe.sources[0]).parent if recipe is not None and recipe.sources else Path.home()
