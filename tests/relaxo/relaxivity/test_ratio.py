"""r2/r1: its error knows that R1 and R2 come from the same wells."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
import statsmodels.api as sm

from relaxo.data import WellRate
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import covariance_of_slopes, disagree, fieller, ratio, slope_of_rates, verdict
from relaxo.relaxivity import regress as regress_part
from relaxo.relaxivity.interval import quantile

if TYPE_CHECKING:
    from pathlib import Path


def regress(quantity, of, weights="relative"):
    return regress_part(quantity, of, RegressionPart(weights=weights), diagnose=False)


CONCENTRATION = np.array([0, 0.1, 0.2, 0.4, 0.7, 1.0])
R1 = 0.4 + 12.06 * CONCENTRATION
R2 = 0.5 + 24.10 * CONCENTRATION


def wells(rate: np.ndarray, concentration: np.ndarray = CONCENTRATION, first: int = 1) -> tuple[WellRate, ...]:
    return tuple(
        WellRate(str(number), float(r), np.nan, np.nan, 0, float(c))
        for number, (c, r) in enumerate(zip(concentration, rate, strict=True), first)
    )


def scattered(random: np.random.Generator, correlation: float, size: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Return R1 and R2 (1/s) with relative errors of one size that are correlated well by well."""
    error = size * random.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], R1.size)
    return R1 * (1 + error[:, 0]), R2 * (1 + error[:, 1])


def test_exact_lines_have_the_exact_ratio_with_no_error() -> None:
    both = ratio(regress("r1", wells(R1)), regress("r2", wells(R2)))
    assert both.value == pytest.approx(24.10 / 12.06, rel=1e-12)
    assert both.standard_error < 1e-12
    assert both.unit == "1"
    # Below 2, and shown as 2.00 by whoever rounds.
    assert both.ci95[1] < 2


def test_an_error_that_both_rates_share_cancels() -> None:
    common = 1 + 0.03 * np.random.default_rng(0).standard_normal(R1.size)
    r1, r2 = regress("r1", wells(R1 * common)), regress("r2", wells(R1 * 2 * common))
    both = ratio(r1, r2)
    assert both.value == pytest.approx(2, rel=1e-9)
    assert both.standard_error < 1e-7
    assert r1.relaxivity.standard_error > 0.05


@pytest.mark.parametrize("weights", ["none", "relative"])
def test_covariance_is_that_of_seemingly_unrelated_regressions(weights: str) -> None:
    random = np.random.default_rng(5)
    rate1, rate2 = scattered(random, 0.6)
    if weights == "none":
        r1, r2 = (regress(name, wells(rate), "none") for name, rate in (("r1", rate1), ("r2", rate2)))  # type: ignore[arg-type]
        weight = np.ones_like(rate1)
    else:  # made to have the same weights: R2 is a multiple of R1 on the line
        r1 = regress("r1", wells(rate1), "relative")
        weight = 1 / r1.rate_error
        r2 = _with_weights(rate2, weight)
    design = sm.add_constant(CONCENTRATION) * weight[:, None]
    covariance = np.linalg.inv(design.T @ design)[1, 1] * ((r1.residual * weight) @ (r2.residual * weight)) / 4
    assert covariance_of_slopes(r1, r2) == pytest.approx(covariance, rel=1e-9)


def _with_weights(rate: np.ndarray, weight: np.ndarray):
    with_errors = tuple(
        WellRate(well.well, well.rate, np.nan, float(1 / each), 0, well.concentration)
        for well, each in zip(wells(rate), weight, strict=True)
    )
    return regress("r2", with_errors, "standard_error")


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.5])
def test_covariance_is_right_on_average_when_each_line_lacks_a_well(correlation: float) -> None:
    random = np.random.default_rng(11)
    concentration = np.linspace(0, 1, 10)
    mixing = np.linalg.cholesky([[1, correlation], [correlation, 1]])
    sigma1, sigma2 = np.full(10, 0.1), 0.02 * (0.5 + 24 * concentration)
    covariances = []
    for _ in range(600):
        error1, error2 = mixing @ random.standard_normal((2, 10))
        rate1 = 0.4 + 12 * concentration + sigma1 * error1
        rate2 = 0.5 + 24 * concentration + sigma2 * error2
        r1 = regress("r1", wells(rate1, concentration)[:-1], "none")
        r2 = regress("r2", wells(rate2, concentration)[1:], "relative")
        covariances.append(covariance_of_slopes(r1, r2))

    def slope_weights(errors: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.linalg.pinv(sm.add_constant(at) / errors[:, None])[1]

    a, b = slope_weights(sigma1[:-1], concentration[:-1]), slope_weights(sigma2[1:], concentration[1:])
    expected = correlation * a[1:] @ b[:-1]
    scale = np.linalg.norm(a) * np.linalg.norm(b)
    assert np.mean(covariances) / scale == pytest.approx(expected / scale, abs=0.03)
    assert correlation == 0 or abs(expected / scale) > 0.3


def test_wells_that_are_not_shared_are_not_correlated() -> None:
    rate1, rate2 = scattered(np.random.default_rng(2), 0.9)
    r1, r2 = regress("r1", wells(rate1)), regress("r2", wells(rate2, first=100))
    assert covariance_of_slopes(r1, r2) == 0
    both = ratio(r1, r2)
    expected = both.value * np.hypot(
        r1.relaxivity.standard_error / r1.relaxivity.value, r2.relaxivity.standard_error / r2.relaxivity.value
    )
    assert both.standard_error == pytest.approx(expected)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_intervals_of_95_percent_hold_the_ratio_so_often(correlation: float) -> None:
    random = np.random.default_rng(13)
    runs = 800
    held = 0
    widths = []
    for _ in range(runs):
        rate1, rate2 = scattered(random, correlation)
        low, high = ratio(regress("r1", wells(rate1)), regress("r2", wells(rate2))).ci95
        held += low <= 24.10 / 12.06 <= high
        widths.append(high - low)
    assert 0.93 < held / runs < 0.97
    assert np.mean(widths) == pytest.approx(0.18 * np.sqrt(1 - correlation), rel=0.25)


def test_a_ratio_to_nothing_is_refused() -> None:
    flat = 1 + 0.2 * np.random.default_rng(4).standard_normal(R1.size)
    with pytest.raises(AnalysisError, match="r1 is not distinguishable from zero"):
        ratio(regress("r1", wells(flat)), regress("r2", wells(R2)))


STATED = RegressionPart(method="york", rate_error_percent=2, pipetting_error_percent=3, stock_error_percent=5)


def lines(seed: int = 0, part: RegressionPart = STATED):
    random = np.random.default_rng(seed)
    true = CONCENTRATION * (1 + 0.05 * random.standard_normal()) * (1 + 0.03 * random.standard_normal(R1.size))
    rates = {
        "r1": (0.4 + 12.06 * true) * (1 + 0.02 * random.standard_normal(R1.size)),
        "r2": (0.5 + 24.10 * true) * (1 + 0.02 * random.standard_normal(R1.size)),
    }
    return tuple(regress_part(name, wells(rate), part, diagnose=False) for name, rate in rates.items())


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_of_fiellers_interval_are_just_distinguishable(seed: int) -> None:
    r1, r2 = lines(seed)
    for q in fieller(r1, r2):
        variance = r2.covariance[1, 1] + q * q * r1.covariance[1, 1] - 2 * q * covariance_of_slopes(r1, r2)
        difference = r2.relaxivity.value - q * r1.relaxivity.value
        degrees = min(r1.interval_degrees_of_freedom, r2.interval_degrees_of_freedom)
        assert abs(difference) / np.sqrt(variance) == pytest.approx(quantile(degrees), rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_three_ways_to_the_ratio_agree_where_errors_are_small(seed: int) -> None:
    r1, r2 = lines(seed)
    of_slopes, of_rates = ratio(r1, r2), slope_of_rates(r1, r2)
    low, high = fieller(r1, r2)
    assert of_rates is not None
    assert not disagree(of_slopes, of_rates)
    np.testing.assert_allclose((low, high), of_slopes.ci95, rtol=0.005)
    assert of_rates.value == pytest.approx(of_slopes.value, rel=0.03)


def test_the_stock_and_pipetting_cancel_in_the_ratio() -> None:
    r1, r2 = lines()
    both = ratio(r1, r2)
    assert both.standard_error / both.value < 0.02 < r1.relaxivity.standard_error / r1.relaxivity.value
    of_rates = slope_of_rates(r1, r2)
    assert of_rates is not None
    # A wrong concentration moves a well along the line of R2 on R1.
    moved = CONCENTRATION * np.array([1, 1, 1.5, 1, 1, 1])
    exact = [regress_part(n, wells(0.4 + s * moved), STATED, diagnose=False) for n, s in (("r1", 12.0), ("r2", 24.0))]
    free = slope_of_rates(*exact)
    assert free is not None
    assert free.value == pytest.approx(2, rel=1e-9)


def test_one_wrong_rate_makes_the_two_ratios_disagree() -> None:
    wrong = R2.copy()
    wrong[-1] *= 1.3
    r1 = regress("r1", wells(R1 * (1 + 1e-3 * np.random.default_rng(0).standard_normal(6))), "none")
    r2 = regress_part("r2", wells(wrong), RegressionPart(), diagnose=False)
    of_rates = slope_of_rates(r1, r2)
    assert of_rates is not None
    assert of_rates.value != pytest.approx(ratio(r1, r2).value, rel=0.05)


def test_too_few_wells_in_common_have_no_line_of_rates() -> None:
    r1 = regress("r1", wells(R1))
    r2 = regress("r2", wells(R2, first=5))
    assert slope_of_rates(r1, r2) is None


def test_a_threshold_is_judged_by_its_probability_and_not_by_rounding() -> None:
    exact = regress("r1", wells(R1)), regress("r2", wells(R2))
    # 24.10 / 12.06 = 1.998: below 2 where nothing errs, and undecided where anything does.
    assert verdict(*exact, 2).answer == "below"
    assert verdict(*exact, 2).probability_below == pytest.approx(1)
    uncertain = verdict(*lines(), 2)
    assert uncertain.answer == "undecided"
    assert 0.025 < uncertain.probability_below < 0.975
    assert verdict(*lines(), 1.5).answer == "above"
    assert verdict(*lines(), 2.5).answer == "below"


def test_the_probability_is_as_often_right_as_it_says() -> None:
    answers = [verdict(*lines(seed), 24.10 / 12.06).probability_below for seed in range(300)]
    # At the true ratio it is uniform.
    assert np.mean(answers) == pytest.approx(0.5, abs=0.07)
    assert np.mean(np.array(answers) < 0.025) < 0.06
    assert np.mean(np.array(answers) > 0.975) < 0.06


def test_two_batches_of_one_salt_differ_in_relaxivity_and_agree_in_the_ratio(reference_tables: Path) -> None:
    with (reference_tables / "nist_system_phantom.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["array"] == "MnCl2"]
    found = []
    for batch in ("1 ", "2.5"):
        vials = [row for row in rows if row["batch"].startswith(batch)]
        concentration = np.array([float(row["conc_mM"]) for row in vials])
        r1, r2 = (
            regress(
                f"r{number}", wells(np.array([1e3 / float(row[f"T{number}_3T_ms"]) for row in vials]), concentration)
            )
            for number in (1, 2)
        )
        found.append((r1.relaxivity.value, slope_of_rates(r1, r2)))
    (first, ratio_of_first), (second, ratio_of_second) = found
    assert second / first == pytest.approx(1.14, abs=0.01)
    assert ratio_of_second.value == pytest.approx(ratio_of_first.value, rel=0.01)
    assert not disagree(ratio_of_first, ratio_of_second)
