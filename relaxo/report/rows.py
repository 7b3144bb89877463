"""What the tables and results.json say of each well: all quantities of a well side by side, in ms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Well, WellRate
    from relaxo.pipeline import Result
    from relaxo.report.material import Material

#: A relaxation time and the rate it is the reciprocal of.
RATE_OF = {"T1": "R1", "T2": "R2"}


@dataclass(frozen=True, slots=True)
class Time:
    """A relaxation time of a well in ms; None where it is not known."""

    value: float | None
    spread: float | None
    """Standard deviation over the voxels."""
    standard_error: float | None
    voxels: int
    """Voxels with a value."""


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


def well_rows(result: Result | Material) -> tuple[WellRow, ...]:
    """Return a row for every well, in the order in which they were found."""
    wells = result.wells[home(result)]
    measured = {
        quantity: {rate.well: rate for rate in result.rates[name].wells}
        for quantity, name in RATE_OF.items()
        if name in result.rates
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
                times=_times(rates),
                excluded=excluded(rates),
                warnings=tuple(notice.message for notice in result.notices if notice.well == well.name),
            )
        )
    return tuple(rows)


def home(result: Result | Material) -> str:
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


def _times(rates: Mapping[str, WellRate]) -> dict[str, Time]:
    """Return what was measured, also of wells that are left out: `excluded` says so, for one quantity or for all."""
    return {
        quantity: Time(_ms(rate.time), _ms(rate.time_spread), _ms(rate.time_standard_error), rate.voxels)
        if rate.rate > 0
        else Time(None, None, None, rate.voxels)
        for quantity, rate in rates.items()
    }


def _ms(seconds: float) -> float | None:
    return known(s_to_ms(seconds))
