"""A small generator of phantoms with known wells, independent of the one that Relaxo ships."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.data import Geometry, Protocol, Stack, Well

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_FINE = 5
"""Parts of a pixel along each side, for partial volume."""


@dataclass
class Phantom:
    """Round wells in air or in a bath, seen by an inversion recovery or by a train of echoes."""

    centres: NDArray[np.float64]
    """(m, 2), row and column in pixels."""
    radii: NDArray[np.float64] | float
    """(m,), pixels."""
    shape: tuple[int, int] = (128, 128)
    quantity: str = "T1"
    relaxation: tuple[float, float] = (0.1, 2.0)
    """Shortest and longest relaxation time, s; dealt to the wells at random."""
    snr: float = 40.0
    """Of the fluid at rest."""
    shading: float = 0.3
    """How much brighter and darker the coil makes opposite borders."""
    bath: float | None = None
    """Radius of the water around the wells, pixels; None for air."""
    rim: float = 0.0
    """Thickness of the plastic, pixels."""
    slices: int = 1
    present: tuple[int, int] | None = None
    """First and last slice with wells; all where None."""
    spacing: tuple[float, float, float] = (2.0, 0.5, 0.5)
    """mm between slices, rows and columns."""
    seed: int = 0
    random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.radii = np.broadcast_to(np.asarray(self.radii, float), len(self.centres))
        self.random = np.random.default_rng(self.seed)

    def stack(self) -> Stack:
        """Return its images."""
        times = np.geomspace(0.05, 3.0, 10) if self.quantity == "T1" else np.arange(1, 33) * 0.01
        depth, (height, width) = self.slices, self.shape
        signal = np.zeros((len(times), depth, height, width))
        first, last = self.present or (0, depth - 1)
        signal[:] = (self.decay(times, 3.0)[:, None, None] * self.water())[:, None]
        for relaxation, centre, radius in zip(self.times(), self.centres, self.radii, strict=True):
            fluid = self.disc(centre, radius)
            signal[:, first : last + 1] += (self.decay(times, relaxation)[:, None, None] * fluid)[:, None]
        noise = self.random.normal(0, 1 / self.snr, (2, *signal.shape))
        magnitude = 1000 * np.hypot(self.coil() * signal + noise[0], noise[1])
        through, row, column = self.spacing
        geometry = Geometry((depth, height, width), np.diag([column, row, through, 1.0]))
        protocol = (
            Protocol("IRT1", "InversionTime", times) if self.quantity == "T1" else Protocol("MESE", "EchoTime", times)
        )
        return Stack(magnitude, protocol, geometry)

    def times(self) -> NDArray[np.float64]:
        """Return (m,), relaxation times in s."""
        return self.random.permutation(np.geomspace(*self.relaxation, len(self.centres)))

    def decay(self, times: NDArray[np.float64], relaxation: float) -> NDArray[np.float64]:
        if self.quantity == "T1":
            return 1 - 1.9 * np.exp(-times / relaxation) + np.exp(-6 / relaxation)
        return np.exp(-times / relaxation)

    def water(self) -> NDArray[np.float64]:
        """Return (y, x), the share of bath in every pixel."""
        if self.bath is None:
            return np.zeros(self.shape)
        water = self.disc((np.array(self.shape) - 1) / 2, self.bath)
        for centre, radius in zip(self.centres, self.radii, strict=True):
            water *= 1 - self.disc(centre, radius + self.rim)
        return water

    def coil(self) -> NDArray[np.float64]:
        """Return (y, x), a slope of the sensitivity in some direction."""
        height, width = self.shape
        rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        direction = self.random.uniform(0, 2 * np.pi)
        return 1 + self.shading * (np.cos(direction) * rows + np.sin(direction) * columns) / np.sqrt(2)

    def disc(self, centre: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
        """Return (y, x), the share of every pixel that a disc covers."""
        fine = (np.arange(_FINE) + 0.5) / _FINE - 0.5
        rows = (np.arange(self.shape[0])[:, None] + fine).ravel() - centre[0]
        columns = (np.arange(self.shape[1])[:, None] + fine).ravel() - centre[1]
        inside = rows[:, None] ** 2 + columns**2 < radius**2
        return inside.reshape(self.shape[0], _FINE, self.shape[1], _FINE).mean(axis=(1, 3))


@pytest.fixture
def phantom() -> Callable[..., Phantom]:
    """Return what makes a phantom."""
    return Phantom


@pytest.fixture
def grid() -> Callable[..., NDArray[np.float64]]:
    """Return what makes a lattice: (rows * columns, 2), row by row, turned clockwise by degrees about its middle."""

    def make(
        rows: int, columns: int, pitch: float, angle: float = 0.0, middle: tuple[float, float] = (63.5, 63.5)
    ) -> NDArray[np.float64]:
        row, column = np.mgrid[:rows, :columns].reshape(2, -1).astype(float)
        row, column = (row - (rows - 1) / 2) * pitch, (column - (columns - 1) / 2) * pitch
        turn = np.radians(angle)
        down = row * np.cos(turn) + column * np.sin(turn)
        across = column * np.cos(turn) - row * np.sin(turn)
        return np.stack([down, across], axis=1) + middle

    return make


@pytest.fixture
def ring() -> Callable[..., NDArray[np.float64]]:
    """Return what makes a ring of places: (count, 2)."""

    def make(
        count: int, radius: float, angle: float = 0.0, middle: tuple[float, float] = (63.5, 63.5)
    ) -> NDArray[np.float64]:
        angles = np.radians(angle) + 2 * np.pi * np.arange(count) / count
        return np.stack([middle[0] + radius * np.sin(angles), middle[1] + radius * np.cos(angles)], axis=1)

    return make


@pytest.fixture
def as_wells() -> Callable[..., list[Well]]:
    """Return what makes wells of places (m, 2) in pixels."""

    def make(places: Sequence[Sequence[float]], radius_mm: float = 2.0, slices: tuple[int, int] = (0, 0)) -> list[Well]:
        return [
            Well(str(number), float(row), float(column), sum(slices) / 2, slices, radius_mm)
            for number, (row, column) in enumerate(places, 1)
        ]

    return make


@pytest.fixture
def plane() -> Geometry:
    """Return a grid of one slice with pixels of 1 mm."""
    return Geometry((1, 128, 128), np.diag([1.0, 1.0, 5.0, 1.0]))
