"""Circles that the edges of a slice vote for, to the pixel."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import fft, special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.wells.edges import Edges

SMALLEST_RADIUS = 2.4
"""Of a circle that is looked for, in pixels."""
LARGEST_SHARE = 0.25
"""Radius of the largest circle that is looked for, as a share of the shorter side of the image."""
FEWEST_VOTES = 0.4
"""Share of a rim that edges must support."""
_STEP_SHARE = 0.1
_STEP_PIXELS = 2.0
_BESSEL_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle in one slice, in pixels."""

    row: float
    column: float
    radius: float
    votes: float
    """Share of its rim that edges support, up to 1."""
    confidence: float = math.nan
    """How sure it is that a well lies there, from 0 to 1; NaN before anybody looked."""
    closed: float = math.nan
    """Share of the lines from its centre that end at its rim; NaN before anybody looked."""
    strength: float = math.nan
    """Signal of the fluid in its core, over all images; NaN before anybody looked."""


def vote(edges: Edges) -> list[Circle]:
    """Return circles, to the pixel, whose rims many edges support, the best supported first.

    Every edge votes, for each radius, for the centres its normal points to; edges that cross the rim instead of
    following it vote against. With the edge's double angle as a complex number this is a convolution with a ring that
    turns twice, whose Fourier transform is a Bessel function: ``-J2(k r)``. So a vote is the mean over the rim of
    ``strength * cos(2 * angle between edge normal and radius)``: 1 for a perfect rim, 0 for noise.
    """
    shape = edges.strength.shape
    radii = _radii(LARGEST_SHARE * min(shape))
    padded = tuple(fft.next_fast_len(extent, real=True) for extent in shape)
    ky = 2 * math.pi * fft.fftfreq(padded[0])[:, None]
    kx = 2 * math.pi * fft.rfftfreq(padded[1])[None, :]
    k = np.hypot(ky, kx)
    angle = 2 * np.arctan2(ky, kx)
    directed = fft.rfft2(edges.cos2, padded) * np.cos(angle) + fft.rfft2(edges.sin2, padded) * np.sin(angle)
    directed = directed.astype(np.complex64)

    votes = np.empty((len(radii), *shape), np.float32)
    second_bessel = _second_bessel(math.ceil(1.5 * math.pi * float(radii[-1])))
    for ring, radius in zip(votes, radii, strict=True):
        bessel = second_bessel[(k * (radius / _BESSEL_STEP)).astype(np.int32)]
        between = min(_STEP_SHARE * radius, _STEP_PIXELS) / 2.5  # so that radii between the steps count, too
        blur = np.exp(-0.5 * (k * between) ** 2, dtype=np.float32)
        ring[:] = fft.irfft2(-bessel * blur * directed, padded)[: shape[0], : shape[1]]
    found = _peaks(votes, FEWEST_VOTES)
    support = votes[tuple(found.T)]
    order = np.argsort(-support, kind="stable")
    return [
        Circle(float(row), float(column), float(radii[index]), float(share))
        for (index, row, column), share in zip(found[order], support[order], strict=True)
    ]


def _radii(largest: float) -> NDArray[np.float64]:
    """Return radii in steps of a share of them, of some pixels at most, up to the first that reaches the largest."""
    radii = [SMALLEST_RADIUS]
    while radii[-1] < largest:
        radii.append(radii[-1] + min(_STEP_SHARE * radii[-1], _STEP_PIXELS))
    return np.array(radii)


@functools.lru_cache(maxsize=4)
def _second_bessel(largest: int) -> NDArray[np.float32]:
    """Return J2 from 0 on, in steps, up to an argument: looking it up is a hundred times faster."""
    table: NDArray[np.float32] = special.jv(2, np.arange(0, largest + 1, _BESSEL_STEP)).astype(np.float32)
    return table


def _peaks(volume: NDArray[Any], threshold: float) -> NDArray[np.intp]:
    """Return (m, 3), the places above a threshold that none of their 26 neighbours exceeds."""
    padded = np.pad(volume, 1, constant_values=-np.inf)
    found = np.argwhere(volume > threshold)
    value = volume[tuple(found.T)]
    highest = np.ones(len(found), bool)
    for offset in itertools.product((0, 1, 2), repeat=3):
        highest &= padded[tuple((found + offset).T)] <= value
    peaks: NDArray[np.intp] = found[highest]
    return peaks
