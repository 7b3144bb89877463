"""Which points of a signal count."""

from __future__ import annotations

import numpy as np

from relaxo.models.points import counted_points, noise_floor, skipped_images


def test_a_decay_is_cut_where_it_first_sinks_into_the_noise() -> None:
    signal = np.array([[2.0], [10.0], [5.0], [1.0], [4.0]])
    keep = counted_points(signal, signal.max(axis=0), 1, 3.0, decays=True)
    assert keep[:, 0].tolist() == [False, True, True, False, False]


def test_another_signal_counts_whole_or_not_at_all() -> None:
    signal = np.array([[2.0, 2.0], [10.0, 1.0]])
    keep = counted_points(signal, signal.max(axis=0), 0, 3.0, decays=False)
    assert keep.T.tolist() == [[True, True], [False, False]]


def test_without_a_floor_only_skipped_images_are_missing() -> None:
    assert counted_points(np.zeros((3, 1)), np.zeros(1), 2, 0.0, decays=True)[:, 0].tolist() == [False, False, True]


def test_all_images_at_the_first_time_are_skipped_where_the_option_says_so() -> None:
    axis = np.array([0.01, 0.01, 0.02])
    assert skipped_images(axis, {"skip_first_echo": True}) == 2
    assert skipped_images(axis, {"skip_first_echo": False}) == skipped_images(axis, {}) == 0


def test_a_floor_needs_noise_and_an_option() -> None:
    assert noise_floor({"noise_floor": 3.0}, 2.0) == 6
    assert noise_floor({"noise_floor": 3.0}, None) == noise_floor({}, 2.0) == 0
