"""Protocol: what the scanner varied from image to image, and what it held constant."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """The acquisition of a stack, in BIDS's names and units (s, degree)."""

    suffix: str
    """BIDS suffix of the collection: ``IRT1``, ``MESE``, ``MEGRE``, ``VFA``; ``VTR`` for variable repetition times."""
    axis: str
    """BIDS name of what varies: ``InversionTime``, ``EchoTime``, ``FlipAngle``, ``RepetitionTime``."""
    values: NDArray[Any]
    """(n,), the varying axis in s or degree, ascending."""
    companions: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Other times and angles an equation may need, each (n,): the repetition time of every image, for one."""
    component: str = "magnitude"
    """``magnitude``, ``real`` (signed) or ``complex``."""
    field_T: float | None = None
    """Field strength in T, from the imaging frequency where the header gives one."""
    description: str = ""
    """The scanner's name for it."""
    entered: Mapping[str, str] = field(default_factory=dict)
    """BIDS name of every time or angle that was entered rather than measured, and where it comes from."""

    def __post_init__(self) -> None:
        values = frozen(self.values, np.float64, ndim=1, name=self.axis)
        if values.size == 0 or not np.isfinite(values).all():
            raise ValueError(f"{self.axis} must hold finite numbers")
        if (np.diff(values) < 0).any():
            raise ValueError(f"{self.axis} must ascend")
        companions = {
            name: frozen(np.broadcast_to(np.asarray(given, np.float64), values.shape), np.float64)
            for name, given in self.companions.items()
        }
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "companions", MappingProxyType(companions))
        object.__setattr__(self, "entered", MappingProxyType(dict(self.entered)))

    def __len__(self) -> int:
        return int(self.values.size)

    @property
    def times(self) -> dict[str, NDArray[Any]]:
        """Everything an equation may ask for, by BIDS name: the varying axis and its companions, each (n,)."""
        return {self.axis: self.values, **self.companions}
