from __future__ import annotations

import numpy as np
import pytest

from relaxo.errors import AnalysisError
from relaxo.models.epg import echo_numbers, echo_train


def bloch_train(T2, T1, angle, spacing, echoes, isochromats=401):
    """Return the echoes of isochromats that gradients around every pulse turn through whole circles.

    Magnetisation vectors, rotations and exponentials only: nothing here knows of configurations.
    """
    phase = 2 * np.pi * np.arange(isochromats) / isochromats
    x, y, z = np.ones(isochromats), np.zeros(isochromats), np.zeros(isochromats)
    E1, E2 = np.exp(-spacing / 2 / T1), np.exp(-spacing / 2 / T2)
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    found = []
    for _ in range(echoes):
        x, y = E2 * (x * np.cos(phase) - y * np.sin(phase)), E2 * (x * np.sin(phase) + y * np.cos(phase))
        z = 1 + (z - 1) * E1
        y, z = y * cosine - z * sine, y * sine + z * cosine
        x, y = E2 * (x * np.cos(phase) - y * np.sin(phase)), E2 * (x * np.sin(phase) + y * np.cos(phase))
        z = 1 + (z - 1) * E1
        found.append(np.hypot(x.mean(), y.mean()))
    return np.array(found)


@pytest.mark.parametrize("angle", [180, 165, 150, 120, 100, 60])
@pytest.mark.parametrize(("T1", "T2"), [(1.0, 0.08), (0.06, 0.04), (3.0, 2.0), (0.5, 0.02)])
def test_echoes_are_those_of_isochromats(T1, T2, angle):
    expected = bloch_train(T2, T1, angle, 0.01, 24)
    refocusing = np.array([np.sin(np.radians(angle) / 2) ** 2])
    echoes, _ = echo_train(np.array([T2]), np.array([T1]), refocusing, 0.01, 24)
    np.testing.assert_allclose(np.abs(echoes[:, 0]), expected, atol=1e-12)


def test_perfect_refocusing_leaves_one_exponential():
    echoes, slope = echo_train(np.array([0.05, 0.3]), np.array([0.1, 3.0]), np.array([1.0]), 0.01, 16)
    time = 0.01 * np.arange(1, 17)[:, np.newaxis]
    np.testing.assert_allclose(echoes, np.exp(-time / [0.05, 0.3]), rtol=1e-13)
    np.testing.assert_allclose(slope, time / [0.05, 0.3] * np.exp(-time / [0.05, 0.3]), rtol=1e-12)


def test_the_second_echo_gains_what_was_stored_at_the_first_pulse():
    refocusing = np.sin(np.radians(120) / 2) ** 2
    echoes, _ = echo_train(np.array([10.0]), np.array([10.0]), np.array([refocusing]), 1e-6, 2)
    assert echoes[0, 0] == pytest.approx(refocusing, rel=1e-5)
    # Refocused twice, and stored by the first pulse to be brought back by the second: sin^4(a/2) + sin^2(a) / 2.
    assert echoes[1, 0] == pytest.approx(refocusing**2 + np.sin(np.radians(120)) ** 2 / 2, rel=1e-5)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("echoes", [1, 2, 3, 17])
def test_the_derivative_is_that_of_the_echoes(echoes, tied):
    T2, T1, refocusing, step = np.array([0.03, 0.2]), np.array([0.06, 1.0]), np.array([0.7, 0.95]), 1e-5
    _, slope = echo_train(T2, T1, refocusing, 0.01, echoes, tied=tied)
    above, below = (
        echo_train(T2 * np.exp(h), T1 * np.exp(h * tied), refocusing, 0.01, echoes)[0] for h in (step, -step)
    )
    np.testing.assert_allclose(slope, (above - below) / (2 * step), atol=1e-9)


@pytest.mark.parametrize(
    ("times", "spacing", "numbers"),
    [
        ([0.01, 0.02, 0.03], 0.01, [1, 2, 3]),
        ([0.02, 0.03, 0.04], 0.01, [2, 3, 4]),
        ([0.01, 0.03, 0.05], 0.01, [1, 3, 5]),
        ([0.03, 0.01, 0.02], 0.01, [3, 1, 2]),
        ([0.0138, 0.0276, 0.0415, 0.0553], 0.01382, [1, 2, 3, 4]),
    ],
)
def test_the_train_is_read_from_its_times(times, spacing, numbers):
    found, which = echo_numbers(np.array(times))
    assert found == pytest.approx(spacing, rel=1e-3)
    assert which.tolist() == numbers


@pytest.mark.parametrize("times", [[0.01, 0.017, 0.04], [0.0, 0.01, 0.015], [0.005, 0.0123, 0.0311]])
def test_times_of_no_even_train_are_refused(times):
    with pytest.raises(AnalysisError, match="evenly spaced"):
        echo_numbers(np.array(times))
