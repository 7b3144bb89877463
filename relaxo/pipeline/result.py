"""Result: all that follows from a recipe."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from relaxo.data import (
        AgentResult,
        Contents,
        Inventory,
        Maps,
        Notice,
        Rates,
        ReferenceAgent,
        Stack,
        Wells,
    )
    from relaxo.errors import RelaxoError
    from relaxo.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What changes on the screen while a value is changed by hand: the same numbers as in a `Result`, and no doubts."""

    rates: Mapping[str, Rates]
    """``R1`` and ``R2``, or one of them."""
    agents: tuple[AgentResult, ...]
    """Their lines without quality and influence."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Findings:
    """What was found, whether the images are at hand or not."""

    recipe: Recipe
    wells: Mapping[str, Wells]
    """``T1`` and ``T2``, or one of them: the same wells, in the same order, on the grid of each stack."""
    contents: Mapping[str, Contents]
    """By the name of the well."""
    rates: Mapping[str, Rates]
    """``R1`` and ``R2``, or one of them."""
    agents: tuple[AgentResult, ...]
    """Empty when no concentrations were given, or they could not be used."""
    field_T: float | None
    reference: ReferenceAgent | None
    """The published agent to compare with."""
    control: str | None
    """Name of the agent that was measured along as a control."""
    notices: tuple[Notice, ...]
    created: datetime
    """UTC."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, dict):
                object.__setattr__(self, field.name, MappingProxyType(dict(value)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result(Findings):
    """All that follows from a recipe."""

    inventory: Inventory
    stacks: Mapping[str, Stack]
    """The same keys as those of `wells`, as the next."""
    maps: Mapping[str, Maps]
    """Arrays (z, y, x)."""
    failure: RelaxoError | None = None
    """Why there are no agents although concentrations were given."""
