"""The concentrations table and the table of relaxation times, as chemists keep them: CSV of any dialect, or Excel."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from relaxo.data import Rates, WellRate
from relaxo.errors import InputError
from relaxo.io.columns import PLAIN_NAMES, columns_of, recognised, to_millimolar
from relaxo.io.numbers import Numbers, is_missing, text_of
from relaxo.io.sheets import read_sheet
from relaxo.recipe import ContentsPart
from relaxo.units import ms_to_s, s_to_ms

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.io.columns import Column
    from relaxo.io.sheets import Row, Sheet

_RELATIVE = ("stock_error", "pipetting_error", "assay_error")
_REFERENCES = ("T1_reference", "T2_reference")
_CONTENTS = frozenset(
    {"well", "row", "column", "concentration", "concentration_se", *_RELATIVE, "agent", "exclude", *_REFERENCES}
)
_RATES = frozenset(PLAIN_NAMES) - {"row", "column", *_REFERENCES}

_TEXT = frozenset({"well", "agent", "exclude"})

EXCLUDED = "excluded in the table"
NOT_MEASURED = "not measured"

# Beyond these a number is a slip, and arithmetic overflows sooner or later.
_LEAST_MM, _MOST_MM = 1e-12, 1e5
_LEAST_S, _MOST_S = 1e-9, 1e5
_MOST_PERCENT = 100

# Excel writes yes and no in the language it speaks.
_YES = frozenset({"yes", "y", "x", "1", "true", "excluded", "ja", "oui", "wahr", "vrai", "verdadero", "vero"})
_NO = frozenset({"no", "n", "0", "false", "nein", "non", "falsch", "faux", "falso"})


def read_contents(path: Path) -> tuple[ContentsPart, ...]:
    """Read what is in each well.

    Columns: ``well`` (a number in reading order, or a plate coordinate) or ``row`` and ``column`` (pixel position of
    the centre); ``concentration_mM``; optionally ``agent``, ``exclude`` (a reason, or yes), ``concentration_se_mM``,
    ``stock_error_percent``, ``pipetting_error_percent``, ``assay_error_percent``, ``T1_reference_ms`` and
    ``T2_reference_ms``.
    A well that is named and has a position goes by its name. Concentrations in M, uM and nM become mM. An empty
    concentration leaves the well measured and out of every line. Names of agents that differ in case only are one.

    Raises
    ------
    InputError
        When the file is no such table; the error names the line.
    """
    sheet = read_sheet(path, recognised)
    columns = columns_of(sheet, _CONTENTS)
    _require_concentration(sheet, columns)
    if "well" not in columns and not {"row", "column"} <= columns.keys():
        raise _column_missing(sheet, 'the table has no column "well", and no columns "row" and "column"', "well")
    numbers = _numbers(sheet, columns)
    agents = _Agents(columns)
    seen: dict[object, int] = {}
    contents = []
    for row in sheet.rows:
        name = _well_name(row, columns)
        place = _canonical(name) if name else _position(sheet, row, columns, numbers)
        _refuse_twice(sheet, row, place, seen)
        reasons = _exclusions(row, columns)
        if len(reasons) == 1:
            raise InputError(
                f"the exclusion counts for T{next(iter(reasons))} only, and a well is excluded only as a whole",
                where=sheet.at(row.line),
                hint="Give a reason for the whole well, or leave the cell empty",
            )
        contents.append(
            ContentsPart(
                well=place if isinstance(place, str) else None,
                row=None if isinstance(place, str) else place[0],
                column=None if isinstance(place, str) else place[1],
                concentration_mM=_concentration(numbers, row, columns, "concentration"),
                agent=agents.name(row),
                exclude="; ".join(dict.fromkeys(reasons.values())) or None,
                concentration_se_mM=_concentration(numbers, row, columns, "concentration_se"),
                stock_error_percent=_percent(numbers, row, columns, "stock_error"),
                pipetting_error_percent=_percent(numbers, row, columns, "pipetting_error"),
                assay_error_percent=_percent(numbers, row, columns, "assay_error"),
                **{f"{field}_ms": _reference(numbers, row, columns, field) for field in _REFERENCES},
                read_from=sheet.named(row.line),
            )
        )
    return tuple(contents)


def read_rates(path: Path) -> dict[str, Rates]:
    """Read relaxation times or rates of wells, such as a relaxometer gives them or ``wells.csv`` holds them.

    Columns: ``concentration_mM`` and ``T1_ms`` or ``R1_per_s`` and/or ``T2_ms`` or ``R2_per_s``; optionally ``agent``,
    ``well`` (the rows are 1, 2, ... without), ``T1_se_ms``, ``T1_sd_ms``, ``R1_se_per_s``, ``R1_sd_per_s`` and the same
    of T2 and R2, ``concentration_se_mM``, ``stock_error_percent``, ``pipetting_error_percent``,
    ``assay_error_percent``, ``voxels`` and ``exclude``. A reason that begins with T1: or T2: counts for
    that one only. An empty cell excludes its well as not measured.

    Returns
    -------
    ``R1`` and/or ``R2``: those that have a column with something in it.

    Raises
    ------
    InputError
        When the file is no such table; the error names the line.
    """
    sheet = read_sheet(path, recognised)
    columns = columns_of(sheet, _RATES)
    _require_concentration(sheet, columns)
    quantities = _quantities(sheet, columns)
    numbers = _numbers(sheet, columns)
    agents = _Agents(columns)
    seen: dict[object, int] = {}
    wells: dict[str, list[WellRate]] = {number: [] for number in quantities}
    for order, row in enumerate(sheet.rows, 1):
        well = _well_name(row, columns) or str(order)
        _refuse_twice(sheet, row, well, seen)
        reasons = _exclusions(row, columns)
        for number, name in quantities.items():
            rate = _rate(numbers, row, columns[name], excluded=number in reasons)
            wells[number].append(
                WellRate(
                    well=well,
                    rate=rate,
                    spread=_error(numbers, row, columns, f"{number}_sd", rate),
                    standard_error=_error(numbers, row, columns, f"{number}_se", rate),
                    voxels=_voxels(numbers, row, columns),
                    concentration=_concentration(numbers, row, columns, "concentration"),
                    agent=agents.name(row),
                    excluded=reasons.get(number, NOT_MEASURED if math.isnan(rate) else None),
                    concentration_se=_concentration(numbers, row, columns, "concentration_se"),
                    stock_error=_fraction(_percent(numbers, row, columns, "stock_error")),
                    pipetting_error=_fraction(_percent(numbers, row, columns, "pipetting_error")),
                    assay_error=_fraction(_percent(numbers, row, columns, "assay_error")),
                )
            )
    return {f"R{number}": Rates(f"R{number}", tuple(of_one)) for number, of_one in wells.items()}


class _Agents:
    """Names of agents, each as it is first written."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self._column = columns.get("agent")
        self._first: dict[str, str] = {}

    def name(self, row: Row) -> str:
        if self._column is None:
            return ""
        text = text_of(row.cells[self._column.index])
        return self._first.setdefault(text.casefold(), text)


def _require_concentration(sheet: Sheet, columns: dict[str, Column]) -> None:
    if "concentration" not in columns:
        raise _column_missing(sheet, "the table has no concentrations", "concentration_mM")


def _column_missing(sheet: Sheet, what: str, example: str) -> InputError:
    found = ", ".join(f'"{name}"' for name in sheet.header if name)
    return InputError(
        f"{what}; its columns are {found}",
        where=sheet.at(sheet.header_line),
        hint=f'Add a column "{example}"; columns are separated by commas, semicolons or tabs',
    )


def _quantities(sheet: Sheet, columns: dict[str, Column]) -> dict[str, str]:
    """Return the number of each quantity, 1 or 2, with the column that holds it: ``{"1": "T1", "2": "R2"}``."""
    quantities = {}
    for number in "12":
        given = [name for name in (f"T{number}", f"R{number}") if name in columns]
        if len(given) > 1:
            raise InputError(
                f'the columns "{columns[given[0]].name}" and "{columns[given[1]].name}" say the same twice',
                where=sheet.at(sheet.header_line),
                hint="Keep one of them",
            )
        if given:
            quantities[number] = given[0]
    if not quantities:
        raise _column_missing(sheet, "the table has neither relaxation times nor rates", "T1_ms")
    # wells.csv has the columns of both times also where only one was measured.
    filled = {
        number: name
        for number, name in quantities.items()
        if not all(is_missing(row.cells[columns[name].index]) for row in sheet.rows)
    }
    return filled or quantities


def _numbers(sheet: Sheet, columns: dict[str, Column]) -> Numbers:
    """Return the numeric cells of a sheet.

    Raises
    ------
    InputError
        When the decimal mark cannot be told. In a table separated by commas, 0,5 falls into two cells, and where the
        next column holds text no row need be too long: numbers there, and no decimals anywhere, are the sign of it.
    """
    if not sheet.rows:
        raise InputError("the table has a header and no line below it", where=str(sheet.path), hint="Add a line a well")
    numbers = Numbers(sheet, [column for name, column in columns.items() if name not in _TEXT])
    if sheet.delimiter == "," and not numbers.decimal_mark:
        for name in ("agent", "exclude"):
            texts = [str(row.cells[columns[name].index]) for row in sheet.rows] if name in columns else []
            if any(texts) and all(text.isdecimal() for text in texts) and not set(texts) <= {"0", "1"}:
                raise InputError(
                    f'the column "{columns[name].name}" holds numbers only, as after decimal commas',
                    where=sheet.at(sheet.rows[0].line),
                    hint="With decimal commas, separate the columns by semicolons",
                )
    return numbers


def _well_name(row: Row, columns: dict[str, Column]) -> str | None:
    column = columns.get("well")
    if column is None or is_missing(row.cells[column.index]):
        return None
    return text_of(row.cells[column.index])


def _canonical(name: str) -> str:
    """Return a plate coordinate as A1 and a number as 1, however they are written: a01, 01, 1.0."""
    if plate := re.fullmatch(r"([A-Za-z]{1,2})0*([1-9]\d*)", name):
        return plate[1].upper() + plate[2]
    number = re.fullmatch(r"0*([1-9]\d*)([.,]0+)?", name)
    return number[1] if number else name


def _position(sheet: Sheet, row: Row, columns: dict[str, Column], numbers: Numbers) -> tuple[float, float]:
    if {"row", "column"} <= columns.keys():
        along, across = (numbers.at_least_zero(row, columns[name]) for name in ("row", "column"))
        if along is not None and across is not None:
            return along, across
    raise InputError(
        "the line names no well",
        where=sheet.at(row.line),
        hint="Give its number or plate coordinate, or the row and the column of its centre",
    )


def _refuse_twice(sheet: Sheet, row: Row, well: str | tuple[float, float], seen: dict[object, int]) -> None:
    key = well.casefold() if isinstance(well, str) else well
    if key in seen:
        name = f"well {well}" if isinstance(well, str) else f"the well at row {well[0]:g}, column {well[1]:g}"
        raise InputError(
            f"{name} is named twice, in lines {seen[key]} and {row.line}",
            where=sheet.at(row.line),
            hint="Keep one line for each well",
        )
    seen[key] = row.line


def _exclusions(row: Row, columns: dict[str, Column]) -> dict[str, str]:
    """Return why a well is excluded, for 1 (T1, R1) and 2 (T2, R2) where it is."""
    column = columns.get("exclude")
    if column is None or is_missing(row.cells[column.index]):
        return {}
    text = text_of(row.cells[column.index])
    if text.casefold() in _NO:
        return {}
    if re.match(r"[TR][12]:", text):
        parts = re.split(r";\s*(?=[TR][12]:)", text)
        return {part[1]: part[3:].strip() or EXCLUDED for part in parts}
    return dict.fromkeys("12", EXCLUDED if text.casefold() in _YES else text)


def _concentration(numbers: Numbers, row: Row, columns: dict[str, Column], field: str) -> float | None:
    if field not in columns:
        return None
    value = numbers.at_least_zero(row, columns[field])
    if value is None:
        return None
    concentration = to_millimolar(value, columns[field].unit)
    if concentration and not _LEAST_MM < concentration < _MOST_MM:
        raise numbers.refused(row, columns[field], "no concentration that a well can have")
    return concentration


def _percent(numbers: Numbers, row: Row, columns: dict[str, Column], field: str) -> float | None:
    """Return a relative error in percent; None when it is not given."""
    if field not in columns:
        return None
    value = numbers.at_least_zero(row, columns[field])
    if value is not None and value > _MOST_PERCENT:
        raise numbers.refused(row, columns[field], "no error that tells anything")
    return value


def _fraction(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _rate(numbers: Numbers, row: Row, column: Column, *, excluded: bool) -> float:
    """Return a rate in 1/s; NaN when it was not measured, or is excluded and none."""
    value = numbers.read(row, column)
    if value is None or (excluded and value <= 0):
        return math.nan
    if value <= 0:
        raise numbers.refused(row, column, "not above zero")
    time = 1 / value if column.field.startswith("R") else _seconds(value, column)
    if not _LEAST_S < time < _MOST_S:
        raise numbers.refused(row, column, "no relaxation of a sample")
    return value if column.field.startswith("R") else 1 / time


def _error(numbers: Numbers, row: Row, columns: dict[str, Column], field: str, rate: float) -> float:
    """Return the error of a rate in 1/s, from that of the rate or of the time; NaN when unknown."""
    of_rate, of_time = columns.get(f"R{field}"), columns.get(f"T{field}")
    if of_rate is not None and (value := numbers.at_least_zero(row, of_rate)) is not None:
        return value
    if of_time is not None and (value := numbers.at_least_zero(row, of_time)) is not None:
        return _seconds(value, of_time) * rate**2
    return math.nan


def _reference(numbers: Numbers, row: Row, columns: dict[str, Column], field: str) -> float | None:
    """Return the time that another method gave, in ms; None where there is none."""
    if field not in columns or (value := numbers.read(row, columns[field])) is None:
        return None
    time = _seconds(value, columns[field])
    if not _LEAST_S < time < _MOST_S:
        raise numbers.refused(row, columns[field], "no relaxation of a sample")
    return value if columns[field].unit == "ms" else s_to_ms(time)


def _seconds(time: float, column: Column) -> float:
    return ms_to_s(time) if column.unit == "ms" else time


def _voxels(numbers: Numbers, row: Row, columns: dict[str, Column]) -> int:
    value = numbers.at_least_zero(row, columns["voxels"]) if "voxels" in columns else None
    return int(value or 0)
