"""Every conversion between what files, screens and equations use.

Inside Relaxo times are in s, angles in degree, rates in 1/s and concentrations in mM, as BIDS has them. DICOM, tables
and figures use ms. Only readers, writers and screens call these functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Gyromagnetic ratio of the proton over 2 pi in MHz/T: 42.577 478 461 (CODATA 2022, shielded by nothing).
PROTON_MHZ_PER_T = 42.577478461


@overload
def ms_to_s(time: float) -> float: ...
@overload
def ms_to_s(time: NDArray[np.float64]) -> NDArray[np.float64]: ...
def ms_to_s(time: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return a time in s from one in ms."""
    # Division keeps 650 ms at 0.65 s exactly where a product with 1e-3 does not.
    return time / 1e3


@overload
def s_to_ms(time: float) -> float: ...
@overload
def s_to_ms(time: NDArray[np.float64]) -> NDArray[np.float64]: ...
def s_to_ms(time: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return a time in ms from one in s."""
    return time * 1e3


@overload
def reciprocal(value: float, error: float) -> tuple[float, float]: ...
@overload
def reciprocal(value: NDArray[np.float64], error: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]: ...
def reciprocal(
    value: float | NDArray[np.float64], error: float | NDArray[np.float64]
) -> tuple[float | NDArray[Any], float | NDArray[Any]]:
    """Return the rate (1/s) of a relaxation time (s), or the time of a rate, and its error to first order."""
    return 1 / value, error / value**2


def field_from_frequency(frequency_mhz: float) -> float:
    """Return the field in T at which protons precess at a frequency in MHz."""
    return frequency_mhz / PROTON_MHZ_PER_T


def frequency_from_field(field_t: float) -> float:
    """Return the proton frequency in MHz at a field in T."""
    return field_t * PROTON_MHZ_PER_T
