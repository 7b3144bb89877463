"""Snapshot: as much of a result as there is, so that every stage is shown as soon as it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from relaxo import wells as stage
from relaxo.errors import RelaxoError
from relaxo.pipeline import RATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import Inventory, Maps, Notice, Rates, Stack, Wells
    from relaxo.pipeline import Pipeline, Result, StageProgress
    from relaxo.recipe import Recipe


#: What stages give before the numbers.
_STAGES = ("inventory", "stacks", "wells", "curves", "maps")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What is known of a recipe's results; what is not known yet is empty, or still that of the recipe before."""

    recipe: Recipe
    inventory: Inventory | None = None
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    """``T1`` and ``T2``, or one of them."""
    wells: Mapping[str, Wells] = field(default_factory=dict)
    """The same keys."""
    curves: Mapping[str, Maps] = field(default_factory=dict)
    """The same keys: the fits to the mean curves of the wells, (wells,)."""
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


def follow(
    pipeline: Pipeline,
    recipe: Recipe,
    before: Snapshot | None,
    progress: StageProgress,
    show: Callable[[Snapshot], None],
) -> Snapshot:
    """Run a recipe and show what there is after every stage that gave something new.

    A failure is no exception here: it comes back in the snapshot, with all that was known when it happened. A
    concentration that is still to be typed must not take the maps from the screen.

    Parameters
    ----------
    pipeline
        Runs it, and remembers what it ran before.
    recipe
        To run.
    before
        What is shown now: it stays until there is something newer.
    progress
        Told the stage, and what is done of how much; the run stops when it answers False.
    show
        Called with what there is.

    Raises
    ------
    Cancelled
        When `progress` answers False.
    """
    known = Snapshot(recipe) if before is None else replace(before, recipe=recipe, error=None)

    def reach(fresh: Snapshot) -> Snapshot:
        """Return what was known, where all that is fresh was known; else only what is fresh."""
        if all(_same(getattr(known, stage), getattr(fresh, stage)) for stage in _STAGES if getattr(fresh, stage)):
            return known
        show(fresh)
        return fresh

    try:
        fresh = Snapshot(recipe, inventory=pipeline.scan(recipe, progress))
        known = reach(fresh)
        fresh = replace(fresh, stacks=pipeline.stacks(recipe, progress)[0])
        known = reach(fresh)
        fresh = replace(fresh, wells=pipeline.wells(recipe, progress))
        known = reach(fresh)
        # The mean curves before the maps: they take milliseconds.
        fresh = replace(fresh, curves=pipeline.curves(recipe, progress))
        known = reach(fresh)
        fresh = replace(fresh, maps=pipeline.maps(recipe, progress))
        known = reach(fresh)
        if known.result is None:
            known = replace(known, rates=_measured(known))
        result = pipeline.run(recipe, progress)
    except RelaxoError as error:
        return replace(known, result=None, notices=(), error=error)
    return replace(known, rates=result.rates, notices=result.notices, result=result)


def _same(known: object, value: object) -> bool:
    """Whether a stage gave what it gave before: the pipeline remembers, so the results are the same objects."""
    if isinstance(known, Mapping) and isinstance(value, Mapping):
        return known.keys() == value.keys() and all(known[key] is value[key] for key in known)
    return known is value


def _measured(known: Snapshot) -> dict[str, Rates]:
    """Return the rates without their concentrations: what can be shown when these are still incomplete."""
    part = known.recipe.wells
    return {RATES[quantity]: stage.measure(maps, known.wells[quantity], part) for quantity, maps in known.maps.items()}
