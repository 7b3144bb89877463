"""Snapshot: as much of a result as there is, so that every stage is shown as soon as it is done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from relaxo import wells as stage
from relaxo.errors import RelaxoError
from relaxo.pipeline import RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaxo.data import Inventory, Maps, Notice, Rates, Stack, Wells
    from relaxo.pipeline import Pipeline, Result, StageProgress
    from relaxo.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What is known of a recipe's results; what is not known yet is empty."""

    recipe: Recipe
    inventory: Inventory | None = None
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    """``T1`` and ``T2``, or one of them."""
    wells: Mapping[str, Wells] = field(default_factory=dict)
    """The same keys."""
    maps: Mapping[str, Maps] = field(default_factory=dict)
    """The same keys."""
    rates: Mapping[str, Rates] = field(default_factory=dict)
    """``R1`` and ``R2``, or one of them."""
    notices: tuple[Notice, ...] = ()
    result: Result | None = None
    """Everything; None until it is complete, and when a stage failed."""
    error: RelaxoError | None = None
    """Why there is no result."""

    @property
    def located(self) -> Wells | None:
        """The wells on the grid of the first stack; None before they are found."""
        return next(iter(self.wells.values()), None)


def follow(pipeline: Pipeline, recipe: Recipe, progress: StageProgress, show: Callable[[Snapshot], None]) -> Snapshot:
    """Run a recipe and show what there is after every stage.

    A failure is no exception here: it comes back in the snapshot, with all that was known when it happened. A
    concentration that is still to be typed must not take the maps from the screen.

    Raises
    ------
    Cancelled
        When `progress` answers False.
    """
    known = Snapshot(recipe)
    try:
        known = replace(known, inventory=pipeline.scan(recipe, progress))
        show(known)
        stacks, notices = pipeline.stacks(recipe, progress)
        known = replace(known, stacks=stacks, notices=notices)
        show(known)
        known = replace(known, wells=pipeline.wells(recipe, progress))
        show(known)
        known = replace(known, maps=pipeline.maps(recipe, progress))
        known = replace(known, rates=_rates(known))
        result = pipeline.run(recipe, progress)
    except RelaxoError as error:
        return replace(known, error=error)
    return replace(known, rates=result.rates, notices=result.notices, result=result)


def _rates(known: Snapshot) -> dict[str, Rates]:
    """Return the rates without their concentrations: what can be shown when these are still incomplete."""
    part = known.recipe.wells
    return {RATES[quantity]: stage.measure(maps, known.wells[quantity], part) for quantity, maps in known.maps.items()}
