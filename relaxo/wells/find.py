"""Find round wells in a stack of images."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from relaxo.data import Well
from relaxo.errors import AnalysisError, Cancelled
from relaxo.wells.circles import SMALLEST_RADIUS, Circle, vote
from relaxo.wells.complete import completed, without_bath
from relaxo.wells.edges import BRIGHT, principal, shape_edges, shapes, stack_edges
from relaxo.wells.label import name
from relaxo.wells.left_out import LEAST_CONFIDENCE, cut_by_border, how_small, partial, too_small, unsure
from relaxo.wells.naming import reading_order
from relaxo.wells.overlap import apart, at_one_place, clear_of
from relaxo.wells.raster import rasterise
from relaxo.wells.refine import by_pixel, refine
from relaxo.wells.tracks import columns_of_circles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from relaxo.data import Stack, Wells
    from relaxo.recipe import WellsPart

_DARK = 0.4
_SURE = 0.9
_AT_ONCE = 48
_BATH = 0.2
"""Share of an image that is bright and no well, from which there may be wells that are hardly unlike it."""
_SAME_SIZE = 0.2
_ODD = 0.45
"""What is left of the confidence of one that is faint and of another size than those that are not."""
_SMALLEST_IMAGE = 16


def find(stack: Stack, part: WellsPart, progress: Callable[[int, int], bool] | None = None) -> Wells:
    """Return the wells that `search` finds, named as the recipe says.

    Parameters
    ----------
    stack
        Images of a phantom: magnitude, signed or complex.
    part
        How wells are named and measured.
    progress
        Called with the number of slices done and of all.

    Raises
    ------
    AnalysisError
        When there is no well, when plate coordinates are asked for and the wells stand on no lattice, or when the
        marker has another name.
    Cancelled
        When `progress` answers False.
    """
    return name(search(stack, part, progress), part)


def search(stack: Stack, part: WellsPart, progress: Callable[[int, int], bool] | None = None) -> Wells:
    """Return the round wells of a stack, in reading order, with the voxels in which each is measured.

    All images of a slice are looked at together, so a well may be black in some of them: `relaxo.wells.edges` adds up
    their edges, `relaxo.wells.circles` lets these vote for circles, `relaxo.wells.refine` places each circle between
    the pixels and judges it, `relaxo.wells.complete` asks what the others say of it, `relaxo.wells.tracks` follows it
    through the slices. Left out are circles that the border cuts, that hold no signal in any image, that overlap a
    surer one, and that look unsure, for which a size unlike that of the other wells is one reason; the notices say
    where they are.

    Parameters
    ----------
    stack
        Images of a phantom: magnitude, signed or complex.
    part
        How wells are measured.
    progress
        Called with the number of slices done and of all.

    Raises
    ------
    AnalysisError
        When there is no well.
    Cancelled
        When `progress` answers False.
    """
    images = np.abs(stack.signal) if np.iscomplexobj(stack.signal) else stack.signal
    signal = np.nan_to_num(images, posinf=0, neginf=0)
    _, row_spacing, column_spacing = stack.geometry.spacing
    pixel = min(row_spacing, column_spacing)
    row_scale, column_scale = pixel / row_spacing, pixel / column_spacing
    sections: list[_Section] = []
    for index in range(signal.shape[1]):
        square = _stretched(_stretched(signal[:, index], row_scale, 1), column_scale, 2)
        sections.append(_sorted_out(square))
        if progress is not None and not progress(index + 1, signal.shape[1]):
            raise Cancelled
    whole = [section.whole for section in sections]
    cut = at_one_place(circle for section in sections for circle in section.cut)
    small = at_one_place(circle for section in sections for circle in section.small)
    columns = columns_of_circles(whole, keep_partial=part.partial_slices == "keep")
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
        for number, (circle, (first, last)) in enumerate(columns, 1)
        if circle.confidence >= LEAST_CONFIDENCE
    ]
    if not wells:
        if small:
            raise AnalysisError(
                f"no wells were found but {how_small(small, row_scale, column_scale)}",
                hint="Take images with smaller pixels, or add the wells by hand",
            )
        raise AnalysisError(
            "no wells were found",
            hint="Wells are looked for as bright or dark circles, whole in the image and at least 3 pixels in radius: "
            "check that the stack shows the phantom across its wells",
        )
    notices = [
        *partial(columns, whole),
        *cut_by_border(cut, row_scale, column_scale),
        *too_small(small, row_scale, column_scale),
        *unsure([circle for circle, _ in columns], row_scale, column_scale),
    ]
    order = reading_order(wells, stack.geometry)
    ordered = [dataclasses.replace(wells[index], name=str(number)) for number, index in enumerate(order, 1)]
    return dataclasses.replace(rasterise(ordered, stack.geometry, part), notices=tuple(notices))


def circles_in(images: NDArray[Any]) -> list[Circle]:
    """Return the circles of one slice that may be wells, none upon another, the surest first.

    Parameters
    ----------
    images
        (n, y, x), arbitrary units, finite, isotropic pixels.
    """
    return _sorted_out(images).whole


class _Section(NamedTuple):
    """The circles of one slice, none upon another."""

    whole: list[Circle]
    """That may be wells."""
    cut: list[Circle]
    """By the border."""
    small: list[Circle]
    """Too small to be measured."""


def _sorted_out(images: NDArray[Any]) -> _Section:
    """Return the circles of one slice."""
    height, width = images.shape[1:]
    if min(height, width) < _SMALLEST_IMAGE:
        return _Section([], [], [])
    edges = stack_edges(images)
    curves = by_pixel(principal(images))
    seen = _seen(curves, vote(edges), edges.brightness)
    if _surroundings(seen.whole, edges.brightness) > _BATH:
        # A fluid that is hardly unlike the bath shows in the shape of its signal curve.
        scaled = shapes(images)
        known = [circle for circle in seen.whole if circle.confidence >= LEAST_CONFIDENCE]
        faint = clear_of(known, vote(shape_edges(scaled, edges.brightness)))
        fainter = _seen(by_pixel(scaled), faint, edges.brightness)
        seen.whole.extend(_faint(clear_of(known, fainter.whole), known, curves))
        seen.cut.extend(fainter.cut)
    wells = completed(without_bath(apart(seen.whole), curves), curves, edges.brightness, _DARK)
    small = [circle for circle in seen.small if circle.confidence >= LEAST_CONFIDENCE]
    return _Section(wells, clear_of(wells, apart(seen.cut)), clear_of([*wells, *seen.cut], apart(small)))


def _seen(curves: NDArray[Any], candidates: Sequence[Circle], brightness: NDArray[Any]) -> _Section:
    """Return the circles that candidates turn out to be; they may lie upon one another."""
    height, width = curves.shape[:2]
    seen = _Section([], [], [])
    while candidates:
        possible = [
            circle
            for circle in refine(curves, candidates[:_AT_ONCE])
            if circle.confidence >= LEAST_CONFIDENCE / 2
            and _to_border(circle, height, width) >= -0.5
            and brightness[round(circle.row), round(circle.column)] > _DARK
        ]
        seen.small.extend(circle for circle in possible if circle.radius < SMALLEST_RADIUS)
        possible = [circle for circle in possible if circle.radius >= SMALLEST_RADIUS]
        whole = [circle for circle in possible if circle.radius <= _to_border(circle, height, width)]
        seen.whole.extend(whole)
        seen.cut.extend(circle for circle in possible if circle.radius > _to_border(circle, height, width) + 0.5)
        # Most of the rest are other rims of circles that are known by now, or lie between them.
        sure = [circle for circle in whole if circle.confidence > _SURE]
        candidates = clear_of(sure, candidates[_AT_ONCE:])
    return seen


def _surroundings(circles: Sequence[Circle], brightness: NDArray[Any]) -> float:
    """Return the share of an image that is bright and in none of the circles."""
    wells = sum(math.pi * circle.radius**2 for circle in apart(circles))
    return (float(np.count_nonzero(brightness > BRIGHT)) - wells) / brightness.size


def _faint(circles: Sequence[Circle], known: Sequence[Circle], curves: NDArray[Any]) -> list[Circle]:
    """Return circles seen in the shape of curves alone, with the signal in their middles.

    Beside wells that are known, what is of another size is left out and told of: baths hold more that is faint.
    """
    usual = float(np.median([circle.radius for circle in known])) if known else math.nan
    return [
        dataclasses.replace(
            circle,
            confidence=circle.confidence * (_ODD if abs(circle.radius - usual) > _SAME_SIZE * usual else 1.0),
            strength=float(np.linalg.norm(curves[round(circle.row), round(circle.column)].astype(float))),
        )
        for circle in circles
    ]


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


def _to_border(circle: Circle, height: int, width: int) -> float:
    return min(circle.row, circle.column, height - 1 - circle.row, width - 1 - circle.column)
