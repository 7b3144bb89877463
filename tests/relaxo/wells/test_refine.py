from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from relaxo.wells.circles import Circle
from relaxo.wells.refine import by_pixel, refine

Make = Callable[..., Any]


@pytest.mark.parametrize("bath", [None, 60.0])
@pytest.mark.parametrize("radius", [3.0, 6.3, 15.0])
def test_finds_the_circle_between_the_pixels(phantom: Make, radius: float, bath: float | None) -> None:
    made = phantom(np.array([[60.37, 70.81]]), radius, bath=bath, rim=1.5, relaxation=(0.3, 0.3), snr=100)
    (found,) = refine(by_pixel(made.stack().signal[:, 0]), [Circle(61.0, 70.0, 1.1 * radius, 1.0)])
    assert (found.row, found.column) == pytest.approx((60.37, 70.81), abs=0.1)
    assert found.radius == pytest.approx(radius, rel=0.06)
    assert found.confidence > 0.9


def test_the_outer_rim_of_a_wall_leads_to_the_fluid(phantom: Make) -> None:
    made = phantom(np.array([[60.0, 70.0]]), 8.0, bath=60.0, rim=2.0, relaxation=(0.3, 0.3))
    (found,) = refine(by_pixel(made.stack().signal[:, 0]), [Circle(60.0, 70.0, 10.0, 1.0)])
    assert found.radius == pytest.approx(8.0, rel=0.05)


def test_a_fluid_that_fades_early_ends_at_its_own_wall(phantom: Make) -> None:
    made = phantom(np.array([[60.0, 70.0]]), 6.0, bath=60.0, rim=1.0, quantity="T2", relaxation=(0.012, 0.012), snr=100)
    (found,) = refine(by_pixel(made.stack().signal[:, 0]), [Circle(60.0, 70.0, 6.6, 1.0)])
    assert found.radius == pytest.approx(6.0, rel=0.08)


def test_half_a_circle_is_unsure(phantom: Make) -> None:
    images = phantom(np.array([[60.0, 60.0]]), 10.0, shading=0.0).stack().signal[:, 0].copy()
    images[:, 60:] = images[:, 60:61, 60:61]
    found = refine(by_pixel(images), [Circle(60.0, 60.0, 10.0, 1.0)])
    assert all(circle.confidence < 0.5 for circle in found)


def test_a_circle_around_two_fluids_is_unsure(phantom: Make) -> None:
    made = phantom(np.array([[60.0, 60.0], [60.0, 60.0]]), np.array([12.0, 5.0]), relaxation=(0.1, 2.0))
    found = refine(by_pixel(made.stack().signal[:, 0]), [Circle(60.0, 60.0, 12.0, 1.0)])
    assert all(circle.confidence < 0.5 for circle in found if circle.radius > 10)


def test_few_votes_make_it_unsure(phantom: Make) -> None:
    made = phantom(np.array([[60.0, 70.0]]), 8.0)
    curves = by_pixel(made.stack().signal[:, 0])
    sure, unsure = refine(curves, [Circle(60.0, 70.0, 8.0, 0.9), Circle(60.0, 70.0, 8.0, 0.5)])
    assert sure.confidence > 0.9
    assert unsure.confidence == pytest.approx(0.25, abs=0.05)


def test_nothing_in_noise_and_nothing_in_nothing() -> None:
    assert refine(by_pixel(np.zeros((3, 64, 64))), [Circle(30.0, 30.0, 8.0, 1.0)]) == []
    noise = by_pixel(np.random.default_rng(0).rayleigh(1, (10, 64, 64)))
    assert all(circle.confidence < 0.3 for circle in refine(noise, [Circle(30.0, 30.0, 8.0, 1.0)]))
    assert refine(noise, []) == []
