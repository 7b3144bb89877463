"""The sub-pixel circles of wells, and how sure it is that there are any."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.wells.circles import Circle

_RAYS = 32
_ANGLES = 2 * np.pi * np.arange(_RAYS) / _RAYS
_COSINES, _SINES = np.cos(_ANGLES), np.sin(_ANGLES)
_SAMPLES = 32
"""Along a ray."""
_ROUNDS = 3
_CORE = 0.5
"""Share of the radius that is fluid, even where a candidate is the outer rim of a wall."""
_WITHIN = 0.6
"""Share of the radius of a true circle that is fluid."""
_BRIGHT = 0.25
"""Signal of the surroundings, as a share of that within, above which they count."""
_DARK = 0.8
"""Signal of a rim, as a share of that within, below which it is told by its darkness."""
_BLUR = 0.3
"""Half the variance, in pixels squared, of the blur by pixels and by reading between them: the middle of a blurred edge
lies this, divided by the radius, inside the edge of a disc."""
_ALIKE = 0.9
"""Cosine between two signal curves above which they are too alike to be told apart."""


def by_pixel(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return (y, x, n) of images (n, y, x), so that the curve of a pixel lies together in memory."""
    return np.ascontiguousarray(np.moveaxis(images, 0, -1), dtype=np.float32)


def refine(curves: NDArray[Any], circles: Sequence[Circle]) -> list[Circle]:
    """Return, for those circles that hold, the circle through the points where the fluid of the well ends.

    Along every ray from the centre, a pixel holds some share of the fluid in the core and some of what lies around; the
    edge is where the share of fluid is a half, whatever the contrast of the single images. A bubble or a touching
    neighbour spoils a few rays, which the fit leaves out.

    Parameters
    ----------
    curves
        (y, x, n), arbitrary units, isotropic pixels.
    circles
        To the pixel.
    """
    if not circles:
        return []
    place = np.array([(circle.row, circle.column, circle.radius) for circle in circles])
    holds = np.ones(len(place), bool)
    for _ in range(_ROUNDS):
        # From the centre to a little beyond the rim, (m, samples).
        distance = np.linspace(0, 1.4 * place[:, 2] + 3, _SAMPLES, axis=1)
        rays = _rays(curves, place, distance)
        fluid = _fluid(rays, distance, place[:, 2])
        edge = _edge(fluid, distance, place[:, 2])
        before, (place, fits) = place, _fit(edge, place)
        holds &= fits
    closed = (np.abs(edge - before[:, 2:]) < 0.5 + 0.1 * before[:, 2:]).mean(axis=1)
    confidence = _confidence(rays, fluid, distance, closed, before[:, 2])
    core = (distance <= _CORE * before[:, 2:])[:, None, :, None]
    strength = np.linalg.norm((rays * core).sum(axis=(1, 2)) / (_RAYS * core.sum(axis=(1, 2))), axis=1)
    return [
        dataclasses.replace(
            circle,
            row=float(row),
            column=float(column),
            radius=float(radius + _BLUR / radius),
            confidence=float(sure * np.clip((circle.votes - 0.4) / 0.4, 0, 1)),
            closed=float(share),
            strength=float(signal),
        )
        for circle, (row, column, radius), sure, share, signal, held in zip(
            circles, place, confidence, closed, strength, holds, strict=True
        )
        if held
    ]


def _rays(curves: NDArray[Any], place: NDArray[Any], distance: NDArray[Any]) -> NDArray[np.float32]:
    """Return (m, rays, samples, n), the curves along rays from every centre."""
    return _bilinear(
        curves,
        place[:, 0, None, None] + _SINES[:, None] * distance[:, None],
        place[:, 1, None, None] + _COSINES[:, None] * distance[:, None],
    )


def _fluid(rays: NDArray[Any], distance: NDArray[Any], radius: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m, rays, samples), the share of fluid along every ray: 1 as in the core of the well, 0 outside."""
    profile = rays.mean(axis=1)
    direction = np.empty((len(rays), rays.shape[-1]))
    offset = np.zeros(len(rays))
    for index in range(len(rays)):
        direction[index], offset[index] = _telling(profile[index], distance[index], float(radius[index]))
    share: NDArray[np.float64] = np.einsum("mrsn,mn->mrs", rays, direction) - offset[:, None, None]
    return share


def _telling(profile: NDArray[Any], distance: NDArray[Any], radius: float) -> tuple[NDArray[Any], float]:
    """Return a direction (n,) and an offset that turn a signal curve into the share of fluid.

    When the fluid decays unlike its surroundings, whose curve is then left out of it, the share does not depend on how
    bright these are. Otherwise what tells the fluid is that its rim is darker.
    """
    core = profile[distance <= _CORE * radius].mean(axis=0)
    around = profile[(distance > _CORE * radius) & (distance < radius + max(3.0, 0.4 * radius))]
    signal = np.linalg.norm(around, axis=1)
    strength = max(float(np.linalg.norm(core)), 1e-12)
    beyond = around[(signal - around @ core / strength).argmax()]
    brightness = float(np.linalg.norm(beyond))
    if brightness > _BRIGHT * strength and beyond @ core < _ALIKE * brightness * strength:
        own = core - beyond * (core @ beyond) / brightness**2
        return own / max(float(own @ core), 1e-12), 0.0
    darkest = signal.min()
    if darkest < _DARK * strength:
        # On a dark plateau of noise the ring nearest to the edge is the rim.
        rim = around[(signal < darkest + 0.1 * (strength - darkest)).argmax()]
    else:
        rim = profile[np.abs(distance - (radius + 2)).argmin()]
    contrast = core - rim
    scale = max(float(contrast @ contrast), 1e-12)
    return contrast / scale, float(rim @ contrast) / scale


def _edge(fluid: NDArray[Any], distance: NDArray[Any], radius: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m, rays), the distance in pixels at which the fluid ends; NaN where it does not."""
    outside = (fluid < 0.5) & (distance > 0.8 * _CORE * radius[:, None])[:, None]
    first = np.maximum(outside.argmax(axis=2), 1)[..., None]
    before = np.take_along_axis(fluid, first - 1, axis=2)[..., 0]
    after = np.take_along_axis(fluid, first, axis=2)[..., 0]
    falls = outside.any(axis=2) & (before > after)
    part = np.clip((before - 0.5) / np.where(falls, before - after, 1), 0, 1)
    step = distance[:, 1:2]
    edge: NDArray[np.float64] = np.where(falls, (first[..., 0] - 1 + part) * step, np.nan)
    return edge


def _fit(edge: NDArray[Any], place: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return (m, 3) row, column and radius of the circles through edge points (m, rays), and (m,) whether they hold.

    Least squares over the points that lie on a circle, by Gauss and Newton with Tukey's weights.
    """
    known = np.isfinite(edge)
    filled = np.where(known, edge, 0)
    x, y = filled * _COSINES, filled * _SINES
    fit = np.zeros_like(place)
    fit[:, 2] = _medians(edge, known.sum(axis=1))
    width = 0.5 + 0.15 * fit[:, 2:]
    weight = known.astype(float)
    for _ in range(5):
        dx, dy = x - fit[:, 1:2], y - fit[:, 0:1]
        apart = np.hypot(dx, dy) + 1e-9
        residual = apart - fit[:, 2:]
        weight = known * np.clip(1 - (residual / width) ** 2, 0, None) ** 2
        jacobian = np.stack([dy / apart, dx / apart, np.ones_like(dx)], axis=-1)
        normal = np.einsum("mri,mr,mrj->mij", jacobian, weight, jacobian) + 1e-3 * np.eye(3)
        fit += np.linalg.solve(normal, np.einsum("mri,mr->mi", jacobian, weight * residual)[..., None])[..., 0]
    growth = fit[:, 2] / place[:, 2]
    holds = (
        (weight.sum(axis=1) > _RAYS / 4)
        & (growth > _CORE)
        & (growth < 1.5)
        & (np.hypot(fit[:, 0], fit[:, 1]) < 0.5 * place[:, 2])
    )
    moved = place.copy()
    moved[holds] = np.column_stack([place[holds, :2] + fit[holds, :2], fit[holds, 2]])
    return moved, holds


def _medians(values: NDArray[Any], number: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m,), the medians of the known ones of values (m, n), NaN where unknown; 0 where the number of them is."""
    ordered, each = np.sort(values, axis=1), np.arange(len(values))
    middle = ordered[each, np.maximum(number - 1, 0) // 2] + ordered[each, number // 2]
    return np.where(number > 0, middle / 2, 0)


def _confidence(
    rays: NDArray[Any], fluid: NDArray[Any], distance: NDArray[Any], closed: NDArray[Any], radius: NDArray[Any]
) -> NDArray[np.float64]:
    """Return (m,), from 0 to 1, how closed the rims are and how alike the fluid within."""
    inside = distance <= np.maximum(_WITHIN * radius, radius - 2.5)[:, None]
    unlike = np.array([shares[:, within].std() for shares, within in zip(fluid, inside, strict=True)])
    layered = _layered(rays.mean(axis=1), inside * distance)
    sure: NDArray[np.float64] = (
        np.clip((closed - 0.4) / 0.5, 0, 1)
        * np.clip((0.5 - unlike) / 0.3, 0, 1)
        * np.clip((0.3 - layered) / 0.15, 0, 1)
    )
    return sure


def _layered(profile: NDArray[Any], area: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m,), how much the mean curves (m, samples, n) of the rings inside differ, each by its area (m, samples).

    As a share of their mean: a bright dot in the dark, or a tube in a tube, is no fluid.
    """
    weight = area / np.maximum(area.sum(axis=1, keepdims=True), 1e-12)
    mean = np.einsum("ms,msn->mn", weight, profile)
    apart = ((profile - mean[:, None]) ** 2).sum(axis=-1)
    layered: NDArray[np.float64] = np.sqrt((weight * apart).sum(axis=1) / np.maximum((mean**2).sum(axis=1), 1e-12))
    return layered


def _bilinear(curves: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.float32]:
    """Return (..., n), curves (y, x, n) at sub-pixel positions (...); beyond the border the border goes on."""
    height, width, channels = curves.shape
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    top, left = np.minimum(rows.astype(int), height - 2), np.minimum(columns.astype(int), width - 2)
    down, right = (rows - top)[..., None].astype(np.float32), (columns - left)[..., None].astype(np.float32)
    flat = curves.reshape(-1, channels)
    corner = top * width + left
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + width] * (1 - right) + flat[corner + width + 1] * right
    values: NDArray[np.float32] = upper * (1 - down) + lower * down
    return values
