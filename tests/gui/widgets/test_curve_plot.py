"""The plot of a signal: its items stay, its limits hold still, and what is left out looks so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from relaxo_gui.widgets.curve_plot import CurvePlot, Trace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

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


def shown(plot: CurvePlot, place: str, *, counted: bool) -> np.ndarray:
    dots = plot._layers["front"]._dots[place, counted]
    return np.array(dots.getData()[0])


def test_new_traces_are_drawn_with_the_same_items(plot: CurvePlot) -> None:
    plot.show_traces(trace(10), trace(8), "#000000", "#0072b2")
    items = [len(each.items) for each in (plot._upper, plot._lower)]
    for height in (1, 5, 100):
        plot.show_traces(trace(height), None, "#000000", "#0072b2")
    assert [len(each.items) for each in (plot._upper, plot._lower)] == items
    assert plot.back is None


def test_points_that_do_not_count_are_crosses_with_their_residuals(plot: CurvePlot) -> None:
    plot.show_traces(trace(10, left_out=2), None, "#000000", "#0072b2")
    assert shown(plot, "upper", counted=False).tolist() == [1, 2]
    assert shown(plot, "upper", counted=True).size == 6
    assert shown(plot, "lower", counted=False).tolist() == [1, 2]
    plot.show_traces(trace(10), None, "#000000", "#0072b2")
    assert shown(plot, "upper", counted=False).size == 0


def test_without_a_curve_there_are_points_and_no_residuals(plot: CurvePlot) -> None:
    plot.show_traces(trace(10, fitted=False), None, "#000000", "#0072b2")
    assert shown(plot, "upper", counted=True).size == 8
    assert shown(plot, "lower", counted=True).size == 0


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
    assert shown(plot, "upper", counted=True).size == 0
