"""The plots of rates: the numbers and lines of the result, no others; a click asks whether a well is to count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from relaxo.rounding import rounded
from relaxo_gui.panels.relaxivity import RelaxivityPanel
from relaxo_gui.session_model import Dragged

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo.data import Line
    from relaxo.pipeline import Result
    from relaxo_gui.main_window import MainWindow


def result_of(window: MainWindow) -> Result:
    known = window.model.snapshot
    assert known is not None
    assert known.result is not None
    return known.result


def line_of(window: MainWindow, relaxivity: str, agent: int = 0) -> Line:
    line = getattr(result_of(window).agents[agent], relaxivity)
    assert line is not None
    return line  # type: ignore[no-any-return] # it is one


def click(window: MainWindow, qtbot: QtBot, quantity: str, well: str) -> None:
    plot = window.relaxivity.plots[quantity]
    plot.grab()  # the axes find their width when they are drawn
    place = plot.place_of(well)
    assert place is not None
    viewport = plot._plot.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.mapFrom(plot, place))


def test_points_are_the_rates_and_lines_go_through_zero_concentration(sample: MainWindow) -> None:
    plot = sample.relaxivity.plots["R2"]
    rates = {rate.well: rate for rate in result_of(sample).rates["R2"].wells}
    assert {point.name: point.y for point in plot.points} == {name: rate.rate for name, rate in rates.items()}
    line = line_of(sample, "r2")
    curve = plot.curves[0]
    assert (curve.x[0], curve.y[0]) == (0, line.intercept.value)
    assert curve.y[-1] == pytest.approx(line.intercept.value + line.relaxivity.value * line.concentration.max())


def test_the_band_is_as_wide_at_zero_as_the_interval_of_the_intercept(sample: MainWindow) -> None:
    line = line_of(sample, "r1")
    half = sample.relaxivity.plots["R1"].curves[0].half_width
    assert half is not None
    assert half[0] == pytest.approx((line.intercept.ci95[1] - line.intercept.ci95[0]) / 2, rel=1e-6)
    assert half[0] > np.min(half)


def test_agents_keep_their_symbols_and_colours_in_both_plots(sample: MainWindow) -> None:
    plots = sample.relaxivity.plots.values()
    looks = [{point.name: (point.symbol, point.colour) for point in plot.points} for plot in plots]
    assert looks[0] == looks[1]
    assert len(set(looks[0].values())) == 2


def test_the_values_stand_under_the_plots_with_the_published_ones(sample: MainWindow) -> None:
    panel = sample.relaxivity
    estimate = line_of(sample, "r1").relaxivity
    words = panel.values[0].text()
    assert words.startswith(f"Gd6   r₁ {rounded(estimate.value, estimate.standard_error)}")
    assert "mM⁻¹ s⁻¹ per ion" in words
    assert panel.values[1].text().startswith("Gd-DTPA (control)   r₁ 4.5")
    assert "r₁ 4.55   r₂ 5.77" in panel.published.text()
    assert [curve.style for curve in panel.plots["R1"].curves] == ["solid", "solid", "dashed"]


def test_the_pointer_marks_the_well_everywhere(sample: MainWindow, qtbot: QtBot) -> None:
    plot = sample.relaxivity.plots["R1"]
    viewport = plot._plot.viewport()

    def is_hovered() -> bool:
        # More than once: the axes find their width when they are drawn, and moves that follow one another faster than
        # pyqtgraph draws are dropped.
        place = plot.place_of("9")
        assert place is not None
        for away in (2, 0):
            qtbot.mouseMove(viewport, viewport.mapFrom(plot, place + QPoint(away, away)))
            qtbot.wait(30)
        return sample.model.hovered == "9"

    qtbot.waitUntil(is_hovered)
    assert "9" in sample.relaxivity.plots["R2"]._marked
    qtbot.waitUntil(lambda: "Well 9" in sample.signal.front.text())
    sample.model.hover("4")
    assert "4" in plot._marked


def test_a_click_shows_both_fits_and_enter_leaves_the_well_out(
    sample: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    panel = sample.relaxivity
    before = line_of(sample, "r1").relaxivity
    click(sample, qtbot, "R1", "7")
    assert panel.card.isVisible()
    assert sample.model.selected == "7"
    assert "off the line" in panel.card.text.text()
    preview = next(curve for curve in panel.plots["R1"].curves if curve.style == "dotted")
    edit = panel.card.reason.lineEdit()
    assert edit is not None
    qtbot.keyClicks(edit, "spilled")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    settle()
    assert sample.model.contents["7"].exclude == "spilled"
    after = line_of(sample, "r1")
    assert "7" not in after.wells
    # What was announced is what came.
    assert preview.y[-1] == pytest.approx(after.intercept.value + after.relaxivity.value * preview.x[-1])
    other = next(curve for curve in panel.plots["R1"].curves if curve.style == "dotted")
    assert other.y[-1] - other.y[0] == pytest.approx(before.value * other.x[-1])
    assert f"r₁ with 7: {rounded(before.value, before.standard_error)}" in panel.values[0].text()
    assert next(point for point in panel.plots["R2"].points if point.name == "7").hollow


def test_what_was_left_out_is_taken_back_with_a_click_and_undone_with_its_name(
    sample: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    start = sample.model.recipe
    sample.commands.exclude("7", "spilled")
    settle()
    click(sample, qtbot, "R2", "7")
    text = sample.relaxivity.card.text.text()
    assert "left out: spilled" in text
    assert ", with it " in text
    qtbot.mouseClick(sample.relaxivity.card.back, Qt.MouseButton.LeftButton)
    settle()
    assert sample.model.contents["7"].exclude is None
    assert sample.model.undo_label == "Include 7"
    sample.commands.undo()
    sample.commands.undo()
    settle()
    assert sample.model.recipe == start


def test_a_closed_card_leaves_no_second_line(sample: MainWindow, qtbot: QtBot) -> None:
    click(sample, qtbot, "R1", "7")
    qtbot.keyClick(sample.relaxivity.card.reason, Qt.Key.Key_Escape)
    assert sample.relaxivity.card.isHidden()
    styles = [curve.style for curve in sample.relaxivity.plots["R1"].curves]
    assert "dotted" not in styles
    assert sample.model.undo_label is None


def test_a_well_is_reached_and_left_out_with_the_keyboard_alone(
    sample: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    plot = sample.relaxivity.plots["R1"]
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    well = sample.model.hovered
    assert well is not None
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    edit = sample.relaxivity.card.reason.lineEdit()
    assert edit is not None
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    settle()
    assert sample.model.contents[well].exclude == "off the line"


def test_without_concentrations_it_says_what_it_waits_for(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert known.result is not None
    sample.model.show(replace(known, result=replace(known.result, agents=())))
    assert isinstance(sample.relaxivity, RelaxivityPanel)
    assert "at least three wells" in sample.relaxivity.need.text()
    assert sample.relaxivity.need.isVisible()
    assert not any(plot.isVisible() for plot in sample.relaxivity.plots.values())


def test_the_point_of_a_well_moves_while_the_well_is_dragged(sample: MainWindow, qtbot: QtBot) -> None:
    known = sample.model.snapshot
    assert known is not None
    well = known.wells["T1"].wells[3]
    rate = known.rates["R1"].wells[3]
    moved = replace(rate, rate=1.1 * rate.rate)
    plot = sample.relaxivity.plots["R1"]

    def height() -> float:
        return next(point.y for point in plot.points if point.name == well.name)

    sample.model.drag(Dragged(well, {"R1": moved}))
    qtbot.waitUntil(lambda: height() == moved.rate)
    sample.model.drag(None)
    qtbot.waitUntil(lambda: height() == rate.rate)


def test_a_changed_concentration_is_drawn_before_anything_else_follows(sample: MainWindow) -> None:
    plot = sample.relaxivity.plots["R1"]
    before = plot.curves[0].y.copy()
    seen = []

    def look() -> None:
        seen.append((plot.curves[0].y.copy(), sample.relaxivity.values[0].text()))

    sample.model.contents_changed.connect(look)
    sample.commands.set_concentration("4", "0.25")
    drawn, words = seen[0]
    assert not np.array_equal(drawn, before)
    # The same numbers as those of the whole run, which came after.
    assert sample.model.glance is None
    assert np.array_equal(drawn, plot.curves[0].y)
    assert words.partition("per ion")[0] == sample.relaxivity.values[0].text().partition("per ion")[0]


def test_the_line_follows_a_well_that_is_dragged_and_returns(sample: MainWindow, qtbot: QtBot) -> None:
    known = sample.model.snapshot
    assert known is not None
    well = known.wells["T1"].wells[3]
    moved = replace(known.rates["R1"].wells[3], rate=1.5 * known.rates["R1"].wells[3].rate)
    plot, words = sample.relaxivity.plots["R1"], sample.relaxivity.values[0].text()
    line = plot.curves[0].y.copy()
    sample.model.drag(Dragged(well, {"R1": moved}))
    qtbot.waitUntil(lambda: not np.array_equal(plot.curves[0].y, line))
    assert sample.relaxivity.values[0].text() != words
    sample.model.drag(None)
    qtbot.waitUntil(lambda: np.array_equal(plot.curves[0].y, line))
    assert sample.relaxivity.values[0].text() == words


def test_the_line_stays_where_a_well_was_let_go_until_it_is_computed(
    sample: MainWindow, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    known = sample.model.snapshot
    assert known is not None
    well, plot = known.wells["T1"].wells[3], sample.relaxivity.plots["R1"]
    hand, line = sample.commands.by_hand, plot.curves[0].y.copy()
    hand.drag("T1", well.name, well.row + 2, well.column, exactly=True)
    qtbot.waitUntil(lambda: not np.array_equal(plot.curves[0].y, line))
    held = plot.curves[0].y.copy()
    hand.let_go(keep=True)
    assert sample.commands.analysis.running
    assert np.array_equal(plot.curves[0].y, held)
    settle()
    assert sample.model.glance is None
    assert sample.model.current
    # What it showed was what it measured there, but for the fit of what lies under it.
    assert plot.curves[0].y == pytest.approx(held, rel=1e-6)


def test_a_glance_goes_when_what_it_promised_is_stopped(sample: MainWindow, qtbot: QtBot) -> None:
    known = sample.model.snapshot
    assert known is not None
    well, plot = known.wells["T1"].wells[3], sample.relaxivity.plots["R1"]
    line = plot.curves[0].y.copy()
    sample.commands.by_hand.drag("T1", well.name, well.row + 2, well.column, exactly=True)
    qtbot.waitUntil(lambda: not np.array_equal(plot.curves[0].y, line))
    sample.commands.by_hand.let_go(keep=True)
    sample.commands.cancel()
    assert sample.model.glance is None
    assert np.array_equal(plot.curves[0].y, line)
