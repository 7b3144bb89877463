"""What a person must know of the circles that were left out, and of those that may be no wells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Notice
from relaxo.wells.circles import SMALLEST_RADIUS
from relaxo.wells.overlap import overlapping, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.wells.circles import Circle

LEAST_CONFIDENCE = 0.5
"""Of a circle that is taken for a well."""
_POSSIBLE = 0.35
"""Confidence of a circle that is left out, and worth a word."""
_DOUBTFUL = 0.65
"""Confidence of a well below which it is worth a word."""
_LISTED = 5


def partial(
    columns: Sequence[tuple[Circle, tuple[int, int]]], sections: Sequence[Sequence[Circle]]
) -> tuple[Notice, ...]:
    """Return a notice of the slices that wells fill in part and that were left out."""
    left: dict[int, int] = {}
    there = [places(circles) for circles in sections]
    for circle, (first, last) in columns:
        if circle.confidence < LEAST_CONFIDENCE:
            continue
        for index in (first - 1, last + 1):
            if 0 <= index < len(sections) and overlapping(places([circle]), there[index]).any():
                left[index] = left.get(index, 0) + 1
    if not left:
        return ()
    listed = ", ".join(f"slice {index} for {number}" for index, number in sorted(left.items()))
    return (
        Notice(
            "wells_partial_slices",
            f"Wells fill their end slices only in part, so these were left out: {listed} of the wells, slices counted "
            "from 0.",
        ),
    )


def cut_by_border(circles: Sequence[Circle], row_scale: float, column_scale: float) -> tuple[Notice, ...]:
    """Return a notice of the circles that the border of the image cuts."""
    if not circles:
        return ()
    where = _where(circles, row_scale, column_scale)
    return (Notice("wells_cut", f"What looks like a well is cut by the border of the image and left out: {where}."),)


def too_small(circles: Sequence[Circle], row_scale: float, column_scale: float) -> tuple[Notice, ...]:
    """Return a notice of the circles that are too small to be measured."""
    if not circles:
        return ()
    what = how_small(circles, row_scale, column_scale)
    return (Notice("wells_small", f"Left out as too small to be measured were {what}; add by hand what is a well."),)


def unsure(circles: Sequence[Circle], row_scale: float, column_scale: float) -> tuple[Notice, ...]:
    """Return notices of what may be a well and was left out, and of what was taken for one and may be none."""
    out = [circle for circle in circles if LEAST_CONFIDENCE > circle.confidence >= _POSSIBLE]
    doubtful = [circle for circle in circles if LEAST_CONFIDENCE <= circle.confidence < _DOUBTFUL]
    notices = []
    if out:
        notices.append(
            Notice(
                "wells_left_out",
                f"What may be a well was left out as unsure: {_where(out, row_scale, column_scale)}; add it by hand if "
                "it is one.",
            )
        )
    if doubtful:
        notices.append(
            Notice(
                "wells_unsure",
                f"What was taken for a well is unsure: {_where(doubtful, row_scale, column_scale)}; delete it if it is "
                "none.",
            )
        )
    return tuple(notices)


def how_small(circles: Sequence[Circle], row_scale: float, column_scale: float) -> str:
    """Return in words how many circles are too small, how small, and where."""
    radius = float(np.median([circle.radius for circle in circles]))
    what = "one that has" if len(circles) == 1 else f"{len(circles)} that have"
    where = _where(circles, row_scale, column_scale)
    return f"{what} a radius of {radius:.1f} pixels, where {SMALLEST_RADIUS:g} is the least: {where}"


def _where(circles: Sequence[Circle], row_scale: float, column_scale: float) -> str:
    """Return the places of circles in words, the first few."""
    said = [
        f"row {circle.row * row_scale:.0f}, column {circle.column * column_scale:.0f}" for circle in circles[:_LISTED]
    ]
    more = len(circles) - len(said)
    return "; ".join([*said, f"and {more} more"] if more else said)
