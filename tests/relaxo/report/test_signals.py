"""Curves are the means of what was measured in a well's voxels and of what was fitted to the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.data import Geometry, Protocol, Stack, Well, Wells
from relaxo.recipe import FitPart
from relaxo.report.signals import fitted, signals

if TYPE_CHECKING:
    from numpy.typing import NDArray

TI = np.array([0.05, 0.2, 0.5, 1.0, 2.0, 4.0])
TE = np.arange(1, 9) * 0.01
DECAY = FitPart(model="spin_echo_decay")
GEOMETRY = Geometry((1, 2, 3), np.eye(4))


@pytest.fixture
def wells() -> Wells:
    """Return a well of two voxels, one of a single voxel, and one without any."""
    labels = np.array([[[1, 1, 0], [2, 0, 0]]])
    return Wells(GEOMETRY, labels, tuple(Well(name, 0, 0, 0, (0, 0), 1.0) for name in ("a", "b", "empty")))


def decays(t2: NDArray[np.float64]) -> Stack:
    return Stack(100 * np.exp(-TE[:, None, None, None] / t2), Protocol("MESE", "EchoTime", TE), GEOMETRY)


def test_a_perfect_fit_leaves_no_residual(wells: Wells) -> None:
    t2 = np.array([[[0.05, 0.08, 0.1], [0.03, 0.1, 0.1]]])
    found = signals(decays(t2), wells, {"T2map": t2, "S0map": np.full(t2.shape, 100.0)}, DECAY)
    assert found.mean[:, :2] == pytest.approx(found.fitted[:, :2], rel=1e-6)
    assert found.mean[:, 0] == pytest.approx(50 * (np.exp(-TE / 0.05) + np.exp(-TE / 0.08)), rel=1e-6)
    assert found.spread[0, 0] > 0
    assert np.isnan(found.spread[:, 1]).all()
    for array in (found.mean, found.spread, found.fitted):
        assert np.isnan(array[:, 2]).all()


def test_a_voxel_without_a_time_counts_in_neither(wells: Wells) -> None:
    t2 = np.array([[[0.05, 0.08, 0.1], [0.03, 0.1, 0.1]]])
    known = t2.copy()
    known[0, 0, 1] = np.nan
    known[0, 1, 0] = np.nan
    found = signals(decays(t2), wells, {"T2map": known, "S0map": np.where(np.isnan(known), np.nan, 100.0)}, DECAY)
    assert found.mean[:, 0] == pytest.approx(100 * np.exp(-TE / 0.05), rel=1e-6)
    # A well in which nothing could be fitted still shows its signal.
    assert found.mean[:, 1] == pytest.approx(100 * np.exp(-TE / 0.03), rel=1e-6)
    assert np.isnan(found.fitted[:, 1]).all()


@pytest.mark.parametrize(("component", "sign"), [("magnitude", 1), ("real", -1)])
def test_an_inversion_keeps_its_sign_only_where_the_images_do(wells: Wells, component: str, sign: int) -> None:
    protocol = Protocol("IRT1", "InversionTime", TI, {"RepetitionTime": 6.0}, component=component)
    maps = {"T1map": np.full((1, 2, 3), 1.0), "M0map": np.full((1, 2, 3), 10.0), "efficiency": np.ones((1, 2, 3))}
    curve = fitted(protocol, wells, maps, FitPart(model="inversion_recovery"), TI[:1])
    assert np.sign(curve[0, 0]) == sign


def test_what_varies_along_with_the_axis_is_followed_between_the_images(wells: Wells) -> None:
    """Constant delay after the inversion: the repetition time grows with the inversion time."""
    protocol = Protocol("IRT1", "InversionTime", TI, {"RepetitionTime": TI + 1.0}, component="real")
    maps = {"T1map": np.full((1, 2, 3), 0.8), "M0map": np.full((1, 2, 3), 10.0), "efficiency": np.ones((1, 2, 3))}
    part = FitPart(model="inversion_recovery")
    between = fitted(protocol, wells, maps, part, np.array([0.35]))[0, 0]
    direct = Protocol("IRT1", "InversionTime", np.array([0.35]), {"RepetitionTime": 1.35}, component="real")
    assert between == pytest.approx(fitted(direct, wells, maps, part, np.array([0.35]))[0, 0])
