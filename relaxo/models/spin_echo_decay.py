"""Decay of spin echoes, as one exponential."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import UsageError
from relaxo.fitting import Problem, solve_each, solve_magnitude
from relaxo.models.decay import NOISE_FLOOR, decay_basis, decay_form
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting import Solution
    from relaxo.models.model import Array, Options, Times

#: Where the fit that knows of the noise floor seeks T2: from the first echo time divided by this ...
BELOW_FIRST = 20
#: ... to the last one times this.
BEYOND_LAST = 50


def _decay_and_offset(time: Array, times: Times) -> tuple[Array, Array]:
    decay, derivative = decay_basis(time, times)
    return np.concatenate([decay, np.ones_like(decay)]), np.concatenate([derivative, np.zeros_like(decay)])


def _variant(options: Options) -> Model:
    if options["offset"] and options["rician"]:
        raise UsageError("offset and rician both explain what is left of a decay", hint="Choose one of the two")
    if options["rician"]:
        return ABOVE_THE_FLOOR
    return WITH_OFFSET if options["offset"] else MODEL


def _solve(
    signal: Array,
    keep: NDArray[np.bool_],
    times: Times,
    options: Options,  # noqa: ARG001 - every solver is told them
    sigma: float | None,
    *,
    compiled: bool,  # noqa: ARG001
) -> Solution:
    problem = Problem(
        basis=lambda time: decay_basis(time, times),
        lower=times["EchoTime"].min() / BELOW_FIRST,
        upper=times["EchoTime"].max() * BEYOND_LAST,
    )
    return solve_each(problem, signal, keep) if sigma is None else solve_magnitude(problem, signal, keep, sigma)


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
    basis=decay_basis,
    decays=True,
    form=decay_form,
    variant=_variant,
    options=(
        Option(
            "skip_first_echo", "leave out the first echo: it lacks what stimulated echoes add to the later ones", True
        ),
        Option(
            "offset",
            "find a constant below the decay as well; it is no substitute for the noise floor, and T2 beyond the train "
            "runs away with it",
            False,
        ),
        Option(
            "rician",
            "keep every echo and fit the mean that noise gives to magnitudes, where the noise is known, instead of "
            "leaving out echoes",
            False,
        ),
        NOISE_FLOOR,
    ),
)

#: The same above a constant.
WITH_OFFSET = replace(
    MODEL,
    title="Spin-echo decay, one exponential and an offset",
    parameters=(
        *MODEL.parameters,
        Parameter("offset", "C", "signal that does not decay", "arbitrary", -np.inf, np.inf),
    ),
    equation="S0 * exp(-TE / T2) + C",
    basis=_decay_and_offset,
    form=None,
)

#: The same, with the mean that noise gives to magnitudes in place of truncation.
ABOVE_THE_FLOOR = replace(
    MODEL, title="Spin-echo decay, one exponential above the noise floor", decays=False, form=None, solver=_solve
)
