"""The plot of points and lines: all points in view, from zero on, each with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from relaxo_gui.widgets.line_plot import Curve, LinePlot, Point

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

POINTS = (
    Point("a", 0.0, 1.0, 0.1, "#0000ff", "o"),
    Point("b", 1.0, 5.0, float("nan"), "#0000ff", "o", hollow=True, tip="left out"),
)
X = np.linspace(0, 1, 5)
CURVE = Curve(X, 1 + 4 * X, "#0000ff", 0.1 + 0 * X)


@pytest.fixture
def plot(qtbot: QtBot) -> LinePlot:
    plot = LinePlot("c (mM)", "R1")
    plot.resize(400, 300)
    qtbot.addWidget(plot)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_data(POINTS, [CURVE])
    return plot


def on_screen(plot: LinePlot, x: float, y: float) -> QPoint:
    scene = plot._plot.getViewBox().mapViewToScene(QPointF(x, y))
    return plot._plot.mapFromScene(scene)


def test_all_points_and_zero_are_in_view(plot: LinePlot) -> None:
    (left, right), (bottom, top) = plot._plot.getViewBox().viewRange()
    assert left <= 0
    assert right >= 1
    assert bottom == 0
    assert top >= 5


def test_a_click_on_a_point_tells_its_name(plot: LinePlot, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.clicked) as heard:
        qtbot.mouseClick(plot._plot.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(plot, 1.0, 5.0))
    assert heard.args == ["b"]


def test_a_hovered_point_tells_its_name_and_shows_its_tip(plot: LinePlot, qtbot: QtBot) -> None:
    # From elsewhere: a pointer that already stands there does not move.
    qtbot.mouseMove(plot._plot.viewport(), QPoint(1, 1))
    qtbot.wait(30)  # pyqtgraph drops moves that follow one another faster than it draws
    with qtbot.waitSignal(plot.hovered, check_params_cb=lambda name: name is not None) as heard:
        qtbot.mouseMove(plot._plot.viewport(), on_screen(plot, 1.0, 5.0))
    assert heard.args == ["b"]
    assert plot.toolTip() == "left out"


def test_points_are_reached_and_chosen_with_keys(plot: LinePlot, qtbot: QtBot) -> None:
    hovered: list[object] = []
    clicked: list[object] = []
    plot.hovered.connect(hovered.append)
    plot.clicked.connect(clicked.append)
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
    assert hovered == ["a", "b", "a", "b"]
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert clicked == ["b"]
    assert not plot.grab().isNull()


def test_new_data_are_drawn_with_the_items_that_are_there(plot: LinePlot) -> None:
    dashed = Curve(X, X, "#0000ff", style="dashed")
    plot.show_data(POINTS, [CURVE, dashed])
    items = len(plot._plot.getPlotItem().items)
    plot.show_data(POINTS, [CURVE, dashed])
    assert len(plot._plot.getPlotItem().items) == items
    plot.show_data((), ())
    assert (plot.points, plot.curves) == ((), ())
    assert not [item for item in (*plot._bands, *plot._lines, *plot._bars) if item.isVisible()]
    plot.show_data(POINTS, [CURVE])
    assert [item.isVisible() for item in plot._lines] == [True, False]


def test_the_band_lies_on_both_sides_of_its_line(plot: LinePlot) -> None:
    x, y = plot._bands[0].getData()
    assert x.tolist() == [*X, *X[::-1]]
    assert y[: X.size] == pytest.approx(CURVE.y - 0.1)
    assert y[X.size :] == pytest.approx((CURVE.y + 0.1)[::-1])


def test_it_says_where_a_point_lies(plot: LinePlot) -> None:
    place = plot.place_of("b")
    assert place is not None
    assert (place - plot._plot.mapTo(plot, on_screen(plot, 1.0, 5.0))).manhattanLength() <= 1
    assert plot.place_of("nobody") is None
