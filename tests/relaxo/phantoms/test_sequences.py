from __future__ import annotations

import math

import numpy as np
import pytest

from relaxo.phantoms import EchoTrain, Fluid, InversionRecovery

WATER = Fluid(T1=3.0, T2=2.0)


def test_inversion_recovery_by_following_the_magnetisation() -> None:
    # The Bloch equations step by step: invert, recover for TI, excite, recover for the rest of TR, until it is steady.
    T1, TI, TR, TE, efficiency = 0.8, 0.35, 1.1, 0.012, 0.9
    longitudinal = 1.0
    for _ in range(50):
        inverted = -efficiency * longitudinal
        excited = 1 - (1 - inverted) * math.exp(-TI / T1)
        longitudinal = 1 - math.exp(-(TR - TI) / T1)
    expected = excited * math.exp(-TE / 0.1)
    sequence = InversionRecovery((TI,), (TR,), echo_time=TE, efficiency=efficiency)
    np.testing.assert_allclose(sequence.signal(Fluid(T1=T1, T2=0.1)), expected, rtol=1e-12)


def test_echo_train_by_following_the_magnetisation() -> None:
    sequence = EchoTrain(echoes=3, spacing=0.01, repetition_time=1.5)
    saturated = 0.5 * (1 - math.exp(-1.5 / 3.0))
    expected = [saturated * math.exp(-TE / 2.0) for TE in (0.01, 0.02, 0.03)]
    np.testing.assert_allclose(sequence.signal(Fluid(T1=3.0, T2=2.0, density=0.5)), expected, rtol=1e-12)


def test_a_perfect_inversion_at_once_is_the_whole_magnetisation_upside_down() -> None:
    sequence = InversionRecovery((0.0, 100.0), (200.0, 200.0), echo_time=0.0)
    np.testing.assert_allclose(sequence.signal(WATER), [-1.0, 1.0], atol=1e-12)


def test_protocol_of_an_inversion_recovery_keeps_the_repetition_time_of_every_image() -> None:
    protocol = InversionRecovery((0.1, 0.4), (2.1, 2.4), echo_time=0.01).protocol(1.0)
    assert (protocol.suffix, protocol.axis, protocol.field_T) == ("IRT1", "InversionTime", 1.0)
    np.testing.assert_array_equal(protocol.values, [0.1, 0.4])
    np.testing.assert_array_equal(protocol.companions["RepetitionTime"], [2.1, 2.4])
    np.testing.assert_array_equal(protocol.companions["EchoTime"], [0.01, 0.01])


def test_protocol_of_an_echo_train() -> None:
    protocol = EchoTrain(echoes=32, spacing=0.01, repetition_time=3.0).protocol(1.0)
    assert (protocol.suffix, protocol.axis) == ("MESE", "EchoTime")
    np.testing.assert_array_equal(protocol.values, [round(0.01 * echo, 2) for echo in range(1, 33)])
    np.testing.assert_array_equal(protocol.companions["RepetitionTime"], np.full(32, 3.0))


def test_times_that_no_scanner_can_keep_are_refused() -> None:
    with pytest.raises(ValueError, match="repetition time is shorter"):
        InversionRecovery((0.5,), (0.505,), echo_time=0.01)
    with pytest.raises(ValueError, match="shorter than the echo train"):
        EchoTrain(echoes=32, spacing=0.01, repetition_time=0.3)
    with pytest.raises(ValueError, match="zip"):
        InversionRecovery((0.5, 0.6), (3.0,), echo_time=0.01)
