import csv
import dataclasses
import io

import openpyxl
import pytest

from relaxo.data import Notice
from relaxo.report.tables import relaxivity_csv, wells_csv
from relaxo.report.workbook import write_sheets, write_workbook


@pytest.fixture(scope="module")
def book(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "results.xlsx"
    write_workbook(result, path)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("sheet", ["Wells", "Relaxivity"])
def test_a_sheet_holds_the_numbers_of_the_csv_to_fifteen_digits(result, book, sheet):
    text = wells_csv(result) if sheet == "Wells" else relaxivity_csv(result.agents)
    for row, cells in zip(csv.reader(io.StringIO(text)), book[sheet].iter_rows(values_only=True), strict=True):
        for written, held in zip(row, cells, strict=True):
            if held is None:
                assert written == ""
            elif isinstance(held, str):
                assert held == written
            else:
                assert held == pytest.approx(float(written), rel=1e-15)


def test_numbers_are_numbers(book):
    header, first = list(book["Relaxivity"].iter_rows(values_only=True))[:2]
    row = dict(zip(header, first, strict=True))
    assert isinstance(row["value"], float)
    assert isinstance(row["wells"], int)


def test_warnings_and_provenance_come_along(result, book):
    messages = [row[2] for row in book["Warnings"].iter_rows(min_row=2, values_only=True)]
    assert messages == [notice.message for notice in result.notices]
    provenance = dict(book["Provenance"].iter_rows(min_row=2, values_only=True))
    assert provenance["conditions.temperature_C"] == 25
    assert {"relaxo", "versions.numpy", "created", "recipe.wells.margin_mm"} <= provenance.keys()


def test_the_first_row_stays_in_sight(book):
    assert {sheet.freeze_panes for sheet in book.worksheets} == {"A2"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "-2", "12", "a\x00b", "x" * 40000])
def test_text_stays_text(tmp_path, text):
    path = tmp_path / "book.xlsx"
    write_sheets(path, {"Sheet": (("name",), [(text,)])})
    cell = openpyxl.load_workbook(path)["Sheet"]["A2"]
    assert cell.data_type == "s"
    assert cell.value == text.replace("\x00", " ")[:32767]


def test_a_warning_that_begins_like_a_formula_is_one_no_more(result, tmp_path):
    odd = dataclasses.replace(result, notices=(Notice("odd", '=HYPERLINK("http://x")'),))
    write_workbook(odd, tmp_path / "book.xlsx")
    assert openpyxl.load_workbook(tmp_path / "book.xlsx")["Warnings"]["C2"].data_type == "s"


def test_the_workbook_names_no_folder_above_the_images(make_result, tmp_path):
    scans = tmp_path / "Mueller_Hans" / "scans"
    scans.mkdir(parents=True)
    write_workbook(make_result(folder=scans), tmp_path / "book.xlsx")
    cells = [
        str(cell) for sheet in openpyxl.load_workbook(tmp_path / "book.xlsx") for row in sheet.values for cell in row
    ]
    assert "T1_00.dcm" in cells
    assert not any("Mueller" in cell for cell in cells)
