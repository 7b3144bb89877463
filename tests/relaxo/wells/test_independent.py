from __future__ import annotations

import numpy as np
import pytest
from scipy import fft, ndimage

from relaxo.wells.independent import independent_voxels, noise_correlation


def discs(side: int, pitch: int, radius: float) -> np.ndarray:
    labels = np.zeros((1, side, side), np.int16)
    rows, columns = np.indices((side, side))
    for number, (row, column) in enumerate(
        [(r, c) for r in range(pitch // 2, side, pitch) for c in range(pitch // 2, side, pitch)], 1
    ):
        labels[0][np.hypot(rows - row, columns - column) < radius] = number
    return labels


def interpolated(noise: np.ndarray, factor: int) -> np.ndarray:
    """Return noise as a scanner interpolates it: with zeros around its k-space."""
    side = noise.shape[0]
    space = fft.fftshift(fft.fft2(noise))
    padded = np.pad(space, (side * factor - side) // 2)
    return fft.ifft2(fft.ifftshift(padded)).real * factor


def share(values: np.ndarray, labels: np.ndarray) -> float:
    correlation = noise_correlation(values[None], labels)
    counts = [
        (independent_voxels(np.argwhere(labels == label), correlation), np.count_nonzero(labels == label))
        for label in range(1, labels.max() + 1)
    ]
    return sum(count for count, _ in counts) / sum(total for _, total in counts)


@pytest.mark.parametrize("seed", range(3))
def test_voxels_with_noise_of_their_own_all_count(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(1, 0.1, (128, 128))
    assert share(noise, discs(128, 24, 7)) == pytest.approx(1, abs=0.12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("factor", [2])
def test_interpolated_voxels_count_as_many_as_were_measured(seed: int, factor: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, (64, 64))
    assert share(1 + interpolated(noise, factor), discs(128, 24, 8)) == pytest.approx(1 / factor**2, rel=0.45)


def test_the_standard_error_of_smoothed_noise_is_that_of_its_means() -> None:
    labels = discs(128, 24, 7)
    numbers = range(1, labels.max() + 1)
    means, told = [], []
    for seed in range(20):
        noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(0, 1, (128, 128)), 1.0)
        correlation = noise_correlation(noise[None], labels)
        for number in numbers:
            inside = noise[labels[0] == number]
            means.append(inside.mean())
            count = independent_voxels(np.argwhere(labels == number), correlation)
            told.append(inside.std(ddof=1) / np.sqrt(count))
    assert np.mean(told) == pytest.approx(np.std(means), rel=0.25)


def test_wells_without_values_tell_nothing() -> None:
    labels = discs(64, 24, 7)
    assert noise_correlation(np.full(labels.shape, np.nan), labels) is None
    assert independent_voxels(np.zeros((4, 3), int), None) == 4
