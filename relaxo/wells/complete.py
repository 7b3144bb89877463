"""What other wells say of a place: where one must be looked for again, and where only the bath shows between them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.wells.circles import Circle
from relaxo.wells.lattice import nodes
from relaxo.wells.refine import refine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SURE = 0.5
_FEWEST = 6
"""Sure circles that a lattice is told from."""
_SAME_SIZE = 0.2
_IN_PLACE = 0.12
"""Share of the pitch by which a circle may miss its place."""
_SUPPORT = 0.8
"""Votes that the lattice is worth."""
_LEAST = 0.3
"""Confidence of a circle in a place of the lattice."""
_ALIKE = 0.97
_SPARE = 0.1
"""Share of the circles of a size that may stand elsewhere."""
_MOSTLY = 0.8
"""Share of the places of a lattice that are filled where none stands between them, ..."""
_OFF, _AMONG = 0.3, 0.8
"""... how far from the nearest place that is, as shares of the pitch, ..."""
_BETWEEN = 0.5
"""... and what is left there of a confidence."""
_FEWEST_AROUND = 3
"""Circles between which a gap may look like another."""
_CLOSED = 0.9
"""Share of the lines from the centre of a well that end at its wall, at least; of gaps, three quarters do."""
_PIXELS_OF_BATH = 30


def completed(
    circles: Sequence[Circle], curves: NDArray[Any], brightness: NDArray[Any], darkest: float
) -> list[Circle]:
    """Return circles with those that stand in the empty places of their lattice and pass a lower bar there.

    Wells that nearly touch, or are dark, are seen less surely than the edges of them all together promise; but chance
    strikes no place of a lattice with the size of the others. Where most places are filled, no well stands between
    them, and a circle that does is less sure.

    Parameters
    ----------
    circles
        Of one slice, none upon another.
    curves
        (y, x, n), of its pixels.
    brightness
        (y, x), as in `relaxo.wells.edges.Edges`.
    darkest
        The same, of a place that is looked at.
    """
    sure = [circle for circle in circles if circle.confidence >= _SURE]
    if len(sure) < _FEWEST:
        return list(circles)
    usual = float(np.median([circle.radius for circle in sure]))
    alike = [circle for circle in sure if abs(circle.radius - usual) <= _SAME_SIZE * usual]
    if len(alike) < _FEWEST:
        return list(circles)
    grid = nodes(np.array([(circle.row, circle.column) for circle in alike]), spare=_SPARE)
    if grid is None:
        return list(circles)
    places, pitch = grid
    if len(alike) > _MOSTLY * len(places):
        circles = _less_sure_between(circles, places, pitch)
        sure = [circle for circle in circles if circle.confidence >= _SURE]
    height, width = curves.shape[:2]
    reach = usual + 0.5
    within = (places >= reach).all(axis=1) & (places <= np.array([height - 1, width - 1]) - reach).all(axis=1)
    places = places[within]
    bright = brightness[tuple(np.rint(places).astype(int).T)] > darkest
    at = np.array([(circle.row, circle.column) for circle in sure])
    empty = np.linalg.norm(places[:, None] - at, axis=2).min(axis=1) > 0.4 * pitch
    places = places[bright & empty]
    found = [
        dataclasses.replace(circle, confidence=max(circle.confidence, _SURE + 0.1))
        for circle in refine(curves, [Circle(float(row), float(column), usual, _SUPPORT) for row, column in places])
        if circle.confidence >= _LEAST
        and abs(circle.radius - usual) <= _SAME_SIZE * usual
        and np.linalg.norm(places - (circle.row, circle.column), axis=1).min() <= _IN_PLACE * pitch
    ]
    others = [circle for circle in circles if not any(_upon(circle, fresh) for fresh in found) or circle in sure]
    return others + [fresh for fresh in found if not any(_upon(fresh, circle) for circle in others)]


def _less_sure_between(circles: Sequence[Circle], places: NDArray[Any], pitch: float) -> list[Circle]:
    """Return circles, those between the places (k, 2) of a lattice with what confidence is left to them."""
    at = np.array([(circle.row, circle.column) for circle in circles])
    away = np.linalg.norm(at[:, None] - places, axis=2).min(axis=1) / pitch
    return [
        dataclasses.replace(circle, confidence=_BETWEEN * circle.confidence) if low else circle
        for circle, low in zip(circles, (away > _OFF) & (away < _AMONG), strict=True)
    ]


def _upon(one: Circle, other: Circle) -> bool:
    apart = np.hypot(one.row - other.row, one.column - other.column)
    return bool(apart < 0.8 * (one.radius + other.radius))


def without_bath(circles: Sequence[Circle], curves: NDArray[Any]) -> list[Circle]:
    """Return circles without those in which only the bath shows between wells that stand close.

    Between wells with dark walls a bath looks like a well. Such a circle has the bath's own signal curve, and its rim
    is open where no well stands; a well that holds the bath's own fluid has a wall all around.

    Parameters
    ----------
    circles
        Of one slice, none upon another.
    curves
        (y, x, n), of its pixels.
    """
    if len(circles) < _FEWEST_AROUND:
        return list(circles)
    place = np.array([(circle.row, circle.column) for circle in circles])
    bath = _bath(place, np.array([circle.radius for circle in circles]), curves)
    if bath is None:
        return list(circles)
    core = curves[tuple(np.rint(place).astype(int).T)].astype(float)
    strength, norms = float(np.linalg.norm(bath)), np.linalg.norm(core, axis=1)
    like = (core @ bath > _ALIKE * norms * strength) & (norms > 0.5 * strength) & (norms < 2 * strength)
    return [circle for circle, same in zip(circles, like, strict=True) if not same or circle.closed >= _CLOSED]


def _bath(place: NDArray[Any], radius: NDArray[Any], curves: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return (n,), the curve of what lies around all circles, None where that is air."""
    height, width = curves.shape[:2]
    low, high = place.min(axis=0) - 3 * radius.max(), place.max(axis=0) + 3 * radius.max()
    rows = np.arange(max(0, int(low[0])), min(height, int(high[0]) + 1))
    columns = np.arange(max(0, int(low[1])), min(width, int(high[1]) + 1))
    free = np.ones((rows.size, columns.size), bool)
    for (row, column), reach in zip(place - (rows[0], columns[0]), 1.3 * radius + 2.5, strict=True):
        top, left = max(0, math.floor(row - reach)), max(0, math.floor(column - reach))
        window = free[top : math.ceil(row + reach) + 1, left : math.ceil(column + reach) + 1]
        down, right = np.arange(window.shape[0])[:, None] + top - row, np.arange(window.shape[1]) + left - column
        window &= down**2 + right**2 > reach**2
    around = curves[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][free]
    within = curves[tuple(np.rint(place).astype(int).T)]
    norms = np.linalg.norm(around, axis=1)
    bright = norms > 0.4 * np.median(np.linalg.norm(within, axis=1))
    if np.count_nonzero(bright) < max(_PIXELS_OF_BATH, 0.3 * bright.size):
        return None
    bath: NDArray[np.float64] = np.median(around[bright].astype(float), axis=0)
    return bath
