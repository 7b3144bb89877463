"""Which circles lie upon one another, and which of them to believe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from relaxo.wells.circles import Circle

_TOUCHING = 0.8
"""Distance of two circles, as a share of the sum of their radii, below which one of them is wrong."""


def places(circles: Sequence[Circle]) -> NDArray[np.float64]:
    """Return (m, 3), row, column and radius of circles."""
    return np.array([(circle.row, circle.column, circle.radius) for circle in circles], np.float64).reshape(-1, 3)


def overlapping(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (m, k), whether circles (m, 3) lie upon others (k, 3)."""
    distance = np.hypot(one[:, None, 0] - other[:, 0], one[:, None, 1] - other[:, 1])
    upon: NDArray[np.bool_] = distance < _TOUCHING * (one[:, None, 2] + other[:, 2])
    return upon


def clear_of(known: Sequence[Circle], candidates: Sequence[Circle]) -> list[Circle]:
    """Return the candidates that do not lie upon a circle that is known."""
    overlap = overlapping(places(candidates), places(known))
    return [candidate for candidate, upon in zip(candidates, overlap, strict=True) if not upon.any()]


def apart(circles: Sequence[Circle]) -> list[Circle]:
    """Return the surest of the circles that overlap."""
    ordered = sorted(circles, key=lambda circle: (-round(circle.confidence, 2), -circle.votes))
    overlap = overlapping(places(ordered), places(ordered))
    kept: list[int] = []
    for index in range(len(ordered)):
        if not overlap[index, kept].any():
            kept.append(index)
    return [ordered[index] for index in kept]


def at_one_place(circles: Iterable[Circle]) -> list[Circle]:
    """Return the first of the circles of all slices that lie upon one another."""
    first: list[Circle] = []
    for circle in circles:
        if not overlapping(places([circle]), places(first)).any():
            first.append(circle)
    return first
