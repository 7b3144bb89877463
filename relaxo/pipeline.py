"""From a recipe to results, stage by stage; the one way in which anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec
import numpy as np

from relaxo import io, models, relaxivity, wells
from relaxo.data import (
    AgentResult,
    Contents,
    FitStatus,
    Geometry,
    Inventory,
    Maps,
    Notice,
    Rates,
    ReferenceAgent,
    Stack,
    WellRate,
    Wells,
)
from relaxo.errors import AnalysisError, InputError, UsageError
from relaxo.fitting import background_sigma
from relaxo.io.labels import read_labels
from relaxo.recipe import AUTO, FitPart, FitsPart, Recipe, WellsPart, load

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Told the stage in words, and what is done of how much; the run stops when it answers False.
StageProgress = Callable[[str, int, int], bool]

QUANTITIES = ("T1", "T2")
RATES = {"T1": "R1", "T2": "R2"}

#: What a fit is told of the images it gets, by the component of their stack.
COMPONENTS: Final[Mapping[str, Literal["magnitude", "real", "complex"]]] = MappingProxyType(
    {"magnitude": "magnitude", "real": "real", "complex": "complex"}
)

T = TypeVar("T")


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
    """Empty when no concentrations were given."""
    field_T: float | None
    reference: ReferenceAgent | None
    """The published agent to compare with."""
    control: str | None
    """Name of the agent that was measured along as a control."""
    notices: tuple[Notice, ...]
    created: datetime
    """UTC."""

    def __post_init__(self) -> None:
        for name in ("stacks", "maps", "wells", "contents", "rates"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


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

    def run(self, recipe: Recipe, progress: StageProgress | None = None) -> Result:
        """Turn a recipe into results; raises as `run` does."""
        inventory = self.scan(recipe, progress)
        stacks, notices = self.stacks(recipe, progress)
        located = self.wells(recipe, progress)
        matched = wells.match(next(iter(located.values())), recipe.contents)
        contents = relaxivity.counted(matched, recipe.regression)
        maps = self.maps(recipe, progress)
        notices += tuple(dict.fromkeys(notice for there in located.values() for notice in there.notices))
        rates = {}
        for quantity, stack in stacks.items():
            curves = self._curves(recipe, quantity, stack, located[quantity])
            measured = wells.with_curves(wells.measure(maps[quantity], located[quantity], recipe.wells), curves)
            measured = rates[RATES[quantity]] = wells.fill(measured, contents)
            notices += wells.uneven(measured)
            notices += wells.outside_window(measured, stack.protocol)
            if recipe.regression.beyond_window == "exclude":
                rates[RATES[quantity]] = wells.exclude_outside(measured, stack.protocol)
            notices += _clipped_wells(stack, located[quantity], quantity)
        agents: tuple[AgentResult, ...] = ()
        if contents:
            agents, told = relaxivity.analyse(rates, recipe.regression)
            notices += told
        else:
            notices += (
                Notice("no_concentrations", "No concentrations were given: the wells are measured, not regressed."),
            )
        field = recipe.conditions.field_T or next(
            (stack.protocol.field_T for stack in stacks.values() if stack.protocol.field_T), None
        )
        own = _own_references(recipe)
        reference, told = _reference(recipe, field, own)
        control = relaxivity.control_of(agents, recipe.regression, own) if agents else None
        notices += told + _off_band(agents, control, recipe, field, own)
        return Result(
            recipe=recipe,
            inventory=inventory,
            stacks=stacks,
            maps=maps,
            wells=located,
            contents=contents,
            rates=rates,
            agents=agents,
            field_T=field,
            reference=reference,
            control=control,
            notices=notices,
            created=datetime.now(UTC),
        )

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
        sources, notices = io.choose(self.scan(recipe, progress), recipe.stacks)
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
                f"fit {quantity}", (stack, _key(part)), partial(_fit, stack, part, quantity, told)
            )
        return maps

    def wells(self, recipe: Recipe, progress: StageProgress | None = None) -> dict[str, Wells]:
        """Find the wells in one stack and carry them over to the other; the same keys."""
        stacks, _ = self.stacks(recipe, progress)
        home: str = recipe.wells.find_in or next(iter(stacks))
        if home not in stacks:
            raise AnalysisError(
                f"wells are to be found in the {home} images, and there are none",
                where="the recipe's wells.find_in",
                hint=f"Set it to {next(iter(stacks))}",
            )
        part, stack = recipe.wells, stacks[home]
        searched = _as_found(part)
        told = _part(progress, "Finding wells")
        found = self._once("find wells", (stack, _key(searched)), partial(_locate, stack, searched, told))
        by_plate = any(entry.well is not None and wells.is_plate_name(entry.well) for entry in recipe.contents)
        drawn = self._once("draw wells", (found, _key(part), by_plate), partial(_draw, found, part, by_plate=by_plate))
        return {
            quantity: self._once(
                f"carry wells to {quantity}", (drawn, other, _key(part)), partial(_carry, drawn, other, part)
            )
            for quantity, other in stacks.items()
        }

    def _curves(self, recipe: Recipe, quantity: str, stack: Stack, located: Wells) -> Maps:
        """Fit the mean curve of every well; maps (wells,)."""
        part: FitPart = getattr(recipe.fit, quantity)
        return self._once(
            f"fit curves of {quantity}",
            (stack, located, _key(part)),
            partial(_fit_curves, stack, located, part, quantity),
        )

    def _once(self, stage: str, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return what the stage gave for the same key, or compute it."""
        known = self._memory.get(stage)
        if known is not None and _same(known[0], key):
            return known[1]  # type: ignore[return-value] # a stage always gives the same type
        value = compute()
        self._memory[stage] = (key, value)
        return value


def _as_found(part: WellsPart) -> WellsPart:
    """Return what decides where wells are found; a person names and changes them afterwards."""
    return msgspec.structs.replace(
        part, naming="reading", rotation=0, mirrored=False, first=None, marker=None, edit=(), voids="keep"
    )


def _locate(stack: Stack, part: WellsPart, progress: Callable[[int, int], bool] | None) -> Wells:
    """Return the wells of a stack, as a label image or a template gives them, or as they are found."""
    if part.labels is not None:
        return wells.transfer(wells.labelled(*read_labels(Path(part.labels))), stack.geometry, part)
    if part.template is not None:
        return wells.lay(part.template, stack.geometry, part)
    return wells.search(stack, part, progress)


def _draw(found: Wells, part: WellsPart, *, by_plate: bool) -> Wells:
    """Return wells as a person names and changes them; those that were given bring their names."""
    own_names = part.template is not None or (
        part.labels is not None and not by_plate and part.naming in {"auto", "reading"}
    )
    return wells.edit(found if own_names else wells.name(found, part, by_plate=by_plate), part)


def _carry(drawn: Wells, stack: Stack, part: WellsPart) -> Wells:
    """Return wells on the grid of a stack, without the voids that it shows in them."""
    return wells.cut_voids(stack, wells.transfer(drawn, stack.geometry, part), part)


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


def _own_references(recipe: Recipe) -> tuple[ReferenceAgent, ...]:
    path = recipe.regression.references
    return () if path is None else relaxivity.read_references(Path(path))


def _reference(
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


def _off_band(
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


def _fit_curves(stack: Stack, located: Wells, part: FitPart, quantity: str) -> Maps:
    """Fit the mean curves of wells as the stack is fitted."""
    return _fit(stack, part, quantity, None, curves=wells.mean_curves(stack, located))


def _fit(
    stack: Stack,
    part: FitPart,
    quantity: str,
    progress: Callable[[int, int], bool] | None,
    *,
    curves: NDArray[Any] | None = None,
) -> Maps:
    """Fit a stack, or curves (n, m) of it, with the model that the recipe names."""
    setting = f"fit.{quantity}"
    model = models.usual_for(stack.protocol.suffix) if part.model == AUTO else models.CATALOGUE.get(part.model)
    if model is None:
        raise InputError(
            f"there is no model {part.model!r}" + (f" for {stack.protocol.suffix}" if part.model == AUTO else ""),
            where=f"the recipe's {setting}.model",
            hint=f"Choose one of {', '.join(models.CATALOGUE)}",
        )
    if model.axis.name != stack.protocol.axis:
        raise AnalysisError(
            f"the model {model.name} needs images that differ in {model.axis.name}, these differ in "
            f"{stack.protocol.axis}",
            where=f"the recipe's {setting}.model",
            hint="Choose a model for these images; `relaxo models` lists them",
        )
    if f"{quantity}map" not in {parameter.name for parameter in model.parameters}:
        raise AnalysisError(
            f"the model {model.name} gives no {quantity}",
            where=f"the recipe's {setting}.model",
            hint="Choose another; `relaxo models` lists them",
        )
    known = stack.protocol.times
    times = {needed.name: known[needed.name] for needed in model.inputs if needed.name in known}
    keywords: dict[str, Any] = {**part.options, **times}
    try:
        if curves is not None:
            # Noise is told from images; a mean of magnitudes keeps the offset that noise gives them.
            noise = background_sigma(stack.signal) if stack.protocol.component == "magnitude" else None
            component = COMPONENTS[stack.protocol.component]
            return models.fit(model, curves, component=component, noise=noise, **keywords)
        maps = models.fit(
            model,
            stack.signal,
            None if stack.clipped is None else ~stack.clipped,
            component=COMPONENTS[stack.protocol.component],
            progress=progress,
            **keywords,
        )
    except UsageError as error:
        raise InputError(error.what, where=f"the recipe's {setting}", hint=error.hint) from error
    if stack.clipped is None:
        return maps
    return replace(maps, status=np.where(stack.clipped, np.uint8(FitStatus.CLIPPED), maps.status))


def _clipped_wells(stack: Stack, located: Wells, quantity: str) -> tuple[Notice, ...]:
    """Warn of every well with voxels that reach the largest number their file can store."""
    if stack.clipped is None:
        return ()
    counts = np.bincount(located.labels[stack.clipped], minlength=len(located) + 1)[1:]
    totals = located.voxel_counts()
    return tuple(
        Notice(
            "clipped",
            f"{count} of the {total} voxels of well {well.name} reach the largest number that the {quantity} images "
            "can store: their true signal is higher, and they are left out. Measure with a lower receiver gain.",
            well=well.name,
        )
        for well, count, total in zip(located.wells, counts, totals, strict=True)
        if count
    )


def rates_of_table(path: Path, fits: FitsPart | None = None) -> dict[str, Rates]:
    """Return the rates that a table gives: of relaxation times or rates as they are, of signals fitted first.

    Parameters
    ----------
    path
        A table as `relaxo.io.read_rates` or `relaxo.io.read_signals` reads it.
    fits
        The models for signals; the usual ones when None.

    Raises
    ------
    InputError
        When the table, or a model, cannot be used.
    AnalysisError
        When there are too few times.
    """
    if not io.holds_signals(path):
        return io.read_rates(path)
    signals = io.read_signals(path)
    geometry = Geometry((1, 1, len(signals.wells)), np.eye(4))
    stack = Stack(signals.signal[:, np.newaxis, np.newaxis], signals.protocol, geometry)
    quantity = "T2" if signals.protocol.axis == "EchoTime" else "T1"
    maps = _fit(stack, getattr(fits or FitsPart(), quantity), quantity, None)
    measured = []
    for index, name in enumerate(signals.wells):
        time, error = (values[f"{quantity}map"][0, 0, index] for values in (maps.values, maps.error))
        contents = signals.contents[name]
        status = FitStatus(int(maps.status[0, 0, index]))
        failed = None if status == FitStatus.OK else f"the fit gave nothing: {status.name.lower().replace('_', ' ')}"
        measured.append(
            WellRate(
                well=name,
                rate=1 / time,
                spread=np.nan,
                standard_error=error / time**2,
                voxels=0,
                concentration=contents.concentration_mM,
                agent=contents.agent,
                excluded=contents.exclude or failed,
                concentration_se=contents.concentration_se_mM,
            )
        )
    return {RATES[quantity]: Rates(RATES[quantity], tuple(measured))}
