"""Wells that are wrong are found, and no others."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.data import Rates, WellRate
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import analyse
from relaxo.relaxivity.outliers import SUSPECT, resistant_line

if TYPE_CHECKING:
    from pathlib import Path

TEMPERATURES = ("16", "18", "20", "22", "24", "26")


def nist(folder: Path, salt: str, batch: str, temperature: str) -> dict[str, Rates]:
    with (folder / "nist_batch2_temperature.csv").open(encoding="utf-8") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if (row["salt"], row["batch"], row["temperature_C"]) == (salt, batch, temperature)
        ]
    assert len(rows) == 14
    return {
        f"R{number}": Rates(
            f"R{number}",
            tuple(
                WellRate(
                    row["vial"],
                    1e3 / float(row[f"T{number}_ms"]),
                    np.nan,
                    np.nan,
                    0,
                    float(row["concentration_mM"]),
                    salt,
                )
                for row in rows
            ),
        )
        for number in (1, 2)
    }


@pytest.mark.parametrize("weights", ["none", "relative"])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_the_two_vials_that_nist_replaced_are_named_and_no_other(
    weights: str, temperature: str, reference_tables: Path
) -> None:
    rates = nist(reference_tables, "MnCl2", "2", temperature)
    (agent,), notices = analyse(rates, RegressionPart(weights=weights))  # type: ignore[arg-type]
    assert agent.r1 is not None
    assert agent.r2 is not None
    assert agent.r1.outliers == ()
    assert agent.r2.outliers == ("1", "5")
    # Named, with what they do, and still in the line.
    assert [notice.well for notice in notices if notice.code == "outlier"] == ["1", "5"]
    assert len(agent.r2.wells) == 14
    (without,) = agent.r2.alternatives
    assert (without.kind, without.wells) == ("without_outliers", ("1", "5"))


def test_without_them_the_line_is_that_of_the_vials_that_replaced_them(reference_tables: Path) -> None:
    (agent,), _ = analyse(nist(reference_tables, "MnCl2", "2", "20"), RegressionPart(weights="relative"))
    assert agent.r2 is not None
    (without,) = agent.r2.alternatives
    assert without.relaxivity.value == pytest.approx(119.1, abs=0.5)
    assert agent.r2.relaxivity.value > 125
    (robust,), _ = analyse(
        nist(reference_tables, "MnCl2", "2", "20"), RegressionPart(method="robust", weights="relative")
    )
    assert robust.r2 is not None
    assert robust.r2.relaxivity.value == pytest.approx(119.1, abs=0.5)


@pytest.mark.parametrize(("salt", "batch"), [("NiCl2", "2"), ("MnCl2", "2.5")])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_no_good_vial_is_named(salt: str, batch: str, temperature: str, reference_tables: Path) -> None:
    (agent,), notices = analyse(nist(reference_tables, salt, batch, temperature), RegressionPart(weights="relative"))
    assert agent.r1 is not None
    assert agent.r2 is not None
    assert agent.r1.outliers == agent.r2.outliers == ()
    assert "curved" not in [notice.code for notice in notices]


@pytest.mark.parametrize("scatter", [0.01, 0.03, 0.06])
def test_good_series_are_rarely_suspected(scatter: float) -> None:
    random = np.random.default_rng(2)
    suspected = 0
    for _ in range(300):
        count = int(random.integers(5, 13))
        concentration = np.r_[0, np.geomspace(0.05, 2, count - 1)]
        rate = (0.4 + 12 * concentration) * np.exp(scatter * random.standard_normal(count))
        line = resistant_line(concentration, rate)
        suspected += (np.abs(line.deviation(concentration, rate)) > SUSPECT * line.scatter).any()
    assert suspected <= 0.04 * 300


def test_a_wrong_well_among_ten_is_the_one_that_is_found() -> None:
    random = np.random.default_rng(4)
    concentration = np.r_[0, np.geomspace(0.05, 2, 9)]
    found = 0
    for _ in range(200):
        rate = (0.4 + 12 * concentration) * np.exp(0.02 * random.standard_normal(10))
        wrong = int(random.integers(10))
        rate[wrong] *= 1.5 ** random.choice([-1, 1])
        line = resistant_line(concentration, rate)
        found += list(np.flatnonzero(np.abs(line.deviation(concentration, rate)) > SUSPECT * line.scatter)) == [wrong]
    assert found >= 0.9 * 200


def test_what_a_well_does_to_the_line_is_the_line_without_it() -> None:
    wells = tuple(
        WellRate(str(number), rate, np.nan, np.nan, 0, concentration, "x")
        for number, (concentration, rate) in enumerate(
            [(0.0, 0.4), (0.2, 2.9), (0.4, 5.1), (0.6, 7.7), (0.8, 10.1), (1.0, 18.0)], 1
        )
    )
    (agent,), _ = analyse({"R1": Rates("R1", wells)}, RegressionPart())
    (without_last,), _ = analyse({"R1": Rates("R1", wells[:-1])}, RegressionPart())
    assert agent.r1 is not None
    assert without_last.r1 is not None
    assert agent.r1.outliers == ("6",)
    assert agent.r1.influence[5].relaxivity_without == pytest.approx(without_last.r1.relaxivity.value)
    assert agent.r1.influence[5].deviation == pytest.approx(0.45, abs=0.05)


def test_four_wells_cannot_say_which_of_them_is_wrong() -> None:
    wells = tuple(
        WellRate(str(number), rate, np.nan, np.nan, 0, concentration, "x")
        for number, (concentration, rate) in enumerate([(0.0, 0.4), (0.2, 2.8), (0.4, 9.0), (0.6, 7.6)], 1)
    )
    (agent,), _ = analyse({"R1": Rates("R1", wells)}, RegressionPart())
    assert agent.r1 is not None
    assert agent.r1.outliers == ()


def test_a_known_intercept_is_kept() -> None:
    concentration = np.array([0.2, 0.4, 0.6, 0.8])
    line = resistant_line(concentration, 0.5 + 3 * concentration, intercept=0.5)
    assert line.intercept == 0.5
    assert line.slope == pytest.approx(3, rel=1e-6)
