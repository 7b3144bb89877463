"""Whole slices: the image with the name of every well, and maps alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaxo.report import rings
from relaxo.report.cutouts import map_row, weighted_row
from relaxo.report.groups import groups, shared
from relaxo.report.look import look
from relaxo.report.page import EDGE_MM, Page
from relaxo.report.rows import home
from relaxo.report.strips import BAR_MM, draw_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from relaxo.report.cutouts import Row
    from relaxo.report.material import Material

_TITLE_MM = 5.0
_BAR_ROOM_MM = 10.0
_BETWEEN_MM = 5.0
_LETTER_MM = 5.0
_WIDE_MM = 130.0
_BAR_LABEL_MM = 12.0


def draw_maps(source: Material, width_mm: float) -> Figure:
    """Draw the maps of the slice through the wells, each with its colour bar; black has no value."""
    page = Page(width_mm)
    shown = [row for quantity in source.quantities for row in [map_row(source, quantity, _names(source))]]
    across = len(shown) if page.width >= _WIDE_MM else 1
    width = (page.inner - (across - 1) * _BETWEEN_MM) / across
    room = look().page.height_mm / math.ceil(len(shown) / across) - _TITLE_MM - _BAR_ROOM_MM - EDGE_MM
    sizes = [_size(row, width, room) for row in shown]
    step = max(height for _, height in sizes) + _TITLE_MM + _BAR_ROOM_MM
    page.set_height(step * math.ceil(len(shown) / across) + 2 * EDGE_MM)
    for index, (row, (drawn_width, drawn_height)) in enumerate(zip(shown, sizes, strict=True)):
        left = EDGE_MM + (index % across) * (width + _BETWEEN_MM)
        top = EDGE_MM + (index // across) * step
        if len(shown) > 1:
            page.letter("abcd"[index], left, top)
        page.text(_titled(row), left + (_LETTER_MM if len(shown) > 1 else 0), top + 0.4)
        _draw_plane(page, row, left, top + _TITLE_MM, drawn_width, drawn_height)
        bar = page.axes()
        bar_width = min(BAR_MM[0], drawn_width - _BAR_LABEL_MM)
        page.place(bar, left + _BAR_LABEL_MM, top + _TITLE_MM + drawn_height + 2.5, bar_width, BAR_MM[1])
        draw_bar(bar, row)
    return page.figure


def height_of(source: Material, width_mm: float, most_mm: float) -> float:
    """Return how high the slices with the names of the wells become."""
    named = _named(source, width_mm)
    width = _each(width_mm, len(named))
    return max(_size(row, width, most_mm)[1] for row in named) + _TITLE_MM


def draw_named(page: Page, source: Material, left: float, top: float, width_mm: float, most_mm: float) -> None:
    """Draw the slice through the wells, every well with its name."""
    named = _named(source, width_mm)
    width = _each(width_mm, len(named))
    for index, row in enumerate(named):
        drawn = _size(row, width, most_mm)
        beside = left + index * (width + _BETWEEN_MM)
        marker = source.recipe.wells.marker if row.wells is source.wells[home(source)] else None
        seen = f", marker {marker.well} ringed" if marker is not None else ""
        page.text(f"{_titled(row)}, {row.subtitle}{seen}", beside, top + 0.4)
        _draw_names(_draw_plane(page, row, beside, top + _TITLE_MM, *drawn), source, row, drawn[0])


def _draw_names(axes: Axes, source: Material, row: Row, width_mm: float) -> None:
    together = groups(source)
    common = shared(together)
    colours = {well: group.colour for group in together for well in group.wells if group.name and well not in common}
    geometry = row.wells.geometry
    scale = width_mm / (row.volume.shape[2] * geometry.spacing[2])
    here = [well for well in row.wells.wells if math.floor(well.slice) == _plane(row)]
    for well in here:
        rings.ring(axes, well, geometry, edgecolor=colours.get(well.name, "white"))
        rings.name(axes, well, scale)
    marker = source.recipe.wells.marker
    if marker is not None and row.wells is source.wells[home(source)]:
        rings.mark(axes, marker, here, geometry)


def _named(source: Material, width_mm: float) -> list[Row]:
    """Return an image of each kind, or on a narrow page the one that the wells were found in."""
    quantities = source.quantities if width_mm >= _WIDE_MM else (home(source),)
    return [weighted_row(source, quantity, _names(source)) for quantity in quantities]


def _each(width_mm: float, count: int) -> float:
    return (width_mm - (count - 1) * _BETWEEN_MM) / count


def _names(source: Material) -> list[str]:
    return [well.name for well in source.wells[home(source)].wells]


def _titled(row: Row) -> str:
    slices = row.volume.shape[0]
    return row.title if slices == 1 else f"{row.title}, slice {_plane(row) + 1} of {slices}"


def _plane(row: Row) -> int:
    """Return the slice that most wells have their middle in."""
    middles = np.array([math.floor(well.slice) for well in row.wells.wells])
    return int(np.bincount(middles).argmax()) if middles.size else row.volume.shape[0] // 2


def _size(row: Row, width_mm: float, most_mm: float) -> tuple[float, float]:
    """Return the width and height in mm of a slice that fits."""
    _, rows, columns = row.volume.shape
    _, row_mm, column_mm = row.wells.geometry.spacing
    scale = min(width_mm / (columns * column_mm), most_mm / (rows * row_mm))
    return columns * column_mm * scale, rows * row_mm * scale


def _draw_plane(page: Page, row: Row, left: float, top: float, width: float, height: float) -> Axes:
    axes = page.axes()
    page.place(axes, left, top, width, height)
    picture = row.colours(row.norm(np.ma.masked_invalid(row.volume[_plane(row)])), bytes=True)
    # Enlarged, because some viewers blur the pixels of small pictures.
    factor = max(1, math.ceil(512 / min(picture.shape[:2])))
    extent = (-0.5, picture.shape[1] - 0.5, picture.shape[0] - 0.5, -0.5)
    enlarged = np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)
    axes.imshow(enlarged, extent=extent, aspect="auto", interpolation="none")
    axes.set_axis_off()
    return axes
