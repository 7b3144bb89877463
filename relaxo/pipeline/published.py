"""The published agent to compare with, and whether the control came out as published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relaxo import relaxivity
from relaxo.data import Notice
from relaxo.errors import InputError

if TYPE_CHECKING:
    from relaxo.data import AgentResult, ReferenceAgent
    from relaxo.recipe import Recipe


def own_references(recipe: Recipe) -> tuple[ReferenceAgent, ...]:
    """Return the published agents of the user's own file; none where the recipe names no file."""
    path = recipe.regression.references
    return () if path is None else relaxivity.read_references(Path(path))


def reference_agent(
    recipe: Recipe, field_T: float | None, own: tuple[ReferenceAgent, ...]
) -> tuple[ReferenceAgent | None, tuple[Notice, ...]]:
    """Return the published agent to compare with, counted as the agents are, or why there is none."""
    name = recipe.regression.reference
    if not any(relaxivity.is_called(known, name) for known in (*own, *relaxivity.references())):
        raise InputError(
            f"there is no published agent {name!r}",
            where="the recipe's regression.reference",
            hint="`relaxo agents` lists them",
        )
    found = _published(name, recipe, field_T, own)
    if found is not None:
        conditions = recipe.conditions
        return found, relaxivity.differences(found, conditions.temperature_C, conditions.medium)
    at = "a field that the images do not state" if field_T is None else f"{field_T:.3g} T"
    return None, (
        Notice(
            "no_reference",
            f"No published relaxivity of {name} at {at} is known, so none is shown; `relaxo agents` lists what is.",
        ),
    )


def _published(
    name: str, recipe: Recipe, field_T: float | None, own: tuple[ReferenceAgent, ...]
) -> ReferenceAgent | None:
    """Return what is published of an agent for the conditions of a recipe, counted as its agents are."""
    found = relaxivity.reference(
        name,
        field_T,
        temperature_C=recipe.conditions.temperature_C,
        medium=recipe.conditions.medium,
        interpolate=recipe.regression.interpolate_reference,
        own=own,
    )
    return None if found is None else relaxivity.published_per(found, relaxivity.counted_per(recipe.regression))


def off_band(
    agents: tuple[AgentResult, ...],
    control: str | None,
    recipe: Recipe,
    field_T: float | None,
    own: tuple[ReferenceAgent, ...],
) -> tuple[Notice, ...]:
    """Return an alarm when the control did not come out as published."""
    if control is None:
        return ()
    measured = next(agent for agent in agents if agent.name == control)
    published = _published(control, recipe, field_T, own)
    return () if published is None else relaxivity.off_band(measured, published)
