"""The noise of the air around an object."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.fitting import background_sigma


def scan(sigma, size=64, seed=0, level=500.0):
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[:size, :size] - size / 2
    clean = np.where(np.hypot(row, column) < size / 3, level, 0.0)[np.newaxis].repeat(6, axis=0)
    return np.hypot(clean + rng.normal(0, sigma, clean.shape), rng.normal(0, sigma, clean.shape))


@pytest.mark.parametrize("sigma", [1.0, 10.0, 40.0])
def test_the_corners_tell_the_noise(sigma):
    assert background_sigma(scan(sigma)) == pytest.approx(sigma, rel=0.1)


def test_an_object_in_one_corner_does_not_matter():
    images = scan(10.0)
    images[:, :12, :12] += 700
    assert background_sigma(images) == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((5, 64, 64)),
        np.full((5, 64, 64), 300.0),
        np.full((5, 64, 64), np.nan),
        np.ones((5, 64)),
        np.ones((5, 3, 3)),
        1000 + np.random.default_rng(0).normal(0, 1, (5, 64, 64)),
    ],
    ids=["blanked", "constant", "NaN", "no image", "too small", "filled"],
)
def test_no_air_no_answer(images):
    assert background_sigma(images) is None
