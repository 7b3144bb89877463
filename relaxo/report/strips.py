"""Strips of wells: every agent's wells by concentration, as T1- and T2-weighted images and as maps."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from relaxo.report.cutouts import rows
from relaxo.report.lettering import RELAXIVITY, SYMBOL, shortened, width_mm
from relaxo.report.look import look
from relaxo.report.style import GREY, INK
from relaxo.report.windows import along_bar, bar_values, ticks
from relaxo.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from matplotlib.axes import Axes

    from relaxo.report.cutouts import Row
    from relaxo.report.groups import Group
    from relaxo.report.material import Material

LABELS_MM = 21.0
BAR_MM = (50.0, 2.4)

_LARGEST_CELL_MM = 10.0
#: What two agents side by side may be squeezed to, and what a page that is full.
_SMALLEST_CELL_MM = 7.4
_LEGIBLE_CELL_MM = 5.0
#: What the wells of one agent are squeezed to before they are broken into two rows.
_UNBROKEN_CELL_MM = 6.0
_GAP_MM = 0.7
_BLOCK_GAP_MM = 6.0
_BAND_GAP_MM = 4.0
_HEADER_MM = 4.4
_COLUMN_LABEL_MM = 3.2
_LABEL_GAP_MM = 2.0
_LONGEST_NAME_MM = 45.0
#: How far a cut-out reaches, in radii of the well: far enough to see its edge.
_SURROUNDINGS = 1.15
_NOT_GIVEN = "?"


@dataclass(frozen=True, slots=True)
class Block:
    """Wells of one agent side by side, or as many of them as fit."""

    group: Group
    name: str
    ratio: str
    wells: tuple[str, ...]

    def width_mm(self, cell_mm: float) -> float:
        """Return how wide it is with cells of a size."""
        title = width_mm(self.name, look().page.text_pt, "bold") + width_mm(f"   {self.ratio}", look().page.text_pt)
        return max(len(self.wells) * (cell_mm + _GAP_MM) - _GAP_MM, title)


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """Where everything goes, in mm."""

    rows: tuple[Row, ...]
    bands: tuple[tuple[Block, ...], ...]
    """From top to bottom; each has all the rows."""
    labels: dict[str, str]
    """What stands above each well."""
    by_name: bool
    """Whether that is the name of the well, for want of concentrations."""
    pale: frozenset[str]
    """Wells that enter no line."""
    cell_mm: float

    @property
    def band_mm(self) -> float:
        """How high a band is."""
        return _HEADER_MM + _COLUMN_LABEL_MM + len(self.rows) * (self.cell_mm + _GAP_MM)

    @property
    def height_mm(self) -> float:
        """How high all bands are."""
        return len(self.bands) * (self.band_mm + _BAND_GAP_MM) - _BAND_GAP_MM

    @property
    def maps(self) -> tuple[Row, ...]:
        """The rows that need a colour bar."""
        return tuple(row for row in self.rows if row.quantity is not None)


def lay_out(source: Material, together: Sequence[Group], room_mm: float, height_mm: float) -> Strips:
    """Distribute the wells over a page, so that the cells are as large as they can be.

    Parameters
    ----------
    source
        What was measured.
    together
        Its groups, in order.
    room_mm
        The width, row labels included.
    height_mm
        The height to stay within, as long as the labels can be read.
    """
    room = room_mm - LABELS_MM
    labels = {well: _label(source, well) for group in together for well in group.wells}
    legible = max(_LEGIBLE_CELL_MM, *(width_mm(label, look().page.small_pt) + _GAP_MM for label in labels.values()))
    smallest = max(_SMALLEST_CELL_MM, legible)
    most = max(1, math.floor((room + _GAP_MM) / (max(_UNBROKEN_CELL_MM, legible) + _GAP_MM)))
    blocks = [block for group in together for block in _blocks(group, most, room)]
    bands = tuple(_pack(blocks, smallest, room))
    kinds = rows(source, together)
    cell = min(_LARGEST_CELL_MM, *(_largest_cell(band, room) for band in bands))
    page = Strips(kinds, bands, labels, by_name=not source.contents, pale=_pale(together, labels), cell_mm=cell)
    too_high = max(0.0, page.height_mm - height_mm) / (len(bands) * len(kinds))
    return replace(page, cell_mm=max(cell - too_high, min(cell, legible)))


def draw_strips(axes: Axes, strips: Strips) -> None:
    """Draw strips into axes whose coordinates are mm from the upper left corner, downwards."""
    top = 0.0
    for band in strips.bands:
        left = LABELS_MM
        first_row = top + _HEADER_MM + _COLUMN_LABEL_MM
        _draw_row_labels(axes, strips, first_row)
        for block in band:
            _draw_title(axes, block, left, top)
            for index, well in enumerate(block.wells):
                x = left + index * (strips.cell_mm + _GAP_MM) + strips.cell_mm / 2
                colour = GREY if well in strips.pale else INK
                axes.text(
                    x, first_row - 1.0, strips.labels[well], ha="center", fontsize=look().page.small_pt, color=colour
                )
                for number, row in enumerate(strips.rows):
                    y = first_row + number * (strips.cell_mm + _GAP_MM) + strips.cell_mm / 2
                    _draw_well(axes, row, well, x, y, strips.cell_mm / 2)
            left += block.width_mm(strips.cell_mm) + _BLOCK_GAP_MM
        top += strips.band_mm + _BAND_GAP_MM


def draw_bar(axes: Axes, row: Row) -> None:
    """Draw the colour bar of a map, in ms or 1/s, with its ticks where they are on the map's scale."""
    axes.imshow(row.colours(row.norm(bar_values(row.norm)))[np.newaxis], aspect="auto", extent=(0, 1, 0, 1))
    values = ticks(row.norm)
    axes.set_xticks([float(along_bar(row.norm, value)) for value in values], [f"{value:g}" for value in values])
    axes.set_yticks([])
    axes.tick_params(labelsize=look().page.small_pt, length=1.6, pad=1.5)
    axes.spines[["top", "right"]].set_visible(True)
    assert row.quantity is not None
    axes.text(
        -_LABEL_GAP_MM / BAR_MM[0],
        0.5,
        f"{SYMBOL[row.quantity]} ({'ms' if row.quantity.startswith('T') else 's⁻¹'})",
        ha="right",
        va="center",
        transform=axes.transAxes,
    )


def _pale(together: Sequence[Group], wells: Collection[str]) -> frozenset[str]:
    lines = [line for group in together for line in (group.line("T1"), group.line("T2")) if line is not None]
    return frozenset(wells).difference(*(line.wells for line in lines)) if lines else frozenset()


def _label(source: Material, well: str) -> str:
    if not source.contents:
        return well
    concentration = source.contents[well].concentration_mM
    return _NOT_GIVEN if concentration is None else f"{concentration:.4g}"


def _blocks(group: Group, most: int, room_mm: float) -> Iterable[Block]:
    ratio = group.agent.ratio if group.agent else None
    figure = f"{RELAXIVITY['T2']}/{RELAXIVITY['T1']} = {rounded(ratio.value, ratio.standard_error)}" if ratio else ""
    left = room_mm - width_mm(f"    {figure}", look().page.text_pt)
    name = shortened(group.name, min(_LONGEST_NAME_MM, left), look().page.text_pt, "bold")
    parts = math.ceil(len(group.wells) / most)
    for number, part in enumerate(np.array_split(np.array(group.wells, dtype=object), parts)):
        yield Block(group, name if number == 0 else f"{name} …", figure if number == 0 else "", tuple(part))


def _pack(blocks: Sequence[Block], smallest: float, room: float) -> Iterable[tuple[Block, ...]]:
    """Fill one band after the other, in order."""
    band: tuple[Block, ...] = ()
    for block in blocks:
        if band and _width((*band, block), smallest) > room:
            yield band
            band = ()
        band = (*band, block)
    yield band


def _width(band: Sequence[Block], cell_mm: float) -> float:
    return sum(block.width_mm(cell_mm) for block in band) + (len(band) - 1) * _BLOCK_GAP_MM


def _largest_cell(band: Sequence[Block], room: float) -> float:
    sizes = np.arange(_LARGEST_CELL_MM, _SMALLEST_CELL_MM / 2, -0.1)
    return next((float(size) for size in sizes if _width(band, size) <= room), float(sizes[-1]))


def _draw_title(axes: Axes, block: Block, left: float, top: float) -> None:
    colour = block.group.colour if block.group.name else INK
    title = axes.text(left, top + 2.6, block.name, color=colour, fontweight="bold")
    if block.name:
        axes.annotate(block.ratio, (1, 0), xycoords=title, xytext=(6, 0), textcoords="offset points", va="bottom")
    else:
        axes.text(left, top + 2.6, block.ratio)


def _draw_row_labels(axes: Axes, strips: Strips, first_row: float) -> None:
    right = LABELS_MM - _LABEL_GAP_MM
    unit = "Well" if strips.by_name else "mM"
    axes.text(right, first_row - 1.0, unit, ha="right", fontsize=look().page.small_pt)
    for number, row in enumerate(strips.rows):
        y = first_row + number * (strips.cell_mm + _GAP_MM) + strips.cell_mm / 2
        if row.subtitle:
            axes.text(right, y - 0.2, row.title, ha="right", va="bottom")
            axes.text(right, y + 0.4, row.subtitle, ha="right", va="top", fontsize=look().page.small_pt, color=GREY)
        else:
            axes.text(right, y, row.title, ha="right", va="center")


def _draw_well(axes: Axes, row: Row, well: str, x: float, y: float, half: float) -> None:
    shown = _SURROUNDINGS * row.radius_mm()
    scale = half / shown
    picture, (left, right, bottom, top) = row.cut(well, shown)
    # Not by imshow, which would see to the axes again for each of a hundred.
    image = AxesImage(axes, interpolation="none")
    image.set_data(picture)
    image.set_extent((x + left * scale, x + right * scale, y + bottom * scale, y + top * scale))
    axes.add_image(image)
    image.set_clip_path(Rectangle((x - half, y - half), 2 * half, 2 * half, transform=axes.transData))
