"""A report as PDF, on A4."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from PIL import Image as Pixels
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as Text
from reportlab.platypus.doctemplate import SimpleDocTemplate

from relaxo.report.document import MISSING, FigurePlace, Grid, Heading, Items, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.report.document import Block, Document

_FONT, _BOLD = "Relaxo", "Relaxo-Bold"
#: They come with matplotlib, and have subscripts, minus signs and Greek, which the fonts of every PDF lack.
_FILES = {_FONT: "DejaVuSans.ttf", _BOLD: "DejaVuSans-Bold.ttf"}
_MARGIN = 18 * mm
_FOOTER = 10 * mm
#: Of each side of the frame, as reportlab has it.
_PADDING = 6
_WIDTH = A4[0] - 2 * _MARGIN - 2 * _PADDING
_TALLEST = A4[1] - 2 * _MARGIN - 45 * mm
#: A printer shows no more of a figure.
_DPI = 300
_GREY, _LINE, _INK, _MARK = "#5f5f5f", "#d6d6d6", "#1a1a1a", "#a33f00"


def pdf(report: Document, figure: Path) -> bytes:
    """Return a report as PDF; the same report gives the same bytes.

    Parameters
    ----------
    report
        What it says.
    figure
        The figure as an image file.
    """
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(mpl.get_data_path()) / "fonts" / "ttf" / file)))
    out = BytesIO()
    template = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=report.title,
        author="",
        creator="Relaxo",
        producer="Relaxo",
        invariant=1,
        lang="en",
    )

    def footer(canvas: Any, _: Any) -> None:  # noqa: ANN401 - reportlab's, which has no types
        canvas.setFont(_FONT, 7)
        canvas.setFillColor(HexColor(_GREY))
        canvas.drawString(_MARGIN, _FOOTER, report.notice)
        canvas.drawRightString(A4[0] - _MARGIN, _FOOTER, f"{report.title[:80]}, page {canvas.getPageNumber()}")

    flow: list[Any] = [
        Text(escape(report.title), _style(16, bold=True, after=2)),
        Text(escape(report.subtitle), _style(8, colour=_GREY, after=4)),
        Text(escape(report.notice), _style(9, bold=True, colour=_MARK, after=6)),
    ]
    flow += [part for block in report.blocks for part in _flow(block, figure)]
    template.build(flow, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _flow(block: Block, figure: Path) -> Iterator[Any]:
    match block:
        case Heading(text):
            yield Text(escape(text), _style(11.5, bold=True, before=10, after=4, with_next=True))
        case Paragraph(text, small):
            yield Text(escape(text), _style(7.5, colour=_GREY, after=4) if small else _style(9, after=4))
        case Items(texts):
            style = _style(9, after=2, indent=9)
            yield from (Text(escape(text), style, bulletText="•") for text in texts)
        case FigurePlace(caption):
            picture = _image(figure)
            picture.keepWithNext = 1
            yield picture
            yield Text(escape(caption), _style(7.5, colour=_GREY, before=4, after=4))
        case Grid():
            yield _table(block)
            yield Spacer(0, 5)


def _image(figure: Path) -> Image:
    with Pixels.open(figure) as opened:
        width, height = opened.size
        scale = min(_WIDTH / width, _TALLEST / height)
        shown = width * scale, height * scale
        wanted = round(shown[0] / mm / 25.4 * _DPI), round(shown[1] / mm / 25.4 * _DPI)
        picture = opened.convert("RGB")
        if wanted[0] < width:
            picture = picture.resize(wanted, Pixels.Resampling.BOX)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    buffer.seek(0)
    return Image(buffer, *shown)


def _table(grid: Grid) -> Table:
    plain, right = _style(7.5), _style(7.5, right=True)
    broken, mark = _style(6, wrap=True), _style(7.5, colour=_MARK)
    head, head_right = _style(7.5, bold=True), _style(7.5, bold=True, right=True)

    def cell(index: int, text: str) -> Text:
        style = right if index in grid.numbers else broken if index in grid.wide else plain
        return Text(escape(text), mark if text.startswith(MISSING) else style)

    cells = [
        [Text(escape(name), head_right if index in grid.numbers else head) for index, name in enumerate(grid.columns)],
        *([cell(index, text) for index, text in enumerate(row)] for row in grid.rows),
    ]
    table = Table(cells, [_WIDTH * share / sum(grid.widths) for share in grid.widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(_INK)),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor(_LINE)),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return table


def _style(
    points: float,
    *,
    bold: bool = False,
    right: bool = False,
    wrap: bool = False,
    colour: str = _INK,
    before: float = 0,
    after: float = 0,
    indent: float = 0,
    with_next: bool = False,
) -> ParagraphStyle:
    keywords: dict[str, Any] = {"alignment": TA_RIGHT} if right else {}
    return ParagraphStyle(
        "text",
        keepWithNext=with_next,
        fontName=_BOLD if bold else _FONT,
        fontSize=points,
        leading=points * 1.35,
        textColor=HexColor(colour),
        spaceBefore=before,
        spaceAfter=after,
        leftIndent=indent,
        splitLongWords=1,
        wordWrap="CJK" if wrap else None,
        **keywords,
    )
