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
from relaxo.io import fingerprint, patients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.io import Patients
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
    """Path, as readers may see it, and SHA-256 of every file that the numbers come from; None where it could not be
    read again."""
    left_out: tuple[tuple[str, str], ...]
    """Path, as readers may see it, of every file that was found and not used, and why."""
    stacks: Mapping[str, str]
    """By ``T1`` and ``T2``, the name that `relaxo scan` gives the series."""


def provenance(result: Result) -> Provenance:
    """Return where a result comes from; reads every file once more for its hash."""
    sources = {quantity: stack.source for quantity, stack in result.stacks.items() if stack.source is not None}
    paths = dict.fromkeys(path for source in sources.values() for path in source.paths)
    known = withheld(result)
    shown = [str(path) for path in paths]
    others = [str(left.path) for left in result.inventory.left_out]
    return Provenance(
        relaxo=relaxo.__version__,
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        sources=tuple(
            (known.taken_out(name), _sha256(path)) for name, path in zip(names_of(shown), paths, strict=True)
        ),
        left_out=tuple(
            (known.taken_out(name), known.taken_out_of_prose(left.reason))
            for name, left in zip(names_of(shown, others), result.inventory.left_out, strict=True)
        ),
        stacks={quantity: source.name for quantity, source in sources.items()},
    )


def withheld(result: Result) -> Patients:
    """Return whom the images of a result are of, to be kept out of what leaves."""
    return patients(result.inventory.images, spared=(entry.agent for entry in result.recipe.contents))


def names_of(paths: Sequence[str], others: Sequence[str] | None = None) -> list[str]:
    """Return paths as readers may see them: from the folder on that holds all of `paths`.

    Folders above the images are often called after a patient or the person who measured.

    Parameters
    ----------
    paths
        Of the images.
    others
        Paths to return in their stead; by their last name where they lie elsewhere.
    """
    parents = {os.path.dirname(os.path.abspath(path)) for path in paths}  # noqa: PTH100, PTH120 - hundreds of them
    try:
        home = Path(os.path.commonpath(parents)) if parents else None
    except ValueError:  # on several drives, on Windows
        home = None
    wanted = [Path(os.path.abspath(path)) for path in (paths if others is None else others)]  # noqa: PTH100
    return [path.relative_to(home).as_posix() if home and path.is_relative_to(home) else path.name for path in wanted]


def _sha256(path: Path) -> str | None:
    try:
        ((_, digest),) = fingerprint([path])
    except InputError:  # gone since it was read: an unplugged disk must not cost the results
        return None
    return digest
