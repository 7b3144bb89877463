"""Recovery after saturation: a variable repetition time, or a variable time after a saturation pulse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Options, Times


def _recovery(time: Array, times: Times) -> tuple[Array, Array]:
    tr = times["RepetitionTime"][:, np.newaxis] / time
    # Not 1 - exp(): a long T1 would lose its digits.
    return -np.expm1(-tr)[np.newaxis], (-tr * np.exp(-tr))[np.newaxis]


def _recovery_and_rest(time: Array, times: Times) -> tuple[Array, Array]:
    tr = times["RepetitionTime"][:, np.newaxis] / time
    left = np.exp(-tr)
    return np.array([-np.expm1(-tr), left]), np.array([-tr * left, tr * left])


def _to_parameters(amplitudes: tuple[Array, ...]) -> tuple[Array, ...]:
    equilibrium, rest = amplitudes
    return equilibrium, 1 - rest / equilibrium


def _to_amplitudes(parameters: tuple[Array, ...]) -> tuple[Array, ...]:
    equilibrium, efficiency = parameters
    return equilibrium, equilibrium * (1 - efficiency)


def _variant(options: Options) -> Model:
    return IMPERFECT if options["imperfect_saturation"] else MODEL


def _form(times: Times) -> Form:
    return Form("recovery", (times["RepetitionTime"],))


MODEL = Model(
    name="saturation_recovery",
    title="Saturation recovery",
    suffix="VTR",
    inputs=(
        Input(
            "RepetitionTime",
            "TR",
            "time from one excitation, or from the saturation, to the next excitation",
            other_names=("SaturationTime", "RepetitionTimeExcitation"),
        ),
    ),
    parameters=(
        Parameter("T1map", "T1", "longitudinal relaxation time", "s", 1e-4, 100.0),
        Parameter("M0map", "M0", "signal at equilibrium", "arbitrary", 0.0, np.inf),
    ),
    equation="M0 * (1 - exp(-TR / T1))",
    reference="Kingsley, Concepts Magn. Reson. 11:243 (1999), doi 10.1002/(SICI)1099-0534(1999)11:4<243::AID-CMR5>"
    "3.0.CO;2-C",
    basis=_recovery,
    form=_form,
    variant=_variant,
    options=(
        Option("imperfect_saturation", "find the share that was saturated as well; it needs three times", False),
        Option(
            "noise_floor",
            "a voxel whose largest signal is below this many sigma of the noise is not fitted",
            5.0,
            "sigma",
        ),
    ),
)

#: The same with a third parameter: the share of the magnetisation that was saturated, as a map.
IMPERFECT = replace(
    MODEL,
    title="Saturation recovery, efficiency free",
    parameters=(
        *MODEL.parameters,
        Parameter("efficiency", "s", "share of the magnetisation that was saturated", "1", 0.0, 1.5),
    ),
    equation="M0 * (1 - s * exp(-TR / T1))",
    basis=_recovery_and_rest,
    to_parameters=_to_parameters,
    to_amplitudes=_to_amplitudes,
    form=None,
)
