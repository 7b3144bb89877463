"""What was opened last: newest first, together what was opened together, and only what is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo_gui.actions.recent import RecentMenu
from relaxo_gui.actions.settings import forget_recent, recent, recent_words, remember

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo_gui.main_window import MainWindow


def test_the_newest_comes_first_and_once(tmp_path: Path) -> None:
    for name in ("a", "b", "a, with a comma"):
        (tmp_path / name).mkdir()
        remember(tmp_path / name)
    remember(tmp_path / "a")
    assert [paths[0].name for paths in recent()] == ["a", "a, with a comma", "b"]
    (tmp_path / "b").rmdir()
    assert [paths[0].name for paths in recent()] == ["a", "a, with a comma"]
    forget_recent()
    assert recent() == []


def test_files_that_were_opened_together_stay_together(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("1.dcm", "2.dcm", "3.dcm")]
    for file in files:
        file.touch()
    remember(*files)
    assert recent() == [tuple(files)]
    assert recent_words(tuple(files)) == f"1.dcm and 2 more  —  {tmp_path}"


def test_the_menu_lists_and_opens_them(window: MainWindow, phantom: Path) -> None:
    menu = next(iter(window.findChildren(RecentMenu)))
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Nothing was opened yet"]
    remember(phantom / "recipe.toml")
    menu.aboutToShow.emit()
    first = menu.actions()[0]
    assert first.text() == f"&1  recipe.toml  —  {phantom}"
    first.trigger()
    assert window.model.path == phantom / "recipe.toml"
    window.commands.cancel()
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert recent() == []
