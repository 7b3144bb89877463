"""A report as one HTML file that needs nothing else: no network, no fonts, no scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from relaxo.report.document import MISSING, FigurePlace, Grid, Heading, Items, Paragraph

if TYPE_CHECKING:
    from relaxo.report.document import Block, Document

_STYLE = """
:root { color-scheme: light; --ink: #1a1a1a; --grey: #5f5f5f; --line: #d6d6d6; --pale: #f5f6f7; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 3rem; background: white; color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.2rem 0 .6rem; padding-top: .7rem; border-top: 1px solid var(--line); font-size: 1.15rem; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
.subtitle, .small, figcaption { color: var(--grey); font-size: .875rem; }
.notice { margin: .8rem 0 1.4rem; padding: .5rem .8rem; border-left: 4px solid #d55e00; background: var(--pale); }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.35; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { border-bottom: 2px solid var(--ink); font-weight: 600; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
td.wide { overflow-wrap: anywhere; font: .75rem/1.35 ui-monospace, Consolas, "Liberation Mono", monospace; }
td.missing { color: #a33f00; }
figure { margin: 1rem 0; }
figure svg { display: block; width: 100%; height: auto; }
@media screen { figure svg { min-width: 38rem; } table.many { min-width: 38rem; } }
ul { padding-left: 1.2rem; }
@media screen and (max-width: 40rem) {
  table { font-size: .8rem; } th, td { padding: .3rem .25rem; } td.number { letter-spacing: -.02em; }
}
@media print {
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  .scroll { overflow: visible; }
  h2 { break-after: avoid; }
  tr, figure, .notice { break-inside: avoid; }
  thead { display: table-header-group; }
  table { font-size: 8.5pt; }
  th, td { padding: .12rem .4rem; }
  h2 { margin-top: 1.2rem; padding-top: .4rem; }
  figure svg { max-height: 125mm; }
  td.wide { font-size: 6.5pt; }
}
"""
#: A table of more columns than these is pushed sideways on a phone rather than squeezed.
_MANY = 5
#: Nothing may be fetched, whatever a name in the report contains.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(report: Document, svg: str) -> str:
    """Return a report as HTML.

    Parameters
    ----------
    report
        What it says.
    svg
        The figure, as the text of an SVG file.
    """
    body = "\n".join(_block(block, svg) for block in report.blocks)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(report.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(report.title)}</h1>
<p class="subtitle">{escape(report.subtitle)}</p>
<p class="notice">{escape(report.notice)}</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def _block(block: Block, svg: str) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text, small):
            return f"<p{_class('small') if small else ''}>{escape(text)}</p>"
        case Items(texts):
            return "<ul>\n" + "\n".join(f"<li>{escape(text)}</li>" for text in texts) + "\n</ul>"
        case FigurePlace(caption):
            drawn = f"<div class='scroll'>{_inline(svg)}</div>"
            return f"<figure>\n{drawn}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"
        case Grid():
            return _table(block)


def _table(grid: Grid) -> str:
    head = "".join(
        f"<th scope='col'{_class('number') if index in grid.numbers else ''}>{escape(name)}</th>"
        for index, name in enumerate(grid.columns)
    )
    rows = "\n".join(
        "<tr>" + "".join(_cell(grid, index, text) for index, text in enumerate(row)) + "</tr>" for row in grid.rows
    )
    total = sum(grid.widths)
    columns = "".join(f'<col style="width: {100 * width / total:.1f}%">' for width in grid.widths)
    opening = f"<table{_class('many') if len(grid.columns) > _MANY else ''}>\n<colgroup>{columns}</colgroup>"
    return f'<div class="scroll">{opening}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _cell(grid: Grid, index: int, text: str) -> str:
    kind = "number" if index in grid.numbers else "wide" if index in grid.wide else ""
    if text.startswith(MISSING):
        kind = "missing"
    return f"<td{_class(kind) if kind else ''}>{escape(text)}</td>"


def _class(name: str) -> str:
    return f' class="{name}"'


def _inline(svg: str) -> str:
    """Return the SVG element alone: what precedes it is for files, and its size is the page's to say."""
    start = svg.index("<svg")
    end = svg.index(">", start)
    opening = " ".join(part for part in svg[start:end].split() if not part.startswith(("width=", "height=")))
    return f'{opening} role="img" aria-label="Figure">{svg[end + 1 :].strip()}'
