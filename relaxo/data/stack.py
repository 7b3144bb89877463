"""Stack: volumes along the varying axis, one geometry, ready to fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data.geometry import Geometry
    from relaxo.data.inventory import StackSource
    from relaxo.data.protocol import Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A series of volumes that differ in one time or angle."""

    signal: NDArray[Any]
    """(n, z, y, x), float32, rescaled as the header says; arbitrary units."""
    protocol: Protocol
    geometry: Geometry
    source: StackSource | None = None
    """Where it was read from; None for one that was made."""

    def __post_init__(self) -> None:
        signal = frozen(self.signal, np.float32, ndim=4, name="signal", copy=False)
        if len(signal) != len(self.protocol):
            raise ValueError(f"{len(signal)} volumes for {len(self.protocol)} values of {self.protocol.axis}")
        if signal.shape[1:] != self.geometry.shape:
            raise ValueError(f"volumes of shape {signal.shape[1:]} on a grid of {self.geometry.shape}")
        object.__setattr__(self, "signal", signal)
