"""Cut bubbles and voids out of wells, by their own signal."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Notice, Wells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Stack
    from relaxo.recipe import WellsPart

_UNLIKE = 0.25
"""Share of the usual signal by which that of a void differs at least."""
_SURE = 5.0
"""The same in robust standard deviations."""
_MOST = 0.5
"""Share of a well that may be void; beyond, nobody can say which half is the fluid."""


def cut_voids(stack: Stack, wells: Wells, part: WellsPart) -> Wells:
    """Return wells without the voxels in which a stack shows no fluid, or a bright rim of a void, and count them.

    A voxel's signal is the root of the sum of squares over all images, which coil shading changes little within a well.
    Cut are those that differ from the median of their well by more than a quarter of it and by more than five robust
    standard deviations, with the voxels beside them in the plane that lie on the same side of the median, for a bubble
    fills its neighbours in part. A well that would lose more than half keeps all, with a notice; so does one that would
    have fewer than `part.minimum_voxels`.

    Parameters
    ----------
    stack
        On the grid of the wells.
    wells
        With the voxels that count.
    part
        Whether to cut, and the least number of voxels.
    """
    if part.voids == "keep" or not wells.tallies:
        return wells
    labels = wells.labels.copy()
    places = np.argwhere(labels > 0)
    owner = labels[tuple(places.T)]
    order = np.argsort(owner, kind="stable")
    places, owner = places[order], owner[order]
    curves = stack.signal[:, places[:, 0], places[:, 1], places[:, 2]]
    signal = np.sqrt((np.abs(curves, dtype=np.float32) ** 2).sum(axis=0))
    starts = np.searchsorted(owner, np.arange(1, len(wells) + 2))
    tallies, notices = list(wells.tallies), []
    for index, well in enumerate(wells.wells):
        mine = slice(starts[index], starts[index + 1])
        cut = _void(signal[mine], places[mine])
        number = int(np.count_nonzero(cut))
        if not number or well.origin == "image":
            continue
        left = cut.size - number
        if number > _MOST * cut.size or left < part.minimum_voxels:
            notices.append(
                Notice(
                    "well_uneven",
                    f"{number} of {cut.size} voxels of well {well.name} differ from the rest, as bubbles do; too many "
                    "to be cut out, so all were measured: look at it.",
                    well.name,
                )
            )
            continue
        labels[tuple(places[mine][cut].T)] = 0
        tally = tallies[index]
        tallies[index] = dataclasses.replace(tally, measured=tally.measured - number, void=tally.void + number)
    return dataclasses.replace(wells, labels=labels, tallies=tuple(tallies), notices=(*wells.notices, *notices))


def _void(signal: NDArray[Any], places: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (v,), which voxels with a signal (v,) at places (v, 3) are void."""
    none = np.zeros(signal.size, bool)
    if signal.size < 5 or not np.isfinite(signal).all():
        return none
    usual = np.median(signal)
    apart = signal - usual
    spread = 1.4826 * np.median(np.abs(apart))
    seed = np.abs(apart) > max(_UNLIKE * usual, _SURE * spread)
    if not seed.any():
        return none
    step = np.abs(places[:, None] - places[seed])
    beside = (step[..., 0] == 0) & (step[..., 1:].sum(axis=-1) == 1)
    same = np.sign(apart)[:, None] == np.sign(apart[seed])
    near: NDArray[np.bool_] = (beside & same).any(axis=1) & (np.abs(apart) > 2 * spread)
    void: NDArray[np.bool_] = seed | near
    return void
