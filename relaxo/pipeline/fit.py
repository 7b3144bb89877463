"""Fit a stack, or the mean curves of its wells, with the model that the recipe names."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from relaxo import models, wells
from relaxo.data import FitStatus, Notice
from relaxo.errors import AnalysisError, InputError, UsageError
from relaxo.fitting import background_sigma
from relaxo.recipe import AUTO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from relaxo.data import Maps, Stack, Wells
    from relaxo.recipe import FitPart

#: What a fit is told of the images it gets, by the component of their stack.
COMPONENTS: Final[Mapping[str, Literal["magnitude", "real", "complex"]]] = MappingProxyType(
    {"magnitude": "magnitude", "real": "real", "complex": "complex"}
)


def fit_curves(stack: Stack, located: Wells, part: FitPart, quantity: str) -> Maps:
    """Fit the mean curves of wells as the stack is fitted."""
    return fit_stack(stack, part, quantity, None, curves=wells.mean_curves(stack, located))


def fit_stack(
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


def clipped_wells(stack: Stack, located: Wells, quantity: str) -> tuple[Notice, ...]:
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
