"""The figure of a result: rates against concentration with the relaxivities, and the wells as they were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from relaxo import __version__
from relaxo.errors import AnalysisError
from relaxo.report.groups import groups
from relaxo.report.lines import draw_lines
from relaxo.report.strips import BAR_MM, LABELS_MM, draw_bar, draw_strips, lay_out
from relaxo.report.style import DPI, HEIGHT_MM, LETTER_PT, WIDTH_MM, inches, style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from relaxo.pipeline import Result

FORMATS = ("png", "svg", "pdf")

_EDGE_MM = 1.5
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
_MADE_BY = f"Relaxo {__version__}"


def draw(result: Result) -> Figure:
    """Draw the figure of a result at the width of a double column.

    Rates against concentration come first: filled markers are wells in the line, open ones are left out, error bars are
    standard deviations over the voxels of a well, bands the 95 % confidence of the line, and the dashed line has the
    published slope. Below them every well is cut out of one T1-weighted and one T2-weighted image and of the maps, all
    wells of a row in one window; wells left out have a grey label.

    Raises
    ------
    AnalysisError
        When the result has no wells.
    """
    together = groups(result)
    if not any(group.wells for group in together):
        raise AnalysisError("there are no wells to draw", hint="Look at what `relaxo wells` finds")
    with style():
        figure = Figure()
        FigureCanvasAgg(figure)
        inner = WIDTH_MM - 2 * _EDGE_MM
        quantities = [q for q in ("T1", "T2") if any(group.line(q) is not None for group in together)]
        panel = (inner - (len(quantities) - 1) * _BETWEEN_MM) / max(1, len(quantities))
        graphs = [figure.add_axes((0, 0, 1, 1)) for _ in quantities]
        legends = [
            draw_lines(axes, result, together, quantity, panel - _LETTER_MM - _HANDLE_MM)
            for axes, quantity in zip(graphs, quantities, strict=True)
        ]
        legend_height = max((len(entries) for entries in legends), default=0) * _LEGEND_LINE_MM
        below_graphs = _EDGE_MM
        if graphs:
            below_graphs += legend_height + _AXES_HEIGHT_MM + _BELOW_AXES_MM + _BETWEEN_MM
        bars = _ABOVE_BARS_MM + BAR_MM[1] + _BELOW_BARS_MM + _EDGE_MM
        strips = lay_out(result, together, inner, HEIGHT_MM - below_graphs - bars)
        below_strips = below_graphs + strips.height_mm
        page = _Page(figure, below_strips + bars)
        letters = iter("abc")
        for index, (axes, entries) in enumerate(zip(graphs, legends, strict=True)):
            left = _EDGE_MM + index * (panel + _BETWEEN_MM)
            page.letter(next(letters), left, _EDGE_MM)
            page.place(axes, left + _AXES_LEFT_MM, _EDGE_MM + legend_height, panel - _AXES_LEFT_MM, _AXES_HEIGHT_MM)
            page.legend(entries, left + _LETTER_MM, _EDGE_MM)
        canvas = figure.add_axes((0, 0, 1, 1))
        page.place(canvas, _EDGE_MM, below_graphs, inner, strips.height_mm)
        if graphs:
            page.letter(next(letters), _EDGE_MM, below_graphs)
        _in_mm(canvas, inner, strips.height_mm)
        draw_strips(canvas, strips)
        for index, row in enumerate(strips.maps):
            left = _EDGE_MM + LABELS_MM + index * (BAR_MM[0] + _BETWEEN_BARS_MM)
            bar = figure.add_axes((0, 0, 1, 1))
            page.place(bar, left, below_strips + _ABOVE_BARS_MM, *BAR_MM)
            draw_bar(bar, row)
    return figure


def save(figure: Figure, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write a figure as ``figure.png``, ``figure.svg`` and ``figure.pdf``; return their paths.

    Text stays text in SVG and PDF. The same figure gives the same files: they hold no date.
    """
    metadata: dict[str, dict[str, str | None]] = {
        "png": {"Software": _MADE_BY},
        "svg": {"Creator": _MADE_BY, "Date": None},
        "pdf": {"Creator": _MADE_BY, "Producer": _MADE_BY, "CreationDate": None},
    }
    paths = []
    with style():
        for name in formats:
            path = folder / f"figure.{name}"
            figure.savefig(path, format=name, dpi=DPI, metadata=metadata[name])
            paths.append(path)
    return paths


class _Page:
    """A figure in mm from its upper left corner."""

    def __init__(self, figure: Figure, height_mm: float) -> None:
        self._figure = figure
        self._height = height_mm
        figure.set_size_inches(inches(WIDTH_MM), inches(height_mm))

    def place(self, axes: Axes, left: float, top: float, width: float, height: float) -> None:
        x, y = self._fraction(left, top + height)
        axes.set_position((x, y, width / WIDTH_MM, height / self._height))

    def letter(self, letter: str, left: float, top: float) -> None:
        x, y = self._fraction(left, top)
        self._figure.text(x, y, letter, fontsize=LETTER_PT, fontweight="bold", va="top")

    def legend(self, entries: Sequence[tuple[Line2D, str]], left: float, top: float) -> None:
        self._figure.legend(
            [handle for handle, _ in entries],
            [label for _, label in entries],
            loc="upper left",
            bbox_to_anchor=self._fraction(left, top),
            borderaxespad=0,
            borderpad=0,
            labelspacing=0.35,
            handlelength=2.6,
            handletextpad=0.7,
        )

    def _fraction(self, left: float, top: float) -> tuple[float, float]:
        return left / WIDTH_MM, 1 - top / self._height


def _in_mm(axes: Axes, width: float, height: float) -> None:
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
