"""A report as PDF, on A4."""

from __future__ import annotations

from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as Text
from reportlab.platypus.doctemplate import SimpleDocTemplate

from relaxo.io import printable
from relaxo.report.document import MISSING, FigurePlace, Grid, Heading, Items, Paragraph
from relaxo.report.pdf_fonts import BOLD, FONT, marked, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from relaxo.report.document import Block, Document

# Streams are compressed; writing them as ASCII on top makes them larger and takes longest of all.
rl_config.useA85 = 0

_MARGIN = 18 * mm
_FOOTER = 10 * mm
#: Of each side of the frame, as reportlab has it.
_PADDING = 6
_WIDTH = A4[0] - 2 * _MARGIN - 2 * _PADDING
_TALLEST = A4[1] - 2 * _MARGIN - 45 * mm
_LONGEST_TITLE = 80
#: A heading, and a few rows or lines.
_LEAST = 40 * mm
_GREY, _LINE, _INK, _MARK = "#5f5f5f", "#d6d6d6", "#1a1a1a", "#a33f00"


def pdf(report: Document, figure: Image) -> bytes:
    """Return a report as PDF; the same report gives the same bytes.

    Parameters
    ----------
    report
        What it says.
    figure
        The figure as pixels.
    """
    register()
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
        title = f"{printable(report.title, _LONGEST_TITLE)}, page {canvas.getPageNumber()}"
        for text, right in ((report.notice, False), (title, True)):
            line = _text(text, _style(7, colour=_GREY, right=right))
            line.wrapOn(canvas, A4[0] - 2 * _MARGIN, _MARGIN)
            line.drawOn(canvas, _MARGIN, _FOOTER)

    flow: list[Any] = [
        _text(report.title, _style(16, bold=True, after=2)),
        _text(report.subtitle, _style(8, colour=_GREY, after=4)),
        _text(report.notice, _style(9, bold=True, colour=_MARK, after=6)),
    ]
    for block, following in zip_longest(report.blocks, report.blocks[1:]):
        whole = isinstance(following, FigurePlace)
        if isinstance(block, Heading) and not whole:
            # Not with all that follows: a table goes on, under its header, on the next page, and so does a text.
            flow.append(CondPageBreak(_LEAST))
        flow += _flow(block, figure, with_next=whole)
    template.build(flow, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _flow(block: Block, figure: Image, *, with_next: bool) -> Iterator[Any]:
    match block:
        case Heading(text):
            yield _text(text, _style(11.5, bold=True, before=10, after=4, with_next=with_next))
        case Paragraph(text, small):
            yield _text(text, _style(7.5, colour=_GREY, after=4) if small else _style(9, after=4))
        case Items(texts):
            style = _style(9, after=2, indent=9)
            yield from (_text(text, style, bullet="•") for text in texts)
        case FigurePlace(caption):
            yield _Picture(figure)
            yield _text(caption, _style(7.5, colour=_GREY, before=4, after=4))
        case Grid():
            yield _table(block)
            yield Spacer(0, 5)


class _Picture(Flowable):  # type: ignore[misc] # reportlab has no types
    """The figure, as wide as the page."""

    def __init__(self, figure: Image) -> None:
        super().__init__()
        scale = min(_WIDTH / figure.width, _TALLEST / figure.height)
        self.width, self.height = figure.width * scale, figure.height * scale
        self.keepWithNext = 1
        self._figure = figure

    def draw(self) -> None:
        self.canv.drawImage(ImageReader(self._figure), 0, 0, self.width, self.height)


def _table(grid: Grid) -> Table:
    plain, right = _style(7.5), _style(7.5, right=True)
    broken, mark = _style(6, wrap=True), _style(7.5, colour=_MARK)
    head, head_right = _style(7.5, bold=True), _style(7.5, bold=True, right=True)

    def cell(index: int, text: str) -> Text:
        style = right if index in grid.numbers else broken if index in grid.wide else plain
        return _text(text, mark if text.startswith(MISSING) else style)

    cells = [
        [_text(name, head_right if index in grid.numbers else head) for index, name in enumerate(grid.columns)],
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


def _text(text: str, style: ParagraphStyle, bullet: str | None = None) -> Text:
    return Text(marked(text, style.fontName), style, bulletText=bullet)


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
        fontName=BOLD if bold else FONT,
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
