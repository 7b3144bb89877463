"""Decay of spin echoes, as one exponential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    te = times["EchoTime"][:, np.newaxis] / time
    decay = np.exp(-te)
    return decay[np.newaxis], (te * decay)[np.newaxis]


def _unchanged(values: tuple[Array, ...]) -> tuple[Array, ...]:
    return values


MODEL = Model(
    name="spin_echo_decay",
    title="Spin-echo decay, one exponential",
    suffix="MESE",
    inputs=(Input("EchoTime", "TE", "time from the excitation to the echo"),),
    parameters=(
        Parameter("T2map", "T2", "transverse relaxation time", "s", 1e-4, 100.0),
        Parameter("S0map", "S0", "signal without decay", "arbitrary", 0.0, np.inf),
    ),
    equation="S0 * exp(-TE / T2)",
    reference="Carr and Purcell, Phys. Rev. 94:630 (1954); first echo left out as in Milford et al., PLoS ONE "
    "10:e0145255 (2015)",
    basis=_basis,
    to_parameters=_unchanged,
    to_amplitudes=_unchanged,
    decays=True,
    options=(
        Option(
            "skip_first_echo", "leave out the first echo: it lacks what stimulated echoes add to the later ones", True
        ),
        Option("noise_floor", "leave out echoes from the first below this many sigma of the noise; 0 keeps all", 3.0),
    ),
)
