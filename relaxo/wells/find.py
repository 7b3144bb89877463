"""Find round wells in a stack of images."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Well
from relaxo.errors import AnalysisError, Cancelled
from relaxo.wells.circles import Circle, vote
from relaxo.wells.edges import stack_edges
from relaxo.wells.naming import reading_order, rename
from relaxo.wells.raster import rasterise
from relaxo.wells.refine import by_pixel, refine
from relaxo.wells.tracks import columns_of_circles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from relaxo.data import Stack, Wells
    from relaxo.recipe import WellsPart

LEAST_CONFIDENCE = 0.5
"""Of a circle that is taken for a well."""
_DARK = 0.4
_SMALLEST_IMAGE = 16


def find(stack: Stack, part: WellsPart, progress: Callable[[int, int], bool] | None = None) -> Wells:
    """Return the round wells of a stack, in reading order, with the voxels in which each is measured.

    All images of a slice are looked at together, so a well may be black in some of them: `relaxo.wells.edges` adds up
    their edges, `relaxo.wells.circles` lets these vote for circles, `relaxo.wells.refine` places each circle between
    the pixels and judges it, `relaxo.wells.tracks` follows it through the slices. Left out are circles that the border
    cuts, that hold no signal in any image, that overlap a surer one, and that look unsure, for which a size unlike that
    of the other wells is one reason.

    Parameters
    ----------
    stack
        Magnitude or signed images of a phantom.
    part
        How wells are named and measured.
    progress
        Called with the number of slices done and of all.

    Raises
    ------
    AnalysisError
        When there is no well, or when plate coordinates are asked for and the wells stand on no lattice.
    Cancelled
        When `progress` answers False.
    """
    signal = np.nan_to_num(stack.signal, posinf=0, neginf=0)
    _, row_spacing, column_spacing = stack.geometry.spacing
    pixel = min(row_spacing, column_spacing)
    row_scale, column_scale = pixel / row_spacing, pixel / column_spacing
    sections: list[list[Circle]] = []
    for index in range(signal.shape[1]):
        images = _stretched(_stretched(signal[:, index], row_scale, 1), column_scale, 2)
        sections.append(circles_in(images))
        if progress is not None and not progress(index + 1, signal.shape[1]):
            raise Cancelled
    wells = [
        Well(
            name=str(number),
            row=circle.row * row_scale,
            column=circle.column * column_scale,
            slice=(first + last) / 2,
            slices=(first, last),
            radius_mm=circle.radius * pixel,
            confidence=circle.confidence,
        )
        for number, (circle, (first, last)) in enumerate(columns_of_circles(sections), 1)
        if circle.confidence >= LEAST_CONFIDENCE
    ]
    if not wells:
        raise AnalysisError(
            "no wells were found",
            hint="Wells are looked for as bright or dark circles, whole in the image and at least 3 pixels in radius: "
            "check that the stack shows the phantom across its wells",
        )
    order = reading_order(wells, stack.geometry)
    ordered = [dataclasses.replace(wells[index], name=str(number)) for number, index in enumerate(order, 1)]
    found = rasterise(ordered, stack.geometry, part)
    return rename(found, "plate") if part.naming == "plate" else found


def circles_in(images: NDArray[Any]) -> list[Circle]:
    """Return the circles of one slice that may be wells, none upon another, the surest first.

    Parameters
    ----------
    images
        (n, y, x), arbitrary units, finite, isotropic pixels.
    """
    height, width = images.shape[1:]
    if min(height, width) < _SMALLEST_IMAGE:
        return []
    edges = stack_edges(images)
    curves = by_pixel(images)
    found: list[Circle] = []
    for candidate in vote(edges):
        if any(_is_rim_of(circle, candidate) for circle in found if circle.confidence > 0.9):
            continue
        circle = refine(curves, candidate)
        if circle is None or circle.confidence < LEAST_CONFIDENCE / 2:
            continue
        to_border = min(circle.row, circle.column, height - 1 - circle.row, width - 1 - circle.column)
        if circle.radius <= to_border and edges.brightness[round(circle.row), round(circle.column)] > _DARK:
            found.append(circle)
    return _apart(found)


def _stretched(images: NDArray[Any], scale: float, axis: int) -> NDArray[Any]:
    """Return images (n, y, x) sampled at every `scale` of a pixel along an axis, so that circles become round."""
    if scale > 0.99:
        return images
    size = images.shape[axis]
    at = np.arange(0, size - 1 + 1e-9, scale)
    before = np.minimum(at.astype(int), size - 2)
    part = np.expand_dims(at - before, (0, 2) if axis == 1 else (0, 1)).astype(np.float32)
    stretched: NDArray[Any] = images.take(before, axis) * (1 - part) + images.take(before + 1, axis) * part
    return stretched


def _distance(one: Circle, other: Circle) -> float:
    return math.hypot(one.row - other.row, one.column - other.column)


def _is_rim_of(circle: Circle, candidate: Circle) -> bool:
    """Return whether a candidate is another rim of a circle that is known already: the outer one of its wall."""
    return _distance(circle, candidate) < 0.5 * circle.radius and 0.6 < candidate.radius / circle.radius < 1.8


def _apart(circles: Iterable[Circle]) -> list[Circle]:
    """Return the surest of the circles that overlap."""
    kept: list[Circle] = []
    for circle in sorted(circles, key=lambda circle: (-round(circle.confidence, 2), -circle.votes)):
        if all(_distance(circle, other) > 0.8 * (circle.radius + other.radius) for other in kept):
            kept.append(circle)
    return kept
