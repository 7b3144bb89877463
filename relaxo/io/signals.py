"""Tables of signals (CSV of any dialect, or Excel): what wells gave at several times, measured without images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Contents, Protocol
from relaxo.errors import InputError
from relaxo.io.columns import Column, columns_of, recognised, to_millimolar
from relaxo.io.numbers import Numbers, is_missing, text_of
from relaxo.io.sheets import read_sheet
from relaxo.io.timing_table import meaning
from relaxo.units import ms_to_s

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.io.sheets import Row, Sheet

#: What varies, in the order in which it is looked for, and the kind of measurement that it makes.
_KINDS = {"InversionTime": "IRT1", "EchoTime": "MESE", "FlipAngle": "VFA", "RepetitionTime": "VTR"}
_SIGNAL = frozenset({"signal", "intensity", "meansignal", "signalintensity"})
_FIELDS = frozenset({"well", "concentration", "concentration_se", "agent", "exclude"})


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """The signal of some wells at the times of a protocol."""

    protocol: Protocol
    wells: tuple[str, ...]
    signal: NDArray[Any]
    """(n, wells), in the table's unit."""
    contents: Mapping[str, Contents]
    """By the name of the well."""


def holds_signals(path: Path) -> bool:
    """Tell whether a table is one of signals.

    Raises
    ------
    InputError
        When the file cannot be read as a table.
    """
    return any(map(_is_signal, read_sheet(path, _known).header))


def read_signals(path: Path) -> Signals:
    """Read a table of signals, a line for each well and time.

    Columns: ``signal``; ``TI_ms``, ``TE_ms``, ``TR_ms``, ``FA_deg``, as many as are known (a time without a unit is in
    ms, ``TI_s`` in s), one of which varies; ``well``; optionally ``concentration_mM``, ``concentration_se_mM``,
    ``agent`` and ``exclude``, of which one line of a well is enough.

    Raises
    ------
    InputError
        When the file is no such table, or wells differ in their times; the error names the line.
    """
    sheet = read_sheet(path, _known)
    columns = columns_of(sheet, _FIELDS)
    times = _times(sheet)
    signal = next((Column("signal", "", i, name) for i, name in enumerate(sheet.header) if _is_signal(name)), None)
    if signal is None or not times or "well" not in columns:
        lacks = "signal" if signal is None else "well" if times else "TI_ms, TE_ms, TR_ms or FA_deg"
        raise InputError(
            f"the table of signals lacks a column {lacks}",
            where=sheet.at(sheet.header_line),
            hint="Its header may read: well,TI_ms,signal,concentration_mM",
        )
    numeric = [column for name, column in columns.items() if name.startswith("concentration")]
    numbers = Numbers(sheet, [signal, *(column for column, _ in times.values()), *numeric])
    lines: dict[str, list[tuple[tuple[float, ...], float, Row]]] = {}
    contents: dict[str, Contents] = {}
    for row in sheet.rows:
        well = text_of(row.cells[columns["well"].index])
        value = numbers.read(row, signal)
        if is_missing(well) or value is None:
            raise InputError("the line lacks a well or a signal", where=sheet.at(row.line), hint="Fill it in")
        lines.setdefault(well, []).append((_at(row, times, numbers), value, row))
        contents[well] = _merged(contents.get(well), _contents(row, columns, numbers), sheet, row)
    return _assembled(sheet, list(times), lines, contents)


def _assembled(
    sheet: Sheet,
    names: list[str],
    lines: dict[str, list[tuple[tuple[float, ...], float, Row]]],
    contents: dict[str, Contents],
) -> Signals:
    grid: list[tuple[float, ...]] | None = None
    columns = []
    axis = _axis(names, [times for of_well in lines.values() for times, _, _ in of_well])
    if axis is None:
        raise InputError(
            "no time and no angle varies", where=str(sheet.path), hint="Give every line its own TI_ms, TE_ms, ..."
        )
    for well, of_well in lines.items():
        ordered = sorted(of_well, key=lambda line: line[0][names.index(axis)])
        times = [line[0] for line in ordered]
        if grid is not None and times != grid:
            raise InputError(
                f"well {well} was not measured at the times of the others",
                where=sheet.at(ordered[0][2].line),
                hint="Give every well a line for each time",
            )
        grid = times
        columns.append([value for _, value, _ in ordered])
    signal = np.array(columns, np.float64).T
    known = {name: np.array([times[index] for times in grid or ()]) for index, name in enumerate(names)}
    values = known.pop(axis)
    protocol = Protocol(
        _KINDS[axis], axis, values, known, component="real" if signal.min() < 0 else "magnitude", description="a table"
    )
    return Signals(protocol, tuple(lines), signal, contents)


def _axis(names: list[str], times: list[tuple[float, ...]]) -> str | None:
    """Return what varies; where a repetition time varies along with another, the other."""
    return next((name for name in _KINDS if name in names and len({one[names.index(name)] for one in times}) > 1), None)


def _times(sheet: Sheet) -> dict[str, tuple[Column, bool]]:
    found: dict[str, tuple[Column, bool]] = {}
    for index, name in enumerate(sheet.header):
        known = meaning(name)
        if known is None or known[0] not in _KINDS:
            continue
        if known[0] in found:
            raise InputError(f'a second column "{name}"', where=sheet.at(sheet.header_line), hint="Keep one")
        found[known[0]] = Column(known[0], "", index, name), known[1]
    return found


def _at(row: Row, times: dict[str, tuple[Column, bool]], numbers: Numbers) -> tuple[float, ...]:
    found = []
    for column, in_ms in times.values():
        value = numbers.read(row, column)
        if value is None or value <= 0:
            raise numbers.refused(row, column, "not a number above 0")
        found.append(ms_to_s(value) if in_ms else value)
    return tuple(found)


def _contents(row: Row, columns: dict[str, Column], numbers: Numbers) -> Contents:
    def text(field: str) -> str:
        column = columns.get(field)
        return "" if column is None or is_missing(row.cells[column.index]) else text_of(row.cells[column.index])

    def concentration(field: str) -> float | None:
        column = columns.get(field)
        value = None if column is None else numbers.at_least_zero(row, column)
        return None if value is None or column is None else to_millimolar(value, column.unit)

    return Contents(
        concentration("concentration"), text("agent"), text("exclude") or None, concentration("concentration_se")
    )


def _merged(known: Contents | None, new: Contents, sheet: Sheet, row: Row) -> Contents:
    """Return what two lines say of one well together."""
    if known is None:
        return new
    if known.concentration_mM not in {None, new.concentration_mM} and new.concentration_mM is not None:
        raise InputError(
            "the line gives its well another concentration than a line before",
            where=sheet.at(row.line),
            hint="Correct one of them",
        )
    return Contents(
        new.concentration_mM if known.concentration_mM is None else known.concentration_mM,
        known.agent or new.agent,
        known.exclude or new.exclude,
        new.concentration_se_mM if known.concentration_se_mM is None else known.concentration_se_mM,
    )


def _is_signal(name: str) -> bool:
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    return plain.removesuffix("au") in _SIGNAL


def _known(name: str) -> bool:
    return _is_signal(name) or recognised(name) or meaning(name) is not None
