"""Where a result comes from: its files with their hashes, what was left out, and the programs that computed it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import relaxo
from relaxo.errors import InputError
from relaxo.io import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.pipeline import Result

#: What numbers rest on.
LIBRARIES = ("numpy", "scipy", "pydicom", "nibabel")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from."""

    relaxo: str
    """Its version."""
    versions: Mapping[str, str]
    """Of Python and the libraries."""
    sources: tuple[tuple[str, str | None], ...]
    """Path and SHA-256 of every file that the numbers come from; None where it could not be read again."""
    left_out: tuple[tuple[str, str], ...]
    """Path of every file that was found and not used, and why."""
    stacks: Mapping[str, str]
    """By ``T1`` and ``T2``, the name that `relaxo scan` gives the series."""


def provenance(result: Result) -> Provenance:
    """Return where a result comes from; reads every file once more for its hash."""
    sources = {quantity: stack.source for quantity, stack in result.stacks.items() if stack.source is not None}
    paths = dict.fromkeys(path for source in sources.values() for path in source.paths)
    return Provenance(
        relaxo=relaxo.__version__,
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        sources=tuple((str(path), _sha256(path)) for path in paths),
        left_out=tuple((str(left.path), left.reason) for left in result.inventory.left_out),
        stacks={quantity: source.name for quantity, source in sources.items()},
    )


def shortened_path(path: str, roots: tuple[str, ...]) -> str:
    """Return a path from the source that it lies in, for readers whom the folders above do not concern."""
    for root in roots:
        if Path(path).is_relative_to(root):
            inside = os.path.relpath(path, root)
            return Path(path).name if inside == "." else Path(inside).as_posix()
    return Path(path).name


def _sha256(path: Path) -> str | None:
    try:
        ((_, digest),) = fingerprint([path])
    except InputError:  # gone since it was read: an unplugged disk must not cost the results
        return None
    return digest
