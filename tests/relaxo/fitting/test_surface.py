from __future__ import annotations

import numpy as np
import pytest

from relaxo.fitting import Axis, Surface

TIME = np.linspace(0.02, 0.4, 20)[:, np.newaxis]


def curves(x, y):
    """Decays with a ripple that is even in y."""
    return np.exp(-TIME / np.exp(x)) * (0.7 + 0.3 * np.cos(y * (1 + 5 * TIME)))


@pytest.fixture(scope="module")
def surface():
    return Surface.of(curves, Axis(np.log(0.01), np.log(2.0), 90), Axis(0.0, 1.5, 40), search=(1, 1))


def test_curves_and_slopes_between_the_nodes_are_those_of_the_family(surface):
    rng = np.random.default_rng(1)
    x, y, step = rng.uniform(surface.x.lower, surface.x.upper, 200), rng.uniform(0, 1.5, 200), 1e-5
    rows = surface.curves(x, y)
    np.testing.assert_allclose(rows[:, 0], curves(x, y).T, atol=1e-5)
    np.testing.assert_allclose(rows[:, 1], (curves(x + step, y) - curves(x - step, y)).T / (2 * step), atol=1e-3)
    by_square = (curves(x, y + step) - curves(x, y - step)).T / (2 * step) / (2 * y[:, np.newaxis])
    np.testing.assert_allclose(rows[:, 2], by_square, atol=1e-3)


def test_the_slope_by_the_square_of_y_exists_at_zero(surface):
    row = surface.curves(np.array([np.log(0.1)]), np.array([0.0]))[0, 2]
    # cos(ay) = 1 - a^2 y^2 / 2 + ...
    expected = -0.15 * (1 + 5 * TIME[:, 0]) ** 2 * np.exp(-TIME[:, 0] / 0.1)
    np.testing.assert_allclose(row, expected, atol=1e-3)
