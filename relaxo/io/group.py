"""Headers -> stacks: images sorted by what was measured, where, and what the scanner varied.

Images are never grouped by series: at most vendors every inversion time is a series of its own.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from relaxo.data import LeftOut
from relaxo.io.components import fittable
from relaxo.io.images import counted
from relaxo.io.kinds import collections
from relaxo.io.planes import grids
from relaxo.io.timing import shown
from relaxo.io.volumes import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import ImageHeader, StackSource
    from relaxo.io.kinds import Reasons


def group(headers: Sequence[ImageHeader]) -> tuple[tuple[StackSource, ...], tuple[LeftOut, ...]]:
    """Return the stacks that images make, named and in the order they were measured, and what is in none of them."""
    reasons: Reasons = {}
    stacks: list[StackSource] = []
    for grid in grids(fittable(headers, reasons)):
        for collection in collections(grid, reasons):
            stacks.extend(assemble(collection, reasons))
    named = _named(stacks)
    used = {header.image for stack in named for header in stack.images}
    return named, _left_out([header for header in headers if header.image not in used], reasons)


def _left_out(headers: Sequence[ImageHeader], reasons: Reasons) -> tuple[LeftOut, ...]:
    """Say why images are left out: once for all of a file that share a reason."""
    counts = Counter((header.path, header.member, reasons.get(header.image, _LOST)) for header in headers)
    first = {(header.path, header.member): header for header in headers}
    return tuple(
        LeftOut(shown(first[path, member]), counted(reason, count, first[path, member].frames))
        for (path, member, reason), count in counts.items()
    )


#: The reason of an imaginary image is that of its real one.
_LOST = "belongs to an image that is left out"


def _named(stacks: Sequence[StackSource]) -> tuple[StackSource, ...]:
    count: Counter[str] = Counter()
    named = []
    for stack in sorted(stacks, key=_measured):
        suffix = stack.protocol.suffix
        count[suffix] += 1
        named.append(dataclasses.replace(stack, name=f"{suffix}-{count[suffix]}"))
    return tuple(named)


def _measured(stack: StackSource) -> tuple[float, float, str]:
    """Return what stacks are sorted by: first series number, place of the first slice, first file."""
    images = [header for volume in stack.headers for header in volume]
    number = min((image.series_number for image in images if image.series_number is not None), default=None)
    return float("inf") if number is None else number, float(stack.geometry.affine[2, 3]), str(min(stack.paths))
