"""Maps: what a fit gives for every voxel, with its errors and its status."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray


#: Voxels that are looked at together: few enough that what is made of them stays in the cache.
TOGETHER = 1 << 15


class FitStatus(IntEnum):
    """Why a voxel has a value, or has none."""

    OK = 0
    NOT_FITTED = 1
    """Outside the mask."""
    NOT_FINITE = 2
    """A NaN or an infinity in the signal."""
    CONSTANT = 3
    """The signal does not change along the axis, zero included."""
    BELOW_NOISE = 4
    """Too little signal above the noise to fit."""
    AT_BOUND = 5
    """The best fit lies at a bound of the model's range."""
    OUTSIDE_RANGE = 6
    """A time that this protocol cannot measure."""
    NOT_CONVERGED = 7
    """No optimum was reached."""
    CLIPPED = 8
    """The signal reaches the largest value that the file can store."""


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """The parameters of a model at every voxel.

    ``maps["T1map"]`` is a parameter, ``maps.error["T1map"]`` its standard error, ``maps.status`` the reason wherever
    these are NaN.
    """

    model: str
    """Name of the signal model."""
    values: Mapping[str, NDArray[Any]]
    """BIDS name to array, float64 (...); NaN exactly where the status is not OK."""
    error: Mapping[str, NDArray[Any]]
    """Standard errors, same names, shapes and units."""
    units: Mapping[str, str]
    """BIDS name to unit: ``s``, ``1/s``, ``arbitrary``, ``1``."""
    status: NDArray[Any]
    """(...), uint8, a `FitStatus`."""
    residual: NDArray[Any]
    """(...), root mean square of the residuals, in units of the signal."""
    r_squared: NDArray[Any]
    """(...), coefficient of determination."""
    noise: float | None = None
    """Sigma of the noise that the fit reckoned with, in units of the signal; None where it went without."""
    options: Mapping[str, bool | float] = field(default_factory=dict)
    """Of the model, by their names."""

    def __post_init__(self) -> None:
        status = frozen(self.status, np.uint8, copy=False)
        for name in ("values", "error"):
            arrays = {key: frozen(array, np.float64, copy=False) for key, array in getattr(self, name).items()}
            for key, array in arrays.items():
                if array.shape != status.shape:
                    raise ValueError(f"{key} has the shape {array.shape}, the status {status.shape}")
                if name == "values" and not _known_where_ok(array, status):
                    raise ValueError(f"{key} must be finite exactly where the status is OK")
            object.__setattr__(self, name, MappingProxyType(arrays))
        if not set(self.values) == set(self.error) == set(self.units):
            raise ValueError("values, errors and units must name the same parameters")
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        object.__setattr__(self, "status", status)
        object.__setattr__(self, "residual", frozen(self.residual, np.float64, copy=False))
        object.__setattr__(self, "r_squared", frozen(self.r_squared, np.float64, copy=False))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every map."""
        return tuple(self.status.shape)


def _known_where_ok(array: NDArray[Any], status: NDArray[Any]) -> bool:
    """Return whether an array is finite exactly where the status is OK."""
    values, statuses = array.reshape(-1), status.reshape(-1)
    parts = (slice(start, start + TOGETHER) for start in range(0, values.size, TOGETHER))
    return all(np.array_equal(np.isfinite(values[part]), statuses[part] == FitStatus.OK) for part in parts)
