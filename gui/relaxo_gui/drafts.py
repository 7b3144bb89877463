"""Drafts: analyses that are not saved yet, kept on disk so that neither a crash nor a power cut takes them."""

from __future__ import annotations

import contextlib
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w
from PySide6.QtCore import QIODevice, QLockFile, QSaveFile

from relaxo.errors import InputError
from relaxo.recipe import from_table, to_table

if TYPE_CHECKING:
    from relaxo.recipe import Recipe

_SUFFIX = ".toml"
_LOCK = ".lock"
_OFFERED = ".offered"

#: Drafts that were offered and left for later go when they are older than this in days, or when so many are newer.
KEPT_DAYS = 90
KEPT_DRAFTS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """A draft that another run of the app left behind when it ended unexpectedly."""

    file: Path
    edited: datetime
    """UTC."""
    path: Path | None
    """Where the recipe had been saved before these changes; None if never."""
    recipe: Recipe
    lock: QLockFile
    """Held, so that no other window offers the same."""

    @property
    def name(self) -> str:
        """What a person calls it: the recipe's file, or the folder of its images."""
        if self.path is not None:
            return self.path.name
        return Path(self.recipe.sources[0]).name if self.recipe.sources else "an analysis"


class Drafts:
    """The draft of one window in a folder that all windows of a person share.

    Every window has a file and a lock of its own; the lock of a process that is gone counts for nothing.

    Parameters
    ----------
    folder
        Made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        self._lock = _lock_of(self._file)

    def keep(self, recipe: Recipe, path: Path | None) -> None:
        """Write the recipe as it stands, in one step: there is the former draft or this one, never half of one.

        Parameters
        ----------
        recipe
            Its sources are absolute.
        path
            Where it was saved before; None if never.

        Raises
        ------
        InputError
            When it cannot be written.
        """
        table = {"edited": datetime.now(UTC), "recipe": to_table(recipe)}
        if path is not None:
            table["path"] = str(path)
        with contextlib.suppress(OSError):  # what follows says it better
            self._folder.mkdir(parents=True, exist_ok=True)
        if not self._lock.isLocked():
            self._lock.tryLock(0)
        # Qt's, because it waits until the disk has the new file before that takes the place of the old one.
        file = QSaveFile(str(self._file))
        if not (
            file.open(QIODevice.OpenModeFlag.WriteOnly)
            and file.write(tomli_w.dumps(table).encode()) >= 0
            and file.commit()
        ):
            raise InputError(
                f"the changes cannot be kept for the case of a crash: {file.errorString()}",
                where=str(self._folder),
                hint="Save the recipe now and then, and see to this folder's permissions and the space on its disk",
            )

    def drop(self) -> None:
        """Forget the draft: it is saved, or was discarded on purpose."""
        if self._lock.isLocked():
            self._file.unlink(missing_ok=True)
            self._lock.unlock()

    def release(self) -> None:
        """Leave the draft as an unexpected end would, for the next start to find."""
        self._lock.unlock()

    def left(self) -> list[Left]:
        """Return what runs that ended unexpectedly left behind, the newest first.

        What cannot be read stays where it is: a newer version may have written it. Those that were offered before and
        are too old or too many (`KEPT_DAYS`, `KEPT_DRAFTS`) go now; what nobody has been offered never goes by itself.
        """
        found = []
        for file in self._folder.glob(f"*{_SUFFIX}"):
            lock = _lock_of(file)
            if not lock.tryLock(0):
                continue  # it is being edited, in this window or in another
            draft = _read(file, lock)
            if draft is None:
                lock.unlock()
            else:
                found.append(draft)
        found.sort(key=lambda draft: draft.edited, reverse=True)
        oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
        kept = []
        for number, draft in enumerate(found):
            if draft.file.with_suffix(_OFFERED).exists() and (number >= KEPT_DRAFTS or draft.edited < oldest):
                remove(draft)
            else:
                kept.append(draft)
        return kept


def note_offered(draft: Left) -> None:
    """Note that a person saw that there is this draft."""
    with contextlib.suppress(OSError):  # then it stays for longer
        draft.file.with_suffix(_OFFERED).touch()


def remove(draft: Left) -> None:
    """Forget a draft that was left behind: it is open again, or was discarded on purpose."""
    draft.file.unlink(missing_ok=True)
    draft.file.with_suffix(_OFFERED).unlink(missing_ok=True)
    draft.lock.unlock()


def _lock_of(file: Path) -> QLockFile:
    lock = QLockFile(str(file.with_suffix(_LOCK)))
    # It never grows too old, for people leave windows open over the weekend; only the end of its process ends it.
    lock.setStaleLockTime(0)
    return lock


def _read(file: Path, lock: QLockFile) -> Left | None:
    """Return a draft; None for one that was written by another version, or is no draft."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        decisions, edited, path = table["recipe"], table["edited"], table.get("path")
        if not isinstance(decisions, dict) or not isinstance(edited, datetime):
            return None
        recipe = from_table(decisions)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, InputError):
        return None
    return Left(file, edited, Path(path) if path is not None else None, recipe, lock)
