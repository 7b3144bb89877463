"""Spoiled gradient echoes at variable flip angle, with an optional map of B1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times

#: T1 is sought from the shortest repetition time divided by this: below, the signal no longer depends on it ...
BELOW_REPETITION = 20
#: ... to that which the smallest flip angle has as its Ernst angle, times this.
BEYOND_ERNST = 25


def _basis(time: Array, times: Times) -> tuple[Array, Array]:
    angle = np.radians(times["FlipAngle"])[:, np.newaxis] * times["TB1map"]
    ratio = times["RepetitionTime"][:, np.newaxis] / time
    left, lost = np.exp(-ratio), 2 * np.sin(angle / 2) ** 2
    # Sums of what is small, not differences of what is nearly 1: a long T1 and a small angle would lose their digits.
    recovered = -np.expm1(-ratio)
    rest = recovered + left * lost
    basis = np.sin(angle) * recovered / rest
    derivative = -np.sin(angle) * lost * left * ratio / rest**2
    return basis[np.newaxis], derivative[np.newaxis]


def _search_range(times: Times) -> tuple[float, float]:
    angles = np.radians(times["FlipAngle"])
    smallest = min(float(angles[angles > 0].min()), np.pi / 2)
    repetition = times["RepetitionTime"]
    # Ernst: cos(angle) = exp(-TR / T1).
    longest = -float(repetition.max()) / np.log(np.cos(smallest)) if smallest < np.pi / 2 else float(repetition.max())
    return float(repetition.min()) / BELOW_REPETITION, BEYOND_ERNST * longest


def _form(times: Times) -> Form:
    angle = np.radians(times["FlipAngle"]) * times["TB1map"]
    return Form("spoiled", (times["RepetitionTime"], np.sin(angle), 2 * np.sin(angle / 2) ** 2))


MODEL = Model(
    name="spoiled_gradient_echo",
    title="Spoiled gradient echo, variable flip angle",
    suffix="VFA",
    inputs=(
        Input("FlipAngle", "FA", "nominal flip angle", unit="degree"),
        Input(
            "RepetitionTime",
            "TR",
            "time from one excitation to the next",
            other_names=("RepetitionTimeExcitation",),
        ),
        Input("TB1map", "B1", "true flip angle as a share of the nominal one", default=1.0, unit="1", per_voxel=True),
    ),
    parameters=(
        Parameter("T1map", "T1", "longitudinal relaxation time", "s", 1e-4, 100.0),
        Parameter("M0map", "M0", "signal at equilibrium", "arbitrary", 0.0, np.inf),
    ),
    equation="M0 * sin(B1 * FA) * (1 - exp(-TR / T1)) / (1 - exp(-TR / T1) * cos(B1 * FA))",
    reference="Ernst and Anderson, Rev. Sci. Instrum. 37:93 (1966), doi 10.1063/1.1719961; Fram et al., Magn. Reson. "
    "Imaging 5:201 (1987); nonlinear least squares after Chang et al., Magn. Reson. Med. 60:496 (2008), doi "
    "10.1002/mrm.21669",
    basis=_basis,
    search_range=_search_range,
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
