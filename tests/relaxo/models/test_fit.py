"""The fit of images: truth, scipy's optimum, honest errors, and a status for whatever has no value."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import OptimizeWarning, curve_fit

from relaxo.data import FitStatus
from relaxo.models import fit

TI = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 1.8, 2.6, 4.0])
TE = np.arange(1, 17) * 0.01
#: Within so many standard errors lie 95 of 100 measurements with seven degrees of freedom (Student's t).
T_95 = 2.365


def inversion_recovery(ti, t1, m0, efficiency, tr=np.inf):
    return m0 * (1 + np.exp(-tr / t1) - (1 + efficiency) * np.exp(-ti / t1))


def decay(te, t2, s0):
    return s0 * np.exp(-te / t2)


def rician(clean, sigma, seed=0):
    rng = np.random.default_rng(seed)
    return np.hypot(clean + rng.normal(0, sigma, clean.shape), rng.normal(0, sigma, clean.shape))


def recoveries(voxels=200, sigma=20.0, seed=0, tr=np.inf):
    """Return magnitudes (n, v) and the true T1 (v,)."""
    rng = np.random.default_rng(seed)
    t1 = np.exp(rng.uniform(np.log(0.06), np.log(3.0), voxels))
    tr = np.broadcast_to(tr, TI.shape)[:, np.newaxis]
    clean = inversion_recovery(TI[:, np.newaxis], t1, 1000.0, rng.uniform(0.8, 1, voxels), tr)
    return rician(clean, sigma, seed + 1), t1


def decays(voxels=200, sigma=20.0, seed=0):
    rng = np.random.default_rng(seed)
    t2 = np.exp(rng.uniform(np.log(0.015), np.log(0.15), voxels))
    return rician(decay(TE[:, np.newaxis], t2, 1000.0), sigma, seed + 1), t2


@pytest.mark.parametrize("tr", [np.inf, 2.5, 2.0 + TI], ids=["endless", "one TR", "a TR per image"])
def test_inversion_recovery_without_noise_gives_the_truth(tr):
    signal, t1 = recoveries(sigma=0.0, tr=tr)
    maps = fit("inversion_recovery", signal, InversionTime=TI, RepetitionTime=tr)
    assert (maps.status == FitStatus.OK).all()
    np.testing.assert_allclose(maps["T1map"], t1, rtol=1e-8)
    np.testing.assert_allclose(maps["M0map"], 1000, rtol=1e-8)
    np.testing.assert_allclose(maps.r_squared, 1, atol=1e-10)
    single = fit("inversion_recovery", signal.astype(np.float32), InversionTime=TI, RepetitionTime=tr)
    np.testing.assert_allclose(single["T1map"], t1, rtol=2e-5)


def test_a_recovery_that_never_reaches_zero_is_as_good_as_any():
    ti = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    t1 = np.array([1.86, 2.5])
    signal = np.abs(inversion_recovery(ti[:, np.newaxis], t1, 1000.0, 0.98))
    maps = fit("inversion_recovery", signal, InversionTime=ti)
    assert (maps.status == FitStatus.OK).all()
    np.testing.assert_allclose(maps["T1map"], t1, rtol=1e-7)
    np.testing.assert_allclose(maps["M0map"], 1000, rtol=1e-7)
    np.testing.assert_allclose(maps["efficiency"], 0.98, rtol=1e-7)


def test_a_minimum_outside_the_bounds_does_not_beat_one_inside():
    ti = np.array([0.035, 0.075, 0.1, 0.125, 0.15, 0.25, 1.0, 2.0, 3.0])
    signal = rician(np.repeat(inversion_recovery(ti, 0.03, 500.0, 0.97)[:, np.newaxis], 500, axis=1), 8.0)
    maps = fit("inversion_recovery", signal, InversionTime=ti, noise=None)
    assert (maps.status == FitStatus.OK).mean() > 0.9
    assert np.nanmedian(maps["T1map"]) == pytest.approx(0.03, rel=0.1)


@pytest.mark.parametrize("efficiency", [1.4, 2.5])
def test_a_minimum_inside_the_bounds_that_explains_less_is_no_answer_either(efficiency):
    ti, tr = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8]), np.array([1.0, 1.0, 1.0, 1.26, 1.86, 2.46])
    clean = np.repeat(inversion_recovery(ti, 0.022, 1000.0, efficiency, tr)[:, np.newaxis], 500, axis=1)
    maps = fit("inversion_recovery", rician(clean, 20.0), InversionTime=ti, RepetitionTime=tr, noise=None)
    off = np.abs(maps["T1map"] - 0.022)
    wrong = (maps.status == FitStatus.OK) & (off > 5 * maps.error["T1map"]) & (off > 0.011)
    assert not wrong.any()


def test_a_decay_without_noise_gives_the_truth():
    signal, t2 = decays(sigma=0.0)
    maps = fit("spin_echo_decay", signal, EchoTime=TE)
    np.testing.assert_allclose(maps["T2map"], t2, rtol=1e-8)
    np.testing.assert_allclose(maps["S0map"], 1000, rtol=1e-8)


@pytest.mark.parametrize("sigma", [5.0, 20.0, 50.0])
def test_no_recovery_costs_more_than_scipy_s(sigma):
    signal, truth = recoveries(60, sigma)
    maps = fit("inversion_recovery", signal, InversionTime=TI)
    ok = np.flatnonzero(maps.status == FitStatus.OK)
    assert ok.size > 50
    for voxel in ok:
        best = (np.inf, np.nan, np.nan)
        for flipped in range(TI.size):
            signed = np.where(np.arange(TI.size) < flipped, -signal[:, voxel], signal[:, voxel])
            try:
                found, covariance = curve_fit(inversion_recovery, TI, signed, p0=(truth[voxel], 1000, 0.9))
            except (RuntimeError, OptimizeWarning, RuntimeWarning):
                continue
            if not 0 < found[2] < 2:
                continue
            cost = ((inversion_recovery(TI, *found) - signed) ** 2).sum()
            best = min(best, (cost, found[0], np.sqrt(covariance[0, 0])))
        assert maps.residual[voxel] ** 2 * TI.size <= best[0] * (1 + 1e-9)
        assert maps["T1map"][voxel] == pytest.approx(best[1], rel=1e-4)
        assert maps.error["T1map"][voxel] == pytest.approx(best[2], rel=1e-3)


def test_a_decay_ends_in_scipy_s_optimum():
    signal, truth = decays(60)
    maps = fit("spin_echo_decay", signal, EchoTime=TE, skip_first_echo=False)
    for voxel in range(signal.shape[1]):
        found, covariance = curve_fit(decay, TE, signal[:, voxel], p0=(truth[voxel], 1000))
        error = np.sqrt(np.diag(covariance))
        assert maps["T2map"][voxel] == pytest.approx(found[0], rel=1e-5)
        assert maps["S0map"][voxel] == pytest.approx(found[1], rel=1e-5)
        assert maps.error["T2map"][voxel] == pytest.approx(error[0], rel=1e-3)
        assert maps.error["S0map"][voxel] == pytest.approx(error[1], rel=1e-3)


@pytest.mark.parametrize("t1", [0.2, 0.8])
def test_errors_are_the_spread_of_repeated_measurements(t1):
    repeats, sigma = 4000, 20.0
    clean = inversion_recovery(TI, t1, 1000.0, 0.95)
    signal = rician(np.repeat(clean[:, np.newaxis], repeats, axis=1), sigma)
    maps = fit("inversion_recovery", signal, InversionTime=TI)
    for name in maps:
        predicted = np.sqrt(np.mean(maps.error[name] ** 2))
        assert predicted == pytest.approx(maps[name].std(), rel=0.05), name


def test_decay_errors_are_the_spread_of_repeated_measurements():
    signal = rician(np.repeat(decay(TE, 0.12, 1000.0)[:, np.newaxis], 4000, axis=1), 20.0)
    maps = fit("spin_echo_decay", signal, EchoTime=TE)
    for name in maps:
        assert np.sqrt(np.mean(maps.error[name] ** 2)) == pytest.approx(maps[name].std(), rel=0.05)


def test_a_voxel_that_cannot_be_fitted_says_why_and_leaves_its_neighbours_alone():
    signal, _ = recoveries(8)
    alone = fit("inversion_recovery", signal[:, 5:], InversionTime=TI)
    signal[3, 0], signal[0, 1], signal[:, 2], signal[:, 3] = np.nan, np.inf, 0.0, 7.0
    signal[:, 4] = np.linspace(0.01, 0.011, TI.size)
    before = signal.copy()
    maps = fit("inversion_recovery", signal, InversionTime=TI, noise=1.0)
    np.testing.assert_array_equal(signal, before)
    expected = [FitStatus.NOT_FINITE] * 2 + [FitStatus.CONSTANT] * 2 + [FitStatus.BELOW_NOISE] + [FitStatus.OK] * 3
    assert maps.status.tolist() == expected
    for name in maps:
        assert np.isnan(maps[name][:5]).all()
        assert np.isnan(maps.error[name][:5]).all()
        np.testing.assert_allclose(maps[name][5:], alone[name], rtol=1e-10)


def test_noise_alone_gives_no_number_that_could_be_believed():
    air = rician(np.zeros((TI.size, 2000)), 10.0)
    without = fit("inversion_recovery", air, InversionTime=TI, noise=None)
    assert np.isin(
        without.status, [FitStatus.OK, FitStatus.AT_BOUND, FitStatus.OUTSIDE_RANGE, FitStatus.NOT_CONVERGED]
    ).all()
    assert (without.status == FitStatus.NOT_CONVERGED).mean() < 0.001
    assert (without.status == FitStatus.OK).mean() < 0.6
    known = fit("inversion_recovery", air, InversionTime=TI, noise=10.0)
    assert (known.status == FitStatus.BELOW_NOISE).mean() > 0.99


def test_a_time_that_the_protocol_cannot_measure_is_no_value():
    maps = fit("spin_echo_decay", np.exp(-TE[:, np.newaxis] / np.array([2e-4, 0.05, 1000.0])), EchoTime=TE)
    assert maps.status.tolist() == [FitStatus.AT_BOUND, FitStatus.OK, FitStatus.AT_BOUND]
    slow = rician(np.repeat(decay(TE, 3.0, 1000.0)[:, np.newaxis], 200, axis=1), 50.0)
    vague = fit("spin_echo_decay", slow, EchoTime=TE, noise=None)
    assert np.isin(vague.status, [FitStatus.OUTSIDE_RANGE, FitStatus.AT_BOUND]).mean() > 0.3
    ok = vague.status == FitStatus.OK
    assert (vague.error["T2map"][ok] <= 0.5 * vague["T2map"][ok]).all()


def test_a_signal_that_rises_is_no_decay():
    maps = fit("spin_echo_decay", 1 + TE[:, np.newaxis] * np.ones(2), EchoTime=TE)
    assert (maps.status == FitStatus.AT_BOUND).all()


def test_clipped_voxels_are_not_fitted():
    signal, _ = recoveries(5)
    counts = np.minimum(signal * 4, 4095).astype(np.uint16)
    counts[9, 2] = 4095
    maps = fit("inversion_recovery", counts, InversionTime=TI, clip_level=4095, noise=None)
    assert maps.status[2] == FitStatus.CLIPPED
    full = counts.copy()
    full[9, 2] = 65535
    maps = fit("inversion_recovery", full, InversionTime=TI, noise=None)
    assert maps.status.tolist() == [0, 0, FitStatus.CLIPPED, 0, 0]


def test_echoes_in_the_noise_are_left_out_and_too_few_left_are_no_fit():
    sigma = 10.0
    t2 = np.repeat([0.004, 0.03, 0.1], 500)
    signal = rician(decay(TE[:, np.newaxis], t2, 1000.0), sigma)
    cut = fit("spin_echo_decay", signal, EchoTime=TE, noise=sigma)
    whole = fit("spin_echo_decay", signal, EchoTime=TE, noise=None)
    assert (cut.status[:500] == FitStatus.BELOW_NOISE).all()
    fast = slice(500, 1000)
    assert abs(np.median(cut["T2map"][fast]) / 0.03 - 1) < 0.02
    assert abs(np.median(cut["T2map"][fast]) / 0.03 - 1) < abs(np.median(whole["T2map"][fast]) / 0.03 - 1)


def test_what_follows_the_first_echo_in_the_noise_does_not_count():
    signal = decay(TE, 0.02, 1000.0)[:, np.newaxis].copy()
    floor = 30.0
    first = int(np.flatnonzero(signal[:, 0] < floor)[0])
    signal[first + 1 :] = 500.0
    maps = fit("spin_echo_decay", np.hypot(signal, floor / 3), EchoTime=TE, noise=floor / 3)
    np.testing.assert_allclose(maps["T2map"], 0.02, rtol=1e-8)


def test_two_degrees_of_freedom_are_left_or_errors_mean_nothing():
    signal = decay(TE[:6], 0.01, 1000.0)
    by_left = {}
    for left in (3, 4):
        sigma = float(signal[1 : left + 1].min()) / 3.01
        by_left[left] = int(fit("spin_echo_decay", signal, EchoTime=TE[:6], noise=sigma).status)
    assert by_left == {3: FitStatus.BELOW_NOISE, 4: FitStatus.OK}


def test_the_first_echo_is_left_out_unless_it_is_wanted():
    signal = decay(TE, 0.05, 1000.0)
    signal[0] *= 0.8
    assert fit("spin_echo_decay", signal, EchoTime=TE)["T2map"] == pytest.approx(0.05, rel=1e-8)
    assert fit("spin_echo_decay", signal, EchoTime=TE, skip_first_echo=False)["T2map"] > 0.0505


def test_the_noise_may_be_learnt_from_residuals():
    rng = np.random.default_rng(0)
    t2 = rng.uniform(0.02, 0.04, 3000)
    signal = rician(decay(TE[:, np.newaxis], t2, 1000.0), 5.0)
    given = fit("spin_echo_decay", signal, EchoTime=TE, noise=5.0)
    learnt = fit("spin_echo_decay", signal, EchoTime=TE, noise="residuals")
    ok = (given.status == FitStatus.OK) & (learnt.status == FitStatus.OK)
    assert ok.mean() > 0.95
    assert np.median(learnt["T2map"][ok] / given["T2map"][ok]) == pytest.approx(1, abs=2e-3)


def test_the_order_of_the_images_does_not_matter():
    tr = 2 + TI
    signal, _ = recoveries(20, tr=tr)
    shuffle = np.random.default_rng(5).permutation(TI.size)
    there = fit("inversion_recovery", signal, InversionTime=TI, RepetitionTime=tr)
    back = fit("inversion_recovery", signal[shuffle], InversionTime=TI[shuffle], RepetitionTime=tr[shuffle])
    np.testing.assert_array_equal(there["T1map"], back["T1map"])


def test_signed_images_keep_their_sign():
    rng = np.random.default_rng(0)
    t1 = np.exp(rng.uniform(np.log(0.1), np.log(2.0), 100))
    signal = inversion_recovery(TI[:, np.newaxis], t1, 1000.0, 0.9) + rng.normal(0, 20, (TI.size, 100))
    maps = fit("inversion_recovery", signal, InversionTime=TI, component="real")
    assert (maps.status == FitStatus.OK).all()
    assert (np.abs(maps["T1map"] - t1) < T_95 * maps.error["T1map"]).mean() == pytest.approx(0.95, abs=0.06)


def test_complex_images_lose_their_phase_and_keep_their_sign():
    rng = np.random.default_rng(0)
    t1 = np.exp(rng.uniform(np.log(0.1), np.log(2.0), 200))
    clean = inversion_recovery(TI[:, np.newaxis], t1, 1000.0, 0.9) * np.exp(1j * rng.uniform(-np.pi, np.pi, 200))
    maps = fit("inversion_recovery", clean, InversionTime=TI)
    np.testing.assert_allclose(maps["T1map"], t1, rtol=1e-8)
    noisy = clean + rng.normal(0, 20, clean.shape) + 1j * rng.normal(0, 20, clean.shape)
    maps = fit("inversion_recovery", noisy.astype(np.complex64), InversionTime=TI)
    assert (np.abs(maps["T1map"] - t1) < T_95 * maps.error["T1map"]).mean() == pytest.approx(0.95, abs=0.05)


@pytest.mark.parametrize("factor", [1e-25, 1e-3, 1e20, 1e100])
def test_the_unit_of_the_signal_does_not_matter(factor):
    signal, _ = recoveries(20)
    maps = fit("inversion_recovery", signal * factor, InversionTime=TI)
    expected = fit("inversion_recovery", signal, InversionTime=TI)
    np.testing.assert_allclose(maps["T1map"], expected["T1map"], rtol=1e-6)
    np.testing.assert_allclose(maps["M0map"], expected["M0map"] * factor, rtol=1e-6)
    if 1e-30 < factor < 1e30:
        single = fit("inversion_recovery", (signal * factor).astype(np.float32), InversionTime=TI)
        np.testing.assert_allclose(single["T1map"], expected["T1map"], rtol=1e-4)


def test_as_many_images_as_parameters_give_values_without_errors():
    t1 = np.array([0.2, 0.5, 1.2])
    signal = inversion_recovery(TI[:, np.newaxis], t1, 1000.0, 0.9)
    maps = fit("inversion_recovery", signal[[0, 4, 9]], InversionTime=TI[[0, 4, 9]], component="real")
    np.testing.assert_allclose(maps["T1map"], t1, rtol=1e-5)
    assert np.isnan(maps.error["T1map"]).all()
