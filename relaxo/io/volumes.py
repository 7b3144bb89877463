"""A collection of images -> volumes that all have the same slices, with what did not fit in left out by name.

Every image has a cell: its time (or angle) and its level (its slice). Cells with several images hold repeats, cells
with none a gap; a stack needs a full table.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from os.path import commonprefix
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Notice, Protocol, StackSource
from relaxo.io.clusters import split
from relaxo.io.kinds import AXES, INVERSION, REPETITION
from relaxo.io.oddities import oddities
from relaxo.io.planes import geometry, heights, levels, regular_runs, thickness
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from relaxo.data import ImageHeader
    from relaxo.io.kinds import Collection, Reasons


@dataclass(frozen=True, slots=True)
class _Table:
    """A collection sorted into cells."""

    collection: Collection
    cells: dict[tuple[int, int], list[ImageHeader]]
    """(time, level) to the images there, in the order of their acquisition."""
    places: dict[int, float]
    """Height of every level in mm."""
    series: dict[int, int]
    """Every level's block: levels that share a series directly or through other series have the same number."""

    def times(self, levels: Iterable[int]) -> frozenset[int]:
        wanted = frozenset(levels)
        return frozenset(time for time, level in self.cells if level in wanted)

    def say(self, time: int) -> str:
        """Return a time as in ``inversion time 200 ms``."""
        axis = self.collection.axis
        value = next(axis.of(images[0]) for (other, _), images in self.cells.items() if other == time)
        assert value is not None
        return f"{axis.words} {axis.say(value)}"


def assemble(collection: Collection, reasons: Reasons) -> list[StackSource]:
    """Return the stacks of a collection, without names; `reasons` learns why an image is in none of them."""
    found = []
    for part in _protocols(collection):
        table = _table(part)
        for run in _runs(table):
            found.extend(_stacks(table, run, reasons))
    return found


def _table(collection: Collection) -> _Table:
    headers = sorted(collection.headers, key=_acquisition)
    cells: dict[tuple[int, int], list[ImageHeader]] = {}
    places: dict[int, float] = {}
    of_series: dict[str, list[int]] = {}
    times, slices = collection.axis.labels(headers), levels(headers)
    for header, time, level, height in zip(headers, times, slices, heights(headers), strict=True):
        cells.setdefault((time, level), []).append(header)
        places.setdefault(level, float(height))
        of_series.setdefault(header.series_uid, []).append(level)
    block = {level: level for level in places}
    for together in of_series.values():
        joined = {block[level] for level in together}
        if len(joined) > 1:
            block = {level: min(joined) if number in joined else number for level, number in block.items()}
    return _Table(collection, cells, places, block)


def _acquisition(header: ImageHeader) -> tuple[str, int, int, str]:
    return header.acquired, header.series_number or 0, header.instance_number or 0, str(header.path)


def _protocols(collection: Collection) -> list[Collection]:
    """Return a collection as it is, or apart by repetition time where the same images were taken at several.

    Inversion recovery at another repetition time is another measurement, unless the scanner merely prolonged it with
    the inversion time.
    """
    cells = _table(collection).cells.values()
    if collection.axis is not INVERSION or all(len(set(REPETITION.labels(images))) == 1 for images in cells):
        return [collection]
    parts = [
        dataclasses.replace(collection, headers=tuple(part))
        for part in split(collection.headers, REPETITION.labels(collection.headers))
    ]
    return parts if all(len(set(INVERSION.labels(part.headers))) > 1 for part in parts) else [collection]


def _runs(table: _Table) -> list[list[int]]:
    """Return levels in evenly spaced runs that were acquired alike.

    Levels of several blocks form one run only when all have the same times, and when no more than one slice would fit
    between them: two plates are two stacks.
    """
    blocks = split(table.places, [table.series[level] for level in table.places])
    runs: list[list[int]] = []
    for alike in split(blocks, [table.times(block) for block in blocks]):
        ascending = sorted(level for block in alike for level in block)
        close = 2 * max(thickness(images[0]) for images in table.cells.values())
        may_join = [
            table.series[below] == table.series[above] or table.places[above] - table.places[below] <= close
            for below, above in pairwise(ascending)
        ]
        places = [table.places[level] for level in ascending]
        runs.extend([ascending[index] for index in run] for run in regular_runs(places, may_join))
    return runs


def _stacks(table: _Table, run: Sequence[int], reasons: Reasons) -> list[StackSource]:
    times, kept = _fullest(table, run)
    missing = []
    for time in sorted(table.times(run) - times):
        lacking = len(kept) - sum((time, level) in table.cells for level in kept)
        why = f"{table.say(time)} lacks {lacking} of {len(kept)} slices, so the whole volume is left out"
        missing.append(why)
        _leave_out(table, [(time, level) for level in run], why, reasons)
    for level in sorted(set(run) - kept):
        why = f"not every {table.collection.axis.words} has the slice at {table.places[level]:.4g} mm"
        _leave_out(table, [(time, level) for time in times], why, reasons)
    if len(times) < 2:
        why = f"only one {table.collection.axis.words} at this place"
        _leave_out(table, [(time, level) for time in times for level in kept], why, reasons)
        return []
    for cell in ((time, level) for time in times for level in kept):
        first, *repeats = table.cells[cell]
        for header in repeats:
            reasons[header.image] = f"a repeat of {printable(first.path.name)}: {table.say(cell[0])}, same slice"
    ascending = sorted(kept)
    even = regular_runs([table.places[level] for level in ascending], [True] * (len(ascending) - 1))
    return [_stack(table, sorted(times), [ascending[index] for index in part], missing) for part in even]


def _fullest(table: _Table, run: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return times and levels such that every one of these times has every one of these levels.

    The levels are those that most times have: a single volume that lacks slices is dropped, not its slices from all.
    """
    of_time = {
        time: frozenset(level for level in run if (time, level) in table.cells) for time in sorted(table.times(run))
    }
    often = Counter(of_time.values())
    common = frozenset.intersection(*of_time.values())
    best: tuple[frozenset[int], frozenset[int]] = frozenset(), frozenset()
    for kept in [*sorted(often, key=lambda slices: (-often[slices], -len(slices))), common]:
        times = frozenset(time for time, slices in of_time.items() if kept and slices >= kept)
        if len(times) > 1:
            return times, kept
        best = max(best, (times, kept), key=lambda pair: len(pair[1]))
    return best


def _leave_out(table: _Table, cells: Iterable[tuple[int, int]], why: str, reasons: Reasons) -> None:
    for cell in cells:
        for header in table.cells.get(cell, ()):
            reasons[header.image] = why


def _stack(table: _Table, times: Sequence[int], slices: Sequence[int], missing: Sequence[str]) -> StackSource:
    collection = table.collection
    headers = tuple(tuple(table.cells[time, level][0] for level in slices) for time in times)
    volumes = [images[0] for images in headers]
    companions = {}
    for axis in AXES:
        values = [value for header in volumes if (value := axis.of(header)) is not None]
        if axis is not collection.axis and len(values) == len(volumes):
            companions[axis.name] = _array(values)
    protocol = Protocol(
        suffix=collection.suffix,
        axis=collection.axis.name,
        values=_array([value for header in volumes if (value := collection.axis.of(header)) is not None]),
        companions=companions,
        component=volumes[0].component,
        field_T=next((header.field_T for header in volumes if header.field_T is not None), None),
        description=_description([header.description for header in volumes]),
        entered=_entered(headers),
    )
    notices = tuple(oddities(protocol, headers, single_echoes=collection.single_echoes))
    if missing:
        notices += (Notice("incomplete", f"{'; '.join(missing)}. Export the missing images to use it."),)
    return StackSource("", protocol, geometry(headers[0]), headers, notices)


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64)


_DANGLING = re.compile(r"[ _.,=-]*(?<![A-Za-z])(TI|TE|TR|FA)$", re.IGNORECASE)


def _entered(headers: Sequence[Sequence[ImageHeader]]) -> dict[str, str]:
    """Return the times that no header states as they are, and where they come from."""
    origins: dict[str, list[str]] = {}
    for header in (header for images in headers for header in images):
        for name, origin in header.entered:
            found = origins.setdefault(name, [])
            if origin not in found:
                found.append(origin)
    return {name: " and ".join(found) for name, found in origins.items()}


def _description(descriptions: Sequence[str]) -> str:
    """Return what the volumes' descriptions have in common: ``T1 map`` of ``T1 map TI50`` and ``T1 map TI100``."""
    first = descriptions[0]
    if all(other == first for other in descriptions):
        return first
    shared: str = commonprefix(list(descriptions))  # noqa: RUF071 - these are no paths
    # What is left of "T1 map TI50" and "T1 map TI100" names a time that differs.
    return _DANGLING.sub("", shared.rstrip("0123456789 .,_-=")) or first
