"""One thing of a result alone: a figure, the report, the workbook, in the format that the ending of its path names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from relaxo.errors import UsageError
from relaxo.io.files import staged
from relaxo.report.figure import draw
from relaxo.report.material import material
from relaxo.report.page import ALL_FORMATS, SCREEN_DPI, pixels, save
from relaxo.report.sections import document
from relaxo.report.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.pipeline import Result

REPORT_FORMATS = ("pdf", "html")


def write_figure(
    result: Result, path: Path, kind: str = "figure", *, width: Literal["single", "double"] = "double"
) -> None:
    """Write a figure as PNG, SVG, PDF or TIFF, in place of a file of that name.

    Parameters
    ----------
    result
        What was computed.
    path
        Its ending says the format.
    kind
        As in `relaxo.report.draw`.
    width
        Of a column of a journal, or of two.

    Raises
    ------
    UsageError
        When the ending is none of `ALL_FORMATS`, or there is no such figure.
    AnalysisError
        When the result has nothing to draw.
    InputError
        When the file cannot be written.
    """
    ending = _ending(path, ALL_FORMATS)
    figure = draw(result, kind, width=width)
    with staged(path.parent) as staging:
        save(figure, staging, (ending,), path.stem)[0].rename(staging / path.name)


def write_report(result: Result, path: Path) -> None:
    """Write the report as PDF or HTML, in place of a file of that name.

    Raises
    ------
    UsageError
        When the ending is none of `REPORT_FORMATS`.
    InputError
        When the file cannot be written.
    """
    from relaxo.report.html import html  # noqa: PLC0415 - only one of the two is needed

    ending = _ending(path, REPORT_FORMATS)
    with staged(path.parent) as staging:
        if ending == "pdf":
            (staging / path.name).write_bytes(report_pdf(result))
            return
        source = material(result)
        (drawn,) = save(draw(source), staging, ("svg",))
        text = html(document(result, source), drawn.read_text(encoding="utf-8"))
        drawn.unlink()
        (staging / path.name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def report_pdf(result: Result) -> bytes:
    """Return the report as PDF."""
    from relaxo.report.pdf import pdf  # noqa: PLC0415 - a report brings reportlab, which nothing else needs

    source = material(result)
    return pdf(document(result, source), pixels(draw(source), at_most=SCREEN_DPI))


def write_tables(result: Result, path: Path) -> None:
    """Write the tables as a workbook, in place of a file of that name.

    Raises
    ------
    UsageError
        When the ending is not xlsx.
    InputError
        When the file cannot be written.
    """
    _ending(path, ("xlsx",))
    with staged(path.parent) as staging:
        write_workbook(result, staging / path.name)


def _ending(path: Path, known: tuple[str, ...]) -> str:
    ending = path.suffix.removeprefix(".").lower()
    if ending not in known:
        raise UsageError(
            f"the ending of {path.name!r} names no format that this can be written in",
            hint=f"End the name with .{' or .'.join(known)}",
        )
    return ending
