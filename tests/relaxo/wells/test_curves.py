from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from relaxo.data import Geometry, Protocol, Rates, Stack, WellRate
from relaxo.models import fit
from relaxo.recipe import WellsPart
from relaxo.wells import mean_curves, measure, rasterise, uneven, with_curves

Make = Callable[..., Any]
TE = np.arange(1, 17) * 0.01


def stack_of(T2: np.ndarray, geometry: Geometry) -> Stack:
    return Stack(
        1000 * np.exp(-TE[:, None, None, None] / T2).astype(np.float32), Protocol("MESE", "EchoTime", TE), geometry
    )


def measured(T2: np.ndarray, geometry: Geometry, as_wells: Make) -> Rates:
    stack = stack_of(T2, geometry)
    wells = rasterise(as_wells([(30, 30), (80, 80)], radius_mm=12), geometry, WellsPart())
    maps = fit("spin_echo_decay", stack.signal, noise=None, EchoTime=TE)
    curves = fit("spin_echo_decay", mean_curves(stack, wells), noise=None, EchoTime=TE)
    return with_curves(measure(maps, wells, WellsPart()), curves)


def test_the_curve_of_a_uniform_well_agrees_with_its_voxels(plane: Geometry, as_wells: Make) -> None:
    rates = measured(np.full(plane.shape, 0.08), plane, as_wells)
    assert rates.wells[0].curve_rate == pytest.approx(12.5, rel=1e-3)
    assert rates.wells[0].median_rate == pytest.approx(12.5, rel=1e-3)
    assert uneven(rates) == ()


def test_a_well_of_two_fluids_is_told_of(plane: Geometry, as_wells: Make) -> None:
    T2 = np.full(plane.shape, 0.08)
    T2[:, :, :30] = 0.02
    rates = measured(T2, plane, as_wells)
    told = uneven(rates)
    assert {notice.well for notice in told} == {"1"}
    assert "t2_curve" in {notice.code for notice in told}


def test_a_well_without_voxels_has_no_curve(plane: Geometry, as_wells: Make) -> None:
    stack = stack_of(np.full(plane.shape, 0.08), plane)
    wells = rasterise(as_wells([(1, 1), (80, 80)], radius_mm=12), plane, WellsPart())
    curves = mean_curves(stack, wells)
    assert np.isnan(curves[:, 0]).all()
    np.testing.assert_allclose(curves[:, 1], stack.signal[:, 0, 80, 80], rtol=1e-5)


def test_complex_curves_stay_complex(plane: Geometry, as_wells: Make) -> None:
    stack = stack_of(np.full(plane.shape, 0.08), plane)
    turned = Stack(stack.signal * np.complex64(1j), replace(stack.protocol, component="complex"), plane)
    wells = rasterise(as_wells([(80, 80)], radius_mm=12), plane, WellsPart())
    np.testing.assert_allclose(mean_curves(turned, wells)[:, 0], 1j * stack.signal[:, 0, 80, 80], rtol=1e-5)


def test_excluded_wells_are_told_of_once_only() -> None:
    rate = WellRate("1", 10.0, 5.0, 0.5, 100, excluded="bubble", curve_rate=20.0, homogeneity=9.0)
    assert uneven(Rates("R2", (rate,))) == ()
    assert len(uneven(Rates("R2", (replace(rate, excluded=None),)))) == 2
