"""The promise of an interval, kept on simulated series; tests/benchmarks/coverage.py does it at length."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "coverage.py"


def test_with_the_errors_stated_95_percent_hold_the_truth_and_without_them_half(
    script: Callable[[Path], ModuleType],
) -> None:
    benchmark = script(_PATH)
    benchmark.ANALYSES = {name: benchmark.ANALYSES[name] for name in ("OLS", "York + stock")}
    held: Counter[tuple[str, str]] = Counter()
    for seed in range(200):
        held += benchmark.held(seed)[0]
    # The binomial standard error is 1.5 %.
    for figure in benchmark.FIGURES:
        assert 0.9 < held["York + stock", figure] / 200 < 0.99, figure
    assert held["OLS", "r1"] / 200 < 0.6
