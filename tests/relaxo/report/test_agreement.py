"""Times are compared with those of another method as Bland and Altman do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo.errors import AnalysisError
from relaxo.report import draw, material
from relaxo.report.agreement import agreement

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from relaxo.pipeline import Result
    from relaxo.report import Material


def compared(result: Result, factors: dict[str, float]) -> Material:
    """Return a result whose wells have reference times: the measured ones, divided."""
    times = {rate.well: rate.time for rate in result.rates["R1"].wells}
    contents = {
        name: dataclasses.replace(each, T1_reference=times[name] / factors[name]) if name in factors else each
        for name, each in result.contents.items()
    }
    return dataclasses.replace(material(result), contents=contents)


def test_bias_and_limits_are_those_of_the_differences(result: Result) -> None:
    factors = {"2": 1.01, "3": 1.03, "4": 0.99, "5": 1.02}
    found = agreement(compared(result, factors), "T1")
    assert found is not None
    expected = np.array([200 * (factor - 1) / (factor + 1) for factor in factors.values()])
    assert found.wells == tuple(factors)
    assert found.difference == pytest.approx(expected)
    assert found.bias == pytest.approx(expected.mean())
    assert found.limits == pytest.approx((expected.mean() - 1.96 * expected.std(ddof=1),
                                          expected.mean() + 1.96 * expected.std(ddof=1)))  # fmt: skip
    # Student's t of 3 degrees of freedom is 3.182.
    assert found.bias_ci95[1] - found.bias == pytest.approx(3.1824 * expected.std(ddof=1) / 2, rel=1e-4)


def test_two_wells_have_a_bias_and_no_limits(result: Result) -> None:
    found = agreement(compared(result, {"2": 1.01, "3": 1.03}), "T1")
    assert found is not None
    assert np.isnan(found.limits).all()
    draw(compared(result, {"2": 1.01, "3": 1.03}), "agreement", width="single")


@pytest.mark.parametrize("spread", [0.0, 1e-4, 0.02])
def test_labels_of_limits_stay_clear_of_that_of_the_bias(
    result: Result, spread: float, legible: Callable[[Figure], None]
) -> None:
    factors = {"2": 1.01, "3": 1.01 + spread, "4": 1.01 - spread, "5": 1.01}
    legible(draw(compared(result, factors), "agreement"))


def test_without_reference_times_there_is_nothing_to_compare(result: Result) -> None:
    assert agreement(compared(result, {"2": 1.01}), "T2") is None
    with pytest.raises(AnalysisError, match="reference times"):
        draw(result, "agreement")
