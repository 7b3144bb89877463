from __future__ import annotations

import numpy as np

from relaxo.fitting.rician import MagnitudeTable, expected_magnitude


def test_the_mean_magnitude_is_that_of_simulated_noise():
    rng = np.random.default_rng(5)
    signal = np.array([0.0, 0.5, 1.0, 2.0, 5.0])
    noise = rng.normal(size=(400_000, 5)) + 1j * rng.normal(size=(400_000, 5))
    np.testing.assert_allclose(expected_magnitude(signal)[0], np.abs(signal + noise).mean(axis=0), rtol=3e-3)


def test_without_signal_noise_has_rayleighs_mean():
    mean, slope = expected_magnitude(np.array([0.0]))
    np.testing.assert_allclose(mean, np.sqrt(np.pi / 2), rtol=1e-14)
    assert slope == 0


def test_the_slope_is_the_derivative_of_the_mean():
    signal, step = np.linspace(0.1, 30, 50), 1e-5
    difference = expected_magnitude(signal + step)[0] - expected_magnitude(signal - step)[0]
    np.testing.assert_allclose(expected_magnitude(signal)[1], difference / (2 * step), rtol=1e-7)


def test_the_table_gives_what_the_bessel_functions_give_near_and_far():
    signal = np.concatenate([np.linspace(0, 45, 3001), [1e2, 1e4, 1e8]])
    mean, slope = MagnitudeTable()(signal)
    exact, exact_slope = expected_magnitude(signal)
    np.testing.assert_allclose(mean, exact, rtol=1e-8)
    np.testing.assert_allclose(slope, exact_slope, atol=1e-6)
