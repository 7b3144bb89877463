"""results.xlsx: wells, relaxivities, warnings and where the numbers come from, for those who go on in a spreadsheet."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from relaxo.report.results import results_table
from relaxo.report.tables import RELAXIVITY_COLUMNS, WELL_COLUMNS, relaxivity_cells, well_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relaxo.pipeline import Result

_WIDEST = 60
#: The first moment that a ZIP file can hold.
_ZIP_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
#: What Excel holds in one cell.
_LONGEST = 32767


def write_workbook(result: Result, path: Path) -> None:
    """Write a result as an Excel workbook: a sheet each for wells, relaxivities, warnings and provenance.

    Numbers are numbers at full precision; a cell is empty where something is not known.
    """
    table = results_table(result)
    where = table["provenance"]
    del where["recipe"]["sources"]
    warnings = [(each["code"], each["well"], each["message"]) for each in table["warnings"]]
    write_sheets(
        path,
        {
            "Wells": (WELL_COLUMNS, well_cells(result)),
            "Relaxivity": (RELAXIVITY_COLUMNS, relaxivity_cells(result.agents)),
            "Warnings": (("code", "well", "message"), warnings),
            "Provenance": (("key", "value"), _flat("", {"conditions": table["conditions"], **where})),
        },
        created=result.created,
    )


def write_sheets(
    path: Path,
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]],
    *,
    created: datetime = _ZIP_EPOCH,
) -> None:
    """Write tables as the sheets of a workbook, by name: their columns, and their rows.

    Text stays text, whatever it begins with: a well called ``=1+1`` is no formula. The same tables give the same file,
    byte for byte.
    """
    book = Workbook()
    book.properties.created = created.replace(tzinfo=None)
    book.remove(book.worksheets[0])
    for name, (columns, rows) in sheets.items():
        sheet = book.create_sheet(name)
        widths = [0] * len(columns)
        for number, row in enumerate([columns, *rows], start=1):
            for position, value in enumerate(row):
                cell = sheet.cell(number, position + 1)
                if isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST]
                    cell.data_type = "s"
                else:
                    cell.value = value
                if number == 1:
                    cell.font = Font(bold=True)
                widths[position] = max(widths[position], 0 if value is None else len(f"{value}"))
        for position, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(position)].width = min(max(width, 8), _WIDEST) + 2
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    held = io.BytesIO()
    book.save(held)
    moment = created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    # openpyxl dates the file and every part of it by the clock.
    with zipfile.ZipFile(held) as dated, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as undated:
        for name in dated.namelist():
            part = (
                _MODIFIED.sub(rb"\g<1>" + moment, dated.read(name)) if name == "docProps/core.xml" else dated.read(name)
            )
            undated.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield what nested dicts and lists hold, each with the way to it: ``recipe.wells.margin_mm``."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value, start=1):
            yield from _flat(f"{name}.{index}", item)
    else:
        yield name, value
