"""Choices: which images are measured, how they are fitted and regressed, and under which conditions they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relaxo.errors import RelaxoError
from relaxo_gui.actions import edits
from relaxo_gui.core import io

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relaxo.data import ImageHeader
    from relaxo_gui.actions.edits import Value
    from relaxo_gui.session_model import SessionModel


class Choices:
    """Edits every part of the recipe but the wells and what is in them; each edit is a step that undo takes back."""

    def __init__(self, model: SessionModel) -> None:
        self._model = model

    def choose_stack(self, quantity: str, name: str | None) -> None:
        """Fit another stack for ``T1`` or ``T2``."""
        if self._model.recipe is not None:
            label = f"Measure {quantity} on {name}" if name else f"Choose the {quantity} stack automatically"
            self._model.edit(label, edits.choose_stack(self._model.recipe, quantity, name))

    def set_times(
        self, label: str, changes: Sequence[tuple[Sequence[ImageHeader], Mapping[str, float | None]]]
    ) -> None:
        """Set or take back times of volumes: fields of the recipe's timing, in ms or degree."""
        recipe, known = self._model.recipe, self._model.snapshot
        if recipe is None or known is None or known.inventory is None:
            return
        try:
            timing = io.set_times(known.inventory, recipe.timing, changes)
        except RelaxoError as error:
            self._model.message.emit(error)
            return
        self._model.edit(label, msgspec.structs.replace(recipe, timing=timing))

    def choose_model(self, quantity: str, name: str, known: Collection[str]) -> None:
        """Fit ``T1`` or ``T2`` with another model; of the options, those stay that it knows."""
        if self._model.recipe is not None:
            label = f"Model of {quantity}"
            self._model.edit(label, edits.choose_model(self._model.recipe, quantity, name, known))

    def choose_option(self, quantity: str, name: str, value: Value) -> None:
        """Set an option of the fit of ``T1`` or ``T2``; its default for None."""
        if self._model.recipe is not None:
            label = f"{name.replace('_', ' ').capitalize()} of {quantity}"
            after = edits.choose_option(self._model.recipe, quantity, name, value)
            self._model.edit(label, after, merge_key=_steps_key(f"fit.{quantity}", {name: value}))

    def reset_options(self, quantity: str) -> None:
        """Take the usual options for the fit of ``T1`` or ``T2``."""
        if self._model.recipe is not None:
            self._model.edit(f"Usual options of {quantity}", edits.reset_options(self._model.recipe, quantity))

    def regress_by(self, label: str, **settings: Any) -> None:  # noqa: ANN401 - each of the type its setting has
        """Set how rates are regressed and what they are compared with."""
        if self._model.recipe is not None:
            key = _steps_key("regression", settings)
            self._model.edit(label, edits.regress_by(self._model.recipe, **settings), merge_key=key)

    def under_conditions(self, label: str, **settings: Any) -> None:  # noqa: ANN401 - each of the type its setting has
        """State under which conditions was measured."""
        if self._model.recipe is not None:
            key = _steps_key("conditions", settings)
            self._model.edit(label, edits.under_conditions(self._model.recipe, **settings), merge_key=key)

    def set_condition(self, name: str, text: str) -> None:
        """Set what a paper must state, a field of `relaxo.recipe.ConditionsPart`, as it was typed; none for nothing."""
        recipe = self._model.recipe
        if recipe is None:
            return
        try:
            after = edits.set_condition(recipe, name, text)
        except RelaxoError as error:
            self._model.message.emit(error)
            return
        if after != recipe:
            self._model.edit(f"{edits.CONDITIONS[name]}", after)


def _steps_key(part: str, settings: Mapping[str, Any]) -> str | None:
    """Return the key by which steps of a number, as a spin box makes them, become one; None where it is no number."""
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in settings.values()):
        return None
    return f"{part}.{','.join(settings)}"
