"""Wells: regions of a phantom, where they lie and what they contain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data.geometry import Geometry
    from relaxo.data.notice import Notice


@dataclass(frozen=True, slots=True)
class Contents:
    """What a person put into a well, and whether it counts."""

    concentration_mM: float | None
    """None where the table leaves it open; such a well is measured and not regressed."""
    agent: str = ""
    """Name of the agent; empty when the table has only one, unnamed."""
    exclude: str | None = None
    """Why the well does not count; None when it does."""
    concentration_se_mM: float | None = None
    """Standard error of the concentration."""
    stock_error_percent: float | None = None
    """Standard error of the stock; the regression's where None, as of the next two."""
    pipetting_error_percent: float | None = None
    assay_error_percent: float | None = None
    T1_reference: float | None = None
    """As another method measured it, s; as the next."""
    T2_reference: float | None = None


@dataclass(frozen=True, slots=True)
class Well:
    """A well: round, or of an outline that a person drew."""

    name: str
    """``1``, ``2``, ... in reading order, or a plate coordinate such as ``A1``."""
    row: float
    """Of its centre, in pixels of the volume it was found in."""
    column: float
    slice: float
    """Of its centre: the middle of `slices`."""
    slices: tuple[int, int]
    """First and last slice it reaches through."""
    radius_mm: float
    """Of the fluid, out to its edge; the measured region is smaller."""
    confidence: float = 1.0
    """How sure its detection is, from 0 to 1; 1 where a person placed it."""
    outline: tuple[tuple[float, float], ...] | None = None
    """Corners of its edge, mm down and right of its centre; None for a circle. `radius_mm` then is that of the circle
    of the same area."""
    origin: str = "found"
    """``found`` by the program, ``changed`` by a person, ``added`` by a person, from a ``template``, or from a label
    ``image``, whose voxels it keeps."""


class Mark(IntEnum):
    """What became of a voxel of a well."""

    OUTSIDE = 0
    """It lies in no well."""
    MEASURED = 1
    RIM = 2
    """Left out because it lies within the margin of the edge, which holds plastic and partial volume."""
    RINGING = 3
    """Left out because it lies where the edge rings, beyond the margin."""
    VOID = 4
    """Left out because its own signal is not that of the fluid: bubbles, voids, bright rims of voids."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the voxels whose centre lies within the edge of a well, on one grid."""

    inside: int
    """All of them; those below add up to these."""
    measured: int
    rim: int
    """The names of those left out are those of `Mark`."""
    ringing: int = 0
    void: int = 0
    shared: int = 0
    """Given to another well that overlaps this one, for which they are measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Wells:
    """Labelled wells on the grid of a volume."""

    geometry: Geometry
    labels: NDArray[Any]
    """(z, y, x), int16; 0 outside, k where the voxel counts for ``wells[k - 1]``."""
    wells: tuple[Well, ...]
    tallies: tuple[Tally, ...] = ()
    """Of every well; empty where nobody counted."""
    notices: tuple[Notice, ...] = ()
    """What a person must know of how they were found and named."""

    def __post_init__(self) -> None:
        labels = frozen(self.labels, np.int16, ndim=3, name="labels", copy=False)
        if labels.shape != self.geometry.shape:
            raise ValueError(f"labels of shape {labels.shape} on a grid of {self.geometry.shape}")
        if labels.size and (labels.min() < 0 or labels.max() > len(self.wells)):
            raise ValueError(f"labels must run from 0 to the number of wells, {len(self.wells)}")
        names = [well.name for well in self.wells]
        if len(set(names)) != len(names):
            raise ValueError("two wells have the same name")
        if self.tallies and len(self.tallies) != len(self.wells):
            raise ValueError(f"{len(self.tallies)} tallies of {len(self.wells)} wells")
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "wells", tuple(self.wells))

    def __len__(self) -> int:
        return len(self.wells)

    def voxel_counts(self) -> NDArray[np.int64]:
        """Return (number of wells,), the voxels that count for each."""
        return np.bincount(self.labels.ravel(), minlength=len(self.wells) + 1)[1:].astype(np.int64)
