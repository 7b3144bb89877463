"""Which files a result came from, to the bit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from relaxo.errors import Cancelled, InputError
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def fingerprint(
    paths: Sequence[Path], progress: Callable[[int, int], bool] | None = None
) -> tuple[tuple[Path, str], ...]:
    """Return every path with the SHA-256 of its content, in hexadecimal.

    Raises
    ------
    InputError
        When a file cannot be read.
    Cancelled
        When `progress` answers False.
    """
    found = []
    for done, path in enumerate(paths):
        if progress is not None and not progress(done, len(paths)):
            raise Cancelled
        try:
            with path.open("rb") as file:
                found.append((path, hashlib.file_digest(file, "sha256").hexdigest()))
        except OSError as error:
            raise InputError(
                f"the file cannot be read: {error.strerror or error}", where=printable(path), hint="Scan again"
            ) from error
    return tuple(found)
