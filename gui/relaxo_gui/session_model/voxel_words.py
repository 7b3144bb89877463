"""What is to be read of the voxel under the pointer: where it is, its times, its signal, or why it has none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import FitStatus
from relaxo.rounding import rounded
from relaxo.units import s_to_ms
from relaxo_gui.session_model.fit_words import STATUS
from relaxo_gui.session_model.words import SYMBOLS

if TYPE_CHECKING:
    from relaxo.data import Maps
    from relaxo_gui.session_model.model import Voxel
    from relaxo_gui.session_model.snapshot import Snapshot


def on_stack(known: Snapshot, voxel: Voxel, quantity: str) -> tuple[int, int, int] | None:
    """Return slice, row and column of the same place in another stack; None outside of it."""
    here, there = known.stacks[voxel.quantity].geometry, known.stacks[quantity].geometry
    slice_, row, column = voxel.index
    if here != there:
        place = np.rint(there.to_pixels(here.to_mm((row, column, slice_))))
        row, column, slice_ = (int(value) for value in place)
    index = (slice_, row, column)
    return index if all(0 <= at < extent for at, extent in zip(index, there.shape, strict=True)) else None


def voxel_words(known: Snapshot, voxel: Voxel) -> str:
    """Return what is to be read of a voxel: its place, its times and its signal, or why it has none.

    Parameters
    ----------
    known
        The results.
    voxel
        Of one of their stacks.
    """
    stack = known.stacks.get(voxel.quantity)
    if stack is None:
        return ""
    slice_, row, column = voxel.index
    parts = [f"voxel ({column}, {row}, {slice_})"]
    for quantity, maps in known.maps.items():
        index = on_stack(known, voxel, quantity)
        if index is not None:
            parts.append(_time(maps, quantity, index))
    if voxel.image is not None and voxel.image < len(stack.signal):
        parts.append(f"S {float(stack.shown[(voxel.image, *voxel.index)]):.4g}")
    return "    ".join(parts)


def _time(maps: Maps, quantity: str, index: tuple[int, int, int]) -> str:
    status = FitStatus(int(maps.status[index]))
    if status is not FitStatus.OK:
        return f"no {SYMBOLS[quantity]}: {STATUS[status][0]}"
    value, error = s_to_ms(float(maps[f"{quantity}map"][index])), s_to_ms(float(maps.error[f"{quantity}map"][index]))
    return f"{SYMBOLS[quantity]} {rounded(value, error) if math.isfinite(error) else f'{value:.4g}'} ms"
