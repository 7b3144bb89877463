"""The image that is shown is the one a person would pick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.report.contrast import clearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

T1 = np.array([3.0, 1.07, 0.65, 0.37, 0.19, 0.13, 0.10, 0.08])
T2 = np.array([2.2, 0.60, 0.35, 0.19, 0.10, 0.067, 0.05, 0.04])
TI = np.array([0.05, 0.2, 0.5, 1.0, 2.0, 4.0])
TE = np.arange(1, 33) * 0.01


def inversion(*, signed: bool) -> NDArray[np.float64]:
    signal = 1 - 2 * np.exp(-TI[:, None] / T1)
    return signal if signed else np.abs(signal)


def test_magnitudes_are_not_shown_where_weak_wells_turn_bright_again() -> None:
    shown = inversion(signed=False)[clearest([inversion(signed=False)], 1)]
    assert (np.diff(shown) > -0.05).all()
    assert shown[-1] - shown[0] > 0.5


def test_signed_images_are_shown_where_the_contrast_is() -> None:
    index = clearest([inversion(signed=True)], 1)
    assert TI[index] in {0.2, 0.5}


def test_echoes_are_shown_before_the_strong_wells_are_black() -> None:
    shown = np.exp(-TE[:, None] / T2)
    index = clearest([shown], -1)
    assert 0.03 <= TE[index] <= 0.12
    assert (np.diff(shown[index]) < 0).all()


def test_a_blank_that_had_not_recovered_does_not_push_the_echo_to_the_end() -> None:
    shown = np.exp(-TE[:, None] / T2) * (1 - np.exp(-2.0 / T1))
    assert 0.03 <= TE[clearest([shown], -1)] <= 0.15


def test_wells_without_signal_and_agents_without_wells_do_not_count() -> None:
    shown = np.exp(-TE[:, None] / T2)
    holey = np.insert(shown, 3, np.nan, axis=1)
    assert clearest([holey, np.empty((32, 0))], -1) == clearest([shown], -1)


def test_noise_about_nothing_gives_an_image_all_the_same() -> None:
    assert clearest([np.zeros((3, 4))], 1) == 0
