"""What stands beside the results of a study: which files they follow from, or why there are none."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING

from relaxo import __version__
from relaxo.io.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

MARK = "study.json"
FAILED = "failed.txt"

_RESULTS = "results.json"


def mark_complete(folder: Path, key: str) -> None:
    """Write down what the results in a folder follow from; raises OSError when that cannot be written."""
    mark = {"relaxo": __version__, "key": key, "results": _digest(folder / _RESULTS)}
    write_whole(folder / MARK, json.dumps(mark, indent=2) + "\n")
    (folder / FAILED).unlink(missing_ok=True)


def unmark(folder: Path) -> None:
    """Take that back, before the results change."""
    (folder / MARK).unlink(missing_ok=True)


def is_complete(folder: Path, key: str) -> bool:
    """Return whether the results in a folder are there as a whole and follow from what `key` stands for."""
    try:
        mark = json.loads((folder / MARK).read_bytes())
        return bool(mark["key"] == key and mark["results"] == _digest(folder / _RESULTS))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def note_failure(folder: Path, reason: str, *, older: bool = True) -> None:
    """Leave the reason where results would be looked for; `older` says that those there are not of this run."""
    beside = ""
    if (folder / _RESULTS).exists():
        beside = "are those of an earlier run" if older else "are of this run: its maps and wells, without relaxivities"
        beside = f"\nThe results beside this file {beside}.\n"
    try:
        unmark(folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FAILED, f"{reason}\n{beside}")
    except OSError as error:
        # A full disk may be the very reason; the summary has it.
        print(f"{folder / FAILED} cannot be written: {error}", file=sys.stderr)  # noqa: T201 - goes into the log


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
