"""Computing: the results of the recipe as it stands, off the window's thread or at once where only the lines change."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from relaxo.errors import RelaxoError
from relaxo_gui.actions import edits
from relaxo_gui.core import pipeline
from relaxo_gui.jobs import Job, Told
from relaxo_gui.session_model import SessionModel, Snapshot, follow
from relaxo_gui.widgets.once_a_frame import OnceAFrame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import WellRate
    from relaxo.pipeline import Pipeline
    from relaxo.recipe import Recipe

#: A regression that took longer than this, in s, is done off the window's thread the next time: of very many wells.
_AT_ONCE_S = 0.04


class Computing(QObject):
    """Follows every edit of the recipe, and every well that is dragged; the newest answer wins."""

    job: Job
    """What is computed off the window's thread."""

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.job = Job(self)
        self._remembered = _Remembered()
        self._took = 0.0
        model.deciding.connect(self._glance)
        model.changed.connect(self._follow_edit)
        self._ahead = OnceAFrame(self._glance_dragged, self)
        model.dragged_changed.connect(self._ahead.ask)
        self.job.partial.connect(model.show)
        self.job.succeeded.connect(model.show)
        self.job.running_changed.connect(self._forget_glance)

    def analyse(self) -> None:
        """Compute the results of the recipe as it stands."""
        recipe = self._model.recipe
        if recipe is not None:
            self.job.start(partial(_analyse, self._remembered, recipe, self._model.snapshot))

    def start_over(self) -> None:
        """Forget what was read and computed, and do it anew."""
        self.forget()
        self.analyse()

    def forget(self) -> None:
        """Stop, and forget what was read and computed."""
        self.job.cancel()
        self._remembered = _Remembered()
        self._took = 0.0

    def _follow_edit(self, before: Recipe, after: Recipe) -> None:
        """Compute what an edit changes: at once where that is only the regression, else off the window's thread."""
        if not (self._is_quick(before, after) and self._took < _AT_ONCE_S):
            self.analyse()
            return
        began = time.thread_time()
        shown = follow(self._remembered.pipeline, after, self._model.snapshot, lambda *_: True, self._model.show)
        self._took = time.thread_time() - began
        self._model.show(shown)

    def _glance(self, before: Recipe, after: Recipe) -> None:
        """Show the lines of an edit that changes but them, before all else that follows from it."""
        if self._is_quick(before, after):
            self._look_ahead(after)

    def _glance_dragged(self) -> None:
        """Let the lines follow a well that is dragged, and stay where it was let go until its results are there."""
        dragged, recipe = self._model.dragged, self._model.recipe
        if dragged is not None and recipe is not None and self._is_quick(recipe, recipe):
            self._look_ahead(recipe, dragged.rates)
        elif dragged is not None or not self.job.running:
            self._model.look_ahead(None)

    def _forget_glance(self, running: bool) -> None:  # noqa: FBT001 - a slot
        """Let nothing be shown that was not computed, when that was stopped."""
        if not running and self._model.glance is not None:
            self._model.look_ahead(None)

    def _look_ahead(self, recipe: Recipe, moved: Mapping[str, WellRate] | None = None) -> None:
        try:
            self._model.look_ahead(self._remembered.pipeline.glance(recipe, moved))
        except RelaxoError:
            # What follows meets it too, and says so.
            self._model.look_ahead(None)

    def _is_quick(self, before: Recipe, after: Recipe) -> bool:
        """Whether nothing before the regression is to be computed, and no thread is at work on what remembers it."""
        known = self._model.snapshot
        return (
            known is not None
            and known.recipe == before
            and known.maps.keys() == known.wells.keys() == known.stacks.keys() != set()
            and self.job.idle
            and edits.differ_in_numbers_only(before, after)
        )


class _Remembered:
    """The pipeline of what is open, made on the thread that first runs it: its libraries take long to load."""

    @cached_property
    def pipeline(self) -> Pipeline:
        return pipeline.Pipeline()


def _analyse(remembered: _Remembered, recipe: Recipe, before: Snapshot | None, told: Told) -> Snapshot:
    return follow(remembered.pipeline, recipe, before, told.progress, told.partial)
