"""Rows under a header, whatever the file: text of any dialect, or Excel."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relaxo.errors import InputError
from relaxo.io import read_contents, read_rates
from relaxo.io.columns import recognised
from relaxo.io.sheets import read_sheet

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('title\n\nwell,mM,note\n1,0,"two\nlines"\n\n2,1,\n', encoding="utf-8")
    sheet = read_sheet(path, recognised)
    assert sheet.header == ("well", "mM", "note")
    assert sheet.header_line == 3
    assert [(row.line, row.cells) for row in sheet.rows] == [(4, ("1", "0", "two lines")), (6, ("2", "1", ""))]
    assert sheet.delimiter == ","
    assert sheet.at(4) == f"{path}, line 4"


def test_the_separator_is_the_one_that_the_header_has(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("well;concentration (mM, per Gd, by ICP);mM\n1;0;0\n", encoding="utf-8")
    assert read_sheet(path, recognised).header == ("well", "concentration (mM, per Gd, by ICP)", "mM")


def test_the_first_excel_sheet_with_the_columns_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["well", "something"])
    for value in (1.5, 2.5):
        sheet = book.create_sheet(f"run {value}")
        sheet.append(["well", "mM"])
        sheet.append(["A1", value])
    path = tmp_path / "table.xlsx"
    book.save(path)
    sheet = read_sheet(path, recognised)
    assert (sheet.name, sheet.rows[0].cells) == ("run 1.5", ("A1", 1.5))
    assert sheet.at(2) == f"{path}, sheet run 1.5, line 2"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    for member in ("anything.txt", "[Content_Types].xml", "xl/workbook.xml"):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(member, "<not XML")
        path.write_bytes(content.getvalue())
        with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
            read_sheet(path, recognised)


_CELLS = st.one_of(
    st.sampled_from(["well", "row", "column", "mM", "concentration", "T1_ms", "R2 (1/s)", "agent", "exclude", "", "#"]),
    st.sampled_from(
        ["1", "A1", "0,5", "0.5", "1.234,5", "-1", "nan", "1e-320", "1e300", "T1: no", '"', "sep=;", "\x00", "\u00b5M"]
    ),
    st.text(max_size=4),
)
_TABLES = st.tuples(st.lists(st.lists(_CELLS, max_size=5), max_size=5), st.sampled_from(",;\t")).map(
    lambda table: "\n".join(table[1].join(row) for row in table[0]).encode("utf-8", "surrogatepass")
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(_TABLES, st.binary(max_size=40)))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    for read in (read_contents, read_rates):
        with contextlib.suppress(InputError):
            assert read(path)
