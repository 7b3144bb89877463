"""Straight lines: against odrpack and statsmodels, and with what no least squares survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import odrpack
import pytest
import statsmodels.api as sm

from relaxo.relaxivity.straight import TUKEY, robust, weighted, york

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


def problem(seed: int, errors: float = 1.0) -> tuple[Vector, Vector, Vector, Vector]:
    """Return x, y and their standard errors, of a dilution series with errors in both axes."""
    random = np.random.default_rng(seed)
    count = random.integers(4, 15)
    x = np.sort(random.uniform(0, 10.0 ** random.uniform(-2, 1), count))
    y = random.uniform(0.2, 0.6) + 10.0 ** random.uniform(-1, 2) * x
    x_error = (x + 1e-3 * x.max()) * random.uniform(0.005, 0.05, count) * errors
    y_error = y * random.uniform(0.005, 0.05, count) * errors
    return (
        x + x_error * random.standard_normal(count),
        y + y_error * random.standard_normal(count),
        x_error,
        y_error,
    )


def odr(
    x: Vector, y: Vector, x_error: Vector, y_error: Vector, start: Vector, *, fixed: bool = False
) -> odrpack.OdrResult:
    """Fit by odrpack, again from its own answer, for it stops when steps are small and not when nothing changes."""
    result = None
    for _ in range(4):
        result = odrpack.odr_fit(
            lambda x, beta: beta[0] + beta[1] * x,
            x,
            y,
            start if result is None else result.beta,
            delta0=None if result is None else result.delta,
            weight_x=x_error**-2,
            weight_y=y_error**-2,
            fix_beta=np.array([fixed, False]),
            jac_beta=lambda x, _: np.array([np.ones_like(x), x]),
            jac_x=lambda x, beta: np.full_like(x, beta[1]),
            sstol=1e-16,
            partol=1e-16,
            maxit=1000,
        )
    assert result is not None
    return result


@pytest.mark.parametrize("seed", range(40))
def test_errors_in_both_axes_give_what_odrpack_gives(seed: int) -> None:
    x, y, x_error, y_error = problem(seed)
    line = york(x, y, x_error, y_error)
    fit = odr(x, y, x_error, y_error, np.array([1.1 * line.intercept, 0.9 * line.slope]))
    assert line.chi_square == pytest.approx(fit.sum_square, rel=1e-10)
    # odrpack stops where the sum no longer changes, which leaves some 1e-6 of a standard error.
    near = 1e-6 * fit.sd_beta
    assert line.slope == pytest.approx(fit.beta[1], rel=1e-8, abs=near[1])
    assert line.intercept == pytest.approx(fit.beta[0], rel=1e-8, abs=near[0])
    # odrpack scales by the residuals, as it always does.
    np.testing.assert_allclose(np.sqrt(np.diag(line.covariance)) * line.scale, fit.sd_beta, rtol=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_a_known_intercept_gives_what_odrpack_gives(seed: int) -> None:
    x, y, x_error, y_error = problem(seed)
    line = york(x, y, x_error, y_error, 0.4)
    fit = odr(x, y, x_error, y_error, np.array([0.4, 0.9 * line.slope]), fixed=True)
    assert line.intercept == 0.4
    assert line.slope == pytest.approx(fit.beta[1], rel=1e-8, abs=1e-6 * fit.sd_beta[1])
    assert np.sqrt(line.covariance[1, 1]) * line.scale == pytest.approx(fit.sd_beta[1], rel=1e-6)


def test_pearsons_data_with_yorks_weights_give_the_published_line() -> None:
    # The classic example: York, Can. J. Phys. 44, 1079, 1966; exact values in York et al. 2004, table II.
    x = np.array([0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4])
    y = np.array([5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5])
    x_weight = np.array([1000.0, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1])
    y_weight = np.array([1.0, 1.8, 4, 8, 20, 20, 70, 70, 100, 500])
    line = york(x, y, x_weight**-0.5, y_weight**-0.5)
    assert line.intercept == pytest.approx(5.47991022, abs=1e-7)
    assert line.slope == pytest.approx(-0.480533407, abs=1e-8)
    assert np.sqrt(line.covariance[0, 0]) == pytest.approx(0.29497, abs=1e-4)
    assert np.sqrt(line.covariance[1, 1]) == pytest.approx(0.057985, abs=1e-5)
    assert line.chi_square == pytest.approx(11.8663531941, rel=1e-8)


def test_without_errors_in_x_it_is_weighted_least_squares() -> None:
    x, y, _, y_error = problem(3)
    both, plain = york(x, y, np.zeros_like(x), y_error), weighted(x, y, y_error)
    assert (both.slope, both.intercept) == (plain.slope, plain.intercept)
    fit = sm.WLS(y, sm.add_constant(x), weights=y_error**-2).fit(cov_type="fixed scale")
    np.testing.assert_allclose(plain.covariance, fit.cov_params(), rtol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_known_intercept_is_regression_through_a_point(seed: int) -> None:
    x, y, _, y_error = problem(seed)
    line = weighted(x, y, y_error, 0.3)
    fit = sm.WLS(y - 0.3, x, weights=y_error**-2).fit()
    assert line.slope == pytest.approx(fit.params[0], rel=1e-10)
    assert np.sqrt(line.covariance[1, 1]) * line.scale == pytest.approx(fit.bse[0], rel=1e-8)


@pytest.mark.parametrize("seed", range(10))
def test_the_slope_grows_with_each_rate_as_its_leverage_says(seed: int) -> None:
    x, y, _, y_error = problem(seed)
    line = weighted(x, y, y_error)
    assert line.leverage @ y == pytest.approx(line.slope, rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_robust_is_statsmodels_biweight_at_the_same_scale(seed: int) -> None:
    x, y, _, y_error = problem(seed)
    y = y.copy()
    y[1] *= 1.6
    start = weighted(np.delete(x, 1), np.delete(y, 1), np.delete(y_error, 1))
    line = robust(x, y, np.zeros_like(x), y_error, (start.intercept, start.slope))
    if not line.scale > 0:
        pytest.skip("more than half of the points lie on one line")
    fit = sm.RLM(y / y_error, sm.add_constant(x) / y_error[:, None], M=sm.robust.norms.TukeyBiweight(TUKEY)).fit(
        start_params=[line.intercept, line.slope],
        scale_est=_Given(line.scale),
        cov="H1",
        tol=1e-12,
        maxiter=500,
    )
    np.testing.assert_allclose([line.intercept, line.slope], fit.params, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(line.covariance)), fit.bse, rtol=1e-4)


class _Given:
    """A scale that statsmodels takes as it is."""

    def __init__(self, scale: float) -> None:
        self._scale = scale

    def __call__(self, *_: object) -> float:
        return self._scale


def test_robust_lets_go_of_a_wrong_point_and_keeps_the_rest() -> None:
    x = np.linspace(0, 1, 9)
    y = (0.4 + 12 * x) * (1 + 0.01 * np.random.default_rng(1).standard_normal(9))
    spoilt = y.copy()
    spoilt[4] *= 1.5
    line = robust(x, spoilt, 0.03 * x, 0.02 * y, (0.4, 12.0), stated=True)
    assert line.weight[4] == 0
    assert np.delete(line.weight, 4).min() > 0.5
    without = york(np.delete(x, 4), np.delete(y, 4), 0.03 * np.delete(x, 4), 0.02 * np.delete(y, 4))
    assert line.slope == pytest.approx(without.slope, rel=0.002)


def test_points_on_a_line_with_one_off_it_give_the_line() -> None:
    x = np.linspace(0, 1, 7)
    y = 0.4 + 12 * x
    y[3] = 20.0
    line = robust(x, y, np.zeros(7), np.ones(7), (0.4, 12.0))
    assert (line.intercept, line.slope) == pytest.approx((0.4, 12.0), rel=1e-9)
