"""Follow circles through the slices of a volume: those at one place are one well."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.wells.circles import Circle

_GAP = 2
_FULL_SECTION = 0.85
"""Share of its largest radius above which a section counts: caps, tips and menisci are partial volume."""
_PARTIAL = 0.8
"""Share of the signal of the next slice below which that of an end slice tells that the well fills it in part."""
_SIZES_SAME = math.log(1.1)
_ENOUGH = 4
"""Wells of one size that make it the usual one."""
_SIZES_ALIKE = math.log(1.4)
_SIZES_UNLIKE = math.log(2)
_LEAST_FACTOR = 0.6
"""What is left of the confidence of a circle of another size than the others, or much shorter than they."""


@dataclasses.dataclass(slots=True)
class _Track:
    slices: list[int]
    circles: list[Circle]


def columns_of_circles(
    sections: Sequence[Sequence[Circle]], *, keep_partial: bool = False
) -> list[tuple[Circle, tuple[int, int]]]:
    """Return a mean circle and its first and last slice, for every place where circles follow upon one another.

    A column may miss one slice and go on. It is taken from the first to the last slice in which its section has nearly
    its full size and, against the slice beside it, its full signal, the sections in between being measured there as
    well. The wells of a phantom are mostly alike, so a
    column of the usual size is surer to be one, and a column much smaller, larger or shorter than most is less sure.

    Parameters
    ----------
    sections
        The circles of each slice, none upon another, in the same pixels.
    keep_partial
        Whether slices count in which a column has less than its full size or signal.
    """
    columns = [_mean(track, keep_partial=keep_partial) for track in _tracks(sections)]
    if not columns:
        return []
    weights = [circle.confidence * circle.radius for circle, _ in columns]
    usual_radius = _weighted_median([circle.radius for circle, _ in columns], weights)
    usual_length = _weighted_median([last - first + 1 for _, (first, last) in columns], weights)
    usual = [abs(math.log(circle.radius / usual_radius)) < _SIZES_SAME for circle, _ in columns]
    judged = []
    for (circle, (first, last)), same in zip(columns, usual, strict=True):
        confidence = circle.confidence
        if same and sum(usual) >= _ENOUGH:
            confidence = math.sqrt(confidence)  # chance rarely strikes the one size that the others have
        confidence *= _likeness(circle.radius, usual_radius)
        confidence *= _likeness(min(last - first + 1, usual_length), usual_length)
        judged.append((dataclasses.replace(circle, confidence=confidence), (first, last)))
    return judged


def _tracks(sections: Sequence[Sequence[Circle]]) -> list[_Track]:
    tracks: list[_Track] = []
    for index, circles in enumerate(sections):
        running = [track for track in tracks if index - track.slices[-1] <= _GAP]
        for circle in circles:
            for track in running:
                last = track.circles[-1]
                near = math.hypot(circle.row - last.row, circle.column - last.column) < 0.5 * last.radius
                if near and track.slices[-1] < index:
                    track.slices.append(index)
                    track.circles.append(circle)
                    break
            else:
                tracks.append(_Track([index], [circle]))
    return tracks


def _mean(track: _Track, *, keep_partial: bool) -> tuple[Circle, tuple[int, int]]:
    strength = [circle.strength for circle in track.circles]
    # Where the signal is that of a slice filled in part, a wall may look like the well.
    strong = [circle.radius for circle in track.circles if not circle.strength < _PARTIAL * max(strength)]
    largest = np.percentile(strong, 90)
    share = 0.0 if keep_partial else _FULL_SECTION
    full = [k for k, circle in enumerate(track.circles) if circle.radius >= share * largest]
    while not keep_partial and len(full) > 1 and strength[full[0]] < _PARTIAL * strength[full[1]]:
        del full[0]
    while not keep_partial and len(full) > 1 and strength[full[-1]] < _PARTIAL * strength[full[-2]]:
        del full[-1]
    circles = [track.circles[k] for k in full]
    first, last = track.slices[full[0]], track.slices[full[-1]]
    seen = len(full) / (last - first + 1)
    return (
        dataclasses.replace(
            circles[0],
            row=float(np.mean([circle.row for circle in circles])),
            column=float(np.mean([circle.column for circle in circles])),
            radius=float(np.median([circle.radius for circle in circles])),
            confidence=float(np.mean([circle.confidence for circle in circles])) * seen,
        ),
        (first, last),
    )


def _likeness(value: float, usual: float) -> float:
    """Return 1 for sizes that are alike, falling to a factor that only the surest circles survive."""
    apart = abs(math.log(value / usual))
    unlike = min(max((apart - _SIZES_ALIKE) / (_SIZES_UNLIKE - _SIZES_ALIKE), 0.0), 1.0)
    return 1 - (1 - _LEAST_FACTOR) * unlike


def _weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(np.asarray(weights)[order])
    return float(np.asarray(values)[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
