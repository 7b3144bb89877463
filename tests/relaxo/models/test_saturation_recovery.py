from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from relaxo.errors import AnalysisError
from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["saturation_recovery"]
TIMES = np.array([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4])


def test_three_parameters_find_what_saturation_left():
    signal = 500 * (1 - 0.85 * np.exp(-TIMES / 0.9))
    maps = fit(MODEL, signal, RepetitionTime=TIMES, imperfect_saturation=True)
    assert maps["T1map"] == pytest.approx(0.9, rel=1e-6)
    assert maps["efficiency"] == pytest.approx(0.85, rel=1e-6)
    assert list(maps) == ["T1map", "M0map", "efficiency"]


def test_two_parameters_take_saturation_for_perfect():
    signal = 500 * (1 - 0.85 * np.exp(-TIMES / 0.9))
    maps = fit(MODEL, signal, RepetitionTime=TIMES)
    assert list(maps) == ["T1map", "M0map"]
    assert maps["T1map"] < 0.85


@pytest.mark.parametrize("imperfect", [False, True])
def test_noisy_voxels_come_out_as_from_scipy(imperfect):
    rng = np.random.default_rng(6)

    def two(t, T1, M0):
        return M0 * (1 - np.exp(-t / T1))

    def three(t, T1, M0, s):
        return M0 * (1 - s * np.exp(-t / T1))

    truth, function = ((0.9, 500.0, 0.9), three) if imperfect else ((0.9, 500.0), two)
    signal = function(TIMES, *truth)[:, np.newaxis] + rng.normal(0, 5, (TIMES.size, 30))
    maps = fit(MODEL, signal, RepetitionTime=TIMES, imperfect_saturation=imperfect)
    for voxel in range(30):
        optimum, covariance = curve_fit(function, TIMES, signal[:, voxel], truth, xtol=1e-12, ftol=1e-12)
        for name, value, error in zip(maps, optimum, np.sqrt(np.diag(covariance)), strict=True):
            assert maps[name][voxel] == pytest.approx(value, rel=1e-5)
            assert maps.error[name][voxel] == pytest.approx(error, rel=1e-3)


def test_times_after_a_saturation_pulse_may_have_their_own_name():
    signal = 500 * (1 - np.exp(-TIMES / 0.9))
    assert fit(MODEL, signal, SaturationTime=TIMES)["T1map"] == pytest.approx(0.9, rel=1e-6)


def test_three_parameters_need_three_times():
    with pytest.raises(AnalysisError, match="3 parameters"):
        fit(MODEL, np.array([10.0, 20.0]), RepetitionTime=[0.5, 1.0], imperfect_saturation=True)
    assert np.isfinite(fit(MODEL, np.array([10.0, 15.0]), RepetitionTime=[0.5, 1.0])["T1map"])
