"""One line: against statsmodels, against NIST's vials, and whether its intervals hold what they promise."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
import statsmodels.api as sm

from relaxo.data import WellRate
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import regress as regress_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from relaxo.data import Line

Weights = Literal["relative", "standard_error", "none"]


def wells(concentration: ArrayLike, rate: ArrayLike, standard_error: ArrayLike = np.nan) -> tuple[WellRate, ...]:
    rows = np.broadcast(concentration, rate, standard_error)
    return tuple(
        WellRate(str(number), float(r), np.nan, float(se), 0, float(c)) for number, (c, r, se) in enumerate(rows, 1)
    )


def regress(
    quantity: Literal["r1", "r2"], of: Sequence[WellRate], weights: Weights = "relative", **choices: object
) -> Line:
    return regress_part(quantity, of, RegressionPart(weights=weights, **choices), diagnose=False)  # type: ignore[arg-type]


def problem(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return concentrations (mM), rates (1/s) and errors (1/s) of a random dilution series."""
    random = np.random.default_rng(seed)
    concentration = np.r_[0, np.sort(random.uniform(0, 10.0 ** random.uniform(-2, 1), random.integers(3, 15)))]
    rate = random.uniform(0.2, 0.6) + 10.0 ** random.uniform(-1, 2) * concentration
    error = rate * random.uniform(0.005, 0.05, rate.size)
    return concentration, rate + error * random.standard_normal(rate.size), error


def agrees(line: Line, fit: sm.regression.linear_model.RegressionResults) -> None:
    np.testing.assert_allclose([line.intercept.value, line.relaxivity.value], fit.params, rtol=1e-8)
    np.testing.assert_allclose(line.covariance, fit.cov_params(), rtol=1e-6)
    np.testing.assert_allclose([line.intercept.standard_error, line.relaxivity.standard_error], fit.bse, rtol=1e-6)
    np.testing.assert_allclose([line.intercept.ci95, line.relaxivity.ci95], fit.conf_int(), rtol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_unweighted_is_ordinary_least_squares(seed: int) -> None:
    concentration, rate, _ = problem(seed)
    line = regress("r1", wells(concentration, rate), "none")
    fit = sm.OLS(rate, sm.add_constant(concentration)).fit()
    agrees(line, fit)
    assert line.degrees_of_freedom == fit.df_resid
    np.testing.assert_allclose(line.rate_error, np.sqrt(fit.scale), rtol=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_standard_errors_weight_as_statsmodels_does(seed: int) -> None:
    concentration, rate, error = problem(seed)
    line = regress("r2", wells(concentration, rate, error), "standard_error")
    fit = sm.WLS(rate, sm.add_constant(concentration), weights=error**-2).fit()
    agrees(line, fit)
    np.testing.assert_allclose(line.rate_error, np.sqrt(fit.scale) * error, rtol=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_relative_weights_are_those_of_the_line_itself(seed: int) -> None:
    concentration, rate, _ = problem(seed)
    line = regress("r2", wells(concentration, rate), "relative")
    design = sm.add_constant(concentration)
    agrees(line, sm.WLS(rate, design, weights=line.rate_error**-2).fit())
    fitted = line.rate - line.residual
    np.testing.assert_allclose(line.rate_error / fitted, line.rate_error[0] / fitted[0], rtol=1e-10)


# statsmodels warns that fitted rates could become negative, which ours cannot.
@pytest.mark.filterwarnings("ignore:The Identity link function")
@pytest.mark.parametrize("seed", range(10))
def test_relative_weights_are_a_gamma_regression(seed: int) -> None:
    concentration, rate, _ = problem(seed)
    line = regress("r1", wells(concentration, rate), "relative")
    family = sm.families.Gamma(link=sm.families.links.Identity())
    fit = sm.GLM(rate, sm.add_constant(concentration), family=family).fit(
        tol=1e-14, maxiter=200, start_params=[line.intercept.value * 1.1, line.relaxivity.value * 0.9]
    )
    np.testing.assert_allclose([line.intercept.value, line.relaxivity.value], fit.params, rtol=1e-7)
    np.testing.assert_allclose([line.intercept.standard_error, line.relaxivity.standard_error], fit.bse, rtol=1e-6)


def test_relative_weights_are_not_drawn_to_the_low_rates() -> None:
    random = np.random.default_rng(3)
    concentration = np.linspace(0, 1, 9)
    truth = 0.4 + 12 * concentration
    ratios = []
    once = []
    for _ in range(1000):
        rate = truth * (1 + 0.1 * random.standard_normal(truth.size))
        ratios.append(regress("r1", wells(concentration, rate)).relaxivity.value / 12)
        once.append(sm.WLS(rate, sm.add_constant(concentration), weights=rate**-2).fit().params[1] / 12)
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert abs(np.mean(ratios) - 1) < 4 * error
    assert np.mean(once) < 1 - 0.012  # the 2 v² that a single pass loses, here 0.02


@pytest.mark.parametrize(("r1", "r2"), [(12.06, 24.10), (4.55, 5.77)])
@pytest.mark.parametrize("weights", ["relative", "standard_error", "none"])
def test_an_exact_line_is_found_exactly_with_no_error(r1: float, r2: float, weights: Weights) -> None:
    concentration = np.array([0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 2.0, 5.0])
    for quantity, slope, intercept in (("r1", r1, 0.33), ("r2", r2, 0.45)):
        rate = intercept + slope * concentration
        line = regress(quantity, wells(concentration, rate, 0.01 * rate), weights)  # type: ignore[arg-type]
        assert line.quantity == quantity
        assert line.relaxivity.value == pytest.approx(slope, rel=1e-12)
        assert line.intercept.value == pytest.approx(intercept, rel=1e-12)
        assert line.relaxivity.standard_error < 1e-12
        assert line.relaxivity.ci95 == pytest.approx((slope, slope), rel=1e-12)
        assert (line.relaxivity.unit, line.intercept.unit) == ("1/s/mM", "1/s")


def test_far_concentrations_keep_their_digits() -> None:
    concentration = 1000 + np.array([0, 1e-3, 2e-3])
    line = regress("r1", wells(concentration, 5 + 3 * (concentration - 1000)), "none")
    assert line.relaxivity.value == pytest.approx(3, rel=1e-9)


def test_a_line_says_what_it_was_fitted_to() -> None:
    line = regress("r1", wells([0, 1, 2, 3], [0.4, 5, 9, 14.0]))
    assert line.wells == ("1", "2", "3", "4")
    np.testing.assert_array_equal(line.concentration, [0, 1, 2, 3])
    np.testing.assert_array_equal(line.rate, [0.4, 5, 9, 14.0])


@pytest.mark.parametrize(
    ("concentration", "different"), [([], 0), ([0.5], 1), ([0, 1], 2), ([0, 0, 1, 1], 2), ([1, 1, 1], 1)]
)
def test_fewer_than_three_concentrations_are_refused(concentration: list[float], different: int) -> None:
    with pytest.raises(AnalysisError, match=f"at least 3 different concentrations, there (is|are) {different}"):
        regress("r1", wells(concentration, np.ones(len(concentration))))


@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_standard_errors_that_are_missing_are_named(missing: float) -> None:
    with pytest.raises(AnalysisError, match="well 2 has none above zero"):
        regress("r1", wells([0, 1, 2], [1, 2, 3], [0.1, missing, 0.1]), "standard_error")
    with pytest.raises(AnalysisError, match="wells 1, 2, 3 have none"):
        regress("r1", wells([0, 1, 2], [1, 2, 3], missing), "standard_error")


@pytest.mark.parametrize(
    ("weights", "scatter"), [("relative", "relative"), ("standard_error", "relative"), ("none", "absolute")]
)
def test_intervals_of_95_percent_hold_the_truth_so_often(weights: Weights, scatter: str) -> None:
    random = np.random.default_rng(7)
    concentration = np.array([0, 0.1, 0.2, 0.4, 0.7, 1.0])
    truth = 0.4 + 12 * concentration
    sigma = 0.02 * truth if scatter == "relative" else np.full_like(truth, 0.1)
    runs = 1000
    slope_held = intercept_held = 0
    for _ in range(runs):
        rate = truth + sigma * random.standard_normal(truth.size)
        line = regress("r1", wells(concentration, rate, 3 * sigma), weights)
        slope_held += line.relaxivity.ci95[0] <= 12 <= line.relaxivity.ci95[1]
        intercept_held += line.intercept.ci95[0] <= 0.4 <= line.intercept.ci95[1]
    # The binomial standard error is 0.7 %; relative weights have theirs from the data, which costs a little.
    assert 0.93 < slope_held / runs < 0.97
    assert 0.93 < intercept_held / runs < 0.97


# NIST's system phantom: 14 vials each, measured by NMR


def nist(
    folder: Path, salt: str, batch: str, field: str, quantity: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with (folder / "nist_system_phantom.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["array"] == salt and row["batch"].startswith(batch)]
    assert len(rows) == 14
    concentration = np.array([float(row["conc_mM"]) for row in rows])
    return concentration, 1e3 / np.array([float(row[f"{quantity}_{field}_ms"]) for row in rows])


NIST = [
    ("NiCl2", "1", "1p5T", "T1", 0.6173, 0.0027),
    ("NiCl2", "1", "1p5T", "T2", 0.6973, 0.0031),
    ("NiCl2", "1", "3T", "T1", 0.6477, 0.0030),
    ("NiCl2", "1", "3T", "T2", 0.8956, 0.0045),
    ("NiCl2", "2", "3T", "T1", 0.6994, 0.0037),
    ("NiCl2", "2", "3T", "T2", 0.9811, 0.0056),
    ("MnCl2", "1", "1p5T", "T1", 7.274, 0.161),
    ("MnCl2", "1", "1p5T", "T2", 76.0, 1.5),
    ("MnCl2", "1", "3T", "T1", 6.367, 0.059),
    ("MnCl2", "1", "3T", "T2", 104.7, 1.1),
    ("MnCl2", "2.5", "3T", "T1", 7.268, 0.076),
    ("MnCl2", "2.5", "3T", "T2", 119.1, 1.1),
]


@pytest.mark.parametrize(("salt", "batch", "field", "quantity", "value", "error"), NIST)
def test_nist_phantom_has_its_published_relaxivities(
    salt: str, batch: str, field: str, quantity: str, value: float, error: float, reference_tables: Path
) -> None:
    concentration, rate = nist(reference_tables, salt, batch, field, quantity)
    line = regress("r1" if quantity == "T1" else "r2", wells(concentration, rate))
    # Published from a single pass with weights 1 / measured², from which ours differs by twice the squared scatter
    # (up to 6 % with manganese), always less than half a standard error.
    assert line.relaxivity.value == pytest.approx(value, abs=0.5 * error)
    assert line.relaxivity.standard_error == pytest.approx(error, rel=0.08)
    assert 0.05 < line.intercept.value < 0.5
    single_pass = regress("r1", wells(concentration, rate, rate), "standard_error")
    assert single_pass.relaxivity.value == pytest.approx(value, rel=5e-4)
    assert single_pass.relaxivity.standard_error == pytest.approx(error, rel=0.04)


def test_unweighted_nist_intercept_is_lost_to_the_top_vial(reference_tables: Path) -> None:
    concentration, rate = nist(reference_tables, "MnCl2", "1", "1p5T", "T2")
    assert regress("r2", wells(concentration, rate), "none").intercept.standard_error == pytest.approx(1.44, abs=0.01)
    assert regress("r2", wells(concentration, rate)).intercept.standard_error < 0.1


@pytest.mark.parametrize(
    ("salt", "batch", "temperature", "r1", "r2"),
    [
        ("NiCl2", "2", "20", 0.700, 0.981),
        ("MnCl2", "2.5", "20", 7.27, 119.1),
        *(
            ("NiCl2", "2", temperature, r1, r2)
            for temperature, r1, r2 in zip(
                ("16", "18", "20", "22", "24", "26"),
                (0.684, 0.694, 0.699, 0.703, 0.704, 0.703),
                (0.948, 0.970, 0.981, 0.983, 0.977, 0.967),
                strict=True,
            )
        ),
    ],
)
def test_nist_relaxivities_at_3_tesla_by_temperature(
    salt: str, batch: str, temperature: str, r1: float, r2: float, reference_tables: Path
) -> None:
    with (reference_tables / "nist_batch2_temperature.csv").open(encoding="utf-8") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if (row["salt"], row["batch"], row["temperature_C"]) == (salt, batch, temperature)
        ]
    concentration = [float(row["concentration_mM"]) for row in rows]
    for quantity, expected in (("r1", r1), ("r2", r2)):
        rate = [1e3 / float(row[f"T{quantity[1]}_ms"]) for row in rows]
        line = regress(quantity, wells(concentration, rate))  # type: ignore[arg-type]
        assert line.relaxivity.value == pytest.approx(expected, rel=0.003)


# Where the intercept comes from, and what an interval is made of

DOSES = np.array([0.0, 0.0, 0.1, 0.2, 0.4, 0.7, 1.0])


def noisy(seed: int = 0, size: float = 0.01) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    rate: NDArray[np.float64] = (0.4 + 12 * DOSES) * (1 + size * random.standard_normal(DOSES.size))
    return rate


def test_a_fixed_intercept_is_that_of_the_recipe() -> None:
    rate = noisy()
    line = regress("r1", wells(DOSES, rate), "none", intercept="fixed", intercept_R1_per_s=0.35)
    fit = sm.OLS(rate - 0.35, DOSES).fit()
    assert line.intercept.value == 0.35
    assert line.intercept.ci95 == (0.35, 0.35)
    assert line.relaxivity.value == pytest.approx(fit.params[0], rel=1e-10)
    assert line.relaxivity.standard_error == pytest.approx(fit.bse[0], rel=1e-8)
    assert line.degrees_of_freedom == DOSES.size - 1


def test_a_fixed_intercept_needs_its_value() -> None:
    with pytest.raises(AnalysisError, match="its value is not given"):
        regress("r2", wells(DOSES, noisy()), "none", intercept="fixed", intercept_R1_per_s=0.35)


def test_the_blank_gives_the_intercept_and_its_error_enters_the_slope() -> None:
    rate = noisy()
    line = regress("r1", wells(DOSES, rate), "none", intercept="blank")
    blank = rate[:2].mean()
    assert line.intercept.value == pytest.approx(blank, rel=1e-12)
    assert line.wells == ("3", "4", "5", "6", "7")
    x = DOSES[2:]
    assert line.relaxivity.value == pytest.approx(x @ (rate[2:] - blank) / (x @ x), rel=1e-12)
    (scatter, intercept, stock) = line.budget
    assert (scatter.source, intercept.source, stock.source) == ("scatter", "intercept", "stock")
    # The slope turns about the blank: by sum x / sum x² for each 1/s of it.
    assert intercept.standard_error == pytest.approx(line.intercept.standard_error * x.sum() / (x @ x), rel=1e-9)
    assert stock.standard_error == 0


def test_a_blank_that_was_not_measured_gives_none() -> None:
    with pytest.raises(AnalysisError, match="no usable well has concentration 0"):
        regress("r1", wells([0.1, 0.2, 0.4], [1.6, 2.8, 5.2]), "none", intercept="blank")


def test_the_stock_is_added_after_the_fit() -> None:
    plain = regress("r1", wells(DOSES, noisy()), "none")
    with_stock = regress("r1", wells(DOSES, noisy()), "none", stock_error_percent=5)
    assert with_stock.relaxivity.value == plain.relaxivity.value
    assert with_stock.relaxivity.standard_error == pytest.approx(
        np.hypot(plain.relaxivity.standard_error, 0.05 * plain.relaxivity.value)
    )
    assert with_stock.intercept == plain.intercept
    np.testing.assert_array_equal(with_stock.covariance, plain.covariance)
    # Of 5 % hardly anything is scatter, so that the interval is nearly normal.
    low, high = with_stock.relaxivity.ci95
    assert (high - low) / 2 / with_stock.relaxivity.standard_error == pytest.approx(1.96, abs=0.02)


def test_the_budget_adds_up_to_the_standard_error() -> None:
    stated = {"rate_error_percent": 2, "pipetting_error_percent": 3, "assay_error_percent": 1, "stock_error_percent": 5}
    for method in ("york", "robust"):
        for seed in range(5):
            line = regress("r1", wells(DOSES, noisy(seed, 0.03)), "none", method=method, **stated)
            shares = {share.source: share.standard_error for share in line.budget}
            assert {"rates", "pipetting", "assay", "stock"} <= set(shares)
            assert np.hypot.reduce(list(shares.values())) == pytest.approx(line.relaxivity.standard_error, rel=1e-6)
            assert shares["pipetting"] == pytest.approx(3 * shares["assay"], rel=1e-9)
            assert shares["stock"] == pytest.approx(0.05 * line.relaxivity.value, rel=1e-9)


def test_stated_errors_that_hold_are_believed_and_those_that_do_not_are_enlarged() -> None:
    held = regress("r1", wells(DOSES, noisy(0, 0.01)), "none", method="york", rate_error_percent=1)
    assert held.interval_degrees_of_freedom == np.inf
    assert held.scale == 1
    part = RegressionPart(weights="none", method="york", rate_error_percent=0.5)
    small = regress_part("r1", wells(DOSES, noisy(0, 0.05)), part)
    assert small.quality is not None
    assert small.quality.chi_square_p < 0.05
    assert small.scale == pytest.approx(small.quality.birge_ratio)
    assert small.interval_degrees_of_freedom == DOSES.size - 2
    assert "unexplained" in {share.source for share in small.budget}


def test_errors_in_both_axes_need_errors_of_the_rates() -> None:
    with pytest.raises(AnalysisError, match="not every rate has one"):
        regress("r1", wells(DOSES, noisy()), "none", method="york", pipetting_error_percent=3)


def test_a_well_may_state_its_own_errors() -> None:
    rows = tuple(
        WellRate(str(i), r, np.nan, 0.02 * r, 0, c, pipetting_error=0.1 if c == 1.0 else None, stock_error=0.04)
        for i, (c, r) in enumerate(zip(DOSES, noisy(), strict=True))
    )
    line = regress("r1", rows, "none", method="york", pipetting_error_percent=1)
    assert line.concentration_error is not None
    np.testing.assert_allclose(line.concentration_error[-2:], [0.007, 0.1])
    assert {share.source: share.standard_error for share in line.budget}["stock"] == pytest.approx(
        0.04 * line.relaxivity.value
    )


def test_wells_of_one_agent_have_one_stock() -> None:
    rows = tuple(
        WellRate(str(i), r, np.nan, np.nan, 0, c, stock_error=0.01 * i)
        for i, (c, r) in enumerate(zip(DOSES, noisy(), strict=True))
    )
    with pytest.raises(AnalysisError, match="different errors of their stock"):
        regress("r1", rows, "none")


def test_the_line_with_the_excluded_wells_stands_beside() -> None:
    used, left_out = wells(DOSES, noisy())[:-1], wells(DOSES, noisy())[-1:]
    line = regress_part("r1", used, RegressionPart(), left_out)
    (both,) = line.alternatives
    assert (both.kind, both.wells) == ("with_excluded", ("7",))
    assert both.relaxivity.value == pytest.approx(regress("r1", wells(DOSES, noisy()), "none").relaxivity.value)
