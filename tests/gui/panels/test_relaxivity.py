"""The relaxivity panel: the numbers and lines of the result, no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from relaxo_gui.main_window import MainWindow


def test_points_are_the_rates_and_lines_go_through_zero_concentration(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert known.result is not None
    plot = sample.relaxivity.plots["R2"]
    rates = {rate.well: rate for rate in known.result.rates["R2"].wells}
    assert {point.name: point.y for point in plot.points} == {name: rate.rate for name, rate in rates.items()}
    line = known.result.agents[0].r2
    assert line is not None
    curve = plot.curves[0]
    assert (curve.x[0], curve.y[0]) == (0, line.intercept.value)
    assert curve.y[-1] == pytest.approx(line.intercept.value + line.relaxivity.value * line.concentration.max())


def test_the_band_is_as_wide_at_zero_as_the_interval_of_the_intercept(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert known.result is not None
    line = known.result.agents[0].r1
    assert line is not None
    half = sample.relaxivity.plots["R1"].curves[0].half_width
    assert half is not None
    assert half[0] == pytest.approx((line.intercept.ci95[1] - line.intercept.ci95[0]) / 2, rel=1e-6)
    assert half[0] > np.min(half)


def test_agents_keep_their_symbols_and_colours_in_both_plots(sample: MainWindow) -> None:
    plots = sample.relaxivity.plots.values()
    looks = [{point.name: (point.symbol, point.colour) for point in plot.points} for plot in plots]
    assert looks[0] == looks[1]
    assert len(set(looks[0].values())) == 2


def test_the_table_holds_every_agent_and_the_published_one(sample: MainWindow) -> None:
    table = sample.relaxivity.table
    rows = [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount())]  # type: ignore[union-attr] # all are filled
    assert [row[0] for row in rows] == ["Gd6", "95 %", "Gd-DTPA", "95 %", "Gd-DTPA", "published, 1 T"]
    assert all("±" in text for text in rows[0][1:])
    assert rows[4][1:3] == ["4.55", "5.77"]


def test_without_concentrations_it_says_what_it_waits_for(sample: MainWindow) -> None:
    known = sample.model.snapshot
    assert known is not None
    assert known.result is not None
    sample.model.show(replace(known, result=replace(known.result, agents=())))
    assert "at least three wells" in sample.relaxivity.need.text()
    assert sample.relaxivity.need.isVisible()
    assert not any(plot.isVisible() for plot in sample.relaxivity.plots.values())
