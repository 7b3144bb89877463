"""One thing alone: its ending says the format, it is what a whole run writes, and other files stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from PIL import Image

from relaxo.errors import InputError, UsageError
from relaxo.report import write
from relaxo.report.alone import report_pdf, write_figure, write_report, write_tables
from relaxo.report.look import Look, Page, looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relaxo.pipeline import Result


@pytest.fixture(scope="module")
def result(make_result: Callable[..., Result]) -> Result:
    return make_result({"Gd6": ((0.2, 0.5, 1.0), (12.06, 24.1))}, blank=False)


@pytest.fixture(autouse=True)
def _coarse() -> Iterator[None]:
    """Draw at a resolution that takes less time."""
    with looking(Look(page=Page(dpi=60))):
        yield


@pytest.mark.parametrize(
    ("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.PDF", b"%PDF"), ("a.tiff", b"II")]
)
def test_a_figure_has_the_format_of_its_ending(result: Result, tmp_path: Path, name: str, begins: bytes) -> None:
    (tmp_path / "other.txt").write_text("mine")
    write_figure(result, tmp_path / name, "lines", width="single")
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "other.txt"])


def test_a_figure_has_the_width_that_was_asked_for(result: Result, tmp_path: Path) -> None:
    pixels = {}
    for width in ("single", "double"):
        write_figure(result, tmp_path / f"{width}.png", "lines", width=width)  # type: ignore[arg-type] # one of the two
        with Image.open(tmp_path / f"{width}.png") as drawn:
            pixels[width] = drawn.width
    assert pixels["double"] > 1.5 * pixels["single"]


def test_report_and_workbook_are_those_of_a_whole_run(result: Result, tmp_path: Path) -> None:
    write(result, tmp_path / "whole")
    write_report(result, tmp_path / "report.pdf")
    write_report(result, tmp_path / "report.html")
    write_tables(result, tmp_path / "results.xlsx")
    for name in ("report.pdf", "report.html"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert report_pdf(result) == (tmp_path / "report.pdf").read_bytes()
    books = [openpyxl.load_workbook(folder / "results.xlsx") for folder in (tmp_path, tmp_path / "whole")]
    assert books[0].sheetnames == books[1].sheetnames
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.pdf", "results.xlsx", "whole"]


@pytest.mark.parametrize("call", [write_figure, write_report, write_tables])
def test_an_ending_that_names_no_format_is_refused(
    result: Result, tmp_path: Path, call: Callable[[Result, Path], None]
) -> None:
    with pytest.raises(UsageError, match="names no format"):
        call(result, tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(result: Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises((InputError, UsageError)):
        write_tables(result, tmp_path / "file" / "a.xlsx")
