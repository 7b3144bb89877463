"""The picture of where wells were found: their edges and names, and what became of every voxel."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from relaxo import wells as stage
from relaxo.data import Mark
from relaxo.report import rings
from relaxo.report.look import Look, look, looking
from relaxo.report.page import EDGE_MM, Page
from relaxo.report.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from relaxo.data import Stack, Wells
    from relaxo.recipe import WellsPart

_TINTS = {
    Mark.MEASURED: (to_rgb("#3fbf5f"), 0.30, "measured"),
    Mark.RIM: (to_rgb("#4d8fff"), 0.40, "left out: rim"),
    Mark.RINGING: (to_rgb("#f2b705"), 0.40, "left out: ringing"),
    Mark.VOID: (to_rgb("#ff3b30"), 0.75, "left out: void"),
}
_SURE = "#ffffff"
_UNSURE = "#ff9f1a"
_BY_HAND = "#33d6ff"
_UNSURE_BELOW = 0.65
_BRIGHTEST_PERCENTILE = 99.5
#: Dark wells are told from air, bright ones from each other.
_GAMMA = 0.6
_TITLE_MM = 5.0
_LEGEND_MM = 9.0
_BETWEEN_MM = 3.0
_MOST_SLICES = 6
_LARGEST_MM = 140.0
_NARROWEST_MM = 80.0
_FEWEST_PIXELS = 512


def draw_locations(
    stack: Stack, wells: Wells, part: WellsPart, quantity: str = "T1", wanted: Look | None = None
) -> Figure:
    """Draw the wells upon the images they were found in: all of these in one, as the root of their mean square.

    Parameters
    ----------
    stack
        That the wells were found in.
    wells
        On its grid.
    part
        As they were drawn; the marker is shown.
    quantity
        Of the stack.
    wanted
        How it shall look.
    """
    with looking(wanted), style():
        return _draw(stack, wells, part, quantity)


def _draw(stack: Stack, wells: Wells, part: WellsPart, quantity: str) -> Figure:
    slices = _slices(wells)
    _, rows, columns = wells.geometry.shape
    _, row_mm, column_mm = wells.geometry.spacing
    across = min(len(slices), 2 if len(slices) < 5 else 3)
    down = math.ceil(len(slices) / across)
    room = look().page.double_mm - 2 * EDGE_MM - (across - 1) * _BETWEEN_MM
    most = (look().page.height_mm - _LEGEND_MM) / down - _TITLE_MM
    scale = min(room / across / (columns * column_mm), most / (rows * row_mm), _LARGEST_MM / (columns * column_mm))
    width, height = columns * column_mm * scale, rows * row_mm * scale
    page = Page(max(2 * EDGE_MM + across * (width + _BETWEEN_MM) - _BETWEEN_MM, _NARROWEST_MM))
    page.set_height(2 * EDGE_MM + down * (_TITLE_MM + height) + _LEGEND_MM)
    image, marks = _together(stack), stage.marks(wells, part)
    for index, section in enumerate(slices):
        left = EDGE_MM + (index % across) * (width + _BETWEEN_MM)
        top = EDGE_MM + (index // across) * (_TITLE_MM + height)
        here = [well for well in wells.wells if well.slices[0] <= section <= well.slices[1]]
        of = f", slice {section + 1} of {len(image)}" if len(image) > 1 else ""
        page.text(f"{len(here)} wells on all {quantity}-weighted images together{of}", left, top + 0.4)
        axes = page.axes()
        page.place(axes, left, top + _TITLE_MM, width, height)
        _show(axes, image[section], marks[section])
        for well in here:
            sure = well.confidence >= _UNSURE_BELOW
            colour = _BY_HAND if well.origin in {"added", "changed"} else _SURE if sure else _UNSURE
            rings.ring(axes, well, wells.geometry, edgecolor=colour, linestyle="-" if sure else "--")
            rings.name(axes, well, scale, well.name if sure else f"{well.name}?")
        if part.marker is not None:
            rings.mark(axes, part.marker, here, wells.geometry)
    page.legend(_legend(wells, marks, part), EDGE_MM, 2 * EDGE_MM + down * (_TITLE_MM + height), columns=4)
    return page.figure


def _slices(wells: Wells) -> list[int]:
    """Return the slices to show: of wells that reach through common slices, the one that most have their middle in."""
    found = []
    for level in stage.levels_of(wells.wells):
        middles = Counter(math.floor(wells.wells[k].slice) for k in level)
        found.append(min(max(middles.most_common(1)[0][0], 0), wells.geometry.shape[0] - 1))
    return found[:_MOST_SLICES] or [wells.geometry.shape[0] // 2]


def _together(stack: Stack) -> NDArray[np.float64]:
    """Return (z, y, x), from 0 to 1, in which a well is bright that is so in any image."""
    signal = np.abs(np.nan_to_num(stack.signal, posinf=0, neginf=0))
    mean: NDArray[np.float64] = np.sqrt((signal.astype(np.float32) ** 2).mean(axis=0))
    brightest = float(np.percentile(mean, _BRIGHTEST_PERCENTILE)) or 1.0
    return np.clip(mean / brightest, 0, 1) ** _GAMMA


def _show(axes: Axes, image: NDArray[Any], marks: NDArray[Any]) -> None:
    picture = np.repeat(image[..., None], 3, axis=2)
    for mark, (colour, share, _) in _TINTS.items():
        there = marks == mark
        picture[there] = (1 - share) * picture[there] + share * np.array(colour)
    # Enlarged, because some viewers blur the pixels of small pictures.
    factor = max(1, math.ceil(_FEWEST_PIXELS / min(image.shape)))
    extent = (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
    enlarged = np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)
    axes.imshow(enlarged, extent=extent, aspect="auto", interpolation="none")
    axes.set_axis_off()


def _legend(wells: Wells, marks: NDArray[Any], part: WellsPart) -> list[tuple[Line2D, str]]:
    """Return what the colours mean that are there."""
    entries = [
        (Line2D([], [], linestyle="none", marker="s", color=colour, markersize=5), meaning)
        for mark, (colour, _, meaning) in _TINTS.items()
        if (marks == mark).any()
    ]
    if any(well.confidence < _UNSURE_BELOW for well in wells.wells):
        entries.append((Line2D([], [], color=_UNSURE, linestyle="--"), "unsure"))
    if any(well.origin in {"added", "changed"} for well in wells.wells):
        entries.append((Line2D([], [], color=_BY_HAND), "by hand"))
    if part.marker is not None:
        entries.append(
            (Line2D([], [], color=rings.MARKER_COLOUR, linewidth=1.6), f"marker: seen to be {part.marker.well}")
        )
    return entries
