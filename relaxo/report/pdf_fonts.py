"""The fonts of the PDF report: DejaVu, and for signs that it lacks, such as Chinese, whatever else can write them."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib import font_manager
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from relaxo.report.style import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

FONT, BOLD = "Relaxo", "Relaxo-Bold"

#: They come with matplotlib, and have subscripts, minus signs and Greek, which the fonts of every PDF lack.
_FILES = {FONT: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
#: Fonts that are named in a PDF and brought by the program that shows it, by the ranges of signs that they are for.
_BY_NAME = (
    (((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)), "HYSMyeongJo-Medium"),
    (((0x3040, 0x30FF), (0x31F0, 0x31FF)), "HeiseiKakuGo-W5"),
    (((0x2E80, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF)), "STSong-Light"),
)


@cache
def register() -> None:
    """Make `FONT` and `BOLD` known to reportlab."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(mpl.get_data_path()) / "fonts" / "ttf" / file)))


def marked(text: str, font: str = FONT) -> str:
    """Return a text as reportlab's markup, what `font` cannot write in a font that can.

    A sign that no font has stays in `font`, and is a box.
    """
    return "".join(
        escape(run) if other is None else f'<font name="{other}">{escape(run)}</font>'
        for other, run in _runs(text, font)
    )


def _runs(text: str, font: str) -> Iterator[tuple[str | None, str]]:
    for other, signs in groupby(text, lambda sign: _other_font(sign, font)):
        yield other, "".join(signs)


@cache
def _other_font(sign: str, font: str) -> str | None:
    """Return the name of another font that writes a sign which `font` lacks; None where it has it, or no other does."""
    code = ord(sign)
    register()
    if code in pdfmetrics.getFont(font).face.charToGlyph:
        return None
    for family in FAMILIES:
        name = _installed(family)
        if name is not None and code in pdfmetrics.getFont(name).face.charToGlyph:
            return name
    for ranges, name in _BY_NAME:
        if any(first <= code <= last for first, last in ranges):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(UnicodeCIDFont(name))
            return name
    return None


@cache
def _installed(family: str) -> str | None:
    """Make a font of this machine known to reportlab, and return its name there; None where it cannot be used."""
    try:
        path = font_manager.findfont(family, fallback_to_default=False)
        pdfmetrics.registerFont(TTFont(family, path))
    except (ValueError, TTFError, OSError):  # it is not installed; or its outlines are PostScript's
        return None
    return family
