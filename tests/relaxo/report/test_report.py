"""The report says all that a reader must know, in HTML and in PDF alike, and fetches nothing."""

from __future__ import annotations

import dataclasses
import re
import zlib
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from relaxo.data import LeftOut, Tally
from relaxo.report import material, methods, rounded
from relaxo.report.document import Document, FigurePlace, Grid, Heading, Items, Paragraph
from relaxo.report.html import html
from relaxo.report.pdf import pdf
from relaxo.report.sections import NOTICE, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result

SVG = '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="510pt" height="300pt" viewBox="0 0 510 300"><g/></svg>\n'
VOID = {"meta", "col", "br", "img"}


class Tags(HTMLParser):
    """Check that tags are nested, and collect the words."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    return tags


def texts(report: Document) -> list[str]:
    found = [report.title, report.subtitle, report.notice]
    for block in report.blocks:
        match block:
            case Heading(text) | Paragraph(text) | FigurePlace(text):
                found.append(text)
            case Items(several):
                found += several
            case Grid():
                found += [*block.columns, *(cell for row in block.rows for cell in row)]
    return [text for text in found if text]


def tables(report: Document, first: str) -> list[Grid]:
    return [block for block in report.blocks if isinstance(block, Grid) and block.columns[0] == first]


@pytest.fixture(scope="module")
def report(result: Result) -> Document:
    return document(result, material(result))


def test_it_says_what_was_found_and_how(report: Document, result: Result) -> None:
    said = " ".join(texts(report))
    assert report.title == "Relaxivity of Gd6 and Gd-DTPA"
    assert NOTICE in said
    assert methods(result) in said
    for agent in result.agents:
        for line in (agent.r1, agent.r2):
            assert line is not None
            assert rounded(line.relaxivity.value, line.relaxivity.standard_error) in said
    for notice in result.notices:
        assert notice.message in said
    for word in ("not stated (conditions.pH)", "Missing, and to be stated", "10.1039/d3qi01490h", "numpy"):
        assert word in said


def test_every_well_is_in_it_with_the_reason_for_which_it_is_left_out(make_result: Callable[..., Result]) -> None:
    made = make_result(exclude={"5": "a bubble"})
    wells = tables(document(made, material(made)), "Well")[0]
    assert [row[0] for row in wells.rows] == [well.name for well in made.wells["T1"].wells]
    assert wells.rows[4][-1] == "a bubble"


def counted(result: Result, **tallies: tuple[Tally, ...]) -> Result:
    wells = {
        quantity: dataclasses.replace(there, tallies=tallies.get(quantity, ()))
        for quantity, there in result.wells.items()
    }
    return dataclasses.replace(result, wells=wells)


def test_it_says_which_voxels_count(make_result: Callable[..., Result]) -> None:
    made = make_result()
    tallies = tuple(Tally(inside=60 + k, measured=40, rim=20 - k, void=2 * k) for k in range(len(made.wells["T1"])))
    made = counted(made, T1=tallies, T2=tallies)
    _, voxels = tables(document(made, material(made)), "Well")
    assert voxels.columns == ("Well", "Inside", "Counted", "Rim", "Voids")
    assert voxels.rows[3] == (made.wells["T1"].wells[3].name, "63", "40", "17", "6")


def test_voxels_that_differ_between_the_images_stand_beside_each_other(make_result: Callable[..., Result]) -> None:
    made = make_result()
    number = len(made.wells["T1"])
    made = counted(made, T1=(Tally(60, 40, 20),) * number, T2=(Tally(60, 30, 20, ringing=10),) * number)
    _, voxels = tables(document(made, material(made)), "Well")
    first = ("Well", "T₁ inside", "T₁ counted", "T₁ rim", "T₁ voids", "T₂ inside", "T₂ counted", "T₂ rim", "T₂ ringing")
    assert voxels.columns == (*first, "T₂ voids")
    assert voxels.rows[0][1:] == ("60", "40", "20", "0", "60", "30", "20", "10", "0")


def test_wells_whose_voxels_nobody_counted_have_no_such_table(make_result: Callable[..., Result]) -> None:
    made = counted(make_result())
    assert len(tables(document(made, material(made)), "Well")) == 1


def test_every_source_is_in_it_with_its_hash_and_without_the_folders_above(
    make_result: Callable[..., Result], tmp_path: Path
) -> None:
    made = make_result(folder=tmp_path)
    left = (LeftOut(tmp_path / "scout" / "a.dcm", "a scout"),)
    made = dataclasses.replace(made, inventory=dataclasses.replace(made.inventory, left_out=left))
    said = texts(document(made, material(made)))
    assert {"T1_00.dcm", "T2_31.dcm", "scout/a.dcm", "a scout"} <= set(said)
    assert sum(bool(re.fullmatch("[0-9a-f]{64}", text)) for text in said) == 42
    assert not any(str(tmp_path) in text for text in said)


@pytest.mark.parametrize(
    "case", [{"quantities": ("T1",)}, {"agents": {"": ((0.1, 0.5, 1.0), (12, 24))}}, {"per": "molecule"}]
)
def test_less_gives_a_report_too(make_result: Callable[..., Result], case: dict[str, object]) -> None:
    made = make_result(**case)
    parsed(html(document(made, material(made)), SVG))


def test_wells_without_concentrations_give_a_report(
    result: Result, without_contents: Callable[[Result], Result]
) -> None:
    bare = without_contents(result)
    assert document(bare, material(bare)).title == "Relaxation times of wells"


def test_the_page_fetches_nothing_and_says_every_word(report: Document) -> None:
    page = html(report, SVG)
    tags = parsed(page)
    said = " ".join(" ".join(tags.words).split())
    for text in texts(report):
        assert " ".join(text.split()) in said
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags.seen}
    for _, attributes in tags.seen:
        assert not {"src", "href"} & set(attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert 'name="viewport"' in page
    assert "@media print" in page
    (drawn,) = (attributes for tag, attributes in tags.seen if tag == "svg")
    assert "width" not in drawn
    assert drawn["viewbox"] == "0 0 510 300"


def test_names_are_words_and_never_tags(make_result: Callable[..., Result]) -> None:
    name = '<script>alert("1")</script> & <b>'
    made = make_result({name: ((0.2, 0.5, 1.0), (12.06, 24.1))}, reference=None, control=None)
    page = html(document(made, material(made)), SVG)
    assert "<script" not in page
    assert name in " ".join(parsed(page).words)


@pytest.fixture
def picture() -> Image.Image:
    return Image.new("RGB", (1800, 900), "white")


def test_the_pdf_has_the_same_words_and_the_same_bytes_each_time(report: Document, picture: Image.Image) -> None:
    first = pdf(report, picture)
    assert first.startswith(b"%PDF")
    assert first == pdf(report, picture)
    drawn = b""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", first, re.DOTALL):
        with suppress(zlib.error):
            drawn += zlib.decompress(stream)
    shown = drawn.decode("latin-1")
    for text in texts(report):
        for word in re.findall(r"[A-Za-z0-9]{3,}", text):
            assert word in shown, word


def test_a_pdf_takes_any_name_and_a_well_with_a_long_reason(
    make_result: Callable[..., Result], picture: Image.Image
) -> None:
    made = make_result(
        {"<b>Gd & \N{GREEK SMALL LETTER MU}": ((0.2, 0.5, 1.0, 2.0), (12.06, 24.1))},
        exclude={"2": "air " * 400},
        reference=None,
        control=None,
    )
    assert pdf(document(made, material(made)), picture).startswith(b"%PDF")


def test_a_long_name_is_whole_in_the_first_table_alone(make_result: Callable[..., Result]) -> None:
    name = "Gd6-polyamidoamine-dendrimer-conjugate-batch-12"
    made = make_result({name: ((0.1, 0.5, 1.0), (12, 24))}, control=None)
    first, *others = (block for block in document(made, material(made)).blocks if isinstance(block, Grid))
    assert first.rows[0][0] == name
    short = [cell for table in others for row in table.rows for cell in row if cell.startswith("Gd6-")]
    # The record is prose.
    assert set(short) == {"Gd6-polya…batch-12", f"{name}: 0, 0.1, 0.5, 1 mM"}


def test_a_table_begins_below_its_heading_wherever_that_stands() -> None:
    picture = Image.new("RGB", (510, 300), "white")
    long, short = (Grid(("Well", "What"), (("1", "text"),) * rows, (1, 1)) for rows in (45, 20))
    blocks = (FigurePlace("caption"), Heading("Wells"), long, Heading("Record"), short)
    made = pdf(Document("Title", "subtitle", NOTICE, blocks), picture)
    # Each on a page of its own, they would take three.
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 2
