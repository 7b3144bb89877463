"""What a noise floor does to decays: how much of each counts, and what noise has added to that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.models.outcome import LEAST_FREEDOM
from relaxo.models.points import noise_floor, points_above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from relaxo.models.model import Model, Options

    #: From parameters (p, v) to the fitted curve (n, v).
    Curve = Callable[[NDArray[np.float64]], NDArray[Any]]

#: Above this, and below any signal, lies what counts once a cut is made by setting what follows it to 0.
NOTHING = 1e-12
#: How often a decay is cut anew where its fit says.
CUTS = 2


@dataclass(frozen=True, slots=True)
class Floor:
    """The noise floor of one fit.

    A magnitude in complex noise is too large: its mean square is S² + 2 sigma², the square of its mean nearly S² +
    sigma², which for S of three sigma and more is good to a hundredth of sigma (Gudbjartsson and Patz, Magn. Reson.
    Med. 34:910, 1995). Taken out before the fit, that mean no longer makes T2 longer.

    Where a decay is cut must not depend on the noise of the points that stay, or those are the ones that noise has
    lifted. So the first cut, where the signal sinks below the floor, only serves a first fit, whose curve then says
    where the second is.
    """

    level: float
    """In units of the signal once noise is taken out; 0 for none."""
    sigma: float
    """Of the noise that is taken out; 0 for none."""
    cuts: bool
    """Whether decays are cut where they sink below the level."""
    least: int
    """Points that a fit needs once decays are cut."""

    @property
    def lowest(self) -> float:
        """What takes the place of the level once a decay is cut, by zeros from there on."""
        return NOTHING * self.level if self.cuts else self.level

    @classmethod
    def of(cls, model: Model, options: Options, sigma: float | None, *, is_magnitude: bool) -> Floor:
        """Return the floor that the options of a fit mean, for noise of `sigma` if it is known."""
        level = noise_floor(options, sigma)
        cuts = model.decays and level > 0
        least = len(model.parameters) + LEAST_FREEDOM
        if not (cuts and is_magnitude and sigma):
            return cls(level, 0.0, cuts, least)
        return cls(float(np.sqrt(max(level**2 - sigma**2, (NOTHING * sigma) ** 2))), sigma, cuts, least)

    def without_noise(self, signal: NDArray[Any]) -> NDArray[Any]:
        """Return magnitudes (..., v) without the mean that noise gave them; below sigma, nothing is left."""
        if self.sigma == 0:
            return signal
        # By a ratio, whose square neither overflows nor vanishes.
        with np.errstate(divide="ignore", over="ignore"):
            share: NDArray[Any] = np.square(signal.dtype.type(self.sigma) / signal)
        np.subtract(1, share, out=share)
        np.sqrt(np.maximum(share, 0, out=share), out=share)
        share *= signal
        return share

    def counted(self, curves: NDArray[Any]) -> NDArray[np.int16]:
        """Return how many points (v,) of fitted curves (n, v) count."""
        count = points_above(curves, self.level)
        # What could be fitted once can be again: to drop those whose curve falls fast would favour the others.
        counted: NDArray[np.int16] = np.maximum(count, np.int16(min(self.least, len(curves))))
        return counted

    def cut_by_fit(
        self, signal: NDArray[Any], fitted: Callable[[NDArray[np.intp]], tuple[NDArray[np.intp], NDArray[Any]]]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[Any]]]:
        """Yield voxels of signals (n, v) that must be fitted again, and their signals, 0 from the cut on.

        `fitted` is asked which of some voxels (s,) have a fit, and for their curves (n, ...).
        """
        points, voxels = signal.shape
        counts = points_above(signal, self.level)
        some = np.arange(voxels)
        order = np.arange(points, dtype=np.int16)[:, np.newaxis]
        for _ in range(CUTS):
            some, curves = fitted(some)
            count = self.counted(curves)
            changed = np.flatnonzero(count != counts[some])
            if changed.size == 0:
                return
            some, count = some[changed], count[changed]
            counts[some] = count
            again = np.maximum(signal[:, some], 2 * self.lowest)
            again *= order < count
            yield some, again
