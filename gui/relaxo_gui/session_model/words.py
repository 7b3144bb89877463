"""How panels say things: protocols in words, and numbers as people read them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from relaxo.data import Geometry, Protocol, StackSource

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


def same_grid(first: Geometry, second: Geometry) -> bool:
    """Whether an index means the same place in both."""
    return first.shape == second.shape and bool(np.allclose(first.affine, second.affine, atol=1e-3))
