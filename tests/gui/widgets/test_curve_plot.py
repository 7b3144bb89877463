"""The plot of a signal: every point stands where it belongs, limits hold still, and what is left out looks so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo_gui.widgets.curve_plot import CurvePlot, Trace, _ticks

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from relaxo_gui.widgets.curve_plot import Place

X = np.arange(1.0, 9.0)


def trace(height: float, *, left_out: int = 0, fitted: bool = True) -> Trace:
    y = height * np.exp(-X / 3)
    curve = y * 1.01 if fitted else np.full(8, np.nan)
    return Trace(X, y, curve, np.arange(8) >= left_out, X, curve)


@pytest.fixture
def plot(qtbot: QtBot) -> CurvePlot:
    plot = CurvePlot("TE (ms)", "Signal")
    plot.resize(400, 300)
    qtbot.addWidget(plot)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def ink(plot: CurvePlot, x: float, y: float, where: Place = "upper") -> list[bool]:
    """Return whether there is ink at the middle of a point, and a little to its right."""
    picture = plot.grab().toImage()
    at = plot.place_of(x, y, where)
    ground = picture.pixelColor(plot.width() - 2, 2).lightness()
    return [abs(picture.pixelColor(round(at.x() + away), round(at.y())).lightness() - ground) > 60 for away in (0, 2)]


def test_points_stand_where_they_belong_with_their_residuals_below(plot: CurvePlot) -> None:
    shown = trace(10, fitted=False)
    plot.show_traces(shown, None, "#000000", "#0072b2")
    assert ink(plot, shown.x[3], shown.y[3]) == [True, True]
    assert ink(plot, shown.x[3], shown.y[3] + 2) == [False, False]
    shown = trace(10)
    plot.show_traces(shown, None, "#000000", "#0072b2")
    assert ink(plot, shown.x[0], shown.y[0] - shown.fitted[0], "lower")[0]
    assert not ink(plot, shown.x[0], -(shown.y[0] - shown.fitted[0]), "lower")[0]


def test_points_that_do_not_count_are_crosses(plot: CurvePlot) -> None:
    shown = trace(10, left_out=2, fitted=False)
    plot.show_traces(shown, None, "#000000", "#0072b2")
    # A cross has no ink beside its middle, where a dot has.
    assert ink(plot, shown.x[1], shown.y[1]) == [True, False]
    assert ink(plot, shown.x[2], shown.y[2]) == [True, True]


def test_a_new_trace_takes_the_place_of_the_former_one(plot: CurvePlot) -> None:
    first, second = trace(10), trace(8)
    plot.show_traces(first, second, "#000000", "#000000")
    assert ink(plot, second.x[0], second.y[0])[0]
    plot.show_traces(first, None, "#000000", "#000000")
    assert not ink(plot, second.x[0], second.y[0])[0]
    assert plot.front is first
    assert plot.back is None


def test_the_curve_is_drawn_between_the_points(plot: CurvePlot) -> None:
    fine = np.linspace(1, 8, 200)
    plot.show_traces(
        Trace(X, 10 * np.exp(-X / 3), 10 * np.exp(-X / 3), np.ones(8, bool), fine, 10 * np.exp(-fine / 3)),
        None,
        "#000000",
        "#000000",
    )
    assert ink(plot, 2.5, 10 * np.exp(-2.5 / 3))[0]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((0, 10), ["0", "2", "4", "6", "8", "10"]),
        ((-0.3, 0.3), ["−0.2", "0.0", "0.2"]),  # noqa: RUF001 - a minus sign
        ((0, 4200), ["0", "1000", "2000", "3000", "4000"]),
        ((0, 3e6), ["0", "1e+06", "2e+06", "3e+06"]),
        ((1, 1), []),
    ],
)
def test_axes_bear_round_numbers(limits: tuple[float, float], words: list[str]) -> None:
    assert [text for _, text in _ticks(*limits, most=5)] == words


def test_all_is_in_view_and_limits_hold_still_for_a_signal_a_little_smaller(plot: CurvePlot) -> None:
    plot.show_traces(trace(10), None, "#000000", "#0072b2")
    first = plot.limits
    assert first["upper"][0] <= 0
    assert first["upper"][1] > trace(10).curve_y.max()
    assert first["lower"][1] == -first["lower"][0]
    plot.show_traces(trace(7), None, "#000000", "#0072b2")
    assert plot.limits == first
    plot.show_traces(trace(1), None, "#000000", "#0072b2")
    assert plot.limits["upper"][1] < 2


def test_a_signal_that_changes_sign_has_both_in_view(plot: CurvePlot) -> None:
    plot.show_traces(trace(10), None, "#000000", "#0072b2")
    turned = trace(10)
    plot.show_traces(
        Trace(X, turned.y - 4, turned.fitted - 4, turned.counted, X, turned.curve_y - 4), None, "#000000", "#0072b2"
    )
    low, high = plot.limits["upper"]
    assert low < turned.y.min() - 4
    assert high > turned.y.max() - 4


def test_a_signal_that_is_not_known_is_not_drawn(plot: CurvePlot, qtbot: QtBot) -> None:
    unknown = np.full(8, np.nan)
    plot.show_traces(Trace(X, unknown, unknown, np.ones(8, bool), X, unknown), None, "#000000", "#0072b2")
    qtbot.wait(1)
    assert plot.front is not None
    assert not plot.grab().isNull()
