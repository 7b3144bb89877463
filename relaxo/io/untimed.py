"""Images that make no stack because their headers do not say when they were taken, volume by volume."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.io.clusters import split
from relaxo.io.components import fittable
from relaxo.io.kinds import AXES
from relaxo.io.planes import grids, levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import ImageHeader, Inventory

#: Images at one place with the same times may be repeats; this many are more likely to have lost what differed.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Untimed:
    """Volumes on one grid, acquired alike, that would make a stack if their times were known."""

    description: str
    """The scanner's name for the first."""
    volumes: tuple[tuple[ImageHeader, ...], ...]
    """(n, slices), in the order of their acquisition as far as numbers tell it."""


def untimed(inventory: Inventory) -> tuple[Untimed, ...]:
    """Return what of an inventory lacks nothing but its times.

    Images that lie in no stack are taken apart by grid and kind of sequence, and images of a series that lie at the
    same place into volumes. They are untimed when one of them lacks the time that its kind needs, or when their times
    are all the same.
    """
    found = []
    for grid in grids(fittable(inventory.loose, {})):
        series = [_volumes(images) for images in split(grid, [header.series_uid for header in grid])]
        # A series of several volumes is an echo train or the like; series of one volume each belong together.
        trains = [volumes for volumes in series if len(volumes) > 1]
        singles = [volumes[0] for volumes in series if len(volumes) == 1]
        for volumes in (*trains, *split(singles, [images[0].sequence for images in singles])):
            if len(volumes) > 1 and _lacks_times(volumes):
                ordered = sorted(volumes, key=lambda images: _order(images[0]))
                found.append(Untimed(ordered[0][0].description, tuple(map(tuple, ordered))))
    return tuple(found)


def _volumes(images: Sequence[ImageHeader]) -> list[list[ImageHeader]]:
    """Return the images of a series as volumes: the first at every place, the second at every place, and so on."""
    ordered = sorted(images, key=_order)
    count: Counter[int] = Counter()
    volumes: list[list[ImageHeader]] = []
    for header, level in zip(ordered, levels(ordered), strict=True):
        if count[level] == len(volumes):
            volumes.append([])
        volumes[count[level]].append(header)
        count[level] += 1
    return volumes


def _lacks_times(volumes: Sequence[Sequence[ImageHeader]]) -> bool:
    first = [images[0] for images in volumes]
    for header in first:
        inverted = "IR" in header.sequence
        if header.inversion_time is None if inverted else header.echo_time is None:
            return True
    return len(first) >= _FEWEST and all(len(set(axis.labels(first))) == 1 for axis in AXES)


def _order(header: ImageHeader) -> tuple[int, int, str, str]:
    return header.series_number or 0, header.instance_number or 0, header.acquired, str(header.path)
