"""The tables of the compiled engine say what the functions they stand for say."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.fitting import Problem
from relaxo.fitting.cells import REACH, TILE, Cells

TI = np.geomspace(0.05, 3.0, 10)


def decay(time):
    x = TI[:, np.newaxis] / time
    return np.exp(-x)[np.newaxis], (x * np.exp(-x))[np.newaxis]


def recovery(time):
    x = TI[:, np.newaxis] / time
    ones = np.ones_like(x)
    return np.array([ones, -np.exp(-x)]), np.array([0 * ones, -x * np.exp(-x)])


def normal(function):
    return function / np.sqrt((function**2).sum(axis=0))


@pytest.mark.parametrize("basis", [decay, recovery])
def test_polynomials_follow_the_functions_all_over_their_cell(basis):
    cells = Cells.of(Problem(basis, 0.0025, 150.0), 1)
    assert cells.centres.shape == (10, 1, len(cells.polynomials))
    assert len(cells.polynomials) % TILE == 0
    for cell, polynomials in enumerate(cells.polynomials[:, :, 0]):
        place = np.linspace(-1, 1, 21)
        time = np.exp(cells.first + cell * cells.width + cells.reach * place)
        function = basis(time)[0][-1]
        exact = normal(function - function.mean(axis=0) if basis is recovery else function)
        powers = np.vander(place, polynomials.shape[-1], increasing=True)
        np.testing.assert_allclose(polynomials @ powers.T, exact, atol=1e-5)
        np.testing.assert_allclose(cells.centres[:, 0, cell], exact[:, 10], atol=1e-5)


def test_the_cells_cover_the_range_and_overlap():
    cells = Cells.of(Problem(decay, 0.0025, 150.0), 1)
    count = len(cells.polynomials)
    np.testing.assert_allclose(cells.first - cells.width / 2, np.log(0.0025))
    np.testing.assert_allclose(cells.first + (count - 0.5) * cells.width, np.log(150.0))
    assert cells.reach > cells.width / 2
    assert REACH * cells.width == pytest.approx(cells.reach)


@pytest.mark.parametrize(("basis", "varying"), [(decay, 1), (recovery, 1), (recovery, 2)])
def test_no_signal_loses_more_than_the_slack_at_the_nearest_centre(basis, varying):
    cells = Cells.of(Problem(basis, 0.0025, 150.0), varying)
    time = np.exp(np.linspace(np.log(0.0025), np.log(150.0), 500))
    function = basis(time)[0][-1]
    exact = normal(function - function.mean(axis=0) if basis is recovery else function)
    explained = (np.einsum("nkc,nv->kcv", cells.centres, exact) ** 2).sum(axis=0).max(axis=0)
    assert 0 < cells.slack < 0.1
    assert explained.min() > 1 - cells.slack - 1e-5


def test_what_is_left_of_the_first_points():
    cells = Cells.of(Problem(decay, 0.0025, 150.0), 1)
    inverse, roots = cells.left_of_first_points()
    for points in (1, 4, 10):
        squares = (cells.centres[:points, 0] ** 2).sum(axis=0)
        np.testing.assert_allclose(inverse[points] * squares, 1, rtol=1e-4)
        np.testing.assert_allclose(roots[points, :, 0] ** 2 * squares, 1, rtol=1e-2)
