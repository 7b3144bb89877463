"""Every command and every block of code in the guide and the README runs, page by page, in the order it is read."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaxo import recipe
from relaxo.samples import sample_phantom

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]
    if (ROOT / "docs").is_dir()
    else []
)
#: What stands above a block: a comment that says what to do with it.
COMMENT = re.compile(
    r"\s*<!-- (?P<what>file|prints|background|not run|test command|main command)(?:: (?P<about>.*))? -->"
)
FENCE = re.compile(r"(?P<indent> *)(?P<fence>```+|:::+)(?P<language>\S*)")
#: Blocks that nobody types.
SHOWN = {"", "csv", "text", "{toctree}", "{eval-rst}", "{figure}", "{image}", "{note}", "{tip}", "{warning}"}
#: Long enough for a busy machine.
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    line: int
    language: str
    text: str
    what: str
    """What a comment above says to do with it; empty for what its language says."""
    about: str

    def __str__(self) -> str:
        return f"line {self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    what = about = ""
    at = 0
    while at < len(lines):
        comment, fence = COMMENT.fullmatch(lines[at]), FENCE.fullmatch(lines[at])
        if comment:
            what, about = comment["what"], comment["about"] or ""
        elif fence:
            end = next(k for k in range(at + 1, len(lines)) if lines[k].strip() == fence["fence"])
            inside = [line.removeprefix(fence["indent"]) for line in lines[at + 1 : end]]
            yield Block(at + 1, fence["language"], "\n".join(inside) + "\n", what, about)
            what = about = ""
            at = end
        elif lines[at].strip():
            what = about = ""
        at += 1


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with what the pages speak of: a scanner's images, and what is in the wells."""
    shutil.copytree(sample_phantom() / "dicom", tmp_path / "images")
    shutil.copyfile(sample_phantom() / "concentrations.csv", tmp_path / "wells.csv")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_does_what_it_says(page: Path, place: Path) -> None:
    running: list[subprocess.Popen[bytes]] = []
    told = ""
    try:
        for block in blocks(page):
            if block.what == "prints":
                _look_for(block, told)
            elif isinstance(done := _do(block, place), str):
                told = done
            else:
                running += done
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _do(block: Block, place: Path) -> str | list[subprocess.Popen[bytes]]:
    """Do what a block says; returns what a command printed, or what was left running."""
    if block.what == "file":
        file = place / block.about
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
    elif block.what == "not run":
        assert block.about, f"{block}: say why it is not run"
    elif block.what == "background":
        return [_start(["bash", "-c", f"exec {block.text}"], place)]
    elif block.what in {"main command", "test command"}:
        pass  # What runs this test ran the one, and CI the other.
    elif block.language == "sh":
        return _run(["bash", "-euo", "pipefail", "-c", block.text], place, block)
    elif block.language == "python":
        _run([sys.executable, "-c", block.text], place, block)
    elif block.language == "toml":
        table = {"schema": 1, "sources": ["images"], **tomllib.loads(block.text)}
        recipe.from_table(table, where=str(block))
    else:
        assert block.language in SHOWN, f"{block}: nobody knows how to run {block.language!r}"
    return []


def _look_for(block: Block, told: str) -> None:
    """Find every line that a page shows in what the command before it printed; lines may go on there."""
    printed = [" ".join(line.split()) for line in told.splitlines()]
    for line in block.text.splitlines():
        shown = " ".join(line.split())
        assert any(each.startswith(shown) for each in printed), f"{block}: {shown!r} is not in\n{told}"


def _run(command: list[str], place: Path, block: Block) -> str:
    told = subprocess.run(
        command, cwd=place, env=_environment(place), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert told.returncode == 0, f"{block}:\n{block.text}\n{told.stdout}\n{told.stderr}"
    return told.stdout


def _start(command: list[str], place: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command,
        cwd=place,
        env=_environment(place),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(1)
    assert process.poll() is None, f"{command} ended at once"
    return process


def _environment(place: Path) -> dict[str, str]:
    here = Path(sys.executable).parent
    leads = {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}", "HOME": str(place), "COLUMNS": "120"}
    code = os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, **leads, "PYTHONPATH": code, "QT_QPA_PLATFORM": "offscreen"}


def test_what_a_page_shows_is_read_with_its_comment(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "Text\n\n<!-- file: a.csv -->\n```text\n1,2\n```\n\n- item\n\n  ```sh\n  true\n  ```\n"
    page.write_text(text, encoding="utf-8")
    first, second = blocks(page)
    assert (first.what, first.about, first.text) == ("file", "a.csv", "1,2\n")
    assert (second.language, second.text, second.what) == ("sh", "true\n", "")


def test_a_command_that_fails_fails_the_page(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"nowhere: "):
        _run(["bash", "-c", "relaxo scan nowhere"], tmp_path, Block(1, "sh", "relaxo scan nowhere\n", "", ""))
    with pytest.raises(AssertionError, match="is not in"):
        _look_for(Block(1, "text", "r1  13\n", "prints", ""), "r1   12\n")
    _look_for(Block(1, "text", "r1  12\n", "prints", ""), "more\nr1   12   r2 24\n")
    with pytest.raises(AssertionError, match="nobody knows"):
        _do(Block(1, "perl", "", "", ""), tmp_path)
