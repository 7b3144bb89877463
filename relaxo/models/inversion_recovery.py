"""Inversion recovery with imperfect inversion and a repetition time of its own for every image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times

#: A repetition time, in s, after which nothing is left of anything.
ENDLESS = 1e9


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    rate = 1 / time
    ti = times["InversionTime"][:, np.newaxis] * rate
    basis, derivative = np.empty((2, 2, *ti.shape), ti.dtype)
    np.exp(-ti, out=basis[1])
    np.negative(basis[1], out=basis[1])
    # d exp(-t/T) / d ln T = (t/T) exp(-t/T).
    np.multiply(ti, basis[1], out=derivative[1])
    if np.isinf(times["RepetitionTime"]).all():
        # Nothing is left of the magnetisation before: half of the exponentials need not be computed.
        basis[0], derivative[0] = 1, 0
        return basis, derivative
    tr = times["RepetitionTime"][:, np.newaxis] * rate
    after_repetition = np.exp(-tr)
    np.add(1, after_repetition, out=basis[0])
    # The slope of what an endless repetition time leaves is 0, not infinity times 0.
    tr[np.isinf(tr)] = 0
    np.multiply(tr, after_repetition, out=derivative[0])
    return basis, derivative


def _to_parameters(amplitudes: tuple[Array, ...]) -> tuple[Array, ...]:
    equilibrium, inverted = amplitudes
    return equilibrium, inverted / equilibrium - 1


def _to_amplitudes(parameters: tuple[Array, ...]) -> tuple[Array, ...]:
    equilibrium, efficiency = parameters
    return equilibrium, equilibrium * (1 + efficiency)


def _form(times: Times) -> Form:
    ti, tr = times["InversionTime"], times["RepetitionTime"]
    if np.isinf(tr).all():
        return Form("inversion", (ti,))
    # Finite, so that nothing but what it leaves is 0.
    return Form("repeated_inversion", (ti, np.minimum(tr, ENDLESS)))


MODEL = Model(
    name="inversion_recovery",
    title="Inversion recovery, efficiency free",
    suffix="IRT1",
    inputs=(
        Input("InversionTime", "TI", "time from the inversion to the excitation"),
        Input("RepetitionTime", "TR", "time from one inversion to the next", default=np.inf),
    ),
    parameters=(
        Parameter("T1map", "T1", "longitudinal relaxation time", "s", 1e-4, 100.0),
        Parameter("M0map", "M0", "signal at equilibrium", "arbitrary", 0.0, np.inf),
        Parameter(
            "efficiency",
            "e",
            "apparent share of the magnetisation that was inverted; it also takes up a small error of TI",
            "1",
            0.0,
            2.0,
        ),
    ),
    equation="M0 * (1 + exp(-TR / T1) - (1 + e) * exp(-TI / T1))",
    reference="Barral et al., Magn. Reson. Med. 64:1057 (2010), doi 10.1002/mrm.22497; finite repetition time kept",
    basis=_basis,
    to_parameters=_to_parameters,
    to_amplitudes=_to_amplitudes,
    rises_through_zero=True,
    form=_form,
    options=(
        Option(
            "noise_floor",
            "a voxel whose largest signal is below this many sigma of the noise is not fitted",
            5.0,
            "sigma",
        ),
    ),
)
