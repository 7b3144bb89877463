"""Vendor: the places where a vendor's images mean something else than the DICOM standard says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo.io.elements import number, tags, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

#: The creators of private blocks stand at elements 0x10 to 0xFF of a group; scanners use the first few.
BLOCKS = range(0x10, 0x20)

_PARTS = {
    "magnitude": {"M", "MAG", "MAGNITUDE"},
    "phase": {"P", "PHASE", "PHASE MAP"},
    "real": {"R", "REAL"},
    "imaginary": {"I", "IMAGINARY"},
}


def private_tags(group: int, *offsets: int) -> frozenset[int]:
    """Return every tag that a private element at these offsets can have, with the tags of the blocks' creators."""
    creators = {group << 16 | block for block in BLOCKS}
    return frozenset(creators | {group << 16 | block << 8 | offset for block in BLOCKS for offset in offsets})


def private_tag(dataset: Dataset, group: int, creator: str, offset: int) -> int | None:
    """Return the tag that a creator's element has in this dataset; None when the creator has no block in it."""
    first, last = (group << 16 | block for block in (BLOCKS.start, BLOCKS.stop))
    for tag in tags(dataset):
        if first <= tag < last and words(dataset, tag) == (creator.upper(),):
            return group << 16 | (tag & 0xFF) << 8 | offset
    return None


def standard_component(dataset: Dataset) -> str | None:
    """Return ``magnitude``, ``phase``, ``real`` or ``imaginary``; None when neither element says so.

    ComplexImageComponent (0008,9208) says it outright, ImageType in its third and later values: ``M``, or ``M_IR`` as
    Philips writes it.
    """
    for word in (*words(dataset, 0x00089208), *words(dataset, 0x00080008)[2:]):
        for component, names in _PARTS.items():
            if word in names or word.partition("_")[0] in names - {"PHASE MAP"}:
                return component
    return None


def standard_scale(dataset: Dataset) -> tuple[float, float]:
    """Return RescaleSlope and RescaleIntercept; 1 and 0 when there are none."""
    slope, intercept = number(dataset, 0x00281053), number(dataset, 0x00281052)
    return (1.0 if slope is None else slope), (0.0 if intercept is None else intercept)


def nothing_unusable(_dataset: Dataset) -> str | None:
    """Find no fault with any image."""
    return None


def no_gain(_dataset: Dataset) -> tuple[int, ...]:
    """Return no receiver gain: DICOM has no element for it."""
    return ()


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor's rules; what it does not say follows the standard."""

    name: str
    wrote: Callable[[Dataset], bool]
    """Whether an image comes from this vendor."""
    tags: frozenset[int] = frozenset()
    """What its rules read besides the standard's elements."""
    component: Callable[[Dataset], str | None] = standard_component
    scale: Callable[[Dataset], tuple[float, float]] = standard_scale
    """Slope and intercept that turn stored numbers into signal; raises UnusableError when they cannot be known."""
    unusable: Callable[[Dataset], str | None] = nothing_unusable
    """Why an image that looks like any other cannot be used; None when it can."""
    receiver_gain: Callable[[Dataset], tuple[int, ...]] = no_gain
    """Settings of the receiver as the vendor counts them; empty when it does not say."""
    fills_range: bool = False
    """Whether every image is scaled so that its brightest voxel has the largest number that can be stored."""


STANDARD = Vendor("standard", wrote=lambda _dataset: True)
