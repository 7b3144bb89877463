"""Inversion recovery with a perfect inversion, for few inversion times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    ti = times["InversionTime"][:, np.newaxis] / time
    tr = times["RepetitionTime"][:, np.newaxis] / time
    after_inversion, after_repetition = np.exp(-ti), np.exp(-tr)
    basis = 1 - 2 * after_inversion + after_repetition
    # d exp(-t/T) / d ln T = (t/T) exp(-t/T), which is 0 for an endless t.
    derivative = np.where(np.isinf(tr), 0.0, tr) * after_repetition - 2 * ti * after_inversion
    return basis[np.newaxis], derivative[np.newaxis]


MODEL = Model(
    name="inversion_recovery_ideal",
    title="Inversion recovery, perfect inversion",
    suffix="IRT1",
    inputs=(
        Input("InversionTime", "TI", "time from the inversion to the excitation"),
        Input("RepetitionTime", "TR", "time from one inversion to the next", default=np.inf),
    ),
    parameters=(
        Parameter("T1map", "T1", "longitudinal relaxation time", "s", 1e-4, 100.0),
        Parameter("M0map", "M0", "signal at equilibrium", "arbitrary", 0.0, np.inf),
    ),
    equation="M0 * (1 - 2 * exp(-TI / T1) + exp(-TR / T1))",
    reference="Kingsley, Concepts Magn. Reson. 11:243 (1999), doi 10.1002/(SICI)1099-0534(1999)11:4<243::AID-CMR5>"
    "3.0.CO;2-C; biased where the inversion is not perfect",
    basis=_basis,
    rises_through_zero=True,
    options=(
        Option(
            "noise_floor",
            "a voxel whose largest signal is below this many sigma of the noise is not fitted",
            5.0,
            "sigma",
        ),
    ),
)
