"""Rates of wells from maps of relaxation times, and what the wells contain."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import FitStatus, Rates, WellRate
from relaxo.wells.independent import independent_voxels, noise_correlation
from relaxo.wells.raster import lies_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaxo.data import Contents, Maps, Wells
    from relaxo.recipe import WellsPart

_QUANTITY = {"T1map": "R1", "T2map": "R2"}
_LEAST_SHARE = 0.5
"""Of the voxels of a well that must have a value: the others may be missing for a reason that biases these."""
_WHY = {
    FitStatus.NOT_FITTED: "not fitted",
    FitStatus.NOT_FINITE: "no finite signal",
    FitStatus.CONSTANT: "a signal that does not change",
    FitStatus.BELOW_NOISE: "signal below the noise",
    FitStatus.AT_BOUND: "the fit at a bound of its range",
    FitStatus.OUTSIDE_RANGE: "a time that this protocol cannot measure",
    FitStatus.NOT_CONVERGED: "a fit that did not converge",
    FitStatus.CLIPPED: "a clipped signal",
}


def measure(maps: Maps, wells: Wells, part: WellsPart) -> Rates:
    """Return the relaxation rate of every well: the reciprocal of its mean relaxation time.

    The mean, the standard deviation and the standard error are those of the time over the voxels that have one; as
    rates they are ``1 / T``, ``sd / T^2`` and ``sd / T^2 / sqrt(n)``, n being the number of independent voxels that
    these are worth (`relaxo.wells.independent`). A well with fewer than
    `part.minimum_voxels` of them has no rate; one with values in less than half of its voxels has a rate, which is
    excluded because the missing half may differ.

    Parameters
    ----------
    maps
        With ``T1map`` or ``T2map`` in s, (z, y, x).
    wells
        On the same grid.
    part
        Least number of voxels.

    Raises
    ------
    ValueError
        When the maps hold neither time, or lie on another grid.
    """
    if maps.shape != wells.geometry.shape:
        raise ValueError(f"maps of shape {maps.shape}, wells on a grid of {wells.geometry.shape}")
    name = quantity_of(maps)
    places = np.argwhere(wells.labels > 0)
    owner = wells.labels[tuple(places.T)]
    order = np.argsort(owner, kind="stable")
    places, owner = places[order], owner[order]
    at = tuple(places.T)
    times, errors, statuses = maps[name][at], maps.error[name][at], maps.status[at]
    starts = np.searchsorted(owner, np.arange(1, len(wells) + 2))
    correlation = noise_correlation(np.where(maps.status == FitStatus.OK, maps[name], np.nan), wells.labels)
    rates = []
    for index, well in enumerate(wells.wells):
        mine = slice(starts[index], starts[index + 1])
        if starts[index] < starts[index + 1]:
            rates.append(rate_of(well.name, places[mine], times[mine], errors[mine], statuses[mine], part, correlation))
            continue
        why = (
            f"fewer than {part.minimum_voxels} voxels lie in it"
            if lies_in(well, wells.geometry)
            else "it does not lie whole in these images"
        )
        rates.append(_without_rate(well.name, 0, why))
    return Rates(quantity=_QUANTITY[name], wells=tuple(rates))


def fill(rates: Rates, contents: Mapping[str, Contents]) -> Rates:
    """Return rates with the concentrations of their wells, and with the reasons why wells are excluded.

    A well that nothing is known of is excluded, as its rate cannot enter a regression. Where the measurement gives one
    reason and the table another, both are kept.

    Parameters
    ----------
    rates
        As measured.
    contents
        By name of the well.
    """
    filled = []
    for rate in rates.wells:
        known = contents.get(rate.well)
        given = "no concentration given" if known is None or known.concentration_mM is None else None
        stated = known.exclude if known is not None else None
        reasons = dict.fromkeys(reason for reason in (stated, rate.excluded, given) if reason)
        filled.append(
            dataclasses.replace(
                rate,
                concentration=known.concentration_mM if known is not None else None,
                agent=known.agent if known is not None else "",
                concentration_se=known.concentration_se_mM if known is not None else None,
                stock_error=_fraction(known.stock_error_percent) if known is not None else None,
                pipetting_error=_fraction(known.pipetting_error_percent) if known is not None else None,
                assay_error=_fraction(known.assay_error_percent) if known is not None else None,
                excluded="; ".join(reasons) or None,
            )
        )
    return Rates(quantity=rates.quantity, wells=tuple(filled))


def _fraction(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def quantity_of(maps: Maps) -> str:
    """Return the name of the map of a relaxation time.

    Raises
    ------
    ValueError
        When the maps hold none.
    """
    name = next((name for name in _QUANTITY if name in maps.values), None)
    if name is None:
        raise ValueError(f"no map of a relaxation time among {', '.join(maps)}")
    return name


def rate_of(
    name: str,
    places: NDArray[Any],
    times: NDArray[Any],
    errors: NDArray[Any],
    statuses: NDArray[Any],
    part: WellsPart,
    correlation: NDArray[Any] | None = None,
) -> WellRate:
    """Return the rate of one well from its voxels.

    Parameters
    ----------
    name
        Of the well.
    places
        (v, 3), slice, row and column of each voxel.
    times, errors
        (v,), relaxation times and their standard errors, s.
    statuses
        (v,), a `FitStatus` each.
    part
        Least number of voxels.
    correlation
        Of the noise, from `noise_correlation`; none where None.
    """
    good = statuses == FitStatus.OK
    known = times[good]
    voxels = int(known.size)
    if voxels < max(part.minimum_voxels, 1):
        return _without_rate(name, voxels, _missing(voxels, statuses))
    mean = float(known.mean())
    if not mean > 0:
        return _without_rate(name, voxels, "its mean relaxation time is not positive")
    independent = independent_voxels(places[good], correlation)
    deviation = float(known.std(ddof=1)) if voxels > 1 else math.nan
    expected = math.sqrt(float(np.mean(errors[good] ** 2)))
    median = float(np.median(known))
    spread = deviation / mean**2
    return WellRate(
        name,
        1 / mean,
        spread,
        spread / math.sqrt(independent),
        voxels,
        excluded=_missing(voxels, statuses) if voxels < _LEAST_SHARE * times.size else None,
        median_rate=1 / median if median > 0 else math.nan,
        independent_voxels=independent,
        homogeneity=deviation / expected if expected > 0 else math.nan,
    )


def _without_rate(name: str, voxels: int, why: str) -> WellRate:
    return WellRate(name, math.nan, math.nan, math.nan, voxels, excluded=why)


def _missing(voxels: int, statuses: NDArray[Any]) -> str:
    """Return in words how few voxels have a value and why the others have none, the commonest reason first."""
    count = np.bincount(statuses, minlength=max(FitStatus) + 1)
    reasons = [
        f"{_WHY[status]} in {count[status]}"
        for status in sorted(FitStatus, key=lambda status: -count[status])
        if count[status] and status is not FitStatus.OK
    ]
    total = statuses.size
    why = f": {', '.join(reasons)} of {total} voxels" if reasons else ""
    return (f"only {voxels} of {total} voxels have a value" if voxels else "no voxel has a value") + why
