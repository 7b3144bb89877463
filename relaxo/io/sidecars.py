"""JSON sidecars of NIfTI images, found as BIDS says: beside the image or in a folder above; the nearest one wins."""

from __future__ import annotations

import json
import math
from pathlib import PurePath
from typing import TYPE_CHECKING

from relaxo.io.sources import BROKEN_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relaxo.io.sources import Source

#: A sidecar is a few kB; dcm2niix writes at most some hundred.
_MOST_BYTES = 2**22

Sidecar = dict[str, object]


class Sidecars:
    """All JSON files of a scan; each is read when an image asks for it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._in_folder: dict[Path, list[Source]] = {}
        for source in sources:
            self._in_folder.setdefault(source.shown.parent, []).append(source)
        self._read: dict[Path, Sidecar] = {}
        self.used: set[Path] = set()
        """What images have asked for, as `Source.shown`."""

    def of(self, source: Source, stem: str) -> Sidecar:
        """Return what the sidecars of an image say; `stem` is its name without ``.nii.gz``."""
        together: Sidecar = {}
        folders = [source.shown.parent]
        while folders[-1] != source.root and folders[-1] != folders[-1].parent and source.shown != source.root:
            folders.append(folders[-1].parent)
        for folder in reversed(folders):
            for sidecar in sorted(self._in_folder.get(folder, ()), key=lambda one: len(one.name)):
                name = sidecar.name[: -len(".json")]
                if name == stem or _inherited(name, stem):
                    together |= self._content(sidecar)
        return together

    def _content(self, source: Source) -> Sidecar:
        if source.shown not in self._read:
            self._read[source.shown] = _parsed(source)
            self.used.add(source.shown)
        return self._read[source.shown]


def entities(stem: str) -> dict[str, str]:
    """Return the entities of a BIDS name: ``{"sub": "01", "inv": "2"}`` of ``sub-01_inv-2_IRT1``."""
    parts = (part.partition("-") for part in stem.split("_")[:-1])
    return {key: value for key, dash, value in parts if dash}


def suffix(stem: str) -> str:
    """Return the suffix of a BIDS name: ``IRT1`` of ``sub-01_inv-2_IRT1``."""
    return stem.rpartition("_")[2]


def _inherited(name: str, stem: str) -> bool:
    """Tell whether a sidecar holds for an image: the same suffix, and no entity that the image does not have."""
    return suffix(name) == suffix(stem) and entities(name).items() <= entities(stem).items()


def _parsed(source: Source) -> Sidecar:
    if source.size > _MOST_BYTES:
        return {}
    try:
        with source.open() as file:
            content = json.loads(file.read(_MOST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError, *BROKEN_ARCHIVE):
        return {}
    return content if isinstance(content, dict) else {}


def numbers(sidecar: Sidecar, *names: str) -> tuple[float, ...]:
    """Return the finite numbers of the first of some entries that has any."""
    for name in names:
        value = sidecar.get(name)
        found = value if isinstance(value, list) else [value]
        good = [
            float(one)
            for one in found
            if isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        ]
        if good and len(good) == len(found):
            return tuple(good)
    return ()


def words(sidecar: Sidecar, name: str) -> tuple[str, ...]:
    """Return an entry as words: text is parted at blanks, underscores and backslashes."""
    value = sidecar.get(name)
    found = value if isinstance(value, list) else [value]
    return tuple(
        word
        for one in found
        if isinstance(one, str)
        for word in one.replace("\\", " ").replace("_", " ").replace(",", " ").split()
    )


def is_sidecar(source: Source) -> bool:
    """Tell a JSON file."""
    return PurePath(source.name).suffix.lower() == ".json"
