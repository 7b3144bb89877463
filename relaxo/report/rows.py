"""What the tables and results.json say of each well: all quantities of a well side by side, in ms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.data import RATES
from relaxo.units import reciprocal, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaxo.data import Tally, Well, WellRate
    from relaxo.pipeline import Findings


@dataclass(frozen=True, slots=True)
class Time:
    """A relaxation time of a well in ms; None where it is not known."""

    value: float | None
    spread: float | None
    """Standard deviation over the voxels."""
    standard_error: float | None
    voxels: int
    """Voxels with a value."""
    independent_voxels: float | None
    """How many of these are independent; the standard error rests on them."""
    homogeneity: float | None
    """Standard deviation in units of what the errors of the voxels let expect."""
    median: float | None
    curve: float | None
    """Of the fit to the mean signal of the well; the next is its standard error."""
    curve_standard_error: float | None
    tally: Tally | None
    """What became of the voxels of the well in these images; None where nobody counted."""


@dataclass(frozen=True, slots=True)
class WellRow:
    """All that is known of one well."""

    well: Well
    """On the grid of the stack that wells were found in."""
    voxels: int
    """Voxels that count for it there."""
    agent: str
    """Empty when unnamed, or nobody said."""
    concentration_mM: float | None
    concentration_se_mM: float | None
    times: Mapping[str, Time]
    """``T1`` and ``T2``, or the one that was measured."""
    excluded: str | None
    """Why it enters no regression, or not all of them."""
    warnings: tuple[str, ...]


#: What a table says of a time beyond its mean, by the end of the name of its column.
_DETAILS: Mapping[str, Callable[[Time], float | None]] = {
    "_median_ms": lambda time: time.median,
    "_voxels": lambda time: time.voxels,
    "_independent_voxels": lambda time: time.independent_voxels,
    "_homogeneity": lambda time: time.homogeneity,
    "_curve_ms": lambda time: time.curve,
    "_curve_se_ms": lambda time: time.curve_standard_error,
    "_voxels_inside": lambda time: None if time.tally is None else time.tally.inside,
    "_voxels_rim": lambda time: None if time.tally is None else time.tally.rim,
    "_voxels_ringing": lambda time: None if time.tally is None else time.tally.ringing,
    "_voxels_void": lambda time: None if time.tally is None else time.tally.void,
    "_voxels_shared": lambda time: None if time.tally is None else time.tally.shared,
}

#: The names of `details`.
DETAILS = ("confidence", "origin", *(f"{quantity}{name}" for quantity in RATES for name in _DETAILS))


def details(row: WellRow) -> dict[str, float | str | None]:
    """Return what is known of a well beyond the essentials, by the name that it has in the tables and results.json."""
    known_times: dict[str, float | str | None] = {
        f"{quantity}{name}": value(row.times[quantity]) if quantity in row.times else None
        for quantity in RATES
        for name, value in _DETAILS.items()
    }
    return {"confidence": row.well.confidence, "origin": row.well.origin, **known_times}


def well_rows(result: Findings) -> tuple[WellRow, ...]:
    """Return a row for every well, in the order in which they were found."""
    wells = result.wells[home(result)]
    measured = {
        quantity: {rate.well: rate for rate in result.rates[name].wells}
        for quantity, name in RATES.items()
        if name in result.rates
    }
    tallies = {
        quantity: {well.name: tally for well, tally in zip(there.wells, there.tallies, strict=False)}
        for quantity, there in result.wells.items()
    }
    rows = []
    for well, voxels in zip(wells.wells, wells.voxel_counts(), strict=True):
        rates = {quantity: by_name[well.name] for quantity, by_name in measured.items() if well.name in by_name}
        contents = result.contents.get(well.name)
        rows.append(
            WellRow(
                well=well,
                voxels=int(voxels),
                agent=contents.agent if contents else "",
                concentration_mM=contents.concentration_mM if contents else None,
                concentration_se_mM=contents.concentration_se_mM if contents else None,
                times={quantity: _time(rate, tallies[quantity].get(well.name)) for quantity, rate in rates.items()},
                excluded=excluded(rates),
                warnings=tuple(notice.message for notice in result.notices if notice.well == well.name),
            )
        )
    return tuple(rows)


def home(result: Findings) -> str:
    """Return the quantity, ``T1`` or ``T2``, of the stack that wells were found in."""
    wanted = result.recipe.wells.find_in
    return wanted if wanted is not None and wanted in result.wells else next(iter(result.wells))


def excluded(rates: Mapping[str, WellRate]) -> str | None:
    """Join the reasons, by ``T1`` and ``T2``, why a well is left out: ``T2: too short`` when it is for one of them."""
    reasons = {quantity: rate.excluded for quantity, rate in rates.items() if rate.excluded is not None}
    if len(reasons) == len(rates) and len(set(reasons.values())) == 1:
        return next(iter(reasons.values()))
    return "; ".join(f"{quantity}: {reason}" for quantity, reason in reasons.items()) or None


def known(value: float | None) -> float | None:
    """Return a number that JSON can hold, or None."""
    return float(value) if value is not None and math.isfinite(value) else None


def _time(rate: WellRate, tally: Tally | None) -> Time:
    """Return what was measured, also of a well that is left out: `excluded` says so, for one quantity or for all."""
    there = rate.rate > 0
    curve, curve_error = reciprocal(rate.curve_rate, rate.curve_standard_error)
    return Time(
        value=_ms(rate.time) if there else None,
        spread=_ms(rate.time_spread) if there else None,
        standard_error=_ms(rate.time_standard_error) if there else None,
        voxels=rate.voxels,
        independent_voxels=known(rate.independent_voxels),
        homogeneity=known(rate.homogeneity),
        median=_ms(1 / rate.median_rate),
        curve=_ms(curve),
        curve_standard_error=_ms(curve_error),
        tally=tally,
    )


def _ms(seconds: float) -> float | None:
    return known(s_to_ms(seconds))
