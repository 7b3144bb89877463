"""Snapshot: as much of a result as there is, so that every stage is shown as soon as it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from relaxo.data import RATES
from relaxo.errors import AnalysisError, RelaxoError
from relaxo_gui.core import io
from relaxo_gui.core import wells as stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import Inventory, Maps, Notice, Rates, Stack, Wells
    from relaxo.io import Untimed
    from relaxo.pipeline import Pipeline, Result, StageProgress
    from relaxo.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What is known of a recipe's results; what is not known yet is empty, or still that of the recipe before."""

    recipe: Recipe
    inventory: Inventory | None = None
    untimed: tuple[Untimed, ...] = ()
    """What in it lacks nothing but times."""
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    """``T1`` and ``T2``, or one of them."""
    found: Wells | None = None
    """The wells as they were found and named, before any was changed by hand."""
    wells: Mapping[str, Wells] = field(default_factory=dict)
    """As a person has them; the same keys."""
    curves: Mapping[str, Maps] = field(default_factory=dict)
    """The same keys: the fits to the mean curves of the wells, (wells,)."""
    maps: Mapping[str, Maps] = field(default_factory=dict)
    """The same keys."""
    rates: Mapping[str, Rates] = field(default_factory=dict)
    """``R1`` and ``R2``, or one of them."""
    notices: tuple[Notice, ...] = ()
    result: Result | None = None
    """Everything; None until it was complete once, and when a stage failed. That of an older recipe stays until there
    is a newer one."""
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
    newer = known.result is None

    def reach(**stage: object) -> None:
        """Take in what a stage gave, and show it if it is new."""
        nonlocal known, newer
        if all(_same(getattr(known, name), value) for name, value in stage.items()):
            return
        newer = True
        # Wells and maps of other images mean nothing on these.
        known = Snapshot(recipe, known.inventory, known.untimed) if "stacks" in stage else known
        known = replace(known, **stage)  # type: ignore[arg-type] # the stages' own types
        show(known)

    try:
        inventory = pipeline.scan(recipe, progress)
        untimed = known.untimed if inventory is known.inventory else io.untimed(inventory)
        reach(inventory=inventory, untimed=untimed)
        reach(stacks=pipeline.stacks(recipe, progress)[0])
        found = pipeline.found(recipe, progress)
        try:
            wells = {"found": found, "wells": pipeline.wells(recipe, progress)}
        except AnalysisError:
            # There are none. Yet there is something to see, and to add wells on.
            reach(found=found, wells={}, curves={}, rates={})
            reach(maps=pipeline.maps(recipe, progress))
            raise
        try:
            # Before the maps, for they take milliseconds; and with the wells, of which each has one.
            curves = pipeline.curves(recipe, progress)
        except RelaxoError:
            reach(**wells, curves={})
            raise
        reach(**wells, curves=curves)
        reach(maps=pipeline.maps(recipe, progress))
        measured = _measured(known) if newer else known.rates
        try:
            result = pipeline.run(recipe, progress)
        except RelaxoError as error:
            return replace(known, rates=measured, result=None, notices=(), error=error)
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
