from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.wells.edges import noise_level, principal, stack_edges

Make = Callable[..., Any]


def test_noise_level_of_a_background() -> None:
    noise = np.random.default_rng(0).normal(0, 7, (2, 200, 200))
    assert noise_level(np.hypot(*noise)) == pytest.approx(7, rel=0.1)


def test_noise_level_does_not_see_a_slope() -> None:
    rows, columns = np.mgrid[:50, :50]
    assert noise_level(3.0 * rows + 2.0 * columns) == pytest.approx(0, abs=1e-9)


def test_principal_components_keep_squares(phantom: Make, grid: Make) -> None:
    images = phantom(grid(3, 4, 24.0), 7.0, quantity="T2", snr=1e6).stack().signal[:, 0]
    components = principal(images)
    assert len(components) == 8
    assert (components**2).sum() == pytest.approx((images.astype(float) ** 2).sum(), rel=1e-4)


def test_few_images_stay_as_they_are() -> None:
    images = np.random.default_rng(0).normal(size=(8, 20, 20))
    assert principal(images) is images


def test_rims_are_edges_in_the_direction_of_the_radius(phantom: Make) -> None:
    made = phantom(np.array([[60.0, 60.0]]), 20.0, shading=0.0)
    edges = stack_edges(made.stack().signal[:, 0])
    angles = np.arange(0, 2 * np.pi, 0.1)
    rows, columns = np.rint(60 + 20 * np.sin(angles)).astype(int), np.rint(60 + 20 * np.cos(angles)).astype(int)
    assert edges.strength[rows, columns].min() > 0.8
    np.testing.assert_allclose(edges.cos2[rows, columns], np.cos(2 * angles), atol=0.35)
    np.testing.assert_allclose(edges.sin2[rows, columns], np.sin(2 * angles), atol=0.35)
    assert edges.strength[50:71, 50:71].max() < 0.5
    assert edges.strength[100:, 100:].mean() < 0.3


def test_an_edge_that_one_image_shows_counts() -> None:
    images = np.full((10, 64, 64), 100.0) + np.random.default_rng(0).normal(0, 1, (10, 64, 64))
    images[3, :, 32:] *= 3
    edges = stack_edges(images)
    assert edges.strength[:, 31:33].min() > 0.8
    assert edges.strength[:, :24].mean() < 0.3


def test_shading_is_no_edge() -> None:
    slope = np.linspace(0.5, 1.5, 64)
    images = 100 * np.broadcast_to(slope, (5, 64, 64)) + np.random.default_rng(0).normal(0, 1, (5, 64, 64))
    assert stack_edges(images).strength.max() < 0.5


def test_brightness_is_that_of_the_brightest_image() -> None:
    images = np.random.default_rng(0).rayleigh(1, (5, 64, 64))
    images[2, 20:40, 20:40] += 50
    brightness = stack_edges(images).brightness
    assert brightness[30, 30] > 2
    assert brightness[5, 5] < 0.4


def test_no_signal_is_no_edge() -> None:
    assert stack_edges(np.zeros((3, 32, 32))).strength.max() == 0


def test_noise_level_is_that_of_the_quiet_part() -> None:
    noise = np.random.default_rng(0).normal(0, 7, (2, 200, 200))
    image = np.hypot(*noise)
    image[:, :110] += 1000 * (np.indices((200, 110)).sum(axis=0) // 4 % 2)
    assert noise_level(image) == pytest.approx(7, rel=0.15)
