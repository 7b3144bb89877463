"""Start-up: help at once, a clear word where there is no screen, and a window where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import relaxo
from relaxo.samples import sample_phantom

if TYPE_CHECKING:
    from pathlib import Path

_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
}


def start(*arguments: str, code: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["-c", code] if code else ["-m", "relaxo_gui"]
    return subprocess.run(
        [sys.executable, *command, *arguments],
        env={**_ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_and_version_answer_without_a_screen() -> None:
    assert "a folder of images or a recipe" in start("--help").stdout
    assert start("--version").stdout.strip() == f"relaxo {relaxo.__version__}"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_without_a_screen_it_says_so_and_ends() -> None:
    run = start()
    assert run.returncode == 1
    assert "there is no display" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_missing_system_library_is_named_with_what_to_install() -> None:
    code = (
        "import sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'PySide6.QtCore':\n"
        "            raise ImportError('libEGL.so.1: cannot open shared object file')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "from relaxo_gui.__main__ import main\n"
        "sys.exit(main([]))\n"
    )
    run = start(code=code, QT_QPA_PLATFORM="offscreen")
    assert run.returncode == 1
    assert "libEGL.so.1" in run.stderr
    assert "apt install" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_window_opens_and_closes_with_success() -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from relaxo_gui.__main__ import main\n"
        "from relaxo_gui import app\n"
        "made = app.application()\n"
        "QTimer.singleShot(300, lambda: made.closeAllWindows())\n"
        "sys.exit(main([]))\n"
    )
    run = start(code=code, QT_QPA_PLATFORM="offscreen")
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr


def test_a_picture_of_the_finished_window_needs_no_screen(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    run = start("--picture", str(picture), str(sample_phantom() / "recipe.toml"))
    assert run.returncode == 0, run.stderr
    window = Image.open(picture).convert("RGB")
    # The agents' colours are on the lines and in the tables, which only finished results fill.
    colours = {colour for count, colour in window.getcolors(window.width * window.height) if count > 200}
    assert {(0, 114, 178), (213, 94, 0)} <= colours


def test_a_picture_that_cannot_be_saved_fails(tmp_path: Path) -> None:
    assert start("--picture", str(tmp_path / "nowhere" / "window.png")).returncode == 1
