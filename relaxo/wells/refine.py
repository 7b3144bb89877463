"""The sub-pixel circle of a well, and how sure it is that there is one."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.wells.circles import Circle

_RAYS = 32
_ANGLES = 2 * np.pi * np.arange(_RAYS) / _RAYS
_COSINES, _SINES = np.cos(_ANGLES), np.sin(_ANGLES)
_ROUNDS = 3
_CORE = 0.6
"""Share of the radius that is surely fluid."""


def by_pixel(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return (y, x, n) of images (n, y, x), so that the curve of a pixel lies together in memory."""
    return np.ascontiguousarray(np.moveaxis(images, 0, -1), dtype=np.float32)


def refine(curves: NDArray[Any], circle: Circle) -> Circle | None:
    """Return the circle through the points where the fluid of a well ends, or None when there is no well.

    Along each ray from the centre the signal curve goes from that of the core to that of the rim or of whatever lies
    around. Projected on the difference of the two, it is the share of fluid in a pixel, whatever the contrast of the
    single images; the edge is where this share is a half. A bubble or a touching neighbour spoils a few rays, which
    the fit leaves out.

    Parameters
    ----------
    curves
        (y, x, n), arbitrary units, isotropic pixels.
    circle
        To the pixel.
    """
    for last in (False,) * (_ROUNDS - 1) + (True,):
        step = max(0.25, circle.radius / 16)
        distance = np.arange(0, 1.4 * circle.radius + 3, step)
        fluid = _fluid(curves, circle, distance)
        if fluid is None:
            return None
        edge = _edge(fluid, distance, circle.radius)
        fitted = _fit(edge, circle)
        if fitted is None:
            return None
        if last:
            return dataclasses.replace(fitted, confidence=_confidence(fluid, distance, edge, circle))
        circle = fitted
    return None


def _fluid(curves: NDArray[Any], circle: Circle, distance: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return (rays, m), the share of fluid along every ray: 1 as in the core of the well, 0 as in its rim."""
    rays = _bilinear(curves, circle.row + _SINES[:, None] * distance, circle.column + _COSINES[:, None] * distance)
    profile = rays.mean(axis=0)
    core = profile[distance <= _CORE * circle.radius].mean(axis=0)
    rim = profile[_rim(np.linalg.norm(profile, axis=1), distance, circle.radius)]
    contrast = core - rim
    scale = float(contrast @ contrast)
    if scale == 0:
        return None
    share: NDArray[np.float64] = (rays @ contrast - rim @ contrast) / scale
    return share


def _rim(signal: NDArray[Any], distance: NDArray[Any], radius: float) -> int:
    """Return where along the mean ray the rim is: the first dark ring, or just outside when there is none."""
    near = np.flatnonzero((distance > 0.7 * radius) & (distance < radius + max(3.0, 0.4 * radius)))
    around = signal[near]
    inner, darkest = around[0], around.min()
    if darkest < 0.8 * inner:
        # On a dark plateau of noise the ring nearest to the edge is the rim.
        return int(near[(around < darkest + 0.1 * (inner - darkest)).argmax()])
    return int(np.abs(distance - (radius + 2)).argmin())


def _edge(fluid: NDArray[Any], distance: NDArray[Any], radius: float) -> NDArray[np.float64]:
    """Return (rays,), the distance in pixels at which the fluid ends; NaN where it does not."""
    outside = (fluid < 0.5) & (distance > 0.4 * radius)
    first = outside.argmax(axis=1)
    before, after = np.take_along_axis(fluid, np.stack([first - 1, first], axis=1), axis=1).T
    falls = outside.any(axis=1) & (before > after)
    part = np.clip((before - 0.5) / np.where(falls, before - after, 1), 0, 1)
    edge: NDArray[np.float64] = np.where(falls, distance[first - 1] + part * (distance[1] - distance[0]), np.nan)
    return edge


def _fit(edge: NDArray[Any], circle: Circle) -> Circle | None:
    """Return the circle through edge points, in the least-squares sense over those that lie on one."""
    known = np.isfinite(edge)
    if known.sum() < _RAYS / 3:
        return None
    cosine, sine, edge = _COSINES[known], _SINES[known], edge[known]
    x, y = edge * cosine, edge * sine
    column = row = 0.0
    radius = float(np.median(edge))
    width = 0.5 + 0.15 * radius
    for _ in range(5):
        dx, dy = x - column, y - row
        d = np.hypot(dx, dy) + 1e-9
        residual = d - radius
        weight = np.clip(1 - (residual / width) ** 2, 0, None) ** 2  # Tukey's
        if weight.sum() < _RAYS / 4:
            return None
        jacobian = np.stack([dx / d, dy / d, np.ones(len(d))])
        weighted = jacobian * weight
        step = np.linalg.solve(weighted @ jacobian.T + 1e-6 * np.eye(3), weighted @ residual)
        column, row, radius = column + step[0], row + step[1], radius + step[2]
    if not 0.6 * circle.radius < radius < 1.5 * circle.radius or math.hypot(row, column) > 0.5 * circle.radius:
        return None
    return dataclasses.replace(
        circle, row=float(circle.row + row), column=float(circle.column + column), radius=float(radius)
    )


def _confidence(fluid: NDArray[Any], distance: NDArray[Any], edge: NDArray[Any], circle: Circle) -> float:
    """Return, from 0 to 1, how closed the rim is, how alike the fluid within, and how well edges support it."""
    closed = (np.abs(edge - circle.radius) < 0.5 + 0.1 * circle.radius).mean()
    inside = fluid[:, distance <= max(_CORE * circle.radius, circle.radius - 2.5)]
    unlike = inside.std()
    return float(
        np.clip((closed - 0.4) / 0.5, 0, 1) * np.clip((0.5 - unlike) / 0.3, 0, 1) * np.clip(circle.votes / 0.8, 0, 1)
    )


def _bilinear(curves: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.float64]:
    """Return (..., n), curves (y, x, n) at sub-pixel positions (...); beyond the border the border goes on."""
    height, width, channels = curves.shape
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    top, left = np.minimum(rows.astype(int), height - 2), np.minimum(columns.astype(int), width - 2)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    flat = curves.reshape(-1, channels)
    corner = top * width + left
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + width] * (1 - right) + flat[corner + width + 1] * right
    values: NDArray[np.float64] = upper * (1 - down) + lower * down
    return values
