"""Result: all that follows from a recipe."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """All that follows from a recipe."""

    recipe: Recipe
    inventory: Inventory
    stacks: Mapping[str, Stack]
    """``T1`` and ``T2``, or one of them."""
    maps: Mapping[str, Maps]
    """The same keys; arrays (z, y, x)."""
    wells: Mapping[str, Wells]
    """The same keys: the same wells, in the same order, on the grid of each stack."""
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
    failure: RelaxoError | None = None
    """Why there are no agents although concentrations were given."""

    def __post_init__(self) -> None:
        for name in ("stacks", "maps", "wells", "contents", "rates"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
