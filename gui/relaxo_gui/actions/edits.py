"""Edits of a recipe's contents: each takes a recipe and gives another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relaxo import wells as stage
from relaxo.recipe import ContentsPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Wells
    from relaxo.recipe import Recipe


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


def _is_empty(entry: ContentsPart) -> bool:
    """Whether an entry says nothing: it is as if there were none."""
    return (
        entry.concentration_mM is None
        and not entry.agent
        and entry.exclude is None
        and entry.concentration_se_mM is None
    )
