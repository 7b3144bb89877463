"""How the figures are drawn: sizes in mm as journals state them, text that stays text, and the colours of maps.

The colours of maps are lipari for T1 and navia for T2, with black where there is no value
(Fuderer et al., Magn. Reson. Med. 93:490, 2025, doi 10.1002/mrm.30290).
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib.style
from matplotlib import font_manager
from matplotlib.colors import ListedColormap

from relaxo.colours import crameri
from relaxo.report.look import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.colors import Colormap

INK = "#1a1a1a"
DARK_GREY = "#4d4d4d"
GREY = "#7f7f7f"

_MM_PER_INCH = 25.4
#: Each stands in for the signs that those before it lack; the last comes with matplotlib.
_LATIN = ("Arial", "Liberation Sans", "DejaVu Sans")
#: These write Chinese and Japanese on macOS, Windows and Linux.
FAMILIES = (
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Yu Gothic",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)


#: From here on signs are none that Latin, Greek and Cyrillic texts or formulas use.
_FAR = "\u2e80"


@contextmanager
def style(words: str = "") -> Iterator[None]:
    """Draw and save figures in this style; `words` are those that the user chose, whatever they are written in."""
    # Every text looks for every family each time that it is drawn.
    wanted = (*_LATIN, *FAMILIES) if max(words, default="") >= _FAR else _LATIN
    installed = set(font_manager.fontManager.get_font_names())
    text_pt = look().page.text_pt
    settings: dict[str, Any] = {
        "font.family": [family for family in wanted if family in installed],
        "font.size": text_pt,
        # Letters as wide in every format and at every resolution as they were measured.
        "text.hinting": "none",
        # An agent may have a dollar in its name.
        "text.parse_math": False,
        "text.color": INK,
        "axes.labelsize": text_pt,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.labelpad": 3.0,
        "axes.unicode_minus": True,
        "xtick.labelsize": text_pt,
        "ytick.labelsize": text_pt,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "lines.linewidth": 1.0,
        "legend.fontsize": text_pt,
        "legend.frameon": False,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
        # The same result gives the same file.
        "svg.hashsalt": "relaxo",
        **look().matplotlib,
    }
    chatter = logging.getLogger("matplotlib.font_manager")
    level = chatter.level
    # It reports every family that comes in one weight only.
    chatter.setLevel(logging.ERROR)
    try:
        # After a reset: what a person has in a matplotlibrc must not get into the paper unseen.
        with matplotlib.style.context(settings, after_reset=True), warnings.catch_warnings():
            # A sign that no font has is drawn as a box, which says it better than a warning.
            warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
            yield
    finally:
        chatter.setLevel(level)


def inches(millimetres: float) -> float:
    """Return a length in mm in inches, in which matplotlib counts."""
    return millimetres / _MM_PER_INCH


def map_colours(quantity: str) -> Colormap:
    """Return the colours of a map of T1, T2, R1 or R2, those of rates reversed; black where there is no value."""
    name = "lipari" if quantity.endswith("1") else "navia"
    colours: Colormap = ListedColormap(crameri(name), name)
    if quantity.startswith("R"):
        colours = colours.reversed()
    return colours.with_extremes(bad="black")
