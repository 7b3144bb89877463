"""A table of times that headers lost, such as ``timing.csv``: which images, and their TI, TE, TR and flip angle."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from relaxo.errors import InputError
from relaxo.io.columns import Column
from relaxo.io.numbers import Numbers, is_missing, text_of
from relaxo.io.sheets import read_sheet
from relaxo.io.timing import Entry
from relaxo.units import ms_to_s

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.io.sheets import Row, Sheet
    from relaxo.io.sources import Source

#: Names of tables that are looked for among images, without their ending.
STEM = "timing"
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")

_KEYS = {
    "file": "file filename name path folder",
    "series": "series seriesnumber seriesno",
    "instance": "instance instancenumber image imagenumber volume frame",
}
_KEY_OF = {name: key for key, names in _KEYS.items() for name in names.split()}
_TIME = re.compile(
    r"(?P<short>ti|te|tr)(?P<unit>ms|msec|s|sec)?|(?P<long>inversiontime|echotime|repetitiontime)(?P<long_unit>ms|s)"
)
_ANGLE = re.compile(r"(fa|flip|flipangle)(deg|degree|degrees|°)?")
_BIDS = {"ti": "InversionTime", "te": "EchoTime", "tr": "RepetitionTime"}
_LONG = {name.lower(): name for name in _BIDS.values()}
#: Beyond these a number is a slip.
_MOST_MS, _MOST_DEGREES = 1e6, 360.0


def is_timing_table(source: Source) -> bool:
    """Tell a table of times by its name, or a table that was given as a path of its own."""
    name = source.name.lower()
    stem, dot, ending = name.rpartition(".")
    given = source.path == source.root and not source.member
    return dot + ending in ENDINGS and (stem == STEM or given)


def read_timing(source: Source, *, everywhere: bool) -> list[Entry]:
    """Read a table of times.

    Columns: ``file`` (the name of a file or folder, or the end of a path), ``series`` and ``instance`` (their numbers;
    the number of the volume or frame in files that hold several), of which a line needs at least one; ``TI_ms``,
    ``TE_ms``, ``TR_ms``, ``FA_deg``. A time without a unit is in ms; ``TI_s`` is in s.

    Parameters
    ----------
    source
        The file.
    everywhere
        Whether it speaks of all images, rather than of those below its own folder.

    Raises
    ------
    InputError
        When the file is no such table; the error names the line.
    """
    with source.open() as file:
        sheet = read_sheet(source.shown, lambda name: meaning(name) is not None, data=file.read(2**24))
    keys: dict[str, Column] = {}
    times: dict[str, tuple[Column, bool]] = {}
    for index, name in enumerate(sheet.header):
        known = meaning(name)
        if known is None:
            continue
        field, in_ms = known
        if field in keys or field in times:
            raise InputError(f'a second column "{name}"', where=sheet.at(sheet.header_line), hint="Keep one")
        column = Column(field, "", index, name)
        if field in _KEYS:
            keys[field] = column
        else:
            times[field] = column, in_ms
    if not keys or not times:
        raise InputError(
            "the table of times lacks " + ("file, series or instance" if not keys else "TI_ms, TE_ms, TR_ms or FA_deg"),
            where=sheet.at(sheet.header_line),
            hint="Its header may read: file,TI_ms or series,TE_ms,TR_ms",
        )
    numbers = Numbers(sheet, [*(column for column, _ in times.values()), *map(keys.get, keys.keys() - {"file"})])  # type: ignore[list-item] # the keys are its own
    folder = None if everywhere else source.shown.parent
    return [_entry(sheet, row, keys, times, numbers, folder) for row in sheet.rows]


def meaning(name: str) -> tuple[str, bool] | None:
    """Return what a column holds and whether in ms; None when it is not one of ours."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum() or c == "°")
    if plain in _KEY_OF:
        return _KEY_OF[plain], False
    if _ANGLE.fullmatch(plain):
        return "FlipAngle", False
    match = _TIME.fullmatch(plain)
    if match is None:
        return None
    if match["short"]:
        return _BIDS[match["short"]], match["unit"] not in {"s", "sec"}
    return _LONG[match["long"]], match["long_unit"] == "ms"


def _entry(
    sheet: Sheet,
    row: Row,
    keys: dict[str, Column],
    times: dict[str, tuple[Column, bool]],
    numbers: Numbers,
    folder: Path | None,
) -> Entry:
    named = keys.get("file")
    file = None if named is None or is_missing(row.cells[named.index]) else text_of(row.cells[named.index])
    series, instance = (
        None if key not in keys else _whole(numbers.read(row, keys[key]), sheet, row) for key in ("series", "instance")
    )
    if file is None and series is None and instance is None:
        raise InputError(
            "the line does not say of which images it speaks", where=sheet.at(row.line), hint="Fill in file or series"
        )
    values = {}
    for name, (column, in_ms) in times.items():
        number = numbers.read(row, column)
        if number is None:
            continue
        most = _MOST_DEGREES if name == "FlipAngle" else _MOST_MS if in_ms else ms_to_s(_MOST_MS)
        if not 0 < number <= most:
            raise numbers.refused(row, column, f"not a number above 0 and up to {most:g}")
        values[name] = ms_to_s(number) if in_ms else number
    return Entry(
        origin=f"the table {sheet.path.name}",
        where=sheet.at(row.line),
        values=values,
        file=file,
        series=series,
        instance=instance,
        folder=folder,
        table=sheet.path,
    )


def _whole(number: float | None, sheet: Sheet, row: Row) -> int | None:
    if number is None:
        return None
    if not number.is_integer():
        raise InputError(f"{number:g} is not a whole number", where=sheet.at(row.line), hint="Correct it")
    return int(number)
