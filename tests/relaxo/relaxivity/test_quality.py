"""Tests of a line's shape: against statsmodels, and by counting."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.anova import anova_lm

from relaxo.data import WellRate
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import regress
from relaxo.relaxivity.quality import runs


def line(concentration: np.ndarray, rate: np.ndarray, error: np.ndarray):
    wells = tuple(
        WellRate(str(number), float(r), np.nan, float(e), 0, float(c))
        for number, (c, r, e) in enumerate(zip(concentration, rate, error, strict=True), 1)
    )
    return regress("r1", wells, RegressionPart(weights="standard_error"))


@pytest.mark.parametrize("seed", range(10))
def test_curvature_is_the_quadratic_term_of_statsmodels(seed: int) -> None:
    random = np.random.default_rng(seed)
    concentration = np.sort(random.uniform(0, 2, 8))
    error = 0.02 * (0.4 + 5 * concentration)
    rate = 0.4 + 5 * concentration + 0.2 * concentration**2 + error * random.standard_normal(8)
    found = line(concentration, rate, error).quality
    design = np.column_stack([np.ones(8), concentration, concentration**2])
    fit = sm.WLS(rate, design, weights=error**-2).fit()
    assert found is not None
    assert found.curvature == pytest.approx(fit.params[2], rel=1e-7)
    assert found.curvature_p == pytest.approx(fit.pvalues[2], rel=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_lack_of_fit_is_the_f_test_against_replicates(seed: int) -> None:
    random = np.random.default_rng(seed)
    concentration = np.repeat([0.0, 0.5, 1.0, 2.0], 3)
    error = np.full(12, 0.1)
    rate = 0.4 + 5 * concentration + 0.2 * concentration**2 + error * random.standard_normal(12)
    found = line(concentration, rate, error).quality
    levels = (concentration[:, None] == np.unique(concentration)).astype(float)
    table = anova_lm(sm.OLS(rate, sm.add_constant(concentration)).fit(), sm.OLS(rate, levels).fit())
    assert found is not None
    assert found.lack_of_fit_p == pytest.approx(table["Pr(>F)"].iloc[1], rel=1e-6)


def test_chi_square_and_birge_ratio_are_those_of_the_residuals() -> None:
    concentration = np.array([0.0, 1, 2, 3, 4])
    rate = np.array([0.4, 5.5, 10.2, 15.9, 20.1])
    error = np.array([0.1, 0.2, 0.2, 0.3, 0.3])
    fitted = line(concentration, rate, error)
    chi_square = float(np.sum((fitted.residual / error) ** 2))
    assert fitted.quality is not None
    assert fitted.quality.chi_square == pytest.approx(chi_square)
    assert fitted.quality.birge_ratio == pytest.approx(np.sqrt(chi_square / 3))
    assert 0 < fitted.quality.chi_square_p < 1


def test_without_stated_errors_or_replicates_there_is_no_such_test() -> None:
    wells = tuple(WellRate(str(c), 0.4 + 5 * c, np.nan, np.nan, 0, float(c)) for c in range(4))
    quality = regress("r1", wells).quality
    assert quality is not None
    assert np.isnan([quality.chi_square, quality.birge_ratio, quality.lack_of_fit_p]).all()
    assert quality.r_squared == pytest.approx(1)


@pytest.mark.parametrize(("positive", "negative"), [(1, 1), (2, 3), (4, 4), (5, 2)])
def test_the_probability_of_few_runs_is_counted_over_all_orders(positive: int, negative: int) -> None:
    count = positive + negative
    orders = []
    for places in combinations(range(count), positive):
        signs = -np.ones(count)
        signs[list(places)] = 1
        orders.append((1 + np.count_nonzero(np.diff(signs)), signs))
    for seen, signs in orders:
        expected = np.mean([others <= seen for others, _ in orders])
        assert runs(signs) == pytest.approx(expected)


def test_one_sign_has_no_order() -> None:
    assert np.isnan(runs(np.array([1.0, 2.0, 0.0])))
