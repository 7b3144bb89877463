"""Rates against concentration with the relaxivities, and the wells as they were seen, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.errors import AnalysisError
from relaxo.report.groups import groups
from relaxo.report.lines import draw_lines
from relaxo.report.look import look
from relaxo.report.page import EDGE_MM, Page
from relaxo.report.slices import draw_named, height_of
from relaxo.report.strips import BAR_MM, LABELS_MM, draw_bar, draw_strips, lay_out

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from relaxo.report.material import Material
    from relaxo.report.strips import Strips

_LEGEND_LINE_MM = 3.9
_AXES_LEFT_MM = 12.0
_AXES_HEIGHT_MM = 48.0
_BELOW_AXES_MM = 9.5
_BETWEEN_MM = 6.0
_ABOVE_BARS_MM = 3.0
_BELOW_BARS_MM = 4.0
_BETWEEN_BARS_MM = 22.0
_HANDLE_MM = 8.0
_LETTER_MM = 5.0
#: From the axes to their labels.
_LABEL_BELOW_MM = 5.6
_LABEL_LEFT_MM = 8.2
#: A page this wide has its graphs and its colour bars side by side.
_WIDE_MM = 130.0
_LARGEST_SLICE_MM = 80.0


def draw_composite(source: Material, width_mm: float, *, lines: bool, strips: bool, whole: bool) -> Figure:
    """Draw the parts that are wanted, from top to bottom.

    Raises
    ------
    AnalysisError
        When lines alone are wanted and there is none.
    """
    together = groups(source)
    page = Page(width_mm)
    quantities = [q for q in ("T1", "T2") if lines and any(group.line(q) is not None for group in together)]
    if not (quantities or strips):
        raise AnalysisError("there are no lines to draw", hint="Give concentrations to the wells and run it again")
    side_by_side = page.width >= _WIDE_MM
    across = max(1, len(quantities)) if side_by_side else 1
    panel = (page.inner - (across - 1) * _BETWEEN_MM) / across
    graphs = [page.axes() for _ in quantities]
    legends = [
        draw_lines(axes, source, together, quantity, panel - _LETTER_MM - _HANDLE_MM)
        for axes, quantity in zip(graphs, quantities, strict=True)
    ]
    legend_height = max((len(entries) for entries in legends), default=0) * _LEGEND_LINE_MM
    graph_height = legend_height + _AXES_HEIGHT_MM + _BELOW_AXES_MM
    down = 0 if not graphs else 1 if side_by_side else len(graphs)
    below_graphs = EDGE_MM + down * (graph_height + _BETWEEN_MM) - (0 if strips or not down else _BETWEEN_MM)
    total, laid, slice_height, bars = below_graphs, None, 0.0, 0.0
    if strips:
        bars = _bars_height(source, side_by_side=side_by_side)
        if whole:
            slice_height = height_of(source, page.inner - _LETTER_MM, _LARGEST_SLICE_MM) + _BETWEEN_MM
        laid = lay_out(source, together, page.inner, look().page.height_mm - below_graphs - bars - slice_height)
        total += laid.height_mm + bars + slice_height
    page.set_height(total)
    letters = iter("abcd")
    for index, (axes, entries) in enumerate(zip(graphs, legends, strict=True)):
        left = EDGE_MM + (index * (panel + _BETWEEN_MM) if side_by_side else 0)
        top = EDGE_MM + (0 if side_by_side else index * (graph_height + _BETWEEN_MM))
        page.letter(next(letters), left, top)
        page.place(axes, left + _AXES_LEFT_MM, top + legend_height, panel - _AXES_LEFT_MM, _AXES_HEIGHT_MM)
        # Given, not left to be found from the ticks: so they stand in line, and nothing is laid out twice.
        axes.xaxis.set_label_coords(0.5, -_LABEL_BELOW_MM / _AXES_HEIGHT_MM)
        axes.yaxis.set_label_coords(-_LABEL_LEFT_MM / (panel - _AXES_LEFT_MM), 0.5)
        page.legend(entries, left + _LETTER_MM, top)
    if laid is not None:
        if graphs or whole:
            page.letter(next(letters), EDGE_MM, below_graphs)
        draw_strips(page.canvas(EDGE_MM, below_graphs, page.inner, laid.height_mm), laid)
        _draw_bars(page, laid, below_graphs + laid.height_mm + _ABOVE_BARS_MM, side_by_side=side_by_side)
    if whole:
        top = total - EDGE_MM - slice_height + _BETWEEN_MM
        page.letter(next(letters), EDGE_MM, top)
        draw_named(page, source, EDGE_MM + _LETTER_MM, top, page.inner - _LETTER_MM, _LARGEST_SLICE_MM)
    return page.figure


def _bars_height(source: Material, *, side_by_side: bool) -> float:
    rows = 1 if side_by_side else len(source.quantities)
    return rows * (_ABOVE_BARS_MM + BAR_MM[1] + _BELOW_BARS_MM) + EDGE_MM


def _draw_bars(page: Page, strips: Strips, top: float, *, side_by_side: bool) -> None:
    for index, row in enumerate(strips.maps):
        bar = page.axes()
        across, down = (index, 0) if side_by_side else (0, index)
        left = EDGE_MM + LABELS_MM + across * (BAR_MM[0] + _BETWEEN_BARS_MM)
        page.place(bar, left, top + down * (_ABOVE_BARS_MM + BAR_MM[1] + _BELOW_BARS_MM), *BAR_MM)
        draw_bar(bar, row)
