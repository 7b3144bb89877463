from __future__ import annotations

import numpy as np
import pytest

from relaxo.fitting import expected_magnitude
from relaxo.models import CATALOGUE
from relaxo.models.floor import Floor

DECAY = CATALOGUE["spin_echo_decay"]
OPTIONS = {"noise_floor": 3.0}


def floor(sigma, model=DECAY, *, is_magnitude=True, **options):
    return Floor.of(model, {**OPTIONS, **options}, sigma, is_magnitude=is_magnitude)


@pytest.mark.parametrize(("ratio", "off"), [(3.0, 0.02), (5.0, 0.005), (10.0, 6e-4), (100.0, 1e-6)])
def test_the_mean_of_the_noise_is_taken_out_of_magnitudes(ratio, off):
    mean, _ = expected_magnitude(np.array([ratio]))
    assert floor(2.0).without_noise(2.0 * mean)[0] / 2.0 == pytest.approx(ratio, abs=off)


def test_nothing_is_left_below_sigma_and_what_is_no_number_stays_none():
    signal = np.array([0.0, 1.0, 2.0, np.nan, np.inf, 1e30], np.float32)
    left = floor(2.0).without_noise(signal)
    np.testing.assert_array_equal(left, np.array([0, 0, 0, np.nan, np.inf, 1e30], np.float32))
    assert left.dtype == np.float32


def test_the_level_moves_with_the_signal():
    known = floor(2.0)
    assert known.level == pytest.approx(known.without_noise(np.array([6.0]))[0])


@pytest.mark.parametrize(
    "known",
    [
        floor(None),
        floor(2.0, noise_floor=0.0),
        floor(2.0, is_magnitude=False),
        floor(2.0, CATALOGUE["inversion_recovery"]),
    ],
)
def test_where_no_decay_is_cut_or_noise_has_no_mean_nothing_is_taken_out(known):
    signal = np.array([1.0, 7.0])
    np.testing.assert_array_equal(known.without_noise(signal), signal)


def test_signed_decays_are_cut_at_the_level_itself():
    known = floor(2.0, is_magnitude=False)
    assert known.cuts
    assert known.level == 6.0


def test_the_curve_says_where_a_decay_is_cut():
    known = floor(1.0, is_magnitude=False)
    curve = np.array([80.0, 40, 20, 10, 5, 2.5, 1.2])[:, np.newaxis]
    # Noise has lifted the last but one of the first voxel, and pushed the fourth of the second under the floor.
    lifted, pushed = curve[:, 0].copy(), curve[:, 0].copy()
    lifted[5], pushed[4] = 3.5, 2.9
    signal = np.array([curve[:, 0], lifted, pushed]).T

    rounds = list(known.cut_by_fit(signal, lambda some: (some, np.tile(curve, some.size))))
    assert len(rounds) == 1
    voxels, again = rounds[0]
    assert voxels.tolist() == [1, 2]
    np.testing.assert_array_equal(again[:5], signal[:5, 1:])
    np.testing.assert_array_equal(again[5:], 0)


def test_a_curve_that_falls_fast_keeps_the_points_that_a_fit_needs():
    known = floor(1.0, is_magnitude=False)
    assert known.counted(np.array([[80.0], [8.0], [0.8], [0.08], [0.008]])).tolist() == [4]
