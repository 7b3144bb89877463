"""What one looks at is what was fitted: the points that counted, with their sign, and the curve."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.data import FitStatus, Protocol
from relaxo.fitting import expected_magnitude
from relaxo.models import CATALOGUE, fit
from relaxo.models.curve import POINTS, Curves, fine_axis

TI = np.array([0.05, 0.2, 0.5, 1.0, 3.0])
TE = np.arange(1, 17) * 0.01
INVERSION = Protocol("IRT1", "InversionTime", TI)
DECAY = Protocol("MESE", "EchoTime", TE)


def test_magnitudes_get_the_sign_of_their_curve() -> None:
    signed = 1000 * (1 - 2 * np.exp(-TI / 0.65))
    maps = fit("inversion_recovery", np.abs(signed), InversionTime=TI)
    sight = Curves(INVERSION, maps).at(np.abs(signed), ())
    assert sight.turned.tolist() == [True, True, False, False, False]
    assert sight.signal == pytest.approx(signed)
    assert sight.residual == pytest.approx(0, abs=1e-3)
    assert sight.curve.size == POINTS
    assert (sight.curve[0], sight.curve[-1]) == pytest.approx((signed[0], signed[-1]))
    assert set(sight.left_out) == {""}


def test_real_images_keep_theirs() -> None:
    signed = 1000 * (1 - 2 * np.exp(-TI / 0.65))
    maps = fit("inversion_recovery", signed, component="real", InversionTime=TI)
    sight = Curves(Protocol("IRT1", "InversionTime", TI, component="real"), maps).at(signed, ())
    assert not sight.turned.any()
    assert sight.signal == pytest.approx(signed)


def test_complex_signals_are_turned_to_the_real_axis() -> None:
    signed = 1000 * (1 - 2 * np.exp(-TI / 0.65))
    signal = signed * np.exp(0.7j)
    maps = fit("inversion_recovery", signal, InversionTime=TI)
    sight = Curves(Protocol("IRT1", "InversionTime", TI, component="complex"), maps).at(signal, ())
    assert sight.signal == pytest.approx(signed)


def test_it_says_which_echoes_were_left_out_and_why() -> None:
    signal = 100 * np.exp(-TE / 0.03)
    maps = fit("spin_echo_decay", signal, noise=1.0, EchoTime=TE)
    sight = Curves(DECAY, maps).at(signal, ())
    below = signal < 3
    assert sight.left_out == tuple(
        "skipped" if index == 0 else "noise" if below[index] else "" for index in range(TE.size)
    )
    assert below.any()
    maps = fit("spin_echo_decay", signal, noise=1.0, EchoTime=TE, skip_first_echo=False, noise_floor=0)
    kept = Curves(DECAY, maps).at(signal, ())
    assert set(kept.left_out) == {""}


def test_a_fit_that_knows_of_the_noise_is_drawn_as_the_mean_that_noise_leaves() -> None:
    truth = 100 * np.exp(-TE / 0.03)
    signal = expected_magnitude(truth / 5)[0] * 5
    maps = fit("spin_echo_decay", signal, noise=5.0, EchoTime=TE, rician=True)
    sight = Curves(DECAY, maps).at(signal, ())
    assert sight.residual[1:] == pytest.approx(0, abs=0.01)
    assert sight.fitted[-1] > 5


def test_without_a_fit_there_is_no_curve() -> None:
    maps = fit("spin_echo_decay", np.full(16, 7.0), noise=1.0, EchoTime=TE)
    sight = Curves(DECAY, maps).at(np.full(16, 7.0), ())
    assert sight.status is FitStatus.CONSTANT
    assert np.isnan(sight.curve).all()
    assert np.isnan(sight.fitted).all()
    assert sight.signal == pytest.approx(7)


@pytest.mark.parametrize("place", [(0, 0, 1), (0, 1, 0)])
def test_every_voxel_has_its_own(place: tuple[int, int, int]) -> None:
    signal = 100 * np.exp(-TE[:, None, None, None] / np.array([[[0.03, 0.05], [0.08, 0.1]]]))
    maps = fit("spin_echo_decay", signal, EchoTime=TE)
    sight = Curves(DECAY, maps).at(signal[(slice(None), *place)], place)
    assert sight.fitted == pytest.approx(signal[(slice(None), *place)], rel=1e-5)


def test_a_curve_is_drawn_finely_and_a_phase_graph_at_its_echoes() -> None:
    assert fine_axis(DECAY, CATALOGUE["spin_echo_decay"]).size > 100
    assert fine_axis(DECAY, CATALOGUE["spin_echo_epg"]) == pytest.approx(TE)
