"""The way through: from opening to the exported results, with mouse and keyboard."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

import relaxo
from relaxo import samples
from relaxo.recipe import Recipe, load
from relaxo_gui.actions.settings import appearance
from relaxo_gui.main_window import MainWindow
from relaxo_gui.panels.wells import AGENT, CONCENTRATION, USE
from relaxo_gui.resources import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from relaxo_gui.actions.dialogs import Leave
    from tests.gui.conftest import Answers

    Settle = Callable[[], None]


def slope(window: MainWindow, agent: str = "Gd6") -> float:
    """Return the r1 that is shown."""
    assert window.model.snapshot is not None
    assert window.model.snapshot.result is not None
    line = next(each.r1 for each in window.model.snapshot.result.agents if each.name == agent)
    assert line is not None
    return line.relaxivity.value


def type_into(window: MainWindow, qtbot: QtBot, row: int, column: int, text: str) -> None:
    """Type into a cell of the table of wells, as a person does."""
    table = window.wells.table
    table.setCurrentIndex(window.wells.rows.index(row, column))
    table.edit(table.currentIndex())
    editor = open_editor(window)
    editor.selectAll()
    confirm(window, qtbot, editor, text)


def open_editor(window: MainWindow) -> QLineEdit:
    """Return the editor that is open; one that was closed may wait to be deleted still."""
    return next(each for each in window.wells.table.findChildren(QLineEdit) if each.isVisible())


def confirm(window: MainWindow, qtbot: QtBot, editor: QLineEdit, text: str) -> None:
    """Type into an editor that is open, and press Enter."""
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.wells.table.state() != QAbstractItemView.State.EditingState)


def cell(window: MainWindow, row: int, column: int) -> str:
    text = window.wells.rows.index(row, column).data()
    assert isinstance(text, str)
    return text


def test_an_empty_window_says_what_it_does_and_offers_the_sample(window: MainWindow, settle: Settle) -> None:
    assert window.welcome.isVisible()
    assert not window.series.isVisible()
    window.welcome.sample_button.click()
    settle()
    assert not window.welcome.isVisible()
    assert window.image.image.picture is not None


def test_the_way_through(
    sample: MainWindow, settle: Settle, qtbot: QtBot, answers: Answers, tmp_path: Path, phantom: Path
) -> None:
    window, truth = sample, samples.truth(phantom)
    # What was found and measured.
    assert len(window.image.image.shapes) == len(truth.wells)
    assert window.wells.rows.rowCount() == len(truth.wells)
    before = slope(window)
    (true,) = (agent for agent in truth.agents if agent.name == "Gd6")
    assert before == pytest.approx(true.r1, rel=0.02)
    # A concentration is typed, and undone from the menu.
    typed = cell(window, 4, CONCENTRATION)
    type_into(window, qtbot, 4, CONCENTRATION, "0,25")
    settle()
    assert cell(window, 4, CONCENTRATION) == "0.25"
    assert abs(slope(window) - before) > 1e-3
    undo = window.actions_by_id["undo"]
    assert undo.text() == "&Undo Concentration of 5"
    undo.trigger()
    settle()
    assert cell(window, 4, CONCENTRATION) == typed
    assert slope(window) == before
    # A well is excluded, and the reason given where it stands.
    box = window.wells.rows.index(8, USE)
    window.wells.rows.setData(box, Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    confirm(window, qtbot, open_editor(window), "air bubble")
    settle()
    assert cell(window, 8, USE) == "air bubble"
    assert [point.name for point in window.relaxivity.plots["R1"].points if point.hollow] == ["9"]
    assert [shape.name for shape in window.image.image.shapes if shape.dashed] == ["9"]
    # Saved and exported; the saved recipe gives the same numbers without the app.
    answers.save_to, answers.export_to = tmp_path / "mine.toml", tmp_path / "out"
    window.actions_by_id["save"].trigger()
    window.actions_by_id["export"].trigger()
    settle()
    assert not window.isWindowModified()
    exported = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    again = relaxo.run(tmp_path / "mine.toml")
    assert {agent["name"]: agent["r1"]["value"] for agent in exported["agents"]} == {
        agent.name: agent.r1.relaxivity.value for agent in again.agents if agent.r1
    }
    assert {agent["name"]: agent["r2"]["value"] for agent in exported["agents"]} == {
        agent.name: agent.r2.relaxivity.value for agent in again.agents if agent.r2
    }
    assert {well["name"]: well["excluded"] for well in exported["wells"]}["9"] == "air bubble"


def test_a_column_from_the_spreadsheet_is_pasted_and_undone_as_one(
    sample: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    before = sample.model.recipe
    QGuiApplication.clipboard().setText("well\tConcentration (mM)\tagent\r\n2\t0,06\tX1\r\n3\t0,11\tX1\r\n")
    sample.wells.table.setCurrentIndex(sample.wells.rows.index(0, AGENT))
    qtbot.keyClick(sample.wells.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert cell(sample, 1, AGENT) == "X1"
    assert sample.model.recipe == before
    qtbot.keyClick(sample.wells.table, Qt.Key.Key_Return)
    settle()
    assert [cell(sample, row, AGENT) for row in (0, 1, 2)] == ["Gd6", "X1", "X1"]
    assert [cell(sample, row, CONCENTRATION) for row in (1, 2)] == ["0.06", "0.11"]
    assert sample.model.undo_label == "Paste 2 wells"
    sample.actions_by_id["undo"].trigger()
    assert sample.model.recipe == before
    settle()


def test_a_concentration_that_is_none_is_refused_in_the_window(sample: MainWindow, qtbot: QtBot) -> None:
    before = sample.model.recipe
    type_into(sample, qtbot, 0, CONCENTRATION, "much")
    assert sample.model.recipe == before
    assert "'much' is not a concentration" in sample.banner.text
    assert sample.banner.isVisible()


def test_when_too_few_concentrations_are_left_the_maps_stay_and_the_window_says_so(
    sample: MainWindow, settle: Settle
) -> None:
    rows = sample.wells.rows.rowCount()
    QGuiApplication.clipboard().setText("well\tconcentration\n" + "\n".join(f"{k + 1}\t" for k in range(2, rows)))
    sample.wells.table.paste()
    sample.wells.bar.take.click()
    settle()
    assert sample.banner.isVisible()
    assert sample.model.snapshot is not None
    assert sample.model.snapshot.result is None
    assert sample.image.views.allowed() == ["T1w", "T2w", "T1map", "T2map"]
    assert not sample.actions_by_id["export"].isEnabled()
    assert all(words.isHidden() for words in sample.relaxivity.values)
    sample.actions_by_id["undo"].trigger()
    settle()
    assert not sample.banner.isVisible()
    assert sample.actions_by_id["export"].isEnabled()


def test_well_image_and_plot_mark_one_another(sample: MainWindow, qtbot: QtBot) -> None:
    sample.wells.table.setCurrentIndex(sample.wells.rows.index(3, CONCENTRATION))
    assert sample.model.selected == "4"
    assert sample.image.image.marked == {"4"}
    assert sample.relaxivity.plots["R2"]._marked == {"4"}
    sample.image.image.shape_clicked.emit("7")
    assert sample.wells.table.currentIndex().row() == 6
    sample.relaxivity.plots["R1"].hovered.emit("2")
    assert sample.image.image.marked == {"2", "7"}
    qtbot.wait(1)


def test_maps_are_shown_in_ms_and_times_scrubbed(sample: MainWindow) -> None:
    panel, snapshot = sample.image, sample.model.snapshot
    assert snapshot is not None
    panel.times.index = 3
    assert (panel.image.picture == snapshot.stacks["T1"].signal[3, 0]).all()
    panel.views.click("T1map")
    well = snapshot.wells["T1"].wells[2]
    picture = panel.image.picture
    assert picture is not None
    assert picture[round(well.row), round(well.column)] == pytest.approx(651, rel=0.1)
    assert panel.times.isHidden()
    panel.image.pointed.emit((well.row, well.column))
    assert "T₁ 6" in sample.status.voxel.text()


def test_a_view_stays_while_a_concentration_changes(sample: MainWindow, settle: Settle) -> None:
    sample.image.views.click("T2map")
    seen: list[str] = []
    sample.model.snapshot_changed.connect(lambda: seen.append(sample.image.views.key))
    sample.commands.set_concentration("3", "0.12")
    settle()
    assert set(seen) == {"T2map"}


def test_a_folder_that_is_not_there_is_said_in_the_window(window: MainWindow, tmp_path: Path) -> None:
    window.commands.open_paths([tmp_path / "none"])
    assert "no such file or folder" in window.banner.text
    assert window.welcome.isVisible()


def test_a_folder_without_images_is_said_in_the_window(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    window.commands.open_paths([tmp_path])
    settle()
    assert window.banner.isVisible()
    assert window.model.snapshot is not None
    assert window.model.snapshot.error is not None


@pytest.mark.parametrize("what", ["recipe.toml", "dicom", "dicom.zip"])
def test_recipes_folders_and_archives_can_be_dropped_anywhere(
    sample: MainWindow, answers: Answers, settle: Settle, phantom: Path, tmp_path: Path, what: str
) -> None:
    answers.leaving = "discard"
    path = phantom / what
    if path.suffix == ".zip":
        path = Path(shutil.make_archive(str(tmp_path / "dicom"), "zip", phantom / "dicom"))
    assert not [part for part in sample.findChildren(QWidget) if part.acceptDrops()]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    events = (
        (QDragEnterEvent, QPoint(640, 300)),
        (QDropEvent, QPointF(640, 300)),
    )
    for kind, place in events:
        event = kind(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(sample, event)
        assert event.isAccepted()
    assert sample.model.recipe == (load(path) if path.suffix == ".toml" else Recipe(sources=(str(path),)))
    settle()
    assert sample.model.current


def test_a_cancelled_run_can_be_taken_up_again(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    window.commands.open_sample()
    assert window.actions_by_id["cancel"].isEnabled()
    window.actions_by_id["cancel"].trigger()
    assert not window.commands.analysis.running
    assert not window.model.current
    qtbot.wait(50)
    assert window.model.snapshot is None
    window.actions_by_id["again"].trigger()
    settle()
    assert window.model.current


@pytest.mark.parametrize("answer", ["save", "discard", "stay"])
def test_closing_asks_before_anything_is_lost(
    sample: MainWindow, answers: Answers, tmp_path: Path, answer: Leave
) -> None:
    answers.leaving, answers.save_to = answer, tmp_path / "kept.toml"
    sample.commands.set_concentration("3", "0.12")
    event = QCloseEvent()
    sample.closeEvent(event)
    assert event.isAccepted() == (answer != "stay")
    assert (tmp_path / "kept.toml").exists() == (answer == "save")
    assert answers.asked[0] == "leave this analysis"
    answers.leaving = "discard"


def test_the_layout_can_be_brought_back(sample: MainWindow) -> None:
    sample._docks["side"].close()
    assert not sample.wells.isVisible()
    sample.reset_layout()
    assert sample.wells.isVisible()


def test_every_action_can_be_reached_by_keyboard_and_says_what_it_does(window: MainWindow) -> None:
    shortcuts = [each.shortcut().toString() for each in window.actions_by_id.values() if not each.shortcut().isEmpty()]
    assert len(set(shortcuts)) == len(shortcuts)
    assert all(each.toolTip() for each in window.actions_by_id.values())
    assert window.actions_by_id["open"].shortcut().toString() == "Ctrl+O"


def test_the_window_comes_back_as_it_was_left(
    sample: MainWindow, settle: Settle, qtbot: QtBot, answers: Answers
) -> None:
    sample.resizeDocks([sample._docks["series"]], [333], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    width = sample._docks["series"].width()
    assert width > 260
    sample._docks["signal"].close()
    sample.model.go_to("report")
    settle()
    sample.close()
    again = MainWindow()
    again.commands.dialogs = answers  # type: ignore[assignment] # it only looks like one
    qtbot.addWidget(again)
    # The screen of these tests is smaller than the window was.
    again.resize(sample.size())
    again.show()
    qtbot.waitExposed(again)
    assert not again._docks["rates"].isVisible()
    again.commands.open_sample()
    qtbot.waitUntil(lambda: again.model.current, timeout=60_000)
    assert again._docks["rates"].isVisible()
    assert not again._docks["signal"].isVisible()
    assert again._docks["series"].width() == pytest.approx(width, abs=20)
    again.reset_layout()
    assert again._docks["signal"].isVisible()
    assert again._docks["series"].width() == pytest.approx(232, abs=40)


def test_light_and_dark_are_chosen_in_the_menu_and_kept(sample: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    before, style = qapp.palette(), qapp.style().name()
    (menu,) = (action for action in sample.findChildren(QAction) if action.text() == "&Dark")
    try:
        menu.trigger()
        assert Theme.of(qapp.palette()).dark
        assert appearance() == "dark"
        qtbot.waitUntil(lambda: Theme.of(sample.palette()).dark)
        assert Theme.of(sample.palette()).accent in sample.styleSheet()
        sample.model.select("4")
        drawn = sample.signal.grab().toImage()
        ground = [drawn.pixelColor(x, 3).lightness() for x in range(0, drawn.width(), 9)]
        assert max(ground) < 128
        (light,) = (action for action in sample.findChildren(QAction) if action.text() == "&Light")
        light.trigger()
        qtbot.waitUntil(lambda: not Theme.of(sample.palette()).dark)
    finally:
        qapp.styleHints().unsetColorScheme()
        qapp.setStyle(style)
        qapp.setPalette(before)


def test_what_is_old_is_dimmed_until_there_is_something_newer(sample: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    go_on = threading.Event()
    try:
        sample.commands.choices.choose_option("T1", "noise_floor", 3.0)
        # In place of the analysis, one that takes its time.
        sample.commands.analysis.start(lambda _told: go_on.wait(60))
        assert not sample.model.current
        qtbot.waitUntil(lambda: all(veil.isVisible() for veil in sample._veils))
        assert sample.commands.steps()["report"].state == "waiting"
        assert sample.relaxivity.isVisible()
    finally:
        sample.commands.analysis.cancel()
        go_on.set()
    assert not any(veil.isVisible() for veil in sample._veils)
    assert "F5" in sample.commands.steps()["relaxivity"].words
    sample.actions_by_id["again"].trigger()
    settle()
    assert sample.commands.steps()["report"].state == "needs you"
