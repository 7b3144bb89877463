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
    """(n, z, y, x), float32, or complex64 where the component is complex; rescaled as the header says, arbitrary
    units."""
    protocol: Protocol
    geometry: Geometry
    source: StackSource | None = None
    """Where it was read from; None for one that was made."""
    clipped: NDArray[Any] | None = None
    """(z, y, x), bool, True where an image holds the largest number its file can store; None where none does."""

    def __post_init__(self) -> None:
        dtype = np.complex64 if self.protocol.component == "complex" else np.float32
        signal = frozen(self.signal, dtype, ndim=4, name="signal", copy=False)
        if len(signal) != len(self.protocol):
            raise ValueError(f"{len(signal)} volumes for {len(self.protocol)} values of {self.protocol.axis}")
        if signal.shape[1:] != self.geometry.shape:
            raise ValueError(f"volumes of shape {signal.shape[1:]} on a grid of {self.geometry.shape}")
        object.__setattr__(self, "signal", signal)
        if self.clipped is not None:
            clipped = frozen(self.clipped, np.bool_, ndim=3, name="clipped", copy=False)
            if clipped.shape != self.geometry.shape:
                raise ValueError(f"clipped voxels of shape {clipped.shape} on a grid of {self.geometry.shape}")
            object.__setattr__(self, "clipped", clipped)

    @property
    def shown(self) -> NDArray[Any]:
        """(n, z, y, x), float32: the signal as an image shows it, the magnitude where it is complex."""
        return np.abs(self.signal) if self.signal.dtype.kind == "c" else self.signal
