"""The promise of an interval, kept on simulated series; tests/benchmarks/coverage.py does it at length."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

_PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "coverage.py"


def test_with_the_errors_stated_95_percent_hold_the_truth_and_without_them_half() -> None:
    spec = importlib.util.spec_from_file_location("coverage_benchmark", _PATH)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = benchmark
    spec.loader.exec_module(benchmark)
    benchmark.ANALYSES = {name: benchmark.ANALYSES[name] for name in ("OLS", "York + stock")}
    held: Counter[tuple[str, str]] = Counter()
    for seed in range(200):
        held += benchmark.held(seed)[0]
    # The binomial standard error is 1.5 %.
    for figure in benchmark.FIGURES:
        assert 0.9 < held["York + stock", figure] / 200 < 0.99, figure
    assert held["OLS", "r1"] / 200 < 0.6
