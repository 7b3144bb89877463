"""The order that points stand in: the direction of their rows, and the row and column lattice they may form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAREST = 1.25
"""Neighbours up to this multiple of a point's nearest one tell the direction."""
_ORDERED = 0.8
_FEW = 4
_FEW_TILT = np.radians(15)
_JITTER = 0.25
"""Share of the pitch by which a point may miss its place."""
_SAME_ROW = 0.35
"""Share of the pitch below which two points stand in one row."""


def tilt(points: NDArray[Any]) -> float | None:
    """Return the angle in radians by which rows of points turn clockwise from the horizontal, None for no order.

    Directions to nearest neighbours repeat every 90 degrees on a square lattice and every 60 on a hexagonal one, so
    their angles, taken four-fold or six-fold, agree. The answer lies within 45 or 30 degrees; for fewer than four
    points, whose order may be chance, within 15.

    Parameters
    ----------
    points
        (m, 2), row and column in one unit, rows counted downwards.
    """
    if len(points) < 2:
        return None
    vector = points[None] - points[:, None]
    near = distances(points) <= _NEAREST * nearest_distance(points)[:, None]
    angles = np.arctan2(vector[..., 0], vector[..., 1])[near]
    for fold in (4, 6):
        mean = np.exp(1j * fold * angles).mean()
        if abs(mean) > _ORDERED:
            angle = float(np.angle(mean)) / fold
            return angle if len(points) >= _FEW or abs(angle) < _FEW_TILT else None
    return None


def turned(points: NDArray[Any], angle: float) -> NDArray[np.float64]:
    """Return points (m, 2), row and column, turned back by the angle of their rows."""
    rows, columns = points.T
    return np.stack(
        [rows * np.cos(angle) - columns * np.sin(angle), columns * np.cos(angle) + rows * np.sin(angle)], axis=1
    )


def distances(points: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m, m), the distances between points (m, 2), infinite from a point to itself."""
    apart: NDArray[np.float64] = np.linalg.norm(points[None] - points[:, None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return apart


def nearest_distance(points: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m,), the distance of every point of (m, 2) to the nearest other one."""
    nearest: NDArray[np.float64] = distances(points).min(axis=1)
    return nearest


def lattice(points: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return (m, 2), the row and column number of every point from 0 on, or None when they stand on no lattice.

    Places may be empty, so may whole rows and columns as long as two neighbouring ones are there to tell the pitch;
    rows and columns may have different pitches. Numbers start at the first row and column in which a point stands.

    Parameters
    ----------
    points
        (m, 2), row and column in one unit.
    """
    angle = tilt(points)
    if angle is None:
        return None
    upright = turned(points, angle)
    usual = float(np.median(nearest_distance(points)))
    rows, columns = _numbers(upright[:, 0], usual), _numbers(upright[:, 1], usual)
    if rows is None or columns is None:
        return None
    places = np.stack([rows, columns], axis=1)
    return places if len(np.unique(places, axis=0)) == len(places) else None


def _numbers(position: NDArray[Any], nearest: float) -> NDArray[np.int64] | None:
    """Return (m,), which of equally spaced lines each position stands on, or None when they are not equally spaced."""
    order = np.argsort(position)
    lines = np.zeros(len(position), int)
    lines[order[1:]] = np.cumsum(np.diff(position[order]) > _SAME_ROW * nearest)
    middle = np.bincount(lines, position) / np.bincount(lines)
    if len(middle) == 1:
        spread = np.ptp(position)
        return lines.astype(np.int64) if spread <= 2 * _JITTER * nearest else None
    pitch = float(np.diff(middle).min())
    for _ in range(3):
        number = np.rint((middle - middle[0]) / pitch)
        slope = np.polyfit(number, middle, 1)[0] if number[-1] > 0 else pitch
        pitch = float(slope)
    offset = float(np.median(middle - pitch * number))
    miss = np.abs(position - offset - pitch * number[lines])
    if miss.max() > _JITTER * min(pitch, 2 * nearest) or len(np.unique(number)) < len(number):
        return None
    numbers: NDArray[np.int64] = (number - number[0])[lines].astype(np.int64)
    return numbers
