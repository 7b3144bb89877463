"""The curve that was fitted to a voxel, and the points that it was fitted to, as one looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from relaxo.data import FitStatus
from relaxo.fitting import expected_magnitude
from relaxo.models.catalogue import CATALOGUE
from relaxo.models.floor import Floor
from relaxo.models.points import counted_points, noise_floor, skipped_images
from relaxo.models.voxels import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaxo.data import Maps, Protocol
    from relaxo.models.model import Model

    Array = NDArray[np.float64]
    LeftOut = Literal["", "skipped", "noise"]

#: Points of a curve that is drawn.
POINTS = 161


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What was measured of one voxel or well, and what its fit made of it; in units of the signal."""

    signal: Array
    """(n,), with the sign of the curve where magnitudes have lost theirs, and the real part of complex ones."""
    fitted: Array
    """(n,), the curve at the same times; NaN without a fit."""
    curve: Array
    """(m,), at `Curves.fine`; NaN without a fit."""
    left_out: tuple[LeftOut, ...]
    """(n,), why a point did not count: ``skipped`` by an option, or ``noise``; empty where it did."""
    turned: NDArray[np.bool_]
    """(n,), where the sign was given back."""
    status: FitStatus

    @property
    def residual(self) -> Array:
        """(n,), measured less fitted."""
        return self.signal - self.fitted


class Curves:
    """Draws the curves of one fit; what all voxels share is computed once, so that one of them takes no time."""

    def __init__(self, protocol: Protocol, maps: Maps) -> None:
        """Take the fit of a stack, or of curves of it."""
        self._maps = maps
        self.model = model_of(maps.model, maps.options)
        self.fine = fine_axis(protocol, self.model)
        """(m,), values of the varying axis that are close enough to draw a curve through."""
        both = np.concatenate([np.asarray(protocol.values, np.float64), self.fine])
        self._times = times_at(protocol, self.model, both)
        self._skipped = skipped_images(np.asarray(protocol.values), maps.options)
        is_magnitude = protocol.component == "magnitude"
        self._level = noise_floor(maps.options, maps.noise)
        self._floor = Floor.of(self.model, maps.options, maps.noise, is_magnitude=is_magnitude)
        self._turns = is_magnitude and self.model.rises_through_zero
        # What the fit has taken out of the signal, or put into the curve, is seen in the curve.
        lifted = maps.options.get("rician", False) or self._floor.sigma
        self._above = maps.noise if is_magnitude and lifted else None

    def at(self, signal: NDArray[Any], place: tuple[int, ...] | int) -> Sight:
        """Return what there is to see at a place of the maps, whose signal (n,) was measured."""
        status = FitStatus(int(self._maps.status[place]))
        measured = signed(signal[:, np.newaxis])[:, 0] if signal.dtype.kind == "c" else signal.astype(np.float64)
        count = measured.size
        keep = self._counted(measured)
        if status == FitStatus.OK:
            found = {each.name: self._maps[each.name][place] for each in self.model.parameters}
            curve = self.model.signal(found, self._times)
            if self._floor.cuts:
                seen = self._floor.counted(curve[self._skipped : count, np.newaxis])
                keep = np.arange(count) < self._skipped + seen
                keep[: self._skipped] = False
            if self._above is not None:
                curve = expected_magnitude(curve / self._above)[0] * self._above
        else:
            curve = np.full(count + self.fine.size, np.nan)
        turned = (curve[:count] < 0) & (measured > 0) if self._turns else np.zeros(count, bool)
        return Sight(
            np.where(turned, -measured, measured), curve[:count], curve[count:], self._reasons(keep), turned, status
        )

    def _counted(self, measured: NDArray[Any]) -> NDArray[np.bool_]:
        one = measured[:, np.newaxis]
        peak = np.abs(one[self._skipped :]).max(axis=0)
        return counted_points(one, peak, self._skipped, self._level, decays=self.model.decays)[:, 0]

    def _reasons(self, keep: NDArray[np.bool_]) -> tuple[LeftOut, ...]:
        return tuple(
            "" if counts else "skipped" if index < self._skipped else "noise" for index, counts in enumerate(keep)
        )


def model_of(name: str, options: Mapping[str, Any]) -> Model:
    """Return the model of a name, with what its options make of it."""
    numbers = {key: value for key, value in options.items() if not isinstance(value, str)}
    return CATALOGUE[name].with_options(numbers)


def fine_axis(protocol: Protocol, model: Model) -> Array:
    """Return (m,), values of the varying axis that are close enough to draw a curve through."""
    if model.nonlinear:
        # Such a model counts echoes, and knows nothing of what lies between them.
        return np.asarray(protocol.values, np.float64)
    return np.linspace(float(protocol.values.min()), float(protocol.values.max()), POINTS)


def times_at(protocol: Protocol, model: Model, values: Array) -> dict[str, Array]:
    """Return what a model needs to know at values (m,) of the varying axis, each (m,).

    Times that vary along with the axis are interpolated between its values.
    """
    return {
        needed.name: np.interp(values, protocol.values, protocol.times[needed.name])
        for needed in model.inputs
        if needed.name in protocol.times
    }
