"""What a report says of the wells: their times, and which of their voxels count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.report.document import Grid, Heading, Paragraph, abbreviated
from relaxo.report.lettering import SYMBOL
from relaxo.report.rows import well_rows
from relaxo.rounding import UNKNOWN, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaxo.data import Tally
    from relaxo.report.document import Block
    from relaxo.report.material import Material
    from relaxo.report.rows import Time, WellRow

#: What becomes of the voxels of a well, by the field of its tally; columns that are not always shown may be all 0.
_TALLIED = {
    "inside": "Inside",
    "measured": "Counted",
    "rim": "Rim",
    "ringing": "Ringing",
    "void": "Voids",
    "shared": "Shared",
}
_ALWAYS = frozenset({"inside", "measured", "rim", "void"})


def wells_section(source: Material) -> Iterator[Block]:
    """Yield the tables of the wells, a row a well."""
    rows = well_rows(source)
    yield Heading("Wells")
    measured = source.quantities
    cells = [
        (
            row.well.name,
            abbreviated(row.agent),
            UNKNOWN if row.concentration_mM is None else f"{row.concentration_mM:.4g}",
            *(_time(row.times.get(quantity)) for quantity in measured),
            str(row.voxels),
            row.excluded or "",
        )
        for row in rows
    ]
    columns = ("Well", "Agent", "mM", *(f"{SYMBOL[quantity]} ± SD (ms)" for quantity in measured), "Voxels", "Left out")
    numbers = frozenset(range(2, 4 + len(measured)))
    yield Grid(columns, tuple(cells), (1, 2.4, 1.2, *(2.3 for _ in measured), 1.2, 4), numbers)
    yield Paragraph("SD is the standard deviation over the voxels of a well.", small=True)
    yield from _voxels(source, rows)


def _voxels(source: Material, rows: Sequence[WellRow]) -> Iterator[Block]:
    """Say what became of the voxels of every well; once where it is the same in the images of T1 and T2."""
    tallies = {
        quantity: [row.times[quantity].tally if quantity in row.times else None for row in rows]
        for quantity in source.quantities
    }
    counted = {quantity: known for quantity, known in tallies.items() if any(known)}
    if not counted:
        return
    alike = len({tuple(known) for known in counted.values()}) == 1
    shown = [
        (quantity, field, name)
        for quantity in list(counted)[: 1 if alike else None]
        for field, name in _TALLIED.items()
        if field in _ALWAYS or any(tally and getattr(tally, field) for tally in counted[quantity])
    ]
    cells = tuple(
        (row.well.name, *(_count(counted[quantity][index], field) for quantity, field, _ in shown))
        for index, row in enumerate(rows)
    )
    titles = (name if alike else f"{SYMBOL[quantity]} {name.lower()}" for quantity, _, name in shown)
    yield Grid(("Well", *titles), cells, (1.2, *(1 for _ in shown)), frozenset(range(1, len(shown) + 1)))
    yield Paragraph(
        "Voxels within the edge of each well: those that count, and those left out for the margin of the edge, for its "
        "ringing beyond, as voids (their own signal is not that of the fluid), or for a well that overlaps this one. "
        "maps/T1_wells_voxels.nii.gz and maps/T2_wells_voxels.nii.gz show each.",
        small=True,
    )


def _time(time: Time | None) -> str:
    if time is None or time.value is None:
        return UNKNOWN
    return rounded(time.value, math.nan if time.spread is None else time.spread)


def _count(tally: Tally | None, field: str) -> str:
    return UNKNOWN if tally is None else str(getattr(tally, field))
