"""What both Linux packages need to know."""

from __future__ import annotations

import platform
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tarfile
    from pathlib import Path


def version(frozen: Path) -> str:
    """Return the version that a frozen app says of itself."""
    said = subprocess.run([frozen / "relaxo", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return said.split()[1].rstrip(",")


def machine() -> str:
    """Return the kind of processor, as `uname -m` names it."""
    return platform.machine()


def as_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return an entry of an archive that belongs to nobody in particular."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
