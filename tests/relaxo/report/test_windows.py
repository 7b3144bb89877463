"""Maps are coloured on the scale that is stated, and the colour bar says which."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.colors import LogNorm, Normalize

from relaxo.report.look import Look, MapsPart, looking
from relaxo.report.style import map_colours
from relaxo.report.windows import LogLike, along_bar, bar_values, ticks, window

WIDE = np.geomspace(50.0, 3000.0, 500)
NARROW = np.linspace(800.0, 1200.0, 500)


def scaled(values: np.ndarray, quantity: str = "T1", **settings: object) -> Normalize:
    with looking(Look(maps=MapsPart(**settings))):  # type: ignore[arg-type]
        return window(quantity, values)


def test_a_dilution_series_is_shown_on_a_logarithm_and_a_homogeneous_phantom_is_not() -> None:
    assert isinstance(scaled(WIDE), LogNorm)
    assert not isinstance(scaled(NARROW), LogNorm)
    assert scaled(NARROW).vmin == 0


@pytest.mark.parametrize("scale", ["auto", "linear", "logarithmic", "log_like"])
def test_a_stated_window_is_kept(scale: str) -> None:
    found = scaled(WIDE, scale=scale, T1_window_ms=(100.0, 2000.0), T2_window_ms=(1.0, 2.0))
    assert (found.vmin, found.vmax) == (100.0, 2000.0)


def test_rates_have_their_own_window() -> None:
    found = scaled(1 / WIDE, "R1", T1_window_ms=(100.0, 2000.0), R1_window_per_s=(0.5, 10.0))
    assert (found.vmin, found.vmax) == (0.5, 10.0)


def test_the_log_like_scale_is_that_of_the_recommendation() -> None:
    """Linear to 1/e of the upper end, logarithmic above, and as steep on both sides of the bend."""
    scale = LogLike(0.0, math.e * 1000)
    share = (np.asarray(scale(np.array([0.0, 500.0, 1000.0, math.e * 1000]))) * 255 - 1) / 254
    # With a = 1000 and a lower end of 0, b = (a - lo) / (2 a - lo) = 1/2.
    assert share == pytest.approx([0, 0.25, 0.5, 1])
    below, at, above = (float(scale(value)) for value in (999.0, 1000.0, 1001.0))
    assert above - at == pytest.approx(at - below, rel=2e-3)


def test_the_log_like_scale_is_a_logarithm_where_the_window_starts_above_its_bend() -> None:
    scale = LogLike(500.0, 1000.0)
    middle = (float(scale(math.sqrt(500.0 * 1000.0))) * 255 - 1) / 254
    assert middle == pytest.approx(0.5)


def test_what_lies_below_the_window_is_dark_but_not_as_what_has_no_value() -> None:
    colours = map_colours("T1")
    for found in (LogLike(100.0, 2000.0), scaled(WIDE), scaled(NARROW)):
        shown = colours(found(np.ma.masked_invalid([1e-3, np.nan])), bytes=True)
        assert tuple(shown[0, :3]) != (0, 0, 0)
        assert tuple(shown[1, :3]) == (0, 0, 0)


@pytest.mark.parametrize("scale", [LogLike(100.0, 2000.0), LogNorm(100.0, 2000.0), Normalize(100.0, 2000.0)])
def test_a_bar_runs_from_end_to_end_with_round_ticks(scale: Normalize) -> None:
    values = bar_values(scale)
    assert (values[0], values[-1]) == pytest.approx((100.0, 2000.0))
    assert along_bar(scale, values) == pytest.approx(np.linspace(0, 1, 256))
    assert all(0 <= float(along_bar(scale, tick)) <= 1 for tick in ticks(scale))
    assert 3 <= len(ticks(scale)) <= 7


def test_rates_have_the_colours_of_times_reversed() -> None:
    for time, rate in (("T1", "R1"), ("T2", "R2")):
        assert map_colours(time)(0.2) == pytest.approx(map_colours(rate)(0.8), abs=0.02)


def test_nothing_to_show_has_a_window_all_the_same() -> None:
    assert scaled(np.array([])).vmax == 1
