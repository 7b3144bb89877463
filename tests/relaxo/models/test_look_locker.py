from __future__ import annotations

import numpy as np
import pytest

from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["look_locker"]


def read_out(T1, angle, spacing, images, M0=1000.0):
    """Return times (n,) and the signal of small pulses after an inversion, pulse by pulse."""
    cosine, E = np.cos(np.radians(angle)), np.exp(-spacing / T1)
    longitudinal, found = -M0, []
    for _ in range(images):
        longitudinal = M0 + (longitudinal - M0) * E
        found.append(longitudinal * np.sin(np.radians(angle)))
        longitudinal *= cosine
    return spacing * np.arange(1, images + 1), np.array(found)


@pytest.mark.parametrize("T1", [0.15, 0.5, 1.2])
@pytest.mark.parametrize("angle", [3.0, 6.0])
def test_t1_is_that_of_the_fluid_and_not_of_the_read_out(T1, angle):
    times, signal = read_out(T1, angle, 0.01, 400)
    maps = fit(MODEL, np.abs(signal), InversionTime=times)
    apparent = 1 / (1 / T1 - np.log(np.cos(np.radians(angle))) / 0.01)
    correction = maps["B"] / maps["A"] - 1
    # 1/T1* = 1/T1 - ln(cos a) / spacing: the pulses themselves.
    assert maps["T1map"] / correction == pytest.approx(apparent, rel=1e-5)
    # The correction is right to first order in the angle squared and in the spacing.
    assert maps["T1map"] == pytest.approx(T1, rel=0.02)
    assert apparent < 0.95 * T1 or angle < 5


def test_a_signal_with_its_sign_gives_the_same_as_its_magnitude():
    times, signal = read_out(0.6, 5.0, 0.02, 150)
    signed, magnitude = (
        fit(MODEL, signal, component="real", InversionTime=times),
        fit(MODEL, np.abs(signal), InversionTime=times),
    )
    for name in signed:
        assert signed[name] == pytest.approx(float(magnitude[name]), rel=1e-6)
