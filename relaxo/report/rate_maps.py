"""Maps of R1 and R2 from those of T1 and T2: the one place where a map is turned over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import RATES
from relaxo.units import reciprocal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Maps


def rate_map(maps: Maps, quantity: str) -> tuple[str, NDArray[Any], NDArray[Any]]:
    """Return the rate that belongs to a relaxation time, R = 1 / T, with its standard error, SE(T) / T².

    Parameters
    ----------
    maps
        Of a fit; arrays (...), times in s.
    quantity
        ``T1`` or ``T2``: whose reciprocal.

    Returns
    -------
    Its name, such as ``R1map``, and two arrays (...), 1/s: NaN wherever the time has no value.
    """
    time = maps[f"{quantity}map"]
    with np.errstate(over="ignore"):
        return f"{RATES[quantity]}map", *reciprocal(time, maps.error[f"{quantity}map"])
