"""How panels say things: protocols in words, and numbers as people read them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import FitStatus
from relaxo.units import s_to_ms
from relaxo_gui.session_model.fit_words import STATUS

if TYPE_CHECKING:
    from relaxo.data import Geometry, Maps, Protocol, StackSource
    from relaxo_gui.session_model.snapshot import Snapshot

_KINDS = {
    "IRT1": "Inversion recovery",
    "MESE": "Multi-echo spin echo",
    "MEGRE": "Multi-echo gradient echo",
    "VFA": "Variable flip angle",
    "VTR": "Saturation recovery",
}

SYMBOLS = {"T1": "T₁", "T2": "T₂"}

#: BIDS name of an axis to its symbol, its name and its unit on screens.
AXES = {
    "InversionTime": ("TI", "Inversion time", "ms"),
    "EchoTime": ("TE", "Echo time", "ms"),
    "RepetitionTime": ("TR", "Repetition time", "ms"),
    "FlipAngle": ("FA", "Flip angle", "°"),
}


@dataclass(frozen=True, slots=True)
class ProtocolWords:
    """A stack in words."""

    kind: str
    lines: tuple[str, ...]


def protocol_words(stack: StackSource) -> ProtocolWords:
    """Return a stack as the series panel says it."""
    protocol = stack.protocol
    symbol, _, unit = AXES.get(protocol.axis, (protocol.axis, protocol.axis, ""))
    values = axis_values(protocol)
    slices, rows, columns = stack.geometry.shape
    lines = [f"{len(values)} {symbol}: {values[0]} … {values[-1]} {unit}".rstrip()]
    constants = [
        f"{AXES[name][0]} {_span(protocol, name)}"
        for name in ("RepetitionTime", "EchoTime", "FlipAngle")
        if name in protocol.companions and name in AXES
    ]
    if constants:
        lines.append(", ".join(constants))
    size = f"{columns} x {rows}" + (f", {slices} slices" if slices > 1 else "")
    lines.append(size + (f", {protocol.field_T:.3g} T" if protocol.field_T else ""))
    kind = _KINDS.get(protocol.suffix, protocol.suffix)
    return ProtocolWords(kind, (stack.name, *lines) if not protocol.description else (protocol.description, *lines))


def axis_values(protocol: Protocol) -> list[str]:
    """Return the values of the varying axis as they are to be read, without their unit."""
    return [_number(protocol.axis, float(value)) for value in protocol.values]


def _span(protocol: Protocol, name: str) -> str:
    known = [float(value) for value in protocol.companions[name] if math.isfinite(value)]
    if not known:
        return "not known"
    texts = [_number(name, min(known)), _number(name, max(known))]
    return " to ".join(dict.fromkeys(texts)) + f" {AXES[name][2]}"


def _number(axis: str, value: float) -> str:
    return f"{value if axis == 'FlipAngle' else s_to_ms(value):.5g}"


def voxel_words(known: Snapshot, quantity: str, index: tuple[int, int, int]) -> str:
    """Return what is known of a voxel: its place and the times of all maps on the same grid.

    Parameters
    ----------
    known
        The results.
    quantity
        ``T1`` or ``T2``: the stack it is of.
    index
        Slice, row and column, counted from 0.
    """
    stack = known.stacks.get(quantity)
    if stack is None:
        return ""
    parts = [f"voxel ({index[2]}, {index[1]}, {index[0]})"]
    for name, maps in known.maps.items():
        # Maps of two stacks are read at one place only on the same grid.
        if name == quantity or same_grid(known.stacks[name].geometry, stack.geometry):
            parts.append(f"{SYMBOLS[name]} {_time(maps, f'{name}map', index)}")
    return "    ".join(parts)


def same_grid(first: Geometry, second: Geometry) -> bool:
    """Whether an index means the same place in both."""
    return first.shape == second.shape and bool(np.allclose(first.affine, second.affine, atol=1e-3))


def _time(maps: Maps, name: str, index: tuple[int, int, int]) -> str:
    value = float(maps[name][index])
    if math.isfinite(value):
        return f"{s_to_ms(value):.4g} ms"
    return f"– ({STATUS[FitStatus(int(maps.status[index]))][0]})"  # noqa: RUF001 - an en dash: no value
