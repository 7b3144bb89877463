"""A recipe being edited: undo, redo, and listeners who are told what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relaxo.recipe import Recipe

#: Told the recipe before and after a change.
Listener = Callable[[Recipe, Recipe], None]

#: Steps that are kept; a recipe with 96 wells is about 10 kB.
HISTORY = 500


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    recipe: Recipe
    merge_key: str | None


class Session:
    """The history of a recipe.

    A step is a whole recipe, so that undoing one needs no inverse and cannot be wrong.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._steps = [_Step("", recipe, None)]
        self._now = 0
        self._saved = recipe
        self._listeners: list[Listener] = []

    @property
    def recipe(self) -> Recipe:
        """The recipe as it stands."""
        return self._steps[self._now].recipe

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, in the words of a menu; None when there is nothing."""
        return self._steps[self._now].label if self._now else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back; None when there is nothing."""
        return self._steps[self._now + 1].label if self._now + 1 < len(self._steps) else None

    @property
    def modified(self) -> bool:
        """Whether the recipe differs from the one last saved."""
        return self.recipe != self._saved

    def edit(self, label: str, recipe: Recipe, merge_key: str | None = None) -> None:
        """Take a step to a new recipe.

        Parameters
        ----------
        label
            What was done, as a menu shows it: ``Move well B4``.
        recipe
            The recipe after it.
        merge_key
            Steps that follow one another with the same key are undone as one: all moves of one drag.
        """
        before = self.recipe
        if recipe == before:
            return
        last = self._steps[self._now]
        merges = merge_key is not None and merge_key == last.merge_key and self._now > 0
        del self._steps[self._now if merges else self._now + 1 :]
        self._steps.append(_Step(label, recipe, merge_key))
        del self._steps[: max(0, len(self._steps) - HISTORY - 1)]
        self._now = len(self._steps) - 1
        self._tell(before)

    def undo(self) -> None:
        """Go back one step; nothing happens at the first."""
        self._go(self._now - 1)

    def redo(self) -> None:
        """Go forward one step; nothing happens at the last."""
        self._go(self._now + 1)

    def mark_saved(self) -> None:
        """Note that the recipe as it stands is on disk."""
        self._saved = self.recipe

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener of every change; return the call that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _go(self, step: int) -> None:
        if 0 <= step < len(self._steps):
            before = self.recipe
            self._now = step
            self._tell(before)

    def _tell(self, before: Recipe) -> None:
        for listener in tuple(self._listeners):
            listener(before, self.recipe)
