"""A page: a figure whose parts are placed in mm, and the files it is saved to."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from relaxo import __version__
from relaxo.report.look import look, looking
from relaxo.report.style import inches, style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from relaxo.report.look import Look

#: What a run writes: to look at, and as lines for the paper and the HTML report.
FORMATS = ("png", "svg")
#: What can be asked for.
ALL_FORMATS = (*FORMATS, "pdf", "tiff")

#: Enough for screens, slides and texts, and all that a printed report shows; a quarter of the work of 600.
SCREEN_DPI = 300

#: Clear of the edges of the page.
EDGE_MM = 1.5

_MADE_BY = f"Relaxo {__version__}"
_SAVED: dict[str, dict[str, Any]] = {
    "svg": {"metadata": {"Creator": _MADE_BY, "Date": None}},
    "pdf": {"metadata": {"Creator": _MADE_BY, "Producer": _MADE_BY, "CreationDate": None}},
}


class Page:
    """A figure in mm from its upper left corner."""

    def __init__(self, width_mm: float) -> None:
        self.figure = Figure()
        FigureCanvasAgg(self.figure)
        self.width = width_mm
        self._height = 1.0

    @property
    def inner(self) -> float:
        """The width between the edges."""
        return self.width - 2 * EDGE_MM

    def set_height(self, height_mm: float) -> None:
        """Set the height of the page; to be called before anything is placed."""
        self._height = height_mm
        self.figure.set_size_inches(inches(self.width), inches(height_mm))

    def axes(self) -> Axes:
        """Return axes that are to be placed."""
        return self.figure.add_axes((0, 0, 1, 1))

    def place(self, axes: Axes, left: float, top: float, width: float, height: float) -> None:
        """Put axes into a box."""
        x, y = self._fraction(left, top + height)
        axes.set_position((x, y, width / self.width, height / self._height))

    def canvas(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes whose coordinates are mm from the upper left corner of a box, downwards."""
        axes = self.axes()
        self.place(axes, left, top, width, height)
        axes.set_axis_off()
        axes.set_autoscale_on(False)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        return axes

    def letter(self, letter: str, left: float, top: float) -> None:
        """Name a part of the figure."""
        x, y = self._fraction(left, top)
        self.figure.text(x, y, letter, fontsize=look().page.letter_pt, fontweight="bold", va="top")

    def text(self, text: str, left: float, top: float, **how: Any) -> None:  # noqa: ANN401 - as matplotlib's
        """Write a text below a point."""
        x, y = self._fraction(left, top)
        self.figure.text(x, y, text, **{"va": "top", **how})

    def legend(self, entries: Sequence[tuple[Line2D, str]], left: float, top: float, columns: int = 1) -> None:
        """Write a legend."""
        self.figure.legend(
            [handle for handle, _ in entries],
            [label for _, label in entries],
            loc="upper left",
            bbox_to_anchor=self._fraction(left, top),
            ncols=columns,
            borderaxespad=0,
            borderpad=0,
            labelspacing=0.35,
            handlelength=2.6,
            handletextpad=0.7,
        )

    def _fraction(self, left: float, top: float) -> tuple[float, float]:
        return left / self.width, 1 - top / self._height


def pixels(figure: Figure, wanted: Look | None = None, at_most: int | None = None) -> Image.Image:
    """Return a figure as pixels, with the look it was drawn with; without an alpha channel, which journals refuse.

    There are as many for an inch as the look says, or `at_most`.
    """
    with looking(wanted), style():
        dpi = look().page.dpi if at_most is None else min(at_most, look().page.dpi)
        drawn = BytesIO()
        figure.savefig(drawn, format="rgba", dpi=dpi)
        width, height = (int(length * dpi) for length in figure.get_size_inches())
        picture = Image.frombytes("RGB", (width, height), drawn.getbuffer(), "raw", "RGBX")
    picture.info["dpi"] = dpi, dpi
    return picture


def save(
    figure: Figure,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    name: str = "figure",
    wanted: Look | None = None,
    drawn: Image.Image | None = None,
) -> list[Path]:
    """Write a figure as ``figure.png``, ``figure.svg``, ... with the look it was drawn with; return their paths.

    Text stays text in SVG and PDF. The same figure gives the same files: they hold no date. `drawn` are the `pixels` to
    write where somebody has them.
    """
    paths = []
    with looking(wanted), style():
        for ending in formats:
            path = folder / f"{name}.{ending}"
            if ending in _SAVED:
                figure.savefig(path, format=ending, dpi=look().page.dpi, **_SAVED[ending])
            else:
                drawn = drawn or pixels(figure)
                _save_pixels(drawn, path)
            paths.append(path)
    return paths


def _save_pixels(drawn: Image.Image, path: Path) -> None:
    dpi = drawn.info["dpi"]
    if path.suffix == ".tiff":
        drawn.save(path, dpi=dpi, compression="tiff_lzw", software=_MADE_BY)
        return
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", _MADE_BY)
    # Figures are areas of one colour: looking for runs alone halves the time, and the file is about as small.
    drawn.save(path, dpi=dpi, pnginfo=about, compress_level=6, compress_type=zlib.Z_RLE)
