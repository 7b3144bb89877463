"""A table as people save it (CSV of any dialect, or Excel) as rows of cells under a header."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from relaxo.errors import InputError
from relaxo.io.text import LONGEST, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Text, or a number that the file stores as one; an empty cell is "".
Cell = str | float

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"

#: A title and a few lines of explanation may stand above the header.
_DEEPEST_HEADER = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank."""

    line: int
    """Its number as a spreadsheet shows it."""
    cells: tuple[Cell, ...]
    """As many as the header has."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and the rows below it."""

    path: Path
    header: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    delimiter: str = ""
    """Of a text file; empty for Excel."""
    name: str = ""
    """Of an Excel sheet; empty for a text file."""

    def at(self, line: int) -> str:
        """Return where a line stands, as an error names it."""
        return _place(self.path, self.name, line)

    def named(self, line: int) -> str:
        """Return the same without the folders above, which are of this day and machine."""
        return _place(self.path.name, self.name, line)


@dataclass(frozen=True, slots=True)
class _Grid:
    """All rows of a file as one dialect, or one Excel sheet, gives them."""

    rows: list[list[Cell]]
    delimiter: str = ""
    name: str = ""


def read_sheet(path: Path, recognised: Callable[[str], bool], *, data: bytes | None = None) -> Sheet:
    """Read a table from a text file or the first Excel sheet that has its columns.

    The header is the first row in which at least two cells are recognised, and failing that the first that is not
    blank. Text may be UTF-8, UTF-16 or Windows' Latin, separated by tabs, semicolons or commas: the separator is the
    one that gives most columns that are recognised. Lines below the header that begin with # are comments. With `data`,
    the content of the file, `path` only names it.

    Raises
    ------
    InputError
        When the file cannot be read, is no table, is empty, or has a row that is longer than its header.
    """
    try:
        data = path.read_bytes() if data is None else data
    except OSError as error:
        raise InputError(
            f"the table cannot be read: {error.strerror}", where=str(path), hint="Check the path"
        ) from error
    grids = _excel_grids(path, data) if data.startswith(_ZIP) else _text_grids(path, data)
    found = [(grid, _header(grid, recognised)) for grid in grids]
    headed = [(grid, index, count) for grid, (index, count) in found if index is not None]
    if not headed:
        raise InputError("the table is empty", where=str(path), hint="Give it a header and a line a well")
    if headed[0][0].name:
        grid, index, _ = next((entry for entry in headed if entry[2] > 1), headed[0])
    else:
        grid, index, _ = max(headed, key=lambda entry: (entry[2], len(entry[0].rows[entry[1]])))
    return _sheet(path, grid, index)


def _header(grid: _Grid, recognised: Callable[[str], bool]) -> tuple[int | None, int]:
    """Return the index of the header, None in an empty grid, and how many of its cells are recognised."""
    filled = [index for index, row in enumerate(grid.rows) if any(str(cell).strip(",;") for cell in row)]
    for index in filled[:_DEEPEST_HEADER]:
        count = sum(recognised(str(cell)) for cell in grid.rows[index])
        if count > 1:
            return index, count
    return (filled[0] if filled else None), 0


def _sheet(path: Path, grid: _Grid, header: int) -> Sheet:
    names = [str(cell) for cell in grid.rows[header]]
    while names and not names[-1]:
        names.pop()
    if len(names) == 1:
        raise InputError(
            f'the table has a single column, "{printable(names[0], LONGEST)}"',
            where=_place(path, grid.name, header + 1),
            hint="Separate the columns by commas, semicolons or tabs",
        )
    rows = []
    for index, cells in enumerate(grid.rows[header + 1 :], header + 1):
        if all(cell == "" for cell in cells) or str(next(cell for cell in cells if cell != "")).startswith("#"):
            continue
        if any(cell != "" for cell in cells[len(names) :]):
            raise InputError(
                f"the row has more cells than the header has columns ({len(names)})",
                where=_place(path, grid.name, index + 1),
                hint="With decimal commas, separate the columns by semicolons"
                if grid.delimiter == ","
                else "Give every column a name",
            )
        padded = [*cells, *[""] * len(names)][: len(names)]
        rows.append(Row(index + 1, tuple(padded)))
    return Sheet(path, tuple(names), header + 1, tuple(rows), grid.delimiter, grid.name)


def _place(path: Path | str, sheet: str, line: int) -> str:
    return f"{path}, sheet {sheet}, line {line}" if sheet else f"{path}, line {line}"


def _text_grids(path: Path, data: bytes) -> list[_Grid]:
    text = _decoded(path, data)
    try:
        return [
            _Grid(
                [
                    [printable(cell) for cell in row]
                    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)
                ],
                delimiter=mark,
            )
            for mark in "\t;,"
        ]
    except csv.Error as error:
        raise InputError(
            f"the file is not a table: {error}", where=str(path), hint="Save the table as CSV or Excel (.xlsx)"
        ) from error


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith(_OLE):
        raise InputError(
            "the table is in Excel's old format, or protected by a password",
            where=str(path),
            hint="Save it without a password as .xlsx or CSV",
        )
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        if b"\x00" in data[:2]:  # UTF-16 without its mark: a header begins with an ASCII letter
            return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le")
        if b"\x00" not in data:
            return _eight_bit(data)
    except UnicodeDecodeError:
        pass
    raise InputError("the file is not a table", where=str(path), hint="Save the table as CSV or Excel (.xlsx)")


def _eight_bit(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows' Latin, which has the micro sign and the accents of western Europe where ISO Latin-1 has them.
        return data.decode("cp1252", errors="replace")


def _excel_grids(path: Path, data: bytes) -> list[_Grid]:
    try:
        with warnings.catch_warnings():
            # Of what openpyxl cannot keep (charts, validation), nothing is wanted here.
            warnings.simplefilter("ignore", UserWarning)
            shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            written = openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, ParseError) as error:
        raise InputError(
            "the file cannot be read as an Excel workbook", where=str(path), hint="Save it anew as .xlsx, or as CSV"
        ) from error
    return [
        _Grid(list(_excel_rows(path, sheet, written[sheet.title])), name=printable(sheet.title))
        for sheet in shown.worksheets
    ]


def _excel_rows(path: Path, shown: openpyxl.worksheet.worksheet.Worksheet, written: object) -> Iterator[list[Cell]]:
    formulas = written.iter_rows(values_only=True)  # type: ignore[attr-defined]
    for line, (values, texts) in enumerate(zip(shown.iter_rows(values_only=True), formulas, strict=True), 1):
        for value, text in zip(values, texts, strict=True):
            if value is None and text is not None:
                raise InputError(
                    f"the formula {printable(str(text))} has no stored value",
                    where=_place(path, printable(shown.title), line),
                    hint="Open the file in Excel or LibreOffice and save it there",
                )
        yield [_excel_cell(value) for value in values]


def _excel_cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return printable(str(value))
