"""The order that points stand in: the direction of their rows, and the row and column lattice they may form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAREST = 1.25
"""Neighbours up to this multiple of a point's nearest one tell the direction."""
_ORDERED = 0.8
_FEW = 5
_FEW_TILT = np.radians(15)
_CONE = 0.4
"""Slope up to which one point stands beside another, rather than above it."""
_ROUNDS = 4
_MISS = 0.3
"""Share of the pitch by which a point may miss its place."""
_SKEW = 0.1
"""How far rows and columns may be from a right angle, in radians."""


def tilt(points: NDArray[Any]) -> float | None:
    """Return the angle in radians by which rows of points turn clockwise from the horizontal, None for no order.

    Directions to nearest neighbours repeat every 90 degrees on a square lattice and every 60 on a hexagonal one, so
    their angles, taken four-fold or six-fold, agree. The answer lies within 45 or 30 degrees; for fewer than five
    points, whose order may be chance, within 15.

    Parameters
    ----------
    points
        (m, 2), row and column in one unit, rows counted downwards.
    """
    if len(points) < 2:
        return None
    vectors = points[None] - points[:, None]
    near = distances(points) <= _NEAREST * nearest_distance(points)[:, None]
    angles = np.arctan2(vectors[..., 0], vectors[..., 1])[near]
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

    Rows and columns meet at right angles, each with a pitch of its own. Places may be empty, so may whole rows and
    columns as long as two neighbouring ones are there to tell the pitch. Numbers start at the first row and column in
    which a point stands.

    Parameters
    ----------
    points
        (m, 2), row and column in one unit.
    """
    known = _lattice(points)
    return None if known is None else known[0] - known[0].min(axis=0)


def nodes(points: NDArray[Any], beyond: int = 0, spare: float = 0.0) -> tuple[NDArray[np.float64], float] | None:
    """Return all places (k, 2) of the lattice that points stand on, and its smaller pitch; None when there is none.

    They reach from the first to the last row and column in which a point stands.

    Parameters
    ----------
    points
        (m, 2), row and column in one unit.
    beyond
        Rows and columns that they reach further.
    spare
        Share of the points that may stand elsewhere, and are not asked.
    """
    known = _lattice(points, spare)
    if known is None:
        return None
    numbers, steps, start = known
    low, high = numbers.min(axis=0) - beyond, numbers.max(axis=0) + beyond
    every = np.mgrid[low[0] : high[0] + 1, low[1] : high[1] + 1].reshape(2, -1).T
    angle = tilt(points)
    assert angle is not None
    return turned(every @ steps + start, -angle), float(np.linalg.norm(steps, axis=1).min())


def _lattice(
    points: NDArray[Any], spare: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]] | None:
    """Return numbers (m, 2) of points, steps (2, 2) to the next row and column, and (2,), where number (0, 0) lies.

    Steps and place are those of the lattice turned upright.
    """
    angle = tilt(points)
    if angle is None:
        return None
    upright = turned(points, angle)
    down, across = _pitch(upright[:, ::-1]), _pitch(upright)
    # Points in a single row tell no pitch between rows, and need none.
    pitches = np.array([down or across or 1.0, across or down or 1.0])
    units = upright / pitches
    numbers = _walk(units)
    for _ in range(_ROUNDS):
        steps, start = _fit(numbers, units)
        if not 0.5 < np.linalg.det(steps) < 2:  # of a lattice, it is near 1 in units of its pitches
            return None
        exact = (units - start) @ np.linalg.inv(steps)
        numbers = np.rint(exact).astype(np.int64)
    rows, columns = steps * pitches
    skew = abs(float(rows @ columns)) / float(np.linalg.norm(rows) * np.linalg.norm(columns))
    off = np.abs(exact - numbers).max(axis=1) >= _MISS
    if off.any() and off.sum() <= spare * len(points) and skew < _SKEW:
        return _lattice(points[~off])
    alone = len(np.unique(numbers, axis=0)) == len(numbers)
    fits = not off.any() and skew < _SKEW and alone
    return (numbers, steps * pitches, start * pitches) if fits else None


def _pitch(points: NDArray[Any]) -> float | None:
    """Return the distance to the next point along the second axis of (m, 2); None when no two stand side by side."""
    aside, along = np.abs(points[None] - points[:, None]).transpose(2, 0, 1)
    beside = np.where((along > 0) & (aside < _CONE * along), along, np.inf).min(axis=1)
    beside = beside[np.isfinite(beside)]
    if not beside.size:
        return None
    # A point whose neighbour is missing sees the one after; the shorter distances are those of a single step.
    return float(np.median(beside[beside < 1.4 * np.percentile(beside, 10)]))


def _walk(units: NDArray[Any]) -> NDArray[np.int64]:
    """Return (m, 2), the numbers of points (m, 2) in units of the pitch, counted step by step from a middle one.

    Counting steps between neighbours is sure even where the lattice is tilted a little; points that no such step
    reaches are placed by their distance from the nearest that is.
    """
    numbers = np.zeros(units.shape, np.int64)
    apart = distances(units)
    new = int(np.where(np.isfinite(apart), apart, 0).sum(axis=1).argmin())
    reached = np.zeros(len(units), bool)
    gap, neighbour = np.full(len(units), np.inf), np.full(len(units), new)
    while True:  # the shortest tree that joins all points, after Prim
        reached[new] = True
        closer = apart[new] < gap
        gap[closer], neighbour[closer] = apart[new, closer], new
        if reached.all():
            return numbers
        new = int(np.where(reached, np.inf, gap).argmin())
        numbers[new] = numbers[neighbour[new]] + np.rint(units[new] - units[neighbour[new]]).astype(np.int64)


def _fit(numbers: NDArray[Any], units: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (2, 2), the steps from row to row and from column to column, and (2,), the place of number (0, 0)."""
    middle = numbers.mean(axis=0)
    steps: NDArray[np.float64]
    steps, *_ = np.linalg.lstsq(numbers - middle, units - units.mean(axis=0), rcond=None)
    one_row, one_column = np.ptp(numbers, axis=0) == 0
    if one_row and one_column:
        steps = np.eye(2)
    elif one_row:  # its step is at a right angle to the other one
        steps[0] = steps[1, 1], -steps[1, 0]
    elif one_column:
        steps[1] = -steps[0, 1], steps[0, 0]
    return steps, units.mean(axis=0) - middle @ steps
