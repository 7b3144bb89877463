"""Autosave: a draft while there is something to lose, none after it was saved or discarded, and the way back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QCloseEvent

from relaxo import recipe as recipes
from relaxo.recipe import ContentsPart, Recipe
from relaxo_gui.actions import commands
from relaxo_gui.drafts import Drafts
from relaxo_gui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.gui.conftest import Answers

    Settle = Callable[[], None]


def kept() -> list[Path]:
    """Return the drafts on the disk."""
    return sorted(commands.drafts_folder().glob("*.toml"))


def leave_behind(recipe: Recipe, path: Path | None = None) -> None:
    """Leave a draft as a process that was killed does: there is its file, and nobody holds its lock."""
    drafts = Drafts(commands.drafts_folder())
    drafts.keep(recipe, path)
    drafts.release()


@pytest.fixture
def left(phantom: Path) -> Recipe:
    """Return a recipe that was not saved when another window was killed."""
    recipe = Recipe(
        sources=(str(phantom / "dicom"),), contents=(ContentsPart(well="2", concentration_mM=0.05, agent="Gd6"),)
    )
    leave_behind(recipe)
    return recipe


def test_an_edit_is_on_the_disk_soon_and_gone_when_it_is_saved(
    sample: MainWindow, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    assert kept() == []
    sample.commands.set_concentration("3", "0.12")
    qtbot.waitUntil(lambda: len(kept()) == 1)
    (file,) = kept()
    assert "0.12" in file.read_text(encoding="utf-8")
    sample.commands.set_concentration("3", "0.13")
    qtbot.waitUntil(lambda: "0.13" in file.read_text(encoding="utf-8"))
    answers.save_to = tmp_path / "mine.toml"
    sample.actions_by_id["save"].trigger()
    assert kept() == []
    sample.commands.cancel()


def test_undone_to_what_was_saved_there_is_nothing_to_keep(sample: MainWindow, qtbot: QtBot) -> None:
    sample.commands.set_concentration("3", "0.12")
    qtbot.waitUntil(lambda: len(kept()) == 1)
    sample.actions_by_id["undo"].trigger()
    assert kept() == []
    sample.commands.cancel()


@pytest.mark.parametrize(("leaving", "drafts"), [("discard", 0), ("save", 0), ("stay", 1)])
def test_closing_forgets_only_what_was_saved_or_discarded(
    sample: MainWindow, answers: Answers, qtbot: QtBot, tmp_path: Path, leaving: str, drafts: int
) -> None:
    answers.leaving, answers.save_to = leaving, tmp_path / "mine.toml"  # type: ignore[assignment] # one of the answers
    sample.commands.set_concentration("3", "0.12")
    qtbot.waitUntil(lambda: len(kept()) == 1)
    sample.closeEvent(QCloseEvent())
    assert len(kept()) == drafts
    answers.leaving = "discard"
    sample.commands.cancel()


def test_what_was_left_is_offered_recovered_and_can_be_undone(
    left: Recipe, window: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    assert window.recovery.isVisible()
    (line,) = window.recovery.lines
    assert "dicom was not saved when Relaxo ended unexpectedly" in line.words.text()
    line.recover.click()
    settle()
    assert window.model.recipe == left
    assert window.model.modified
    assert window.model.undo_label == "Recovered changes"
    assert not window.recovery.isVisible()
    qtbot.waitUntil(lambda: len(kept()) == 1)  # it is this window's now
    window.actions_by_id["undo"].trigger()
    assert window.model.recipe == Recipe(sources=left.sources)
    settle()


def test_what_was_left_of_a_saved_recipe_goes_on_from_there(
    qtbot: QtBot, phantom: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    saved = Recipe(sources=(str(phantom / "dicom"),))
    path = tmp_path / "mine.toml"
    path.write_text(recipes.to_toml(saved, tmp_path))
    leave_behind(Recipe(sources=saved.sources, contents=(ContentsPart(well="2", concentration_mM=0.05),)), path)
    window: MainWindow = request.getfixturevalue("window")
    window.recovery.lines[0].recover.click()
    assert window.model.path == path
    window.actions_by_id["save"].trigger()
    assert len(recipes.load(path).contents) == 1
    assert kept() == []
    window.commands.cancel()
    qtbot.wait(1)


@pytest.mark.usefixtures("left")
def test_what_was_left_is_discarded_on_purpose_only(window: MainWindow, answers: Answers, phantom: Path) -> None:
    window.recovery.lines[0].later.click()
    assert not window.recovery.isVisible()
    assert len(kept()) == 1
    # Other work does not touch it, nor does closing.
    answers.recipe = phantom / "recipe.toml"
    window.actions_by_id["open_recipe"].trigger()
    window.commands.cancel()
    window.closeEvent(QCloseEvent())
    assert len(kept()) == 1
    # The next start offers it again.
    (draft,) = Drafts(commands.drafts_folder()).left()
    draft.lock.unlock()


@pytest.mark.usefixtures("left")
def test_discarded_is_gone(window: MainWindow) -> None:
    window.recovery.lines[0].discard.click()
    assert not window.recovery.isVisible()
    assert kept() == []


@pytest.mark.usefixtures("left")
def test_two_windows_do_not_offer_the_same(window: MainWindow, qtbot: QtBot) -> None:
    second = MainWindow()
    qtbot.addWidget(second)
    assert len(window.recovery.lines) == 1
    assert second.recovery.lines == []


def test_where_nothing_can_be_kept_it_is_said_once_and_work_goes_on(
    sample: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(sample.commands.autosave, "_drafts", Drafts(tmp_path / "file" / "unsaved"))
    sample.commands.cancel()
    sample.commands.set_concentration("3", "0.12")
    sample.commands.autosave.keep()
    assert "cannot be kept for the case of a crash" in sample.banner.text
    sample.banner.hide()
    sample.commands.set_concentration("3", "0.13")
    sample.commands.autosave.keep()
    assert sample.banner.isHidden()
    assert sample.model.modified
    sample.commands.cancel()
    qtbot.wait(1)


def test_the_end_waits_for_results_that_are_being_written(sample: MainWindow, qtbot: QtBot) -> None:
    go = threading.Event()
    sample.commands.exporting.start(lambda _told: (None, go.wait(10) and Path("out")))
    event = QCloseEvent()
    sample.closeEvent(event)
    assert not event.isAccepted()
    with qtbot.waitSignal(sample.commands.may_close):
        go.set()
    qtbot.waitUntil(lambda: not sample.isVisible())


def test_who_goes_on_working_is_not_closed_upon(sample: MainWindow, qtbot: QtBot) -> None:
    go = threading.Event()
    sample.commands.exporting.start(lambda _told: (None, go.wait(10) and Path("out")))
    sample.closeEvent(QCloseEvent())
    sample.commands.set_concentration("3", "0.12")
    with qtbot.waitSignal(sample.commands.exporting.succeeded):
        go.set()
    qtbot.wait(10)
    assert sample.isVisible()
    sample.commands.cancel()
