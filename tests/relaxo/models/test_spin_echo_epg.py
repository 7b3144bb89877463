from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest
from scipy.optimize import least_squares

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError, UsageError
from relaxo.fitting import follows
from relaxo.fitting.rician import expected_magnitude
from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["spin_echo_epg"]
TIMES = 0.01 * np.arange(1, 33)


def signal_of(T2, angle, S0=100.0, times=TIMES, **options):
    model = MODEL.with_options(options)
    nominal = options.get("refocusing_angle", 180.0)
    return model.signal({"T2map": T2, "S0map": S0, "TB1map": np.asarray(angle) / nominal}, {"EchoTime": times})


def measured(signal, sigma, rng):
    noise = rng.normal(0, sigma, (2, *signal.shape))
    return np.hypot(signal + noise[0], noise[1])


@pytest.mark.parametrize("angle", [100, 120, 140, 160, 180])
def test_at_a_signal_to_noise_of_100_t2_is_right_within_two_percent(angle):
    rng = np.random.default_rng(angle)
    T2 = np.repeat(np.array([0.02, 0.04, 0.08, 0.16, 0.32, 0.5]), 800)
    maps = fit(MODEL, measured(signal_of(T2, angle), 1.0, rng), noise=1.0, EchoTime=TIMES)
    assert (maps.status == FitStatus.OK).mean() > 0.998
    mean = np.nanmean(maps["T2map"].reshape(6, -1), axis=1)
    np.testing.assert_allclose(mean, T2[::800], rtol=0.02)
    single = fit("spin_echo_decay", np.abs(signal_of(T2, angle))[:, ::800], noise=None, EchoTime=TIMES)
    # What it is for: one exponential is wrong by more than that where refocusing is far from complete.
    assert angle > 150 or np.abs(single["T2map"] / T2[::800] - 1).max() > 0.02


@pytest.mark.skipif(not follows(), reason="no kernel here")
@pytest.mark.parametrize("noise", [1.0, None])
def test_both_engines_give_the_same_answer(noise):
    rng = np.random.default_rng(11)
    signal = measured(signal_of(rng.uniform(0.02, 0.4, 2000), rng.uniform(100, 180, 2000)), 1.0, rng)
    slow, fast = (fit(MODEL, signal, noise=noise, engine=engine, EchoTime=TIMES) for engine in ("numpy", "c++"))
    assert (slow.status == fast.status).mean() > 0.998
    ok = (slow.status == FitStatus.OK) & (fast.status == FitStatus.OK)
    assert ok.mean() > 0.99
    difference = np.abs(fast["T2map"] / slow["T2map"] - 1)[ok]
    assert np.quantile(difference, 0.99) < 1e-5
    assert np.max(difference / slow.error["T2map"][ok] * slow["T2map"][ok]) < 0.02
    np.testing.assert_allclose(fast.residual[ok], slow.residual[ok], rtol=1e-5)


@pytest.mark.parametrize("angle", [110, 140])
@pytest.mark.parametrize("T2", [0.03, 0.1, 0.4])
def test_standard_errors_are_the_spread_of_repeated_magnitudes(angle, T2):
    rng = np.random.default_rng(4)
    repeated = np.repeat(signal_of(T2, angle)[:, np.newaxis], 3000, axis=1)
    maps = fit(MODEL, measured(repeated, 1.0, rng), noise=1.0, EchoTime=TIMES)
    for name in maps:
        expected = np.sqrt(np.nanmean(maps.error[name] ** 2))
        assert np.nanstd(maps[name]) == pytest.approx(expected, rel=0.08), name


def test_perfect_refocusing_is_a_result_and_no_bound():
    T2 = np.geomspace(0.02, 0.5, 50)
    maps = fit(MODEL, signal_of(T2, 180.0), noise=None, EchoTime=TIMES)
    assert (maps.status == FitStatus.OK).all()
    np.testing.assert_allclose(maps["T2map"], T2, rtol=1e-5)
    # Near 180 degrees the signal goes with the square of what is lacking.
    np.testing.assert_allclose(maps["TB1map"], 1, atol=1e-3)
    assert (maps["TB1map"] <= 1).all()
    assert np.isfinite(maps.error["TB1map"]).all()


def test_angles_beyond_180_count_as_their_mirror_image():
    maps = fit(MODEL, signal_of(np.array([0.08]), 200.0), noise=None, EchoTime=TIMES)
    assert maps["TB1map"] == pytest.approx(160 / 180, rel=1e-5)


@pytest.mark.parametrize("sigma", [None, 2.0])
def test_no_other_fitter_finds_a_smaller_sum_of_squares(sigma):
    rng = np.random.default_rng(12)
    T2, angle = rng.uniform(0.03, 0.3, 12), rng.uniform(100, 175, 12)
    signal = (
        signal_of(T2, angle) + rng.normal(0, 2, (32, 12))
        if sigma is None
        else measured(signal_of(T2, angle), sigma, rng)
    )
    maps = fit(MODEL, signal, noise=sigma, component="real" if sigma is None else "magnitude", EchoTime=TIMES)
    for voxel in range(12):

        def residual(place, voxel=voxel):
            model = signal_of(np.exp(place[:1]), np.clip(place[1:2], 0, 180), place[2:])[:, 0]
            return signal[:, voxel] - (model if sigma is None else sigma * expected_magnitude(model / sigma)[0])

        other = least_squares(residual, (np.log(T2[voxel]), angle[voxel], 100.0), xtol=1e-12, x_scale=(1, 100, 100))
        ours = maps.residual[voxel] ** 2 * 32
        assert ours <= 2 * other.cost * (1 + 1e-4)
        if ours > 2 * other.cost * (1 - 1e-4):
            assert maps["T2map"][voxel] == pytest.approx(np.exp(other.x[0]), rel=1e-3)


def test_the_noise_floor_would_make_short_times_long():
    rng = np.random.default_rng(5)
    signal = measured(signal_of(np.full(400, 0.025), 140.0, 50.0), 1.0, rng)
    aware, unaware = (fit(MODEL, signal, noise=1.0, rician=flag, EchoTime=TIMES) for flag in (True, False))
    assert np.nanmedian(aware["T2map"]) == pytest.approx(0.025, rel=0.01)
    assert np.nanmedian(unaware["T2map"]) > 0.0255


@pytest.mark.parametrize("options", [{"T1": 0.3}, {"T1_to_T2": 1.0}, {"refocusing_angle": 120.0}])
def test_what_the_options_say_is_what_is_fitted(options):
    T2 = np.geomspace(0.03, 0.2, 10)
    signal = signal_of(T2, 110.0, **options)
    maps = fit(MODEL, signal, noise=None, EchoTime=TIMES, **options)
    np.testing.assert_allclose(maps["T2map"], T2, rtol=1e-4)
    np.testing.assert_allclose(maps["TB1map"], 110 / options.get("refocusing_angle", 180.0), rtol=1e-4)
    other = fit(MODEL, signal, noise=None, EchoTime=TIMES)
    assert "refocusing_angle" in options or np.abs(other["T2map"] / T2 - 1).max() > 1e-3


def test_all_echoes_of_a_real_train_agree_with_a_fit_that_leaves_out_the_first(real_data):
    folder = real_data / "nist_phantom" / "siemens_aera_1p5T" / "T2_mncl2"
    images = sorted((pydicom.dcmread(path) for path in folder.iterdir()), key=lambda image: float(image.EchoTime))
    times = np.array([float(image.EchoTime) for image in images]) / 1000
    signal = np.array([image.pixel_array for image in images])
    known = json.loads((real_data / "nist_phantom" / "reference.json").read_text())["siemens_aera_1p5T/T2_mncl2"]
    rows, columns = np.mgrid[: signal.shape[1], : signal.shape[2]]
    spheres = [np.hypot(rows - row, columns - column) <= 4 for row, column in known["sphere_centres_row_col"][:9]]
    mask = np.any(spheres, axis=0)
    phase_graph = fit(MODEL, signal, mask, EchoTime=times)
    exponential = fit("spin_echo_decay", signal, mask, EchoTime=times, skip_first_echo=False)
    for sphere, expected in zip(spheres, known["reference_fit_ms"], strict=False):
        error, error_of_one = (
            1000 * np.nanmean(maps["T2map"][sphere]) / expected - 1 for maps in (phase_graph, exponential)
        )
        assert abs(error) < 0.03
        assert abs(error) < error_of_one


def test_echoes_that_were_not_kept_are_missed_by_nobody():
    kept = TIMES[[1, 2, 3, 5, 8, 13, 21, 30]]
    maps = fit(MODEL, signal_of(np.array([0.07]), 130.0)[[1, 2, 3, 5, 8, 13, 21, 30]], noise=None, EchoTime=kept)
    assert maps["T2map"] == pytest.approx(0.07, rel=1e-4)
    assert maps["TB1map"] == pytest.approx(130 / 180, rel=1e-4)


def test_a_time_that_the_train_is_too_short_for_is_not_given():
    rng = np.random.default_rng(7)
    maps = fit(MODEL, measured(signal_of(np.full(300, 20.0), 170.0), 2.0, rng), noise=2.0, EchoTime=TIMES)
    assert np.isin(maps.status, [FitStatus.AT_BOUND, FitStatus.OUTSIDE_RANGE, FitStatus.NOT_CONVERGED, 0]).all()
    assert (maps.status != FitStatus.OK).mean() > 0.3


def test_times_that_are_no_train_are_refused():
    with pytest.raises(AnalysisError, match="evenly spaced"):
        fit(MODEL, np.ones((4, 2)) * np.arange(4, 0, -1)[:, np.newaxis], EchoTime=[0.01, 0.017, 0.031, 0.05])


@pytest.mark.parametrize(
    "options", [{"refocusing_angle": 0.0}, {"refocusing_angle": 200.0}, {"T1": -1.0}, {"T1_to_T2": 0.0}]
)
def test_options_without_sense_are_refused(options):
    with pytest.raises(UsageError):
        fit(MODEL, signal_of(np.array([0.1]), 150.0), EchoTime=TIMES, **options)
