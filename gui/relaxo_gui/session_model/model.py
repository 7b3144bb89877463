"""SessionModel: the session of `relaxo` with Qt's signals on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from relaxo.errors import RelaxoError
from relaxo.session import Session
from relaxo_gui.core import wells
from relaxo_gui.session_model.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relaxo.data import Contents, Well, WellRate
    from relaxo.pipeline import Glance
    from relaxo.recipe import Recipe
    from relaxo_gui.session_model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Voxel:
    """A voxel of one of the stacks."""

    quantity: str
    """``T1`` or ``T2``: the stack that the index is of."""
    index: tuple[int, int, int]
    """Slice, row and column, counted from 0."""
    image: int | None = None
    """Which of its images is looked at; None while it is a map."""


@dataclass(frozen=True, slots=True)
class Dragged:
    """A well as it would be if it were let go now, and what it would measure."""

    well: Well
    rates: Mapping[str, WellRate]
    """``R1`` and ``R2``, or one of them; empty before there are maps."""


class SessionModel(QObject):
    """One recipe being edited, what is known of its results, and the well that is selected.

    Panels read from here, listen to its signals, and change nothing but through `edit`.
    """

    deciding = Signal(object, object)
    """The recipe before and after a change, before anybody else is told: for what must be seen first."""
    glanced = Signal()
    """There is something newer to draw than the results: a glance, or a well under the hand; or no longer."""
    opened = Signal()
    """Another recipe is edited from now on, or none."""
    changed = Signal(object, object)
    """The recipe before and after an edit, undo or redo."""
    history_changed = Signal()
    """What can be undone, redone or saved."""
    snapshot_changed = Signal()
    contents_changed = Signal()
    selection_changed = Signal()
    hover_changed = Signal()
    pointed_changed = Signal()
    """The voxel under the pointer."""
    measurement_changed = Signal()
    """Another stack is looked at, or images without times."""
    step_changed = Signal()
    """Another step is looked at."""
    dragged_changed = Signal()
    """A well that is being moved or resized by hand, at every step of the way."""
    message = Signal(object)
    """A `RelaxoError` for the person; None when the last one no longer holds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._snapshot: Snapshot | None = None
        self._contents: Mapping[str, Contents] = {}
        self._agents: tuple[str, ...] = ()
        self._traces: tuple[wells.Trace, ...] = ()
        self._selected: str | None = None
        self._measurement: str | None = None
        self._hovered: str | None = None
        self._pointed: Voxel | None = None
        self._dragged: Dragged | None = None
        self._glance: Glance | None = None
        self._step = next(iter(STEPS))
        self.path: Path | None = None
        """The file that the recipe is saved in; None before it is."""

    @property
    def recipe(self) -> Recipe | None:
        """The recipe as it stands; None when nothing is open."""
        return self._session.recipe if self._session else None

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest results; those of an older recipe while a newer one is computed."""
        return self._snapshot

    @property
    def current(self) -> bool:
        """Whether the results are complete and those of the recipe as it stands."""
        known = self._snapshot
        return known is not None and known.result is not None and known.result.recipe == self.recipe

    @property
    def contents(self) -> Mapping[str, Contents]:
        """What the recipe says of each well, by its name."""
        return self._contents

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None when there is nothing."""
        return self._session.undo_label if self._session else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back; None when there is nothing."""
        return self._session.redo_label if self._session else None

    @property
    def modified(self) -> bool:
        """Whether there is something to save."""
        return self._session is not None and self._session.modified

    @property
    def selected(self) -> str | None:
        """Name of the selected well."""
        return self._selected

    @property
    def measurement(self) -> str | None:
        """Key of the stack, or of the images without times, whose times are looked at."""
        return self._measurement

    @property
    def hovered(self) -> str | None:
        """Name of the well under the pointer, wherever that is."""
        return self._hovered

    @property
    def pointed(self) -> Voxel | None:
        """The voxel under the pointer; None while it is on no image."""
        return self._pointed

    @property
    def dragged(self) -> Dragged | None:
        """The well that is being moved or resized by hand; None while none is."""
        return self._dragged

    @property
    def glance(self) -> Glance | None:
        """Rates and lines of what is being changed, which are newer than the results; None where these are."""
        return self._glance

    @property
    def step(self) -> str:
        """Key of the step that is looked at, one of `relaxo_gui.session_model.steps.STEPS`."""
        return self._step

    @property
    def traces(self) -> tuple[wells.Trace, ...]:
        """What became of every well by hand, as the recipe says; on the grid that wells are found in."""
        return self._traces

    def agent_index(self, well: str) -> int | None:
        """Return the place of a well's agent in the order of agents; None for a blank, or when nobody said.

        It gives the agent its colour and its symbol everywhere.
        """
        known = self._contents.get(well)
        return self._agents.index(known.agent) if known is not None and known.agent in self._agents else None

    def agent_place(self, name: str) -> int | None:
        """Return the place of an agent in the order of agents."""
        return self._agents.index(name) if name in self._agents else None

    def open(self, recipe: Recipe, path: Path | None = None) -> None:
        """Edit another recipe, from the file at `path` if it is saved there."""
        self._session = Session(recipe)
        self._session.listen(self._tell)
        self.path = path
        self._snapshot = None
        self._selected = self._hovered = self._measurement = None
        self._pointed = self._dragged = self._glance = None
        self._match()
        self.message.emit(None)
        self.opened.emit()
        self.history_changed.emit()
        self.snapshot_changed.emit()
        self.contents_changed.emit()

    def edit(self, label: str, recipe: Recipe, merge_key: str | None = None) -> None:
        """Take a step to a new recipe, as `relaxo.session.Session.edit`."""
        assert self._session is not None
        self._session.edit(label, recipe, merge_key)

    def undo(self) -> None:
        """Go back one step."""
        if self._session:
            self._session.undo()

    def redo(self) -> None:
        """Go forward one step."""
        if self._session:
            self._session.redo()

    def mark_saved(self, path: Path) -> None:
        """Note that the recipe as it stands is in a file."""
        assert self._session is not None
        self._session.mark_saved()
        self.path = path
        self.history_changed.emit()

    def show(self, snapshot: Snapshot) -> None:
        """Take new results in."""
        if self._snapshot is None or snapshot.result is not self._snapshot.result:
            self._glance = None
        self._snapshot = snapshot
        before = self._contents
        self._match()
        self.snapshot_changed.emit()
        if self._contents != before:
            self.contents_changed.emit()
        self.history_changed.emit()
        self.message.emit(snapshot.error)

    def look_at(self, measurement: str | None) -> None:
        """Look at the times of a stack, or of images without times."""
        if measurement != self._measurement:
            self._measurement = measurement
            self.measurement_changed.emit()

    def select(self, well: str | None) -> None:
        """Select a well, everywhere."""
        if well != self._selected:
            self._selected = well
            self.selection_changed.emit()

    def hover(self, well: str | None) -> None:
        """Mark the well under the pointer, everywhere."""
        if well != self._hovered:
            self._hovered = well
            self.hover_changed.emit()

    def point(self, quantity: str, index: tuple[int, int, int] | None, image: int | None = None) -> None:
        """Say which voxel of the stack of ``T1`` or ``T2`` is under the pointer, as slice, row and column."""
        voxel = None if index is None else Voxel(quantity, index, image)
        if voxel != self._pointed:
            self._pointed = voxel
            self.pointed_changed.emit()

    def drag(self, dragged: Dragged | None) -> None:
        """Show a well where it is dragged to, everywhere; None when it is let go."""
        if dragged is not None or self._dragged is not None:
            self._dragged = dragged
            self.dragged_changed.emit()

    def look_ahead(self, glance: Glance | None) -> None:
        """Show rates and lines at once, until the results are there; None for those of the results."""
        self._glance = glance
        self.glanced.emit()

    def go_to(self, step: str) -> None:
        """Look at a step."""
        if step != self._step:
            self._step = step
            self.step_changed.emit()

    def _tell(self, before: Recipe, after: Recipe) -> None:
        self._match()
        self.deciding.emit(before, after)
        self.contents_changed.emit()
        self.history_changed.emit()
        self.changed.emit(before, after)

    def _match(self) -> None:
        """Bring together what the recipe says and the wells that were found."""
        known, recipe = self._snapshot, self.recipe
        located = known.located if known else None
        self._contents = {}
        self._traces = ()
        if known is not None and known.found is not None and recipe is not None:
            try:
                self._traces = wells.trace(known.found, recipe.wells)
            except RelaxoError:
                self._traces = ()
            if located is not None and self._traces and located.geometry == known.found.geometry:
                # As the recipe has them, which the run that follows will find.
                now = tuple(each.now for each in self._traces if each.now is not None)
                nowhere = np.zeros(located.geometry.shape, np.int16)
                located = replace(located, labels=nowhere, wells=now, tallies=())
        if located is not None and recipe is not None:
            try:
                self._contents = wells.match(located, recipe.contents)
            except RelaxoError:
                # The run that follows meets the same error, and its message is shown.
                self._contents = {}
        self._agents = tuple(
            dict.fromkeys(
                self._contents[well.name].agent
                for well in (located.wells if located else ())
                if well.name in self._contents and self._contents[well.name].concentration_mM
            )
        )
