"""A process that is killed in the middle of a fit loses nothing: the next start offers it, and it opens as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from relaxo.recipe import ContentsPart, Recipe
from relaxo_gui.actions import commands
from relaxo_gui.drafts import Drafts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_EDIT_AND_FIT = """
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from relaxo.pipeline import Pipeline
from relaxo_gui.actions import commands
from relaxo_gui.app import application
from relaxo_gui.main_window import MainWindow

images, drafts = map(Path, sys.argv[1:])
commands.drafts_folder = lambda: drafts
app = application()
window = MainWindow()
window.show()
window.commands.open_paths([images])
def maps(pipeline, recipe, progress=None, before=Pipeline.maps):
    # A fit that never ends, as far as the one who kills is concerned.
    print("fitting", flush=True)
    while progress("Fitting T1", 1, 2):
        pass
    return before(pipeline, recipe, progress)

def edit():
    if window.commands.waiting or window.commands.analysis.running:
        return
    timer.stop()
    window.commands.set_concentration("2", "0.05")
    window.commands.set_concentration("3", "0.1")
    # From here on, since edits are followed in the window's own thread, which must not hang.
    Pipeline.maps = maps
    window.commands.computing.start_over()

timer = QTimer()
timer.timeout.connect(edit)
timer.start(50)
app.exec()
"""


@pytest.fixture
def killed(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of drafts after a window was killed in a fit."""
    drafts = commands.drafts_folder()
    script = tmp_path_factory.mktemp("script") / "edit.py"
    script.write_text(_EDIT_AND_FIT, encoding="utf-8")
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, str(script), str(phantom / "dicom"), str(drafts)], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"fitting\n"
        while not list(drafts.glob("*.toml")):
            assert process.poll() is None
        process.kill()
        assert process.wait() == -signal.SIGKILL
    return drafts


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_in_a_fit_nothing_is_lost(killed: Path, request: pytest.FixtureRequest, phantom: Path) -> None:
    window = request.getfixturevalue("window")
    settle: Callable[[], None] = request.getfixturevalue("settle")
    (line,) = window.recovery.lines
    assert "concentrations of 2 wells" in line.words.text()
    line.recover.click()
    settle()
    assert window.model.recipe.sources == (str(phantom / "dicom"),)
    assert window.model.recipe.contents == (
        ContentsPart(well="2", concentration_mM=0.05),
        ContentsPart(well="3", concentration_mM=0.1),
    )
    assert set(window.model.snapshot.maps) == {"T1", "T2"}
    # The former draft has gone, this window has its own.
    window.commands.autosave.keep()
    assert len(list(killed.glob("*.toml"))) == 1


def test_of_many_the_newest_are_offered_and_then_the_others(request: pytest.FixtureRequest, phantom: Path) -> None:
    for number in range(5):
        drafts = Drafts(commands.drafts_folder())
        drafts.keep(Recipe(sources=(str(phantom / f"study {number}"),)), None)
        drafts.release()
    window = request.getfixturevalue("window")
    assert [line.draft.name for line in window.recovery.lines] == ["study 4", "study 3", "study 2"]
    assert window.recovery.older.text() == "and 2 older ones"
    for _ in range(2):
        window.recovery.lines[0].discard.click()
    assert [line.draft.name for line in window.recovery.lines] == ["study 2", "study 1", "study 0"]
    assert window.recovery.older.isHidden()
