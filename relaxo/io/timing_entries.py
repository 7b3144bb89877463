"""Times that a person types, image by image -> the recipe's entries of timing, each with a name for its images."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from relaxo.errors import InputError
from relaxo.io.text import printable
from relaxo.io.timing import of_recipe, shown
from relaxo.recipe import TimingPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relaxo.data import ImageHeader, Inventory

_TIMES = ("TI_ms", "TE_ms", "TR_ms", "FA_deg")


def set_times(
    inventory: Inventory,
    timing: Sequence[TimingPart],
    changes: Iterable[tuple[Sequence[ImageHeader], Mapping[str, float | None]]],
) -> tuple[TimingPart, ...]:
    """Return the entries of timing of a recipe after some times were typed or taken back.

    What the entries said of other images and other times they say still. Images are named by the number of their
    series where that is enough, else by series and instance, else by the end of their path: never by a whole path, so
    that the recipe still holds when the images move.

    Parameters
    ----------
    inventory
        All images there are.
    timing
        The entries so far.
    changes
        Images, and for each field of `relaxo.recipe.TimingPart` that changes its value in ms or degree; None takes back
        what the recipe says.

    Raises
    ------
    InputError
        When images cannot be told apart by what an entry can name.
    """
    changed = [(list(_parts(images)), dict(fields)) for images, fields in changes]
    said = {(header.image, field) for images, fields in changed for header in images for field in fields}
    names = _Names(inventory.images)
    kept: list[TimingPart] = []
    for part, entry in zip(timing, of_recipe(timing), strict=True):
        stated = {field: value for field in _TIMES if (value := getattr(part, field)) is not None}
        met = [header for header in names.candidates(part) if entry.meets(header)]
        gone = {field for field in stated if any((header.image, field) in said for header in met)}
        kept.append(msgspec.structs.replace(part, **dict.fromkeys(gone)))
        for field in sorted(gone):
            others = [header for header in met if (header.image, field) not in said]
            if others:
                changed.append((others, {field: stated[field]}))
    for images, fields in changed:
        stated = {field: value for field, value in fields.items() if value is not None}
        if stated:
            for keys in names.of(images):
                _add(kept, keys, stated)
    return tuple(part for part in kept if any(getattr(part, field) is not None for field in _TIMES))


def _parts(images: Sequence[ImageHeader]) -> Iterator[ImageHeader]:
    """Yield images, and the imaginary part of those that are complex."""
    for header in images:
        yield header
        if header.imaginary is not None:
            yield header.imaginary


def _add(entries: list[TimingPart], keys: dict[str, Any], stated: dict[str, Any]) -> None:
    """Put times into the entry that names just these images, or into a new one."""
    for index, entry in enumerate(entries):
        if {key: getattr(entry, key) for key in ("file", "series", "instance")} == keys:
            entries[index] = msgspec.structs.replace(entry, **stated)
            return
    entries.append(TimingPart(**keys, **stated))


#: Pieces of a path, a series and an instance, as an entry names images.
_Name = tuple[tuple[str, ...], int | None, int | None]


class _Names:
    """Finds names for images that no other image answers to."""

    def __init__(self, images: Sequence[ImageHeader]) -> None:
        self._images = images
        self._paths = {header.image: shown(header).parts for header in images}
        self._count = Counter(name for header in images for name in self._answers(header))
        self._by_series: dict[int | None, list[ImageHeader]] = {}
        for header in images:
            self._by_series.setdefault(header.series_number, []).append(header)

    def candidates(self, part: TimingPart) -> Sequence[ImageHeader]:
        """Return the images that an entry may speak of."""
        return self._images if part.series is None else self._by_series.get(part.series, ())

    def of(self, images: Sequence[ImageHeader]) -> Iterator[dict[str, Any]]:
        """Yield what entries name these images by: one for all of them where that can be, else one for each.

        Raises
        ------
        InputError
            When one of them cannot be told from another image.
        """
        together = self._shared(images)
        if together is not None:
            yield together
            return
        for header in images:
            alone = self._shared([header])
            if alone is None:
                raise InputError(
                    "this image cannot be told from others by series, instance or name",
                    where=printable(shown(header)),
                    hint="Put the files of each series into a folder of their own",
                )
            yield alone

    def _shared(self, images: Sequence[ImageHeader]) -> dict[str, Any] | None:
        """Return what names these images and no other."""
        known = [set(self._names(header)) for header in images[1:]]
        for name in self._names(images[0]):
            if self._count[name] == len(images) and all(name in names for names in known):
                path, series, instance = name
                return {"file": "/".join(path) or None, "series": series, "instance": instance}
        return None

    def _names(self, header: ImageHeader) -> list[_Name]:
        """Return what to call an image by, the plainer first: its series, the end of its path, that of its folder."""
        path = self._paths[header.image]
        # What comes before the first piece is a drive, or the root.
        ends = [path[start:] for start in range(len(path) - 1, 0, -1)]
        ends += [path[start:-1] for start in range(len(path) - 2, 0, -1)]
        return self._with_numbers(header, ends)

    def _answers(self, header: ImageHeader) -> set[_Name]:
        """Return all of that kind that an image answers to: any piece of its path, and its name without ending."""
        path = self._paths[header.image]
        pieces = [path[start:stop] for start in range(len(path)) for stop in range(start + 1, len(path) + 1)]
        stem = path[-1].removesuffix(".gz").rpartition(".")[0]
        return set(self._with_numbers(header, [*pieces, (stem,)]))

    def _with_numbers(self, header: ImageHeader, pieces: Sequence[tuple[str, ...]]) -> list[_Name]:
        series, instance = header.series_number, header.instance_number
        names: list[_Name] = []
        if series is not None:
            names.append(((), series, None))
            if instance is not None:
                names.append(((), series, instance))
        names.extend((piece, None, None) for piece in pieces)
        if instance is not None:
            names.extend((piece, None, instance) for piece in pieces)
        return names
