"""The signal panel: what was measured and fitted where the pointer is, and in the selected well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt

from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow
    from relaxo_gui.panels.signal import SignalPanel


def voxel_of(window: MainWindow, well: str) -> tuple[int, int, int]:
    known = window.model.snapshot
    assert known is not None
    wells = known.wells["T1"]
    index = [each.name for each in wells.wells].index(well)
    places = np.argwhere(wells.labels == index + 1)
    z, row, column = (int(value) for value in places[len(places) // 2])
    return z, row, column


@pytest.fixture
def panel(sample: MainWindow) -> SignalPanel:
    sample.signal.resize(700, 280)
    return sample.signal


def test_it_says_what_to_do_while_nothing_is_pointed_at(panel: SignalPanel) -> None:
    assert "Point at an image" in panel.hint.text()
    assert panel.hint.isVisible()
    assert not any(column.isVisible() for column in panel.columns.values())


def test_the_voxel_under_the_pointer_is_shown_with_its_fit(
    sample: MainWindow, panel: SignalPanel, qtbot: QtBot
) -> None:
    place = voxel_of(sample, "3")
    sample.model.point("T1", place)
    qtbot.waitUntil(lambda: panel.front.text().startswith("Voxel"))
    known = sample.model.snapshot
    assert known is not None
    for quantity, column in panel.columns.items():
        trace = column.plot.front
        assert trace is not None
        stack, maps = known.stacks[quantity], known.maps[quantity]
        assert np.abs(trace.y) == pytest.approx(np.abs(stack.signal[(slice(None), *place)]))
        assert trace.x == pytest.approx(s_to_ms(stack.protocol.values))
        time = s_to_ms(float(maps[f"{quantity}map"][place]))
        said = column.readings[0].text()
        assert float(said.split()[1]) == pytest.approx(time, rel=0.02)
        assert "R²" in said
        assert "relaxation time, and its standard error" in column.readings[0].toolTip()
    assert "efficiency" in panel.columns["T1"].readings[0].text()
    assert panel.columns["T1"].plot.front.y[0] < 0  # type: ignore[union-attr] # it was looked at above
    assert "sign given back" in panel.columns["T1"].note.text()
    assert "first echo" in panel.columns["T2"].note.text()


def test_many_moves_within_a_frame_are_one_update(
    sample: MainWindow, panel: SignalPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates = []
    show = panel.columns["T1"].plot.show_traces
    monkeypatch.setattr(panel.columns["T1"].plot, "show_traces", lambda *given: (updates.append(1), show(*given)))
    z, row, column = voxel_of(sample, "3")
    for step in range(20):
        sample.model.point("T1", (z, row, column - step))
    qtbot.waitUntil(lambda: f"column {column - 19}" in panel.front.text())
    assert len(updates) == 1


def test_a_selected_well_shows_its_mean_and_stays_behind_the_voxel(
    sample: MainWindow, panel: SignalPanel, qtbot: QtBot
) -> None:
    sample.model.select("5")
    qtbot.waitUntil(lambda: "Well 5" in panel.front.text())
    known = sample.model.snapshot
    assert known is not None
    front = panel.columns["T2"].plot.front
    assert front is not None
    inside = known.wells["T2"].labels == 5
    assert front.y == pytest.approx(known.stacks["T2"].signal[:, inside].mean(axis=1), rel=1e-6)
    rate = known.rates["R2"].wells[4]
    assert float(panel.columns["T2"].readings[0].text().split()[1]) == pytest.approx(1000 / rate.curve_rate, rel=0.01)
    sample.model.point("T1", voxel_of(sample, "3"))
    qtbot.waitUntil(lambda: "Voxel" in panel.front.text())
    assert "Well 5" in panel.back.text()
    assert panel.columns["T2"].plot.back is front


def test_a_well_hovered_in_a_table_or_plot_comes_before_the_selected_one(
    sample: MainWindow, panel: SignalPanel, qtbot: QtBot
) -> None:
    sample.model.select("5")
    sample.model.hover("8")
    qtbot.waitUntil(lambda: "Well 8" in panel.front.text())
    assert "Well 5" in panel.back.text()


def test_a_voxel_without_a_value_says_why(sample: MainWindow, panel: SignalPanel, qtbot: QtBot) -> None:
    sample.model.point("T2", (0, 2, 2))
    qtbot.waitUntil(lambda: "row 2" in panel.front.text())
    said = panel.columns["T2"].readings[0].text()
    assert said.startswith("no T₂: ")
    trace = panel.columns["T2"].plot.front
    assert trace is not None
    assert np.isnan(trace.curve_y).all()
    assert np.isfinite(trace.y).all()


def test_where_it_is_narrow_one_quantity_is_chosen(sample: MainWindow, panel: SignalPanel, qtbot: QtBot) -> None:
    sample.model.select("5")
    qtbot.waitUntil(lambda: "Well 5" in panel.front.text())
    sample._docks["signal"].setFloating(True)
    sample._docks["signal"].resize(360, 300)
    qtbot.waitUntil(panel.switch.isVisible)
    assert [name for name, column in panel.columns.items() if column.isVisible()] == ["T1"]
    qtbot.mouseClick(panel.switch._buttons["T2"], Qt.MouseButton.LeftButton)
    assert [name for name, column in panel.columns.items() if column.isVisible()] == ["T2"]
