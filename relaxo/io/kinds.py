"""What a set of images was acquired for: which of their times or angles varies while the others stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.io.clusters import cluster, split
from relaxo.io.timing import HOW_TO_ENTER
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from relaxo.data import ImageHeader

    #: Why an image (`ImageHeader.image`) is in no stack.
    Reasons = dict[tuple[Path, str, int], str]


@dataclass(frozen=True, slots=True)
class Axis:
    """A time or angle that a scanner varies."""

    name: str
    """In BIDS."""
    field: str
    """In `ImageHeader`."""
    words: str
    """In a sentence."""

    def of(self, header: ImageHeader) -> float | None:
        """Return its value in an image, in s or degree."""
        value: float | None = getattr(header, self.field)
        return value

    def labels(self, headers: Sequence[ImageHeader]) -> list[int]:
        """Return for every image the number of its value, ascending from 0; -1 where the header has none.

        Values that differ by rounding are the same: Philips writes a repetition time of 2000 ms as 2000.00012.
        """
        return cluster([self.of(header) for header in headers], absolute=1e-5, relative=1e-3)

    def say(self, value: float) -> str:
        """Return a value as a person reads it."""
        return f"{value:.4g}°" if self is FLIP else f"{s_to_ms(value):.6g} ms"


INVERSION = Axis("InversionTime", "inversion_time", "inversion time")
ECHO = Axis("EchoTime", "echo_time", "echo time")
REPETITION = Axis("RepetitionTime", "repetition_time", "repetition time")
FLIP = Axis("FlipAngle", "flip_angle", "flip angle")
AXES = (INVERSION, ECHO, REPETITION, FLIP)


@dataclass(frozen=True, slots=True)
class Collection:
    """Images on one grid that differ in one time or angle, at any number of slices, possibly with repeats and gaps."""

    suffix: str
    axis: Axis
    headers: tuple[ImageHeader, ...]
    single_echoes: bool = False
    """Whether several echo times come from acquisitions of their own rather than from one echo train."""


def collections(headers: Sequence[ImageHeader], reasons: Reasons) -> list[Collection]:
    """Return what images on one grid were acquired for; `reasons` learns why an image is in no collection."""
    recovering = [header for header in headers if _is_inversion_recovery(header)]
    others = [header for header in headers if not _is_inversion_recovery(header)]
    return [*_inversion_recoveries(recovering, reasons), *_without_inversion(others, reasons)]


def _is_inversion_recovery(header: ImageHeader) -> bool:
    # Siemens writes SE for the same sequence that it calls SE and IR elsewhere; GE writes IR alone.
    return "IR" in header.sequence or header.inversion_time is not None


def _is_gradient_echo(header: ImageHeader) -> bool:
    return "GR" in header.sequence and "SE" not in header.sequence


def _sequence(header: ImageHeader) -> Hashable:
    """Return what must be equal for two images to come from one kind of sequence."""
    return _is_gradient_echo(header), "EP" in header.sequence, header.echo_train_length


def _inversion_recoveries(headers: Sequence[ImageHeader], reasons: Reasons) -> list[Collection]:
    timed = [header for header in headers if header.inversion_time is not None]
    for header in headers:
        if header.inversion_time is None:
            reasons[header.image] = f"inversion recovery, but its header has no inversion time: {HOW_TO_ENTER}"
    found = []
    for group in split(timed, map(_sequence, timed), ECHO.labels(timed), FLIP.labels(timed)):
        if len(set(INVERSION.labels(group))) > 1:
            found.append(Collection("IRT1", INVERSION, tuple(group)))
            continue
        for header in group:
            assert header.inversion_time is not None
            reasons[header.image] = f"only one inversion time ({INVERSION.say(header.inversion_time)}) at this place"
    return found


def _without_inversion(headers: Sequence[ImageHeader], reasons: Reasons) -> list[Collection]:
    echoes, rest = _echoes(headers)
    # The first echoes of multi-echo scans can belong to a T1 measurement as well.
    first_echoes = [header for collection in echoes for header in _first_echo(collection)]
    found = echoes
    for suffix, axis, fixed, fewest in (
        ("VTR", REPETITION, (ECHO, FLIP), 3),  # two may be two scans that have nothing to do with each other
        ("VFA", FLIP, (ECHO, REPETITION), 2),
    ):
        pool = [
            header
            for header in (*rest, *first_echoes)
            if axis.of(header) is not None and (axis is not FLIP or _is_gradient_echo(header))
        ]
        groups = split(pool, map(_sequence, pool), *(other.labels(pool) for other in fixed))
        found += [Collection(suffix, axis, tuple(g)) for g in groups if len(set(axis.labels(g))) >= fewest]
    for header in rest:
        untimed = header.echo_time is None and header.repetition_time is None
        reasons[header.image] = (
            f"its header states no inversion, echo or repetition time: {HOW_TO_ENTER}"
            if untimed
            else "only one echo time, repetition time and flip angle at this place: nothing to fit"
        )
    return found


def _echoes(headers: Sequence[ImageHeader]) -> tuple[list[Collection], list[ImageHeader]]:
    """Return the collections of several echo times, and the images in none of them.

    A series of several echo times is an echo train: it is joined only by series with the same echo times, which lie at
    other slices. Series of one echo time each are joined whatever their echo time.
    """
    times: dict[str, set[int]] = {}
    for header, label in zip(headers, ECHO.labels(headers), strict=True):
        times.setdefault(header.series_uid, set()).add(label)
    trains = [tuple(sorted(times[h.series_uid])) if len(times[h.series_uid]) > 1 else () for h in headers]
    found: list[Collection] = []
    rest: list[ImageHeader] = []
    for group in split(headers, map(_sequence, headers), REPETITION.labels(headers), FLIP.labels(headers), trains):
        timed = [header for header in group if header.echo_time is not None]
        rest.extend(header for header in group if header.echo_time is None)
        if len(set(ECHO.labels(timed))) < 2:
            rest.extend(timed)
            continue
        single = all(len(times[header.series_uid]) == 1 for header in timed)
        found.append(Collection("MEGRE" if _is_gradient_echo(timed[0]) else "MESE", ECHO, tuple(timed), single))
    return found, rest


def _first_echo(collection: Collection) -> list[ImageHeader]:
    labels = ECHO.labels(collection.headers)
    return [header for header, label in zip(collection.headers, labels, strict=True) if label == 0]
