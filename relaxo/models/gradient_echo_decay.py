"""Decay of gradient echoes, as one exponential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    te = times["EchoTime"][:, np.newaxis] / time
    decay = np.exp(-te)
    return decay[np.newaxis], (te * decay)[np.newaxis]


def _unchanged(values: tuple[Array, ...]) -> tuple[Array, ...]:
    return values


def _form(times: Times) -> Form:
    return Form("decay", (times["EchoTime"],))


MODEL = Model(
    name="gradient_echo_decay",
    title="Gradient-echo decay, one exponential",
    suffix="MEGRE",
    inputs=(Input("EchoTime", "TE", "time from the excitation to the echo"),),
    parameters=(
        Parameter("T2starmap", "T2star", "effective transverse relaxation time", "s", 1e-4, 100.0),
        Parameter("S0map", "S0", "signal without decay", "arbitrary", 0.0, np.inf),
    ),
    equation="S0 * exp(-TE / T2star)",
    reference="Chavhan et al., Radiographics 29:1433 (2009), doi 10.1148/rg.295095034",
    basis=_basis,
    to_parameters=_unchanged,
    to_amplitudes=_unchanged,
    decays=True,
    form=_form,
    options=(
        Option("noise_floor", "leave out echoes from the first below this many sigma of the noise; 0 keeps all", 3.0),
    ),
)
