"""Render: scan a design, and get the images a scanner would store."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Stack, Well, Wells
from relaxo.data.arrays import frozen
from relaxo.errors import Cancelled
from relaxo.phantoms.sequences import Fluid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Protocol
    from relaxo.phantoms.design import Design
    from relaxo.phantoms.truth import Truth
    from relaxo.recipe import ContentsPart

#: The largest value of the 12 bits that scanners store.
LARGEST = 4095

_IN_PLANE = 8
_THROUGH = 5


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """A scanned phantom, and what is true of it."""

    design: Design
    seed: int
    stacks: Mapping[str, Stack]
    """``T1`` and ``T2``; integers from 0 to `LARGEST`."""
    wells: Wells
    """Where the wells are; a voxel counts when it lies wholly in the fluid."""
    noise: float
    """Standard deviation of the noise in each receiver channel, in stored values."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stacks", MappingProxyType(dict(self.stacks)))

    @property
    def name(self) -> str:
        """Name of the design."""
        return self.design.name

    @property
    def truth(self) -> Truth:
        """What every well holds, and the relaxivities of the agents."""
        return self.design.truth

    @property
    def contents(self) -> tuple[ContentsPart, ...]:
        """What a recipe says of the wells."""
        return self.design.contents


def scan(design: Design, *, seed: int, progress: Callable[[int, int], bool] | None = None) -> Phantom:
    """Scan a design: the same seed gives the same images.

    Parameters
    ----------
    design
        The phantom and how it is scanned.
    seed
        Of the noise.
    progress
        Called with the images done and their total; answers whether to go on.

    Raises
    ------
    Cancelled
        When `progress` answers False.
    ValueError
        When the receive gain is so high that an image would be clipped.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    noise = design.gain / design.snr
    covered = coverage(design)
    protocols = {"T1": design.inversion.protocol(design.field_T), "T2": design.train.protocol(design.field_T)}
    total = sum(map(len, protocols.values()))
    done = 0
    stacks = {}
    for quantity, protocol in protocols.items():
        clean = noise_free(design, quantity, covered)
        images = np.empty(clean.shape, np.float32)
        for index, image in enumerate(clean):
            real, imaginary = noise * random.standard_normal((2, *image.shape))
            # The magnitude of a complex image: Rician noise (Gudbjartsson & Patz, Magn. Reson. Med. 1995, 34, 910).
            images[index] = np.rint(np.hypot(image + real, imaginary))
            done += 1
            if progress is not None and not progress(done, total):
                raise Cancelled
        stacks[quantity] = _stored(images, protocol, design)
    return Phantom(design, seed, stacks, _wells(design, covered), noise)


def noise_free(design: Design, quantity: str, covered: Mapping[str, NDArray[Any]] | None = None) -> NDArray[np.float64]:
    """Return the signed images (n, z, y, x) of a design before noise, magnitude and rounding, in stored values.

    The signals of what shares a voxel add with their signs, as magnetisation does.

    Parameters
    ----------
    design
        The phantom and how it is scanned.
    quantity
        ``T1`` for the inversion recovery, ``T2`` for the echo train.
    covered
        From `coverage`, where it is known already.
    """
    covered = coverage(design) if covered is None else covered
    sequence = design.inversion if quantity == "T1" else design.train
    fluids = {well.name: Fluid(well.T1_s, well.T2_s) for well in design.truth.wells}
    if design.bath is not None:
        fluids[_BATH] = design.bath.fluid
    images = sum(np.multiply.outer(sequence.signal(fluid), covered[name]) for name, fluid in fluids.items())
    return np.asarray(design.gain * sensitivity(design) * images, np.float64)


def coverage(design: Design) -> dict[str, NDArray[np.float64]]:
    """Return the part of every voxel (z, y, x), 0 to 1, that each well's fluid fills, by name, and the bath by ""."""
    heights = _heights(design.geometry)
    covered = {
        well.name: _disc(design.geometry, well.row, well.column, _radii(design, well.radius_mm, heights))
        for well in design.truth.wells
    }
    if design.bath is not None:
        _, rows, columns = design.geometry.shape
        bath = _disc(design.geometry, (rows - 1) / 2, (columns - 1) / 2, np.full_like(heights, design.bath.radius_mm))
        for well in design.truth.wells:
            outer = _radii(design, well.radius_mm + design.bath.wall_mm, heights)
            bath -= _disc(design.geometry, well.row, well.column, outer)
        covered[_BATH] = np.clip(bath, 0, 1)
    return covered


def sensitivity(design: Design) -> NDArray[np.float64]:
    """Return the coil's sensitivity (y, x), at most 1: highest above and left of the middle, falling smoothly."""
    _, rows, columns = design.geometry.shape
    down, right = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None, :]
    distance = (down + 0.2) ** 2 + (right + 0.1) ** 2
    fallen: NDArray[np.float64] = 1 - design.shading * distance / distance.max()
    return fallen


_BATH = ""


def _heights(geometry: Geometry) -> NDArray[np.float64]:
    """Return where each slice is sampled (z, samples), in mm from the middle of the volume."""
    slices = np.arange(geometry.shape[0]) - (geometry.shape[0] - 1) / 2
    within = (np.arange(_THROUGH) + 0.5) / _THROUGH - 0.5
    heights: NDArray[np.float64] = np.add.outer(slices, within) * geometry.spacing[0]
    return heights


def _radii(design: Design, radius_mm: float, heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the radius (z, samples) in mm that a well has at some heights."""
    if design.shape == "tube":
        return np.full_like(heights, radius_mm)
    return np.sqrt(np.clip(radius_mm**2 - heights**2, 0, None))


def _disc(geometry: Geometry, row: float, column: float, radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the part of every voxel (z, y, x) inside a circle that has the radii (z, samples) in mm."""
    covered = np.zeros(geometry.shape)
    _, row_mm, column_mm = geometry.spacing
    first, last = [], []
    for centre, step, extent in ((row, row_mm, geometry.shape[1]), (column, column_mm, geometry.shape[2])):
        reach = float(radii.max()) / step + 1
        first.append(max(0, int(np.floor(centre - reach))))
        last.append(min(extent, int(np.ceil(centre + reach)) + 1))
    within = (np.arange(_IN_PLANE) + 0.5) / _IN_PLANE - 0.5
    down = (np.add.outer(np.arange(first[0], last[0]), within) - row) * row_mm
    right = (np.add.outer(np.arange(first[1], last[1]), within) - column) * column_mm
    distance = np.hypot(down[:, None, :, None], right[None, :, None, :])
    for plane, samples in zip(covered, radii, strict=True):
        inside = [(distance < radius).mean(axis=(2, 3)) for radius in np.unique(samples)]
        weights = np.unique(samples, return_counts=True)[1] / samples.size
        plane[first[0] : last[0], first[1] : last[1]] = np.tensordot(weights, np.array(inside), 1)
    return covered


def _stored(images: NDArray[np.float32], protocol: Protocol, design: Design) -> Stack:
    if images.max() > LARGEST:
        raise ValueError(f"{design.name} reaches {images.max():.0f} of {LARGEST}: lower its receive gain")
    return Stack(images, protocol, design.geometry)


def _wells(design: Design, covered: Mapping[str, NDArray[np.float64]]) -> Wells:
    slices = design.geometry.shape[0]
    labels = np.zeros(design.geometry.shape, np.int16)
    wells = []
    for number, well in enumerate(design.truth.wells, start=1):
        filled = covered[well.name] > 1 - 1e-9  # a sum of weights that is 1 but for rounding
        labels[filled] = number
        reached = np.flatnonzero(covered[well.name].any(axis=(1, 2)))
        wells.append(
            Well(
                name=well.name,
                row=well.row,
                column=well.column,
                slice=(slices - 1) / 2,
                slices=(int(reached[0]), int(reached[-1])),
                radius_mm=well.radius_mm,
            )
        )
    return Wells(design.geometry, frozen(labels, np.int16, ndim=3), tuple(wells))
