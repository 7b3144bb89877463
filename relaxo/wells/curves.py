"""The mean curve of each well, and whether its fit agrees with the mean of the fits of its voxels."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import FitStatus, Notice, Rates
from relaxo.units import reciprocal, s_to_ms
from relaxo.wells.measure import quantity_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Maps, Stack, Wells

_DISAGREES = 0.05
"""Share of the time by which the two differ when a person must know ..."""
_BEYOND_ERROR = 3.0
"""... and by this many standard errors of that of the curve."""
_UNEVEN = 0.1
"""Standard deviation over the voxels, as a share of the time, at which a well is called uneven ..."""
_UNEXPECTED = 3.0
"""... where it is this many times what the errors of the fits let expect."""


def mean_curves(stack: Stack, wells: Wells) -> NDArray[Any]:
    """Return (n, wells), the mean signal of the voxels of each well in every image; NaN where a well has none.

    Parameters
    ----------
    stack
        On the grid of the wells.
    wells
        With the voxels that count.
    """
    inside = wells.labels > 0
    labels, signal = wells.labels[inside], stack.signal[:, inside]
    count = np.bincount(labels, minlength=len(wells) + 1)[1:]
    divisor = np.where(count > 0, count, np.nan)

    def mean(values: NDArray[Any]) -> NDArray[np.float64]:
        sums = [np.bincount(labels, image, minlength=len(wells) + 1)[1:] for image in values]
        return np.asarray(sums) / divisor

    if np.iscomplexobj(signal):
        return mean(signal.real) + 1j * mean(signal.imag)
    return mean(signal)


def with_curves(rates: Rates, maps: Maps) -> Rates:
    """Return rates with those of the fits to the mean curves of their wells.

    Parameters
    ----------
    rates
        As measured.
    maps
        (wells,), of the mean curves.
    """
    name = quantity_of(maps)
    times, errors = maps[name], maps.error[name]
    wells = []
    for index, rate in enumerate(rates.wells):
        time = float(times[index])
        if maps.status[index] != FitStatus.OK or not time > 0:
            wells.append(rate)
            continue
        curve_rate, error = reciprocal(time, float(errors[index]))
        wells.append(dataclasses.replace(rate, curve_rate=curve_rate, curve_standard_error=error))
    return Rates(quantity=rates.quantity, wells=tuple(wells))


def uneven(rates: Rates) -> tuple[Notice, ...]:
    """Return a notice for every well that counts and whose voxels do not agree with each other or with their mean."""
    notices = []
    quantity = {"R1": "T1", "R2": "T2"}[rates.quantity]
    for rate in rates.wells:
        if rate.excluded is not None or math.isnan(rate.rate):
            continue
        if not math.isnan(rate.curve_rate):
            apart = rate.rate / rate.curve_rate - 1  # of the time of the curve from the mean time
            error = rate.curve_standard_error / rate.curve_rate
            if abs(apart) > _DISAGREES and not abs(apart) < _BEYOND_ERROR * error:
                notices.append(
                    Notice(
                        f"{quantity.lower()}_curve",
                        f"{quantity} of the mean signal of well {rate.well} is {_ms(1 / rate.curve_rate)} ms, the mean "
                        f"over its voxels {_ms(rate.time)} ms: the well is not uniform, or its signal near the noise.",
                        rate.well,
                    )
                )
        if rate.spread > _UNEVEN * rate.rate and rate.homogeneity > _UNEXPECTED:
            notices.append(
                Notice(
                    f"{quantity.lower()}_uneven",
                    f"{quantity} varies by {rate.spread / rate.rate:.0%} within well {rate.well}, "
                    f"{rate.homogeneity:.0f} times as much as its noise lets expect: look for a bubble, ringing, or "
                    "fluid that was not mixed.",
                    rate.well,
                )
            )
    return tuple(notices)


def _ms(time: float) -> str:
    shown = s_to_ms(time)
    return f"{shown:.0f}" if shown >= 100 else f"{shown:.3g}"
