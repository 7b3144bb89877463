from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.wells.circles import vote
from relaxo.wells.edges import Edges, stack_edges

Make = Callable[..., Any]


@pytest.mark.parametrize("radius", [3.0, 7.0, 20.0, 30.0])
@pytest.mark.parametrize("bath", [None, 60.0])
def test_the_best_supported_circle_is_the_well(phantom: Make, radius: float, bath: float | None) -> None:
    made = phantom(np.array([[60.0, 70.0]]), radius, bath=bath, relaxation=(0.3, 0.3), shading=0.1)
    best = vote(stack_edges(made.stack().signal[:, 0]))[0]
    assert np.hypot(best.row - 60, best.column - 70) <= 1.5
    assert best.radius == pytest.approx(radius, abs=0.6, rel=0.1)
    assert 0.8 < best.votes < 1.1


def test_a_straight_edge_elects_nobody() -> None:
    images = np.full((5, 96, 96), 100.0)
    images[:, :, 48:] = 10
    images += np.random.default_rng(0).normal(0, 1, images.shape)
    inside = [circle for circle in vote(stack_edges(images)) if 20 < circle.row < 76 and 20 < circle.column < 76]
    assert inside == []


def test_noise_elects_nobody() -> None:
    images = np.random.default_rng(0).rayleigh(1, (10, 96, 96))
    assert vote(stack_edges(images)) == []


def test_edges_across_a_rim_vote_against_it() -> None:
    rows, columns = np.mgrid[-32:32, -32:32].astype(float)
    distance, angle = np.hypot(rows, columns), np.arctan2(rows, columns)
    on_rim = (np.exp(-0.5 * ((distance - 12) / 1.0) ** 2)).astype(np.float32)
    along = Edges(on_rim * np.cos(2 * angle), on_rim * np.sin(2 * angle), on_rim, on_rim)
    across = Edges(-along.cos2, -along.sin2, on_rim, on_rim)
    assert vote(along)[0].radius == pytest.approx(12, rel=0.1)
    assert all(np.hypot(circle.row - 32, circle.column - 32) > 4 for circle in vote(across))
