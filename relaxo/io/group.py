"""Headers -> stacks: images sorted by what was measured, where, and what the scanner varied.

Images are never grouped by series: at most vendors every inversion time is a series of its own.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from relaxo.data import LeftOut
from relaxo.io.kinds import collections
from relaxo.io.planes import grids
from relaxo.io.volumes import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from relaxo.data import ImageHeader, StackSource

_FITTED = ("magnitude", "real")


def group(headers: Sequence[ImageHeader]) -> tuple[tuple[StackSource, ...], tuple[LeftOut, ...]]:
    """Return the stacks that images make, named and in the order they were measured, and what is in none of them."""
    reasons: dict[Path, str] = {}
    stacks: list[StackSource] = []
    for header in headers:
        if header.component not in _FITTED:
            reasons[header.path] = (
                f"{_article(header.component)} image: the fits need magnitude or real (signed) images"
            )
    for grid in grids([header for header in headers if header.component in _FITTED]):
        for collection in collections(grid, reasons):
            stacks.extend(assemble(collection, reasons))
    named = _named(stacks)
    used = {path for stack in named for path in stack.paths}
    return named, tuple(LeftOut(header.path, reasons[header.path]) for header in headers if header.path not in used)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


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
