"""Enhanced (multi-frame) MR: every frame of a file as if it were a classic image.

What an Enhanced file says in functional groups, shared by all frames or for each, is laid out with the elements that a
classic image has for it, so that everything after this, the vendors' rules included, knows one kind of image. The order
of frames and their dimension indices mean nothing here: vendors count them in different orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from relaxo.io.elements import MALFORMED, PlainDataset, UnusableError, tags, values, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHARED, _PER_FRAME = 0x52009229, 0x52009230
#: Philips keeps in here, for every frame, what it writes into a classic image.
_PHILIPS = 0x2005140F

#: Functional group, its element, and the classic element that says the same.
_SAME = (
    (0x00189226, 0x00089007, 0x00080008),  # MRImageFrameType: FrameType, ImageType
    (0x00189226, 0x00089208, 0x00089208),  # ComplexImageComponent
    (0x00189114, 0x00189082, 0x00180081),  # MREcho: EffectiveEchoTime, EchoTime
    (0x00189112, 0x00180080, 0x00180080),  # MRTimingAndRelatedParameters: RepetitionTime
    (0x00189112, 0x00181314, 0x00181314),  # FlipAngle
    (0x00189112, 0x00189241, 0x00180091),  # GradientEchoTrainLength, EchoTrainLength
    (0x00189112, 0x00189240, 0x00180091),  # RFEchoTrainLength, EchoTrainLength
    (0x00189006, 0x00189098, 0x00180084),  # MRImagingModifier: TransmitterFrequency, ImagingFrequency
    (0x00209113, 0x00200032, 0x00200032),  # PlanePosition: ImagePositionPatient
    (0x00209116, 0x00200037, 0x00200037),  # PlaneOrientation: ImageOrientationPatient
    (0x00289110, 0x00280030, 0x00280030),  # PixelMeasures: PixelSpacing
    (0x00289110, 0x00180050, 0x00180050),  # SliceThickness
    (0x00289145, 0x00281052, 0x00281052),  # PixelValueTransformation: RescaleIntercept
    (0x00289145, 0x00281053, 0x00281053),  # RescaleSlope
    (0x00209111, 0x00189074, 0x0008002A),  # FrameContent: FrameAcquisitionDateTime, AcquisitionDateTime
    (0x00209111, 0x00209453, 0x00209453),  # FrameLabel
)
_GROUPS = tuple(dict.fromkeys(group for group, _, _ in _SAME))
_REAL_WORLD = 0x00409096  # stands in the groups as it stands in a classic image
_MODIFIER, _RECOVERY, _TIMES = 0x00189115, 0x00189009, 0x00189079
_SEQUENCE = 0x00180020
_ECHO_PULSE, _ECHO_PLANAR = 0x00189008, 0x00189018


@dataclass(frozen=True, slots=True)
class _Group:
    """The functional groups of one frame, or those that all share."""

    values: dict[int, tuple[object, ...]]
    """By classic tag."""
    recovers: str
    """``YES`` or ``NO``: whether there was an inversion; empty when it is not stated."""


def frames(dataset: Dataset, count: int) -> Iterator[Dataset]:
    """Yield every frame as a classic image's header.

    Raises
    ------
    UnusableError
        When the functional groups are not one a frame.
    """
    per_frame = values(dataset, _PER_FRAME)
    if len(per_frame) != count:
        raise UnusableError(f"a multi-frame image of {count} frames with headers for {len(per_frame)}")
    shared = _read(next(iter(values(dataset, _SHARED)), Dataset()))
    own = {tag: values(dataset, tag) for tag in tags(dataset) if tag not in {_SHARED, _PER_FRAME}}
    for item in per_frame:
        group = _read(item)
        known = {**own, **shared.values, **group.values}
        recovers = group.recovers or shared.recovers
        if recovers == "NO":
            known.pop(_TIMES, None)
        frame = PlainDataset({}, known=known)
        if not words(frame, _SEQUENCE):
            known[_SEQUENCE] = _scanning_sequence(frame, inverts=recovers == "YES")
        yield frame


def _read(item: object) -> _Group:
    if not isinstance(item, Dataset):
        raise UnusableError("a multi-frame image whose frames have no headers")
    try:
        groups = {
            tag: group
            for tag in (*_GROUPS, _MODIFIER, _PHILIPS)
            if isinstance(group := next(iter(values(item, tag)), None), Dataset)
        }
        found: dict[int, tuple[object, ...]] = {}
        for group, tag, classic in _SAME:
            if group in groups and (given := values(groups[group], tag)):
                found[classic] = given
        modifier = groups.get(_MODIFIER, Dataset())
        for source, tag in ((modifier, _TIMES), (item, _REAL_WORLD)):
            if given := values(source, tag):
                found[tag] = given
        private = groups.get(_PHILIPS, Dataset())
        # Not more of it: it has a ComplexImageComponent too, which contradicts that of the frame.
        found |= {tag: values(private, tag) for tag in list(tags(private)) if tag >> 16 == _PHILIPS >> 16}
    except MALFORMED as error:
        raise UnusableError("a multi-frame image with a frame whose header is damaged") from error
    return _Group(found, next(iter(words(modifier, _RECOVERY)), ""))


def _scanning_sequence(frame: Dataset, *, inverts: bool) -> tuple[str, ...]:
    """Return ScanningSequence, which an Enhanced image says in several elements."""
    pulse, planar = words(frame, _ECHO_PULSE), words(frame, _ECHO_PLANAR)
    names = [name for name, mark in (("SE", "SPIN"), ("GR", "GRADIENT")) if mark in pulse or "BOTH" in pulse]
    return *names, *(["EP"] * ("YES" in planar)), *(["IR"] * inverts)
