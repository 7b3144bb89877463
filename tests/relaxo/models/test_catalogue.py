"""Which models suit which images."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.data import Protocol
from relaxo.models import CATALOGUE, models_for, usual_for

N = np.arange(1.0, 9.0)


@pytest.mark.parametrize(
    ("protocol", "quantity", "names"),
    [
        (
            Protocol("IRT1", "InversionTime", N),
            "T1",
            {"inversion_recovery", "inversion_recovery_ideal", "look_locker"},
        ),
        (Protocol("MESE", "EchoTime", N), "T2", {"spin_echo_decay", "spin_echo_epg"}),
        (Protocol("MESE", "EchoTime", N), "T1", set()),
        (Protocol("VFA", "FlipAngle", N, {"RepetitionTime": 0.01}), "T1", {"spoiled_gradient_echo"}),
        (Protocol("VFA", "FlipAngle", N), "T1", set()),
    ],
)
def test_only_models_that_can_be_fitted_are_offered(protocol: Protocol, quantity: str, names: set[str]) -> None:
    assert {model.name for model in models_for(protocol, quantity)} == names


def test_the_usual_model_is_one_of_them() -> None:
    usual = usual_for("IRT1")
    assert usual in models_for(Protocol("IRT1", "InversionTime", N), "T1")
    assert usual_for("nothing") is None


def test_options_start_within_their_bounds() -> None:
    for model in CATALOGUE.values():
        for option in model.options:
            assert isinstance(option.default, bool) or option.lower <= option.default <= option.upper
