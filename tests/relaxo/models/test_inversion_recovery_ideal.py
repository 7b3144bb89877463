from __future__ import annotations

import numpy as np
import pytest

from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["inversion_recovery_ideal"]


@pytest.mark.parametrize("T1", [0.08, 0.4, 1.5])
def test_three_magnitudes_are_enough(T1):
    TI = np.array([0.1, 0.5, 2.0])
    signal = 700 * (1 - 2 * np.exp(-TI / T1) + np.exp(-3.0 / T1))
    maps = fit(MODEL, np.abs(signal), InversionTime=TI, RepetitionTime=3.0)
    assert maps["T1map"] == pytest.approx(T1, rel=1e-6)
    assert maps["M0map"] == pytest.approx(700, rel=1e-6)


def test_it_is_the_free_model_at_full_efficiency():
    TI = np.geomspace(0.05, 3, 8)
    times = {"InversionTime": TI, "RepetitionTime": TI + 1.0}
    truth = {"T1map": np.array([0.1, 0.5, 2.0]), "M0map": np.full(3, 10.0)}
    free = CATALOGUE["inversion_recovery"].signal({**truth, "efficiency": np.ones(3)}, times)
    np.testing.assert_allclose(MODEL.signal(truth, times), free, rtol=1e-12)


def test_without_a_repetition_time_recovery_is_complete():
    TI = np.geomspace(0.05, 3, 8)
    signal = 10 * (1 - 2 * np.exp(-TI / 0.5))
    assert fit(MODEL, signal, component="real", InversionTime=TI)["T1map"] == pytest.approx(0.5, rel=1e-6)
