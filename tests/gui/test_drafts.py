"""Drafts: whole or not there, one a window, offered only when their process is gone."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSaveFile

from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, Recipe, TimingPart
from relaxo_gui.drafts import Drafts, remove

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = Recipe(
    sources=("/data/plate",),
    timing=(TimingPart(series=3, TI_ms=50.0),),
    contents=(ContentsPart(well="A1", concentration_mM=0.1, agent="Gd6", exclude='"quoted"\nand ünusual'),),
)


def killed(folder: Path, *, path: str | None = None) -> None:
    """Keep a draft in a process that ends without a word."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from relaxo_gui.drafts import Drafts\n"
        "from tests.gui.test_drafts import RECIPE\n"
        f"Drafts(Path({str(folder)!r})).keep(RECIPE, {f'Path({path!r})' if path else None})\n"
        "os._exit(9)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 9, run.stderr


def test_what_a_process_left_is_found_whole_and_once(tmp_path: Path) -> None:
    killed(tmp_path, path="/data/mine.toml")
    drafts, another = Drafts(tmp_path), Drafts(tmp_path)
    (left,) = drafts.left()
    assert left.recipe == RECIPE
    assert left.name == "mine.toml"
    assert left.edited.tzinfo is not None
    # A second window does not offer it too, until the first has gone.
    assert another.left() == []
    left.lock.unlock()
    (again,) = another.left()
    remove(again)
    assert another.left() == []
    assert list(tmp_path.iterdir()) == []


def test_an_analysis_that_was_never_saved_is_named_by_its_images(tmp_path: Path) -> None:
    killed(tmp_path)
    (left,) = Drafts(tmp_path).left()
    assert (left.path, left.name) == (None, "plate")


def test_what_is_being_edited_is_not_offered(tmp_path: Path) -> None:
    mine, other = Drafts(tmp_path), Drafts(tmp_path)
    mine.keep(RECIPE, None)
    assert other.left() == []
    mine.drop()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    for name, text in (("a", "recipe = 1"), ("b", "no toml at all"), ("c", 'edited = "soon"\n[recipe]\nsources = []')):
        (tmp_path / f"{name}.toml").write_text(text)
    assert Drafts(tmp_path).left() == []
    assert {path.name for path in tmp_path.iterdir()} == {"a.toml", "b.toml", "c.toml"}


def test_a_draft_that_cannot_be_finished_leaves_the_former_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the power goes: the file that takes its place is not complete."""
    drafts = Drafts(tmp_path)
    drafts.keep(RECIPE, None)
    monkeypatch.setattr(QSaveFile, "commit", lambda _file: False)
    with pytest.raises(InputError, match="cannot be kept"):
        drafts.keep(Recipe(sources=()), None)
    drafts.release()
    assert [left.recipe for left in Drafts(tmp_path).left()] == [RECIPE]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be kept"):
        Drafts(tmp_path / "file" / "unsaved").keep(RECIPE, None)
