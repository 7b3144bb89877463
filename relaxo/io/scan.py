"""Files and folders -> Inventory: what stacks are in there, from headers alone, and what is left out and why."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from relaxo.data import ImageHeader, Inventory, LeftOut
from relaxo.errors import Cancelled, InputError
from relaxo.io.dicom_header import read_header
from relaxo.io.elements import quiet
from relaxo.io.group import group
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


def scan(paths: Sequence[Path], progress: Callable[[int, int], bool] | None = None) -> Inventory:
    """Return what is below some files and folders; no pixel is read.

    Raises
    ------
    InputError
        When a path does not exist, or when not a single usable MR image is found.
    Cancelled
        When `progress` answers False.
    """
    files, left_out = _files(paths)
    headers: list[ImageHeader] = []
    first_with: dict[str, Path] = {}
    with quiet():
        for done, path in enumerate(files):
            if progress is not None and not progress(done, len(files)):
                raise Cancelled
            found = read_header(path)
            if isinstance(found, LeftOut):
                left_out.append(found)
            elif found.sop_uid and found.sop_uid in first_with:
                other = printable(first_with[found.sop_uid].name)
                left_out.append(LeftOut(path, f"the same image as {other} (same SOP Instance UID)"))
            else:
                first_with.setdefault(found.sop_uid, path)
                headers.append(found)
    if progress is not None:
        progress(len(files), len(files))
    if not headers:
        raise InputError(
            f"there is no MR image that can be used: {summary(left_out)}",
            where=", ".join(printable(path) for path in paths),
            hint="Give the folder with the scanner's original DICOM images",
        )
    stacks, in_no_stack = group(headers)
    return Inventory(tuple(paths), stacks, (*left_out, *in_no_stack))


def summary(left_out: Sequence[LeftOut], most: int = 3) -> str:
    """Return in one line how many files were left out for which reasons, the frequent ones first."""
    reasons = Counter(item.reason for item in left_out).most_common()
    parts = [f"{count} {'file' if count == 1 else 'files'}: {reason}" for reason, count in reasons[:most]]
    more = sum(count for _, count in reasons[most:])
    return "; ".join([*parts, f"{more} more for other reasons"] if more else parts)


def _files(paths: Iterable[Path]) -> tuple[list[Path], list[LeftOut]]:
    """Return every file once, in a stable order, and the folders and files that cannot be looked into."""
    files: dict[str, Path] = {}
    left_out: list[LeftOut] = []
    for path in paths:
        if not path.exists():
            raise InputError("there is no such file or folder", where=printable(path), hint="Check the path")
        found = [path] if not path.is_dir() else sorted(_walk(path, left_out))
        if not found and not left_out:
            raise InputError(
                "the folder is empty", where=printable(path), hint="Give the folder that holds the DICOM images"
            )
        for file in found:
            if file.is_file():
                files.setdefault(os.path.realpath(file), file)
            else:  # a pipe or a device would be waited for without end
                left_out.append(LeftOut(file, "not a regular file"))
    return list(files.values()), left_out


def _walk(folder: Path, left_out: list[LeftOut]) -> Iterator[Path]:
    """Yield the files below a folder, following links to folders, but into no folder twice."""

    def note(error: OSError) -> None:
        left_out.append(LeftOut(Path(error.filename), f"the folder cannot be opened: {error.strerror}"))

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=note, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(place, name) for name in names)
