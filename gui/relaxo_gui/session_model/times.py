"""The times of a stack's volumes as a table shows them: what is known, where from, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.units import s_to_ms
from relaxo_gui.session_model.words import AXES, protocol_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from relaxo.data import ImageHeader, Inventory, StackSource
    from relaxo.io import Untimed

    #: What tells an image from every other: `ImageHeader.image`.
    Image = tuple[Path, str, int]

#: Field of a recipe's timing to the BIDS name and the field of `ImageHeader` that it replaces, as columns stand.
FIELDS = {
    "TI_ms": ("InversionTime", "inversion_time"),
    "TE_ms": ("EchoTime", "echo_time"),
    "TR_ms": ("RepetitionTime", "repetition_time"),
    "FA_deg": ("FlipAngle", "flip_angle"),
}
_FIELD_OF = {name: field for field, (name, _) in FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Measurement:
    """Volumes whose times can be looked at and typed: those of a stack, or some that would be one with their times."""

    key: str
    """The name of the stack; that of what has no times follows from its first image, and stays while they are typed."""
    title: str
    volumes: tuple[tuple[ImageHeader, ...], ...]
    """(n, slices)."""
    axis: str | None
    """The field of timing that varies; None where nobody knows yet."""
    stack: StackSource | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """One time, or angle, of one volume."""

    value: float | None
    """In ms or degree; None where nothing is known."""
    origin: str | None = None
    """Where it comes from; None for the header."""

    @property
    def text(self) -> str:
        """As a cell shows it."""
        return "" if self.value is None else f"{self.value:.6g}"


def measurements(inventory: Inventory, untimed: Iterable[Untimed]) -> tuple[Measurement, ...]:
    """Return all whose times can be looked at: stacks first."""
    stacks = [
        Measurement(stack.name, _title(stack), stack.headers, _FIELD_OF.get(stack.protocol.axis), stack)
        for stack in inventory.stacks
    ]
    without = []
    for group in untimed:
        axis = _axis_of(group.volumes)
        first = group.volumes[0][0]
        key = f"untimed {first.path}/{first.member}#{first.frame}"
        without.append(Measurement(key, group.description or "Without a description", group.volumes, axis))
    return (*stacks, *without)


def find(known: Sequence[Measurement], shown: Measurement) -> Measurement | None:
    """Return the measurement that has taken the place of one that was shown: typing a time makes a stack of images."""
    same = next((each for each in known if each.key == shown.key), None)
    if same is not None and len(same.volumes) >= len(shown.volumes):
        return same
    images = {header.image for volume in shown.volumes for header in volume}
    there = [each for each in known if any(header.image in images for volume in each.volumes for header in volume)]
    return max(there, key=lambda each: len(each.volumes), default=None)


def labels(volumes: Sequence[Sequence[ImageHeader]]) -> list[str]:
    """Return what to call volumes: by the number of their series, of their image, or by their file."""
    series = [images[0].series_number for images in volumes]
    if None not in series and len(set(series)) == len(series):
        return [f"series {number}" for number in series]
    if None not in series and all(images[0].instance_number is not None for images in volumes):
        return [f"series {images[0].series_number}, image {images[0].instance_number}" for images in volumes]
    return [(images[0].member or images[0].path.name).rpartition("/")[2] for images in volumes]


def time_of(images: Sequence[ImageHeader], field: str) -> Time:
    """Return a time of a volume, that of its first slice as a stack takes it."""
    name, attribute = FIELDS[field]
    value: float | None = getattr(images[0], attribute)
    if value is None:
        return Time(None)
    return Time(value if field == "FA_deg" else s_to_ms(value), dict(images[0].entered).get(name))


def needs(shown: Measurement) -> list[str]:
    """Return what is missing or odd about the times, as sentences."""
    found = []
    axis = shown.axis
    count = len(shown.volumes)
    if axis is None:
        return ["What was varied is not known: give the inversion, echo or repetition times, or the flip angles."]
    symbol, name, unit = AXES[FIELDS[axis][0]]
    times = [time_of(images, axis).value for images in shown.volumes]
    lacking = times.count(None)
    if lacking:
        of = f"all {count}" if lacking == count else f"{lacking} of {count}"
        found.append(
            f"{name}s ({symbol}) are missing for {of} images. Type them in {unit}, or copy the column in the "
            "spreadsheet and paste it at the first."
        )
    doubled = sorted({time for time in times if time is not None and times.count(time) > 1})
    if doubled and shown.stack is None:
        several = ", ".join(f"{time:.6g}" for time in doubled)
        found.append(f"Several images have the same {name.lower()}: {several} {unit}.")
    if axis == "TI_ms" and not lacking:
        untold = sum(time_of(images, "TR_ms").value is None for images in shown.volumes)
        if untold:
            found.append(
                "The repetition time (TR) is not known. T1 above about a fifth of it would come out too short: give it "
                "if you know it."
            )
    return found


def locate(inventory: Inventory) -> Mapping[Image, ImageHeader]:
    """Return the images of an inventory by what tells them apart."""
    whole = [header for stack in inventory.stacks for volume in stack.headers for header in volume]
    return {header.image: header for header in (*inventory.loose, *whole)}


def _title(stack: StackSource) -> str:
    return f"{protocol_words(stack).kind}, {stack.name}"


def _axis_of(volumes: Sequence[Sequence[ImageHeader]]) -> str | None:
    """Return what was most probably varied."""
    first = [images[0] for images in volumes]
    if any("IR" in header.sequence or header.inversion_time is not None for header in first):
        return "TI_ms"
    if len({header.series_uid for header in first}) == 1 and any(header.echo_time is None for header in first):
        return "TE_ms"
    stated = {field: {getattr(header, attribute) for header in first} for field, (_, attribute) in FIELDS.items()}
    varies = [field for field, values in stated.items() if len(values) > 1]
    return varies[0] if len(varies) == 1 else None
