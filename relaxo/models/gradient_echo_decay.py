"""Decay of gradient echoes, as one exponential."""

from __future__ import annotations

import numpy as np

from relaxo.models.decay import NOISE_FLOOR, decay_basis, decay_form
from relaxo.models.model import Input, Model, Parameter

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
    basis=decay_basis,
    decays=True,
    form=decay_form,
    options=(NOISE_FLOOR,),
)
