"""One DICOM file -> the images in it, or why there are none."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, BinaryIO

from relaxo.io.dicom_file import DicomFile, open_header
from relaxo.io.dicom_header import MULTI_FRAME, check_kind, header_of, matrix
from relaxo.io.elements import MALFORMED, UnusableError, integer
from relaxo.io.enhanced import frames
from relaxo.io.pixels import check_pixels, largest, stored

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.data import ImageHeader


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What one file holds."""

    images: tuple[ImageHeader, ...]
    faults: tuple[str, ...] = ()
    """Why each of its other images cannot be used."""


def read_dicom(file: BinaryIO, size: int, path: Path, member: str = "") -> Found:
    """Read the facts of the images in a file, without their pixels.

    Raises
    ------
    UnusableError
        When the file holds no MR image that can be used, with the reason.
    """
    opened = open_header(file, size)
    dataset = opened.dataset
    check_kind(dataset, opened.sop_class)
    if opened.sop_class in MULTI_FRAME:
        return _multi_frame(opened, path, member)
    header = header_of(dataset, path)
    check_pixels(opened, header.rows, header.columns, 1)
    return Found((_placed(header, opened, member, 0, 1),))


def _multi_frame(opened: DicomFile, path: Path, member: str) -> Found:
    dataset = opened.dataset
    rows, columns = matrix(dataset)
    count = integer(dataset, 0x00280008) or 1
    if count < 1:
        raise UnusableError(f"a multi-frame image of {count} frames")
    check_pixels(opened, rows, columns, count)
    images, faults = [], []
    try:
        for number, frame in enumerate(frames(dataset, count)):
            try:
                images.append(_placed(header_of(frame, path), opened, member, number, count))
            except UnusableError as fault:
                faults.append(str(fault))
    except MALFORMED as error:
        raise UnusableError("a multi-frame image whose header is damaged") from error
    return Found(tuple(images), tuple(faults))


def _placed(header: ImageHeader, opened: DicomFile, member: str, frame: int, count: int) -> ImageHeader:
    """Return an image's facts with its place in the file."""
    limit = largest(opened)
    return dataclasses.replace(
        header,
        member=member,
        frame=frame,
        frames=count,
        instance_number=header.instance_number if count == 1 else frame + 1,
        stored=stored(opened, header.rows, header.columns, frame),
        largest=None if limit is None else limit * header.slope + header.intercept,
    )
