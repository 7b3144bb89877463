"""Geometry: where the voxels of a volume lie in the scanner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """The grid of a volume: its shape and where it lies."""

    shape: tuple[int, int, int]
    """Slices, rows, columns."""
    affine: NDArray[Any]
    """(4, 4), float64; takes (column, row, slice, 1) to mm, RAS+."""

    def __post_init__(self) -> None:
        affine = frozen(self.affine, np.float64, ndim=2, name="affine")
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-9:
            raise ValueError("an affine is a finite, invertible 4 x 4 matrix")
        if min(self.shape) < 1:
            raise ValueError(f"a volume has slices, rows and columns, not the shape {self.shape}")
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(extent) for extent in self.shape))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Geometry):
            return NotImplemented
        return self.shape == other.shape and bool(np.array_equal(self.affine, other.affine))

    def __hash__(self) -> int:
        return hash((self.shape, self.affine.tobytes()))

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distance between neighbouring slices, rows and columns in mm."""
        column, row, through = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(through), float(row), float(column)

    def to_mm(self, positions: ArrayLike) -> NDArray[np.float64]:
        """Return positions (..., 3) of row, column, slice as RAS+ coordinates (..., 3) in mm."""
        pixels = np.asarray(positions, np.float64)
        points: NDArray[np.float64] = pixels[..., [1, 0, 2]] @ self.affine[:3, :3].T + self.affine[:3, 3]
        return points

    def to_pixels(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return points (..., 3) in mm, RAS+, as row, column, slice (..., 3)."""
        offset = np.asarray(points, np.float64) - self.affine[:3, 3]
        pixels: NDArray[np.float64] = (offset @ np.linalg.inv(self.affine[:3, :3]).T)[..., [1, 0, 2]]
        return pixels
