"""The files below some paths, those inside .zip archives among them, and how each is opened.

Nothing is ever unpacked onto the disk, so that no name in an archive can lead out of it.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from relaxo.data import LeftOut
from relaxo.errors import InputError
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import ExitStack

#: What reading an archive that is damaged, encrypted or of an unknown kind raises.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)

_ENCRYPTED = 0x1
#: Deflate shrinks at most 1032 : 1; the other methods of .zip shrink without bound.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a file in an archive."""

    path: Path
    size: int
    root: Path
    """The path that was given, under which it was found."""
    member: str = ""
    archive: zipfile.ZipFile | None = None

    @property
    def shown(self) -> Path:
        """A path to show: that of a file in an archive continues that of the archive. It is never opened."""
        parts = [part for part in PurePosixPath(self.member.replace("\\", "/")).parts if part not in {"/", "..", "."}]
        return self.path.joinpath(*parts)

    @property
    def name(self) -> str:
        """Name of the file without its folders."""
        return self.shown.name

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it for reading; raises OSError, or one of `BROKEN_ARCHIVE`."""
        if self.archive is None:
            with self.path.open("rb") as file:
                yield file
        else:
            with self.archive.open(self.member) as file:
                yield cast("BinaryIO", file)


@contextmanager
def opened(path: Path, member: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file that was found before, and tell its size; raises as `Source.open`."""
    if not member:
        with path.open("rb") as file:
            yield file, os.fstat(file.fileno()).st_size
        return
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        yield cast("BinaryIO", file), archive.getinfo(member).file_size


def sources(paths: Iterable[Path], archives: ExitStack) -> tuple[list[Source], list[LeftOut]]:
    """Return every file once, in a stable order, and what cannot be looked into.

    Parameters
    ----------
    paths
        Files and folders.
    archives
        Keeps archives open for as long as their files are to be read.

    Raises
    ------
    InputError
        When a path does not exist or a folder is empty.
    """
    found: dict[str, Source] = {}
    left_out: list[LeftOut] = []
    for root in paths:
        files = _below(root, left_out)
        if not files and not left_out:
            raise InputError(
                "the folder is empty", where=printable(root), hint="Give the folder that holds the DICOM images"
            )
        for file in files:
            real = os.path.realpath(file)
            if real in found and file != root:  # one that was given for itself is known as such
                continue
            try:
                status = file.stat()
            except FileNotFoundError:  # a link to nothing
                left_out.append(LeftOut(file, _NO_FILE))
                continue
            except OSError as error:
                left_out.append(LeftOut(file, f"it cannot be opened: {error.strerror or error}"))
                continue
            if stat.S_ISREG(status.st_mode):
                found[real] = Source(file, status.st_size, root)
            else:  # a pipe or a device would be waited for without end
                left_out.append(LeftOut(file, _NO_FILE))
    every: list[Source] = []
    for source in found.values():
        is_archive = source.path.suffix.lower() == ".zip"
        every.extend(_members(source, archives, left_out) if is_archive else [source])
    return every, left_out


_NO_FILE = "not a regular file"


def _below(root: Path, left_out: list[LeftOut]) -> list[Path]:
    """Return the files below a path, or the path itself when it is a file."""
    try:
        is_folder = stat.S_ISDIR(root.stat().st_mode)
    except FileNotFoundError as error:
        raise InputError("there is no such file or folder", where=printable(root), hint="Check the path") from error
    except (OSError, ValueError) as error:  # a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the path cannot be used: {reason}", where=printable(root), hint="Check the path") from error
    return sorted(_walk(root, left_out)) if is_folder else [root]


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


def _members(source: Source, archives: ExitStack, left_out: list[LeftOut]) -> Iterator[Source]:
    try:
        archive = archives.enter_context(zipfile.ZipFile(source.path))
        entries = archive.infolist()
    except OSError as error:
        left_out.append(LeftOut(source.path, f"it cannot be opened: {error.strerror or error}"))
        return
    except BROKEN_ARCHIVE:
        left_out.append(LeftOut(source.path, "a .zip archive that is damaged or cut short"))
        return
    names: set[str] = set()
    for entry in sorted(entries, key=lambda entry: entry.filename):
        if entry.filename.endswith("/"):
            continue
        member = Source(source.path, entry.file_size, source.root, entry.filename, archive)
        fault = _fault(entry, twice=entry.filename in names)
        names.add(entry.filename)
        if fault:
            left_out.append(LeftOut(member.shown, fault))
        else:
            yield member


def _fault(entry: zipfile.ZipInfo, *, twice: bool) -> str | None:
    if not entry.filename:
        return "a file without a name in an archive"
    if twice:
        return "a second file of the same name in one archive"
    if entry.flag_bits & _ENCRYPTED:
        return "protected by a password: unpack the archive first"
    if entry.compress_type not in _METHODS:
        return "compressed in a way that is not usual for .zip: unpack the archive first"
    if entry.filename.lower().endswith(".zip"):
        return "an archive in an archive: unpack it first"
    return None
