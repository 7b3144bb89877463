"""Look-Locker and MOLLI: a recovery that is read many times, and that the reading speeds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    """Return what A and B multiply, at the apparent time constant T1*."""
    ti = times["InversionTime"][:, np.newaxis] / time
    left = np.exp(-ti)
    return np.array([np.ones_like(left), -left]), np.array([np.zeros_like(left), -ti * left])


def _correction(amplitudes: tuple[Array, ...]) -> Array:
    """Return T1 / T1*."""
    steady, change = amplitudes
    return change / steady - 1


MODEL = Model(
    name="look_locker",
    title="Look-Locker or MOLLI, corrected for the read-out",
    suffix="LookLocker",
    inputs=(Input("InversionTime", "TI", "time from the inversion to the centre of the image"),),
    parameters=(
        Parameter("T1map", "T1", "longitudinal relaxation time", "s", 1e-4, 100.0),
        Parameter("A", "A", "signal in the steady state of the read-out", "arbitrary", 0.0, np.inf),
        Parameter("B", "B", "signal gained from the inversion to that steady state", "arbitrary", 0.0, np.inf),
    ),
    equation="A - B * exp(-TI * (B / A - 1) / T1)",
    reference="Deichmann and Haase, J. Magn. Reson. 96:608 (1992), doi 10.1016/0022-2364(92)90347-A; Messroghli et "
    "al., Magn. Reson. Med. 52:141 (2004), doi 10.1002/mrm.20110; holds for a perfect inversion and small angles",
    basis=_basis,
    rises_through_zero=True,
    time_factor=_correction,
    options=(
        Option(
            "noise_floor",
            "a voxel whose largest signal is below this many sigma of the noise is not fitted",
            5.0,
            "sigma",
        ),
    ),
)
