"""Edits of a recipe's contents: each takes a recipe and gives another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from relaxo.errors import InputError
from relaxo.recipe import ConditionsPart, ContentsPart, FitPart
from relaxo_gui.core import wells as stage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relaxo.data import Wells
    from relaxo.recipe import Recipe

    #: What an option of a fit can be; None for its default.
    Value = bool | float | None


#: Field of `ConditionsPart` to what it is called.
CONDITIONS = {
    "field_T": "Field",
    "temperature_C": "Temperature",
    "temperature_measured": "How the temperature was measured",
    "medium": "Medium",
    "pH": "pH",
    "assay": "Assay of the concentrations",
}


def set_condition(recipe: Recipe, name: str, text: str) -> Recipe:
    """Return a recipe that says something else of its conditions.

    Parameters
    ----------
    recipe
        Any.
    name
        One of `CONDITIONS`.
    text
        As it was typed, with a decimal point or comma where it is a number; empty for not stated.

    Raises
    ------
    InputError
        When it is no such number.
    """
    words = text.strip()
    try:
        value = _number(words) if words and name in _NUMBERS else words or None
        conditions = msgspec.convert(msgspec.to_builtins(recipe.conditions) | {name: value}, ConditionsPart)
    except ValueError as error:
        # A `msgspec.ValidationError` is one.
        raise InputError(
            f"{words!r} is no {_NUMBERS.get(name, CONDITIONS[name].lower())}", hint="Type a number, such as 37 or 7.4"
        ) from error
    return msgspec.structs.replace(recipe, conditions=conditions)


def set_contents(recipe: Recipe, wells: Wells, changes: Mapping[str, Mapping[str, Any]]) -> Recipe:
    """Return a recipe that says something else of some wells.

    An entry keeps the way in which it names its well; a well without an entry gets one by its name.

    Parameters
    ----------
    recipe
        Any.
    wells
        The wells that its entries are about.
    changes
        Name of a well to the fields of `ContentsPart` that change.

    Raises
    ------
    InputError
        When an entry of the recipe fits no well.
    """
    entries = list(recipe.contents)
    place = {next(iter(stage.match(wells, (entry,)))): index for index, entry in enumerate(entries)}
    for well, fields in changes.items():
        if well in place:
            entries[place[well]] = msgspec.structs.replace(entries[place[well]], **fields)
        else:
            entries.append(ContentsPart(well=well, **fields))
    return msgspec.structs.replace(recipe, contents=tuple(entry for entry in entries if not _is_empty(entry)))


def choose_stack(recipe: Recipe, quantity: str, name: str | None) -> Recipe:
    """Return a recipe that fits another stack for ``T1`` or ``T2``; the program's choice for None."""
    return msgspec.structs.replace(recipe, stacks=msgspec.structs.replace(recipe.stacks, **{quantity: name}))


_NUMBERS = {"field_T": "field in T", "temperature_C": "temperature in °C", "pH": "pH between 0 and 14"}


def _number(text: str) -> float:
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _is_empty(entry: ContentsPart) -> bool:
    """Whether an entry says nothing: it is as if there were none."""
    return (
        entry.concentration_mM is None
        and not entry.agent
        and entry.exclude is None
        and entry.concentration_se_mM is None
    )


def choose_model(recipe: Recipe, quantity: str, name: str, known: Collection[str]) -> Recipe:
    """Return a recipe that fits ``T1`` or ``T2`` with another model, ``auto`` for the usual one.

    Of the options that were chosen, those stay that are `known` to the other model as well.
    """
    part: FitPart = getattr(recipe.fit, quantity)
    options = {option: value for option, value in part.options.items() if option in known}
    return _with_fit(recipe, quantity, FitPart(model=name, options=options))


def choose_option(recipe: Recipe, quantity: str, name: str, value: Value) -> Recipe:
    """Return a recipe with an option of the fit of ``T1`` or ``T2``; its default for None."""
    part: FitPart = getattr(recipe.fit, quantity)
    options = {option: kept for option, kept in part.options.items() if option != name}
    if value is not None:
        options[name] = value
    return _with_fit(recipe, quantity, msgspec.structs.replace(part, options=options))


def reset_options(recipe: Recipe, quantity: str) -> Recipe:
    """Return a recipe with every option of the fit of ``T1`` or ``T2`` at its default."""
    part: FitPart = getattr(recipe.fit, quantity)
    return _with_fit(recipe, quantity, FitPart(model=part.model))


def differ_in_numbers_only(one: Recipe, other: Recipe) -> bool:
    """Whether two recipes measure the same, and differ at most in concentrations and in what becomes of the rates."""
    same = msgspec.structs.replace(other, contents=one.contents, regression=one.regression, conditions=one.conditions)
    return same == one


def regress_by(recipe: Recipe, **settings: Any) -> Recipe:  # noqa: ANN401 - each of the type its setting has
    """Return a recipe with other settings of the regression."""
    return msgspec.structs.replace(recipe, regression=msgspec.structs.replace(recipe.regression, **settings))


def under_conditions(recipe: Recipe, **settings: Any) -> Recipe:  # noqa: ANN401 - each of the type its setting has
    """Return a recipe with other conditions of the measurement."""
    return msgspec.structs.replace(recipe, conditions=msgspec.structs.replace(recipe.conditions, **settings))


def _with_fit(recipe: Recipe, quantity: str, part: FitPart) -> Recipe:
    return msgspec.structs.replace(recipe, fit=msgspec.structs.replace(recipe.fit, **{quantity: part}))
