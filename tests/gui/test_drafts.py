"""Drafts: whole or not there, one a window, offered only when their process is gone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import tomli_w
from PySide6.QtCore import QSaveFile

from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, Recipe, TimingPart, to_table
from relaxo_gui.drafts import KEPT_DAYS, KEPT_DRAFTS, Drafts, Left, note_offered, remove

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def aged(folder: Path, days: Sequence[int]) -> None:
    """Leave drafts that were edited so many days ago."""
    now = datetime.now(UTC)
    for number, age in enumerate(days):
        table = {"edited": now - timedelta(days=age, seconds=number), "recipe": to_table(RECIPE)}
        (folder / f"{number}.toml").write_text(tomli_w.dumps(table), encoding="utf-8")


def found_again(folder: Path) -> list[Left]:
    """Return what the next start is offered, and let go of it."""
    left = Drafts(folder).left()
    for draft in left:
        draft.lock.unlock()
    return left


def test_what_was_never_offered_stays_however_old_and_many_they_are(tmp_path: Path) -> None:
    aged(tmp_path, [400] * (KEPT_DRAFTS + 5))
    assert len(found_again(tmp_path)) == len(found_again(tmp_path)) == KEPT_DRAFTS + 5


def test_what_was_offered_goes_when_it_is_too_old(tmp_path: Path) -> None:
    aged(tmp_path, [1, KEPT_DAYS - 1, KEPT_DAYS + 1])
    for draft in found_again(tmp_path):
        note_offered(draft)
    assert len(found_again(tmp_path)) == 2
    assert not list(tmp_path.glob("2.*"))


def test_of_many_that_were_offered_the_newest_stay(tmp_path: Path) -> None:
    aged(tmp_path, range(KEPT_DRAFTS + 3))
    for draft in found_again(tmp_path)[1:]:
        note_offered(draft)
    aged(tmp_path, range(KEPT_DRAFTS + 3))
    left = found_again(tmp_path)
    assert len(left) == KEPT_DRAFTS
    assert left[-1].file.name == f"{KEPT_DRAFTS - 1}.toml"
