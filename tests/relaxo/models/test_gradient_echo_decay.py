from __future__ import annotations

import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.models import CATALOGUE, fit

MODEL = CATALOGUE["gradient_echo_decay"]
TIMES = np.arange(1, 13) * 0.003


def test_every_echo_counts():
    signal = 300 * np.exp(-TIMES / 0.02)
    signal[0] *= 1.2
    everything = fit(MODEL, signal, noise=None, EchoTime=TIMES)
    assert everything["T2starmap"] < 0.02
    assert everything.units["T2starmap"] == "s"


def test_echoes_in_the_noise_do_not_count():
    signal = np.hypot(100 * np.exp(-TIMES / 0.005), 1.0)
    cut = fit(MODEL, signal, noise=1.0, EchoTime=TIMES)
    whole = fit(MODEL, signal, noise=1.0, noise_floor=0.0, EchoTime=TIMES)
    assert cut["T2starmap"] == pytest.approx(0.005, rel=1e-6)
    assert whole["T2starmap"] > 0.00502


def test_a_decay_that_has_gone_before_the_second_echo_is_below_the_noise():
    signal = np.array([8.0, *([1.0, 1.5, 0.8] * 4)])[:12]
    maps = fit(MODEL, signal, noise=1.0, EchoTime=TIMES)
    assert maps.status == FitStatus.BELOW_NOISE
    assert np.isnan(maps["T2starmap"])
