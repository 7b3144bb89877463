"""The stages from a recipe to a result, each remembered by what it started from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from relaxo import io, relaxivity, wells
from relaxo.data import RATES, Notice, Rates
from relaxo.errors import AnalysisError, InputError, RelaxoError
from relaxo.pipeline.discreet import discreet
from relaxo.pipeline.fit import clipped_wells, fit_curves, fit_stack
from relaxo.pipeline.locate import as_found, call, carry, locate
from relaxo.pipeline.regressed import Regressed, regressed
from relaxo.pipeline.result import Glance, Result
from relaxo.recipe import Recipe, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Inventory, Maps, Stack, WellRate, Wells
    from relaxo.recipe import FitPart

#: Told the stage in words, and what is done of how much; the run stops when it answers False.
StageProgress = Callable[[str, int, int], bool]

T = TypeVar("T")


def run(recipe: Recipe | Path | str, progress: StageProgress | None = None) -> Result:
    """Turn a recipe into results.

    Parameters
    ----------
    recipe
        A recipe, or the path of one.
    progress
        Told the stage, and what is done of how much; the run stops when it answers False.

    Raises
    ------
    InputError
        When the recipe, a source or an entry of its contents cannot be used.
    AnalysisError
        When what was asked for cannot be computed.
    Cancelled
        When `progress` answers False.
    """
    return Pipeline().run(recipe if isinstance(recipe, Recipe) else load(Path(recipe)), progress)


class Pipeline:
    """Runs recipes one after the other, and does again only what a changed decision asks for.

    Each stage is remembered by the results it starts from and by its own part of the recipe.
    """

    def __init__(self) -> None:
        self._memory: dict[str, tuple[object, object]] = {}

    def run(self, recipe: Recipe, progress: StageProgress | None = None, *, despite_failure: bool = False) -> Result:
        """Turn a recipe into results; raises as `run` does.

        With `despite_failure` maps and measured wells are returned where only the concentrations cannot be used or the
        regression cannot be done; the result says why as its `failure`.
        """
        inventory = self.scan(recipe, progress)
        stacks, notices = self.stacks(recipe, progress)
        located = self.wells(recipe, progress)
        failure: RelaxoError | None = None
        try:
            matched = wells.match(next(iter(located.values())), recipe.contents)
            contents = relaxivity.counted(matched, recipe.regression)
        except RelaxoError as error:
            if not despite_failure:
                raise
            contents, failure = {}, error
        curves = self.curves(recipe, progress)
        maps = self.maps(recipe, progress)
        notices += tuple(dict.fromkeys(notice for there in located.values() for notice in there.notices))
        rates = {}
        for quantity, stack in stacks.items():
            measured = wells.with_curves(self._measured(recipe, quantity, maps, located), curves[quantity])
            measured = wells.fill(measured, contents)
            notices += wells.uneven(measured)
            notices += wells.outside_window(measured, stack.protocol)
            rates[RATES[quantity]] = _within_reach(measured, stack, recipe)
            notices += clipped_wells(stack, located[quantity], quantity)
        field = recipe.conditions.field_T or next(
            (stack.protocol.field_T for stack in stacks.values() if stack.protocol.field_T), None
        )
        found = Regressed()
        if failure is None:
            try:
                found = regressed(recipe, rates, field, with_contents=bool(contents))
            except RelaxoError as error:
                if not despite_failure:
                    raise
                failure = error
        notices += found.notices
        if failure is not None:
            notices += (Notice("no_relaxivities", f"No relaxivities: {failure}"),)
        return Result(
            recipe=recipe,
            inventory=inventory,
            stacks=stacks,
            maps=maps,
            wells=located,
            contents=contents,
            rates=rates,
            agents=found.agents,
            field_T=field,
            reference=found.reference,
            control=found.control,
            notices=discreet(notices, recipe, inventory),
            created=datetime.now(UTC),
            failure=failure,
        )

    def glance(self, recipe: Recipe, moved: Mapping[str, WellRate] | None = None) -> Glance:
        """Return rates and lines alone, to be drawn at once.

        Parameters
        ----------
        recipe
            Which differs from the one that was run last in its concentrations and its regression only: all before them
            is remembered.
        moved
            ``R1`` and ``R2`` of one well as measured elsewhere, to count in place of its own; as it is dragged.

        Raises
        ------
        InputError, AnalysisError
            As `run` does.
        """
        located = self.wells(recipe)
        contents = relaxivity.counted(wells.match(next(iter(located.values())), recipe.contents), recipe.regression)
        maps = self.maps(recipe)
        rates = {}
        for quantity, stack in self.stacks(recipe)[0].items():
            measured = self._measured(recipe, quantity, maps, located)
            other = (moved or {}).get(measured.quantity)
            if other is not None:
                there = tuple(other if well.well == other.well else well for well in measured.wells)
                measured = Rates(measured.quantity, there)
            rates[measured.quantity] = _within_reach(wells.fill(measured, contents), stack, recipe)
        agents, _ = relaxivity.analyse(rates, recipe.regression, diagnose=False)
        return Glance(rates, agents)

    def scan(self, recipe: Recipe, progress: StageProgress | None = None) -> Inventory:
        """Read the headers of a recipe's sources."""
        if not recipe.sources:
            raise InputError("the recipe names no sources", hint='Add sources = ["folder of DICOM files"]')
        return self._once(
            "scan",
            (recipe.sources, msgspec.json.encode(recipe.timing)),
            lambda: io.scan(
                [Path(source) for source in recipe.sources], _part(progress, "Looking at files"), timing=recipe.timing
            ),
        )

    def stacks(
        self, recipe: Recipe, progress: StageProgress | None = None
    ) -> tuple[dict[str, Stack], tuple[Notice, ...]]:
        """Read the stacks to fit, ``T1`` and ``T2`` or one of them, with what there is to say of them."""
        inventory = self.scan(recipe, progress)
        sources, notices = self._once(
            "choose", (inventory, _key(recipe.stacks)), partial(io.choose, inventory, recipe.stacks)
        )
        stacks = {}
        for quantity, source in sources.items():
            notices += source.notices
            told = _part(progress, f"Reading {quantity} images")
            stacks[quantity] = self._once(f"load {quantity}", (source,), partial(io.load, source, told))
        return stacks, notices

    def maps(self, recipe: Recipe, progress: StageProgress | None = None) -> dict[str, Maps]:
        """Fit every stack; the same keys."""
        maps = {}
        for quantity, stack in self.stacks(recipe, progress)[0].items():
            part: FitPart = getattr(recipe.fit, quantity)
            told = _part(progress, f"Fitting {quantity}")
            maps[quantity] = self._once(
                f"fit {quantity}", (stack, _key(part)), partial(fit_stack, stack, part, quantity, told)
            )
        return maps

    def found(self, recipe: Recipe, progress: StageProgress | None = None) -> Wells:
        """Find and name the wells; what a person changed of them by hand is not in it, and there may be none."""
        return self._found(recipe, progress)[0]

    def _found(self, recipe: Recipe, progress: StageProgress | None) -> tuple[Wells, AnalysisError | None]:
        """Return the wells as they were found and named, and why there are none."""
        stacks, _ = self.stacks(recipe, progress)
        home: str = recipe.wells.find_in or next(iter(stacks))
        if home not in stacks:
            raise AnalysisError(
                f"wells are to be found in the {home} images, and there are none",
                where="the recipe's wells.find_in",
                hint=f"Set it to {next(iter(stacks))}",
            )
        part, stack = msgspec.structs.replace(recipe.wells, edit=()), stacks[home]
        searched = as_found(part)
        told = _part(progress, "Finding wells")
        found, why = self._once("find wells", (stack, _key(searched)), partial(locate, stack, searched, told))
        # A name that a person gave by hand does not say how the others are named.
        given = {change.name for change in recipe.wells.edit}
        by_plate = any(
            entry.well is not None and entry.well not in given and wells.is_plate_name(entry.well)
            for entry in recipe.contents
        )
        named = self._once("name wells", (found, _key(part), by_plate), partial(call, found, part, by_plate=by_plate))
        return named, why

    def wells(self, recipe: Recipe, progress: StageProgress | None = None) -> dict[str, Wells]:
        """Find the wells in one stack, as a person has them, and carry them over to the other; the same keys."""
        stacks, _ = self.stacks(recipe, progress)
        (found, why), part = self._found(recipe, progress), recipe.wells
        drawn = self._once("draw wells", (found, _key(part)), partial(wells.edit, found, part))
        if not drawn.wells:
            if why is not None:
                raise AnalysisError(why.what, where=why.where, hint=why.hint)
            raise AnalysisError("all wells were removed by hand", hint="Bring one of them back, or add one")
        return {
            quantity: self._once(
                f"carry wells to {quantity}", (drawn, other, _key(part)), partial(carry, drawn, other, part)
            )
            for quantity, other in stacks.items()
        }

    def curves(self, recipe: Recipe, progress: StageProgress | None = None) -> dict[str, Maps]:
        """Fit the mean curve of every well; the same keys, maps (wells,)."""
        located = self.wells(recipe, progress)
        curves = {}
        for quantity, stack in self.stacks(recipe, progress)[0].items():
            part: FitPart = getattr(recipe.fit, quantity)
            curves[quantity] = self._once(
                f"fit curves of {quantity}",
                (stack, located[quantity], _key(part)),
                partial(fit_curves, stack, located[quantity], part, quantity),
            )
        return curves

    def _measured(self, recipe: Recipe, quantity: str, maps: Mapping[str, Maps], located: Mapping[str, Wells]) -> Rates:
        """Measure the wells of one stack."""
        of_stack, there = maps[quantity], located[quantity]
        return self._once(
            f"measure {quantity}",
            (of_stack, there, recipe.wells.minimum_voxels.to_bytes(8)),
            partial(wells.measure, of_stack, there, recipe.wells),
        )

    def _once(self, stage: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return what the stage gave for the same key, or compute it."""
        known = self._memory.get(stage)
        if known is not None and _same(known[0], key):
            return known[1]  # type: ignore[return-value] # a stage always gives the same type
        value = compute()
        self._memory[stage] = (key, value)
        return value


def _within_reach(rates: Rates, stack: Stack, recipe: Recipe) -> Rates:
    """Return rates in which those that the images cannot measure count as the recipe says."""
    if recipe.regression.beyond_window != "exclude":
        return rates
    return wells.exclude_outside(rates, stack.protocol)


def _same(known: object, key: tuple[object, ...]) -> bool:
    """Compare keys: results by identity, for they are frozen, and decisions by value."""
    return (
        isinstance(known, tuple)
        and len(known) == len(key)
        and all(
            mine is theirs or (isinstance(mine, bytes | str | tuple) and mine == theirs)
            for mine, theirs in zip(known, key, strict=True)
        )
    )


def _key(part: msgspec.Struct) -> bytes:
    return msgspec.json.encode(part)


def _part(progress: StageProgress | None, stage: str) -> Callable[[int, int], bool] | None:
    """Return the progress of one stage."""
    return None if progress is None else lambda done, total: progress(stage, done, total)
