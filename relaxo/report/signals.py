"""The mean signal of every well along its series, and what the fit makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.models.curve import model_of, times_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaxo.data import Protocol, Stack, Wells
    from relaxo.recipe import FitPart

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What was measured in the wells of one stack, (n, wells) each, in units of the signal."""

    mean: NDArray[Any]
    """Over the voxels that have a relaxation time; over all of a well where none has one."""
    spread: NDArray[Any]
    """Standard deviation over these voxels; NaN where there is only one."""
    fitted: NDArray[Any]
    """Mean of the curves that were fitted to these voxels; NaN where none has one."""


def signals(stack: Stack, wells: Wells, maps: Mapping[str, Array], part: FitPart) -> Signals:
    """Return the signals of the wells.

    Parameters
    ----------
    stack
        The images.
    wells
        On the grid of the images.
    maps
        Every parameter of the model by its name, (z, y, x).
    part
        The model and its options.
    """
    size = (len(stack.protocol), len(wells))
    mean, spread = np.full(size, np.nan), np.full(size, np.nan)
    known = _known(maps)
    shown = stack.shown
    for index in range(len(wells)):
        inside = wells.labels == index + 1
        counted = inside & known if (inside & known).any() else inside
        if counted.any():
            voxels = shown[:, counted].astype(np.float64)
            mean[:, index] = voxels.mean(axis=1)
            spread[:, index] = voxels.std(axis=1, ddof=1) if voxels.shape[1] > 1 else np.nan
    return Signals(mean, spread, fitted(stack.protocol, wells, maps, part, stack.protocol.values))


def fitted(protocol: Protocol, wells: Wells, maps: Mapping[str, Array], part: FitPart, values: Array) -> Array:
    """Return (m, wells), the mean of the curves of each well's voxels at values (m,) of the varying axis.

    Times that vary along with the axis are interpolated between its values.
    """
    model = model_of(part.model, part.options)
    times = times_at(protocol, model, values)
    found = np.full((values.size, len(wells)), np.nan)
    known = _known(maps)
    for index in range(len(wells)):
        counted = (wells.labels == index + 1) & known
        if counted.any():
            curves = model.signal({one.name: maps[one.name][counted] for one in model.parameters}, times)
            found[:, index] = (curves if protocol.component == "real" else np.abs(curves)).mean(axis=1)
    return found


def _known(maps: Mapping[str, Array]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = np.logical_and.reduce([np.isfinite(array) for array in maps.values()])
    return known
