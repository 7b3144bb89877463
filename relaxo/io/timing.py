"""Times and angles that a header does not state, or not in its unit: from names, from a table, from the recipe."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from relaxo.data import LeftOut
from relaxo.errors import InputError
from relaxo.io.nifti_images import is_nifti
from relaxo.io.sources import Source
from relaxo.io.text import printable
from relaxo.io.vendors.mr_solutions import in_seconds
from relaxo.units import ms_to_s, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relaxo.data import ImageHeader
    from relaxo.recipe import TimingPart

#: BIDS name of what can be entered to its field in `ImageHeader`.
FIELDS = {
    "InversionTime": "inversion_time",
    "EchoTime": "echo_time",
    "RepetitionTime": "repetition_time",
    "FlipAngle": "flip_angle",
}
NAMES = "the names of series, files or folders"
SECONDS = "the header, read in seconds"
MILLISECONDS = "the sidecar, read in milliseconds"
#: How to enter a time; ends the reasons of images that lack one.
HOW_TO_ENTER = (
    "enter it in a table timing.csv beside the images (columns file, series or instance, and TI_ms, TE_ms, TR_ms or "
    "FA_deg) or in [[timing]] of the recipe"
)

_PATTERN = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>TI|TE|TR|FA|flip(?:[ _-]?angle)?)[ _=:-]{0,2}(?P<number>\d{1,6}(?:[.,]\d{1,6})?)"
    r"[ _]?(?P<unit>ms|msec|s|sec|deg|°)?(?![A-Za-z0-9]|[.,]\d)",
    re.IGNORECASE,
)
_NAME_OF = {"TI": "InversionTime", "TE": "EchoTime", "TR": "RepetitionTime"}
#: In s: echoes, inversions and repetitions later than this were meant as ms.
_LATEST_S = {"echo_time": 3.0, "inversion_time": 60.0, "repetition_time": 120.0}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line of a table, or of a recipe, says of the images it speaks of."""

    origin: str
    """Where it comes from, as a notice names it."""
    where: str
    """The same with its line, as an error names it."""
    values: dict[str, float]
    """BIDS name to s or degree."""
    file: str | None = None
    """Name of a file or folder, or the end of a path."""
    series: int | None = None
    instance: int | None = None
    folder: Path | None = None
    """It speaks of images below this folder only; None for all."""
    table: Path | None = None

    def meets(self, header: ImageHeader) -> bool:
        """Tell whether an image is one that it speaks of."""
        if self.series is not None and self.series != header.series_number:
            return False
        if self.instance is not None and self.instance != header.instance_number:
            return False
        place = shown(header)
        if self.folder is not None and self.folder not in place.parents:
            return False
        return self.file is None or _is_called(place, self.file)


def shown(header: ImageHeader) -> Path:
    """Return the path of an image, continued into the archive that holds it."""
    return Source(header.path, 0, header.path, header.member).shown


def complete(headers: Sequence[ImageHeader], entries: Sequence[Entry]) -> tuple[list[ImageHeader], list[LeftOut]]:
    """Return images with the times that their headers lack, and lines of tables that speak of no image.

    A line that a person wrote replaces what the header says, and one in the recipe what a table says; names only fill
    what the header does not say.

    Raises
    ------
    InputError
        When two lines say different things of one image, or an entry of the recipe speaks of none.
    """
    mended = _in_ms(_in_s(headers))
    mended = [_from_names(header) for header in mended]
    unused = set(range(len(entries)))
    if entries:
        mended = [_from_entries(header, entries, unused) for header in mended]
    left_out = []
    for index in sorted(unused):
        entry = entries[index]
        if entry.table is None:
            raise InputError("no image is what this entry speaks of", where=entry.where, hint=_SPELLING)
        left_out.append(LeftOut(entry.table, f"{entry.where.rpartition(', ')[2]}: no image is what it speaks of"))
    return mended, left_out


_SPELLING = "Compare file, series and instance with the images: `relaxo scan --json` lists them"


def of_recipe(parts: Iterable[TimingPart]) -> list[Entry]:
    """Return the entries of a recipe."""
    return [
        Entry(
            origin="the recipe",
            where=f"the recipe's timing, entry {number}",
            values={
                name: value if name == "FlipAngle" else ms_to_s(value)
                for name, value in zip(FIELDS, (part.TI_ms, part.TE_ms, part.TR_ms, part.FA_deg), strict=True)
                if value is not None
            },
            file=part.file,
            series=part.series,
            instance=part.instance,
        )
        for number, part in enumerate(parts, 1)
    ]


@lru_cache(maxsize=4096)
def in_names(text: str) -> Mapping[str, float]:
    """Return the times and angles that a name states: ``{"InversionTime": 0.1}`` of ``IR_TI100``, in s and degree.

    A time without a unit is in ms.
    """
    found: dict[str, float] = {}
    for match in _PATTERN.finditer(text):
        name = _NAME_OF.get(match["name"].upper(), "FlipAngle")
        unit = (match["unit"] or "").lower()
        number = float(match["number"].replace(",", "."))
        is_angle = name == "FlipAngle"
        if number <= 0 or (unit and (unit in {"deg", "°"}) != is_angle):
            continue
        found.setdefault(name, number if is_angle or unit in {"s", "sec"} else ms_to_s(number))
    return MappingProxyType(found)


def _changed(header: ImageHeader, values: dict[str, float], origin: str) -> ImageHeader:
    """Return an image with some times, noted as entered."""
    fields: dict[str, Any] = {FIELDS[name]: value for name, value in values.items()}
    kept = tuple((name, other) for name, other in header.entered if name not in values)
    return dataclasses.replace(header, entered=(*kept, *((name, origin) for name in values)), **fields)


def _is_called(place: PurePath, name: str) -> bool:
    """Tell whether a path ends in a name, or has a folder of that name."""
    wanted = PurePath(name.replace("\\", "/")).parts
    parts = place.parts
    if len(wanted) == 1:
        stem = place.name.removesuffix(".gz")
        return name in parts or name == stem.rpartition(".")[0]
    return any(parts[start : start + len(wanted)] == wanted for start in range(len(parts) - len(wanted) + 1))


def _from_entries(header: ImageHeader, entries: Sequence[Entry], unused: set[int]) -> ImageHeader:
    said: dict[str, Entry] = {}
    for index, entry in enumerate(entries):
        if not entry.meets(header):
            continue
        unused.discard(index)
        for name, value in entry.values.items():
            other = said.setdefault(name, entry)
            if other.table is not None and entry.table is None:
                said[name] = entry  # a recipe is about one analysis, and wins
            elif other.values[name] != value:
                raise InputError(
                    f"two lines say different things of {printable(shown(header).name)}: {name} {other.values[name]:g} "
                    f"and {value:g} (s, degree)",
                    where=f"{other.where}; {entry.where}",
                    hint="Keep one, or say more exactly which images each speaks of",
                )
    for name, entry in said.items():
        header = _changed(header, {name: entry.values[name]}, entry.origin)
    return header


def _from_names(header: ImageHeader) -> ImageHeader:
    if None not in (header.inversion_time, header.echo_time, header.repetition_time, header.flip_angle):
        return header
    place = shown(header)
    found: dict[str, float] = {}
    for text in (header.description, header.protocol_name, place.name, *(folder.name for folder in place.parents)):
        if "T" in text.upper() or "F" in text.upper():
            found = {**in_names(text), **found}
    missing = {name: value for name, value in found.items() if getattr(header, FIELDS[name]) is None}
    return _changed(header, missing, NAMES) if missing else header


def _in_s(headers: Sequence[ImageHeader]) -> list[ImageHeader]:
    """Return images with the times of consoles that write seconds mended."""
    scanners: dict[tuple[str, str], list[ImageHeader]] = defaultdict(list)
    for header in headers:
        if not is_nifti(shown_name(header)):
            scanners[header.study_uid, header.manufacturer].append(header)
    wrong = {key for key, images in scanners.items() if in_seconds(images)}
    if not wrong:
        return list(headers)
    return [
        _scaled(header, s_to_ms(1.0), SECONDS)
        if (header.study_uid, header.manufacturer) in wrong and not is_nifti(shown_name(header))
        else header
        for header in headers
    ]


def _in_ms(headers: Sequence[ImageHeader]) -> list[ImageHeader]:
    """Return images with the times of sidecars in ms, where BIDS has s, mended."""
    wrong = {
        header.study_uid
        for header in headers
        for field, latest in _LATEST_S.items()
        if (getattr(header, field) or 0) > latest and is_nifti(shown_name(header))
    }
    return [
        _scaled(header, ms_to_s(1.0), MILLISECONDS)
        if header.study_uid in wrong and is_nifti(shown_name(header))
        else header
        for header in headers
    ]


def _scaled(header: ImageHeader, factor: float, origin: str) -> ImageHeader:
    stated = {name: getattr(header, field) for name, field in FIELDS.items() if name != "FlipAngle"}
    return _changed(header, {name: time * factor for name, time in stated.items() if time is not None}, origin)


def shown_name(header: ImageHeader) -> str:
    """Return the name of an image's file, that in an archive where there is one."""
    return header.member or header.path.name
