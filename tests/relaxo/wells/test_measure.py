from __future__ import annotations

import math

import numpy as np
import pytest

from relaxo.data import Contents, FitStatus, Geometry, Maps, Rates, Well, WellRate, Wells
from relaxo.recipe import WellsPart
from relaxo.wells import fill, measure, rasterise

PART = WellsPart(minimum_voxels=5)
GEOMETRY = Geometry((1, 40, 60), np.diag([1.0, 1.0, 5.0, 1.0]))


@pytest.fixture
def wells() -> Wells:
    return rasterise(
        [Well(name, 20.0, column, 0.0, (0, 0), 7.0) for name, column in (("1", 12.0), ("2", 32.0), ("3", 50.0))],
        GEOMETRY,
        PART,
    )


def maps(time: np.ndarray, status: np.ndarray | None = None, name: str = "T1map") -> Maps:
    status = np.zeros(time.shape, np.uint8) if status is None else status
    time = np.where(status == FitStatus.OK, time, np.nan)
    return Maps("any", {name: time}, {name: np.zeros(time.shape)}, {name: "s"}, status, time, time)


def test_rates_are_those_of_the_mean_time(wells: Wells) -> None:
    time = np.random.default_rng(0).normal(1, 0.05, GEOMETRY.shape)
    time[:, :, 22:41] *= 0.25
    rates = measure(maps(time), wells, PART)
    assert rates.quantity == "R1"
    assert [rate.well for rate in rates.wells] == ["1", "2", "3"]
    for label, rate in enumerate(rates.wells, 1):
        values = time[wells.labels == label]
        assert rate.voxels == values.size > 20
        assert rate.time == pytest.approx(values.mean())
        assert rate.time_spread == pytest.approx(values.std(ddof=1))
        assert rate.time_standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(values.size))
        assert rate.excluded is None
        assert rate.concentration is None
    assert rates.wells[1].rate == pytest.approx(4, rel=0.02)


def test_t2_gives_r2(wells: Wells) -> None:
    assert measure(maps(np.full(GEOMETRY.shape, 0.5), name="T2map"), wells, PART).quantity == "R2"


def test_voxels_without_a_value_do_not_count(wells: Wells) -> None:
    time, status = np.ones(GEOMETRY.shape), np.zeros(GEOMETRY.shape, np.uint8)
    first = np.argwhere(wells.labels == 1)
    status[tuple(first[:10].T)] = FitStatus.NOT_CONVERGED
    rate = measure(maps(time, status), wells, PART).wells[0]
    assert rate.voxels == len(first) - 10
    assert rate.rate == 1.0
    assert rate.excluded is None


def test_a_well_with_too_few_values_has_no_rate_and_says_why(wells: Wells) -> None:
    status = np.full(GEOMETRY.shape, FitStatus.BELOW_NOISE, np.uint8)
    inside = np.argwhere(wells.labels == 2)
    status[tuple(inside[:3].T)] = FitStatus.OK
    status[tuple(inside[3:5].T)] = FitStatus.AT_BOUND
    none, few, _ = measure(maps(np.ones(GEOMETRY.shape), status), wells, PART).wells
    assert none.voxels == 0
    assert math.isnan(none.rate)
    assert math.isnan(none.time)
    total = int(wells.voxel_counts()[0])
    assert none.excluded == f"no voxel has a value: signal below the noise in {total} of {total} voxels"
    assert few.voxels == 3
    assert math.isnan(few.rate)
    total = len(inside)
    assert few.excluded == (
        f"only 3 of {total} voxels have a value: signal below the noise in {total - 5}, "
        f"the fit at a bound of its range in 2 of {total} voxels"
    )


def test_a_well_with_values_in_its_lesser_half_is_excluded(wells: Wells) -> None:
    status = np.zeros(GEOMETRY.shape, np.uint8)
    inside = np.argwhere(wells.labels == 3)
    missing = len(inside) // 2 + 1
    status[tuple(inside[:missing].T)] = FitStatus.CLIPPED
    rate = measure(maps(np.ones(GEOMETRY.shape), status), wells, PART).wells[2]
    assert rate.rate == 1.0
    assert rate.excluded is not None
    assert f"a clipped signal in {missing} of {len(inside)} voxels" in rate.excluded


@pytest.mark.parametrize(
    ("well", "why"),
    [
        (Well("1", 20.0, 12.0, 0.0, (0, 0), 0.8), "fewer than 5 voxels lie in it"),
        (Well("1", 20.0, 90.0, 0.0, (0, 0), 7.0), "it does not lie whole in these images"),
        (Well("1", 20.0, 12.0, 3.0, (3, 3), 7.0), "it does not lie whole in these images"),
        (Well("1", 2.0, 12.0, 0.0, (0, 0), 7.0), "it does not lie whole in these images"),
    ],
)
def test_a_well_without_voxels_says_why(well: Well, why: str) -> None:
    (rate,) = measure(maps(np.ones(GEOMETRY.shape)), rasterise([well], GEOMETRY, PART), PART).wells
    assert rate.voxels == 0
    assert rate.excluded == why


def test_a_mean_time_that_is_no_time_gives_no_rate(wells: Wells) -> None:
    rate = measure(maps(np.full(GEOMETRY.shape, -1.0)), wells, PART).wells[0]
    assert math.isnan(rate.rate)
    assert rate.excluded == "its mean relaxation time is not positive"


def test_one_voxel_has_a_rate_without_a_spread() -> None:
    well = rasterise([Well("1", 20.0, 12.0, 0.0, (0, 0), 1.2)], GEOMETRY, WellsPart(minimum_voxels=1))
    (rate,) = measure(maps(np.full(GEOMETRY.shape, 2.0)), well, WellsPart(minimum_voxels=1)).wells
    assert (rate.voxels, rate.rate) == (1, 0.5)
    assert math.isnan(rate.spread)
    assert math.isnan(rate.standard_error)


def test_every_status_has_words(wells: Wells) -> None:
    for status in FitStatus:
        if status is FitStatus.OK:
            continue
        rate = measure(maps(np.ones(GEOMETRY.shape), np.full(GEOMETRY.shape, status, np.uint8)), wells, PART).wells[0]
        assert rate.excluded is not None
        assert rate.excluded.endswith("voxels")


def test_maps_must_fit_the_wells(wells: Wells) -> None:
    with pytest.raises(ValueError, match="on a grid of"):
        measure(maps(np.ones((1, 4, 4))), wells, PART)
    with pytest.raises(ValueError, match="no map of a relaxation time"):
        measure(maps(np.ones(GEOMETRY.shape), name="M0map"), wells, PART)


def rate(name: str, excluded: str | None = None) -> WellRate:
    return WellRate(name, 2.0 if excluded is None else math.nan, 0.1, 0.01, 50, excluded=excluded)


def test_fill_adds_what_the_table_says() -> None:
    measured = Rates("R2", (rate("1"), rate("2"), rate("3", "too dark"), rate("4"), rate("5")))
    filled = fill(
        measured,
        {
            "1": Contents(0.5, "Gd6", None, 0.01),
            "2": Contents(1.0, "Gd6", "bubble"),
            "3": Contents(2.0, "Gd6", "spilt"),
            "4": Contents(None, "Gd6"),
        },
    )
    assert filled.quantity == "R2"
    first, second, third, fourth, fifth = filled.wells
    assert (first.concentration, first.agent, first.concentration_se, first.excluded) == (0.5, "Gd6", 0.01, None)
    assert second.excluded == "bubble"
    assert third.excluded == "spilt; too dark"
    assert fourth.excluded == "no concentration given"
    assert fifth.excluded == "no concentration given"
    assert fifth.concentration is None
    assert [well.well for well in filled.of("Gd6")] == ["1"]
    assert first.rate == 2.0
