"""Files appear whole or not at all: written beside where they belong, and renamed once all of them are complete."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from typing import TYPE_CHECKING

from relaxo.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

#: What the names of folders begin with in which results are not complete.
STAGING = ".relaxo-partial-"
_PREVIOUS = "previous"
_DAY = 86400.0


@contextlib.contextmanager
def staged(folder: Path, *, seal: str | None = None, owned: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder to write into; what it then holds appears in `folder` only when no error ended the block.

    A new `folder` appears by a single rename. In one that exists, files are replaced one by one, and put back should
    one of them fail; what the new result does not name and does not own stays as it is.

    Parameters
    ----------
    folder
        Where the files shall appear; made when missing, its parents too.
    seal
        The file that makes a result complete. It is the first of an older result to go and the last of the new one to
        appear, so whoever is killed in between leaves nothing that looks like a result.
    owned
        Names (relative to the folder, with ``/``) that belong to such a result: those of an older result that the new
        one does not have go with it.

    Raises
    ------
    UsageError
        As `check_folder`.
    InputError
        When the folder cannot be written, or anything in the block fails for the sake of the disk.
    """
    check_folder(folder, seal=seal, owned=owned)
    target = folder.absolute()
    new_parents = [parent for parent in target.parents if not parent.exists()]
    # Inside a folder that exists: its parent may be another disk, or forbidden.
    # Not made by tempfile, whose folders are closed to everybody else: this one becomes the result.
    staging = (target if target.is_dir() else target.parent) / f"{STAGING}{secrets.token_hex(4)}"
    try:
        staging.mkdir(parents=True)
        yield staging
        if target.is_dir():
            _replace(staging, target, seal, owned)
            _sweep(target)
        else:
            staging.rename(target)
    except OSError as error:
        raise InputError(
            f"the results cannot be written: {error.strerror or error}",
            where=str(folder),
            hint="Choose another folder, or see to its permissions, the space on its disk, "
            "and programs that hold its files open",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for parent in new_parents:
            with contextlib.suppress(OSError):  # it holds the result
                parent.rmdir()


def check_folder(folder: Path, *, seal: str | None = None, owned: Collection[str] = ()) -> None:
    """Refuse a folder in which a result would replace what is not an older result; to be asked before long work.

    Raises
    ------
    UsageError
        When the folder is a file, or holds files with the names of a result but not the `seal` of one.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("a folder is needed here, and this is a file", where=str(folder), hint="Choose another name")
    if seal is None or (folder / seal).exists() or any(folder.glob(f"{STAGING}*/{_PREVIOUS}")):
        return
    foreign = sorted(name for name in owned if (folder / name).exists())
    if foreign:
        raise UsageError(
            f"the folder holds {', '.join(foreign)} without {seal}: this is no result of Relaxo, "
            "and would be replaced by one",
            where=str(folder),
            hint="Choose another folder, or move these files away",
        )


def write_whole(path: Path, text: str) -> None:
    """Write a text file, which then is there as a whole or as it was before; raises OSError when it cannot."""
    part = path.with_name(f"{STAGING}{secrets.token_hex(4)}")
    try:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _replace(staging: Path, target: Path, seal: str | None, owned: Collection[str]) -> None:
    """Move the older result into the staging folder and the new one out of it, or leave all as it was."""
    new = [path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file()]
    old = [name for name in {*new, *owned} if (target / name).is_file()]
    moves = [(target / name, staging / _PREVIOUS / name) for name in sorted(old, key=lambda name: name != seal)]
    moves += [(staging / name, target / name) for name in sorted(new, key=lambda name: name == seal)]
    done: list[tuple[Path, Path]] = []
    try:
        for source, destination in moves:
            destination.parent.mkdir(parents=True, exist_ok=True)
            source.replace(destination)
            done.append((source, destination))
    except BaseException:
        for source, destination in reversed(done):
            destination.replace(source)
        raise
    for folder in sorted({(target / name).parent for name in old} - {target}):
        with contextlib.suppress(OSError):  # it holds more than the older result
            folder.rmdir()


def _sweep(target: Path) -> None:
    """Remove what runs that were killed left here; a younger folder may belong to one that still runs."""
    for folder in target.glob(f"{STAGING}*"):
        if folder.stat().st_mtime < time.time() - _DAY:
            shutil.rmtree(folder, ignore_errors=True)
