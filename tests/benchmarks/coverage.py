"""How often the 95 % intervals of r1, r2 and r2/r1 hold the truth, by the way in which the line was found.

Simulated dilution series with errors as a chemist has them. ``python tests/benchmarks/coverage.py`` prints the table
that docs/relaxivity.md shows.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from relaxo.data import WellRate
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import fieller, ratio, regress, slope_of_rates

#: Relative standard deviations: of the stock, common to a series; of each well's concentration; of each rate.
STOCK, PIPETTING, RATE = 0.05, 0.03, 0.02

#: Share of the series in which one well is wrong.
WRONG = 0.1

STATED = {"stock_error_percent": 100 * STOCK, "pipetting_error_percent": 100 * PIPETTING}
STATED_RATES = {**STATED, "rate_error_percent": 100 * RATE}

ANALYSES = {
    "OLS": RegressionPart(),
    "WLS (relative)": RegressionPart(weights="relative"),
    "OLS + stock": RegressionPart(**STATED),
    "WLS + stock": RegressionPart(weights="relative", **STATED),
    "York + stock": RegressionPart(method="york", **STATED_RATES),
    "robust + stock": RegressionPart(method="robust", **STATED_RATES),
}
FIGURES = ("r1", "r2", "r2/r1 of slopes", "r2/r1 Fieller", "r2/r1 of rates")


@dataclass(frozen=True)
class Series:
    """A simulated dilution series and its truth."""

    r1: float
    r2: float
    wells: dict[str, tuple[WellRate, ...]]


def simulate(random: np.random.Generator) -> Series:
    """Return a series of 6 to 12 wells, a blank among them."""
    count = int(random.integers(6, 13))
    r1 = float(10 ** random.uniform(0.5, 1.2))
    r2 = r1 * float(random.uniform(1.1, 3))
    nominal = np.r_[0, np.geomspace(random.uniform(0.02, 0.1), random.uniform(0.8, 2), count - 1)]
    true = nominal * (1 + STOCK * random.standard_normal()) * (1 + PIPETTING * random.standard_normal(count))
    factor = np.ones((2, count))
    if random.random() < WRONG:
        # A well filled wrongly, or a bubble that spoils one of the rates; by a quarter to a factor of 2.
        size = np.exp(random.choice([-1, 1]) * random.uniform(np.log(1.25), np.log(2)))
        well = int(random.integers(1, count))
        if random.random() < 0.5:
            true[well] *= size
        else:
            factor[random.integers(2), well] = size
    wells = {}
    for row, (name, slope, blank) in enumerate((("r1", r1, 0.33), ("r2", r2, 0.45))):
        rate = (blank + slope * true) * factor[row] * (1 + RATE * random.standard_normal(count))
        wells[name] = tuple(
            WellRate(str(index), float(each), np.nan, np.nan, 0, float(nominal[index]))
            for index, each in enumerate(rate)
        )
    return Series(r1, r2, wells)


def held(seed: int) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], float]]:
    """Return which intervals of one series hold the truth, and how wide each is relative to the truth."""
    series = simulate(np.random.default_rng(seed))
    holds: Counter[tuple[str, str]] = Counter()
    width: dict[tuple[str, str], float] = {}
    for name, part in ANALYSES.items():
        r1, r2 = (regress(quantity, series.wells[quantity], part, diagnose=False) for quantity in ("r1", "r2"))
        intervals = {"r1": r1.relaxivity.ci95, "r2": r2.relaxivity.ci95}
        try:
            intervals["r2/r1 of slopes"] = ratio(r1, r2).ci95
            intervals["r2/r1 Fieller"] = fieller(r1, r2)
        except AnalysisError:
            pass
        if (of_rates := slope_of_rates(r1, r2)) is not None:
            intervals["r2/r1 of rates"] = of_rates.ci95
        for figure, (low, high) in intervals.items():
            truth = {"r1": series.r1, "r2": series.r2}.get(figure, series.r2 / series.r1)
            holds[name, figure] += low <= truth <= high
            width[name, figure] = (high - low) / 2 / truth
    return holds, width


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=0)
    chosen = parser.parse_args()
    total: Counter[tuple[str, str]] = Counter()
    widths: dict[tuple[str, str], list[float]] = {}
    with ProcessPoolExecutor(2) as pool:
        seeds = range(chosen.first_seed, chosen.first_seed + chosen.series)
        for holds, width in pool.map(held, seeds, chunksize=50):
            total += holds
            for key, each in width.items():
                widths.setdefault(key, []).append(each)
    print(f"{chosen.series} series: stock {STOCK:.0%}, pipetting {PIPETTING:.0%}, rate {RATE:.0%}, {WRONG:.0%} spoilt")
    print("coverage of the 95 % interval, and its median half width")
    print("| analysis | " + " | ".join(FIGURES) + " |")
    print("|---" * (len(FIGURES) + 1) + "|")
    for name in ANALYSES:
        cells = [
            f"{100 * total[name, figure] / chosen.series:.1f} % (±{100 * float(np.median(widths[name, figure])):.1f} %)"
            for figure in FIGURES
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
