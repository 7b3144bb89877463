from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError, UsageError
from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["spin_echo_decay"]
TIMES = 0.01 * np.arange(1, 17)


def test_the_first_echo_is_left_out_unless_told():
    signal = 100 * np.exp(-TIMES / 0.06)
    signal[0] *= 0.8
    assert fit(MODEL, signal, EchoTime=TIMES)["T2map"] == pytest.approx(0.06, rel=1e-6)
    assert fit(MODEL, signal, EchoTime=TIMES, skip_first_echo=False)["T2map"] > 0.063


def test_echoes_from_the_first_in_the_noise_on_do_not_count():
    signal = np.hypot(100 * np.exp(-TIMES / 0.02), 1.0)
    # What rises above the floor once more is noise.
    signal[8:] = [2.0, 4.0, 1.0, 2.0, 3.5, 1.0, 2.0, 1.5]
    maps = fit(MODEL, signal, noise=1.0, EchoTime=TIMES)
    assert maps["T2map"] == pytest.approx(0.02, rel=1e-6)
    assert fit(MODEL, signal, noise=1.0, noise_floor=0.0, EchoTime=TIMES)["T2map"] > 0.0205


@pytest.mark.parametrize("engine", ["auto", "numpy"])
@pytest.mark.parametrize(("T2", "noise"), [(0.02, 1.0), (0.04, 1.0), (0.04, 3.0), (0.08, 3.0)])
def test_noise_does_not_make_a_decay_slower(T2, noise, engine):
    rng = np.random.default_rng(6)
    clean = 100 * np.exp(-TIMES / T2)[:, np.newaxis]
    signal = np.hypot(clean + rng.normal(0, noise, (16, 20_000)), rng.normal(0, noise, (16, 20_000)))
    maps = fit(MODEL, signal, noise=noise, engine=engine, EchoTime=TIMES)
    assert (maps.status == FitStatus.OK).mean() > 0.999
    rate = 1 / maps["T2map"]
    assert abs(np.nanmedian(rate) * T2 - 1) < 0.0045
    raw = fit(MODEL, signal, noise=noise, noise_floor=0.0, engine=engine, EchoTime=TIMES)
    assert np.nanmedian(1 / raw["T2map"]) * T2 - 1 < -0.0045
    expected = np.sqrt(np.nanmean((maps.error["T2map"] / maps["T2map"] ** 2) ** 2))
    assert np.nanstd(rate) == pytest.approx(expected, rel=0.12)


def test_both_engines_agree_where_noise_is_taken_out():
    rng = np.random.default_rng(7)
    clean = 100 * np.exp(-TIMES[:, np.newaxis] / np.exp(rng.uniform(np.log(0.005), np.log(0.2), 20_000)))
    signal = np.hypot(clean + rng.normal(0, 2, clean.shape), rng.normal(0, 2, clean.shape)).astype(np.float32)
    signal[:, :2] = np.nan, 0
    here, there = (fit(MODEL, signal, noise=2.0, engine=engine, EchoTime=TIMES) for engine in ("auto", "numpy"))
    assert (here.status == there.status).mean() > 0.9998
    ok = (here.status == FitStatus.OK) & (there.status == FitStatus.OK)
    assert np.quantile(np.abs(here["T2map"] / there["T2map"] - 1)[ok], 0.999) < 1e-5
    np.testing.assert_array_equal(here.status[:2], [FitStatus.NOT_FINITE, FitStatus.CONSTANT])


def test_a_decay_that_is_gone_before_it_can_be_fitted_is_below_the_noise():
    maps = fit(MODEL, 100 * np.exp(-TIMES / 0.004) + 1.0, noise=1.0, EchoTime=TIMES)
    assert maps.status == FitStatus.BELOW_NOISE
    assert np.isnan(maps["T2map"])


@pytest.mark.parametrize("offset", [8.0, -3.0])
def test_an_offset_is_found_with_its_error(offset):
    rng = np.random.default_rng(1)
    signal = (100 * np.exp(-TIMES / 0.05) + offset)[:, np.newaxis] + rng.normal(0, 0.3, (16, 20))
    maps = fit(MODEL, signal, noise=None, component="real", EchoTime=TIMES, offset=True, skip_first_echo=False)
    assert list(maps) == ["T2map", "S0map", "offset"]

    def model(t, T2, S0, C):
        return S0 * np.exp(-t / T2) + C

    for voxel in range(20):
        optimum, covariance = curve_fit(model, TIMES, signal[:, voxel], (0.05, 100, offset), xtol=1e-12, ftol=1e-12)
        for name, value, error in zip(maps, optimum, np.sqrt(np.diag(covariance)), strict=True):
            assert maps[name][voxel] == pytest.approx(value, rel=1e-5)
            assert maps.error[name][voxel] == pytest.approx(error, rel=1e-3)


def test_a_decay_slower_than_its_train_runs_away_with_an_offset_and_is_no_result():
    rng = np.random.default_rng(2)
    signal = 100 * np.exp(-TIMES / 2.0)[:, np.newaxis] + rng.normal(0, 1, (16, 200))
    without = fit(MODEL, signal, noise=None, EchoTime=TIMES)
    assert np.nanmedian(without["T2map"]) == pytest.approx(2.0, rel=0.1)
    with_offset = fit(MODEL, signal, noise=None, EchoTime=TIMES, offset=True)
    assert (with_offset.status != FitStatus.OK).mean() > 0.8


def test_an_offset_needs_one_more_echo():
    signal = np.array([9.0, 7.0, 5.0])
    with pytest.raises(AnalysisError, match="3 parameters"):
        fit(MODEL, signal, EchoTime=[0.01, 0.02, 0.03], offset=True)


@pytest.mark.parametrize("T2", [0.015, 0.03, 0.1])
def test_the_mean_of_the_noise_may_be_fitted_with_the_decay(T2):
    rng = np.random.default_rng(3)
    clean = 40 * np.exp(-TIMES / T2)[:, np.newaxis]
    signal = np.hypot(clean + rng.normal(0, 1, (16, 2000)), rng.normal(0, 1, (16, 2000)))
    maps = fit(MODEL, signal, noise=1.0, rician=True, skip_first_echo=False, EchoTime=TIMES)
    plain = fit(MODEL, signal, noise=1.0, noise_floor=0.0, skip_first_echo=False, EchoTime=TIMES)
    assert (maps.status == FitStatus.OK).all()
    assert maps["T2map"].mean() == pytest.approx(T2, rel=0.005)
    assert np.abs(maps["T2map"].mean() / T2 - 1) < np.abs(plain["T2map"].mean() / T2 - 1)
    assert maps["T2map"].std() == pytest.approx(np.sqrt(np.mean(maps.error["T2map"] ** 2)), rel=0.08)


@pytest.mark.parametrize("model", ["spin_echo_decay", "spin_echo_epg"])
def test_noise_has_no_mean_in_signed_images(model):
    rng = np.random.default_rng(4)
    signal = 20 * np.exp(-TIMES / 0.02)[:, np.newaxis] + rng.normal(0, 1, (16, 300))
    options = {"skip_first_echo": False} if model == "spin_echo_decay" else {}
    known, unknown = (
        fit(model, signal, noise=noise, rician=True, component="real", EchoTime=TIMES, **options)
        for noise in (1.0, None)
    )
    np.testing.assert_allclose(known["T2map"], unknown["T2map"], rtol=1e-9)


def test_an_offset_and_the_noise_floor_are_not_sought_together():
    with pytest.raises(UsageError, match="both"):
        fit(MODEL, np.ones((16, 2)), EchoTime=TIMES, offset=True, rician=True)
