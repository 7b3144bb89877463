"""One DICOM file's header -> the facts of one image, or the reason why it is none that can be used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import BaseTag
from pydicom.uid import UID, ImplicitVRLittleEndian

from relaxo.data import ImageHeader, LeftOut
from relaxo.io.elements import MALFORMED, UnusableError, integer, number, numbers, positive, text, words
from relaxo.io.vendors import VENDORS, vendor_of
from relaxo.units import field_from_frequency, ms_to_s

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

#: More pixels than any MR image has (8192 x 8192): such a size is a damaged header or a decompression bomb.
MOST_PIXELS = 2**26

_TAGS = [
    0x00080008,  # ImageType
    0x00080016,  # SOPClassUID
    0x00080018,  # SOPInstanceUID
    0x00080020,  # StudyDate
    0x00080022,  # AcquisitionDate
    0x0008002A,  # AcquisitionDateTime
    0x00080032,  # AcquisitionTime
    0x00080060,  # Modality
    0x00080070,  # Manufacturer
    0x0008103E,  # SeriesDescription
    0x00089208,  # ComplexImageComponent
    0x00180020,  # ScanningSequence
    0x00180050,  # SliceThickness
    0x00180080,  # RepetitionTime
    0x00180081,  # EchoTime
    0x00180082,  # InversionTime
    0x00180084,  # ImagingFrequency
    0x00180086,  # EchoNumbers
    0x00180087,  # MagneticFieldStrength
    0x00180091,  # EchoTrainLength
    0x00181030,  # ProtocolName
    0x00181314,  # FlipAngle
    0x0020000D,  # StudyInstanceUID
    0x0020000E,  # SeriesInstanceUID
    0x00200011,  # SeriesNumber
    0x00200013,  # InstanceNumber
    0x00200032,  # ImagePositionPatient
    0x00200037,  # ImageOrientationPatient
    0x00200052,  # FrameOfReferenceUID
    0x00280002,  # SamplesPerPixel
    0x00280004,  # PhotometricInterpretation
    0x00280008,  # NumberOfFrames
    0x00280010,  # Rows
    0x00280011,  # Columns
    0x00280030,  # PixelSpacing
    0x00280100,  # BitsAllocated
    0x00281052,  # RescaleIntercept
    0x00281053,  # RescaleSlope
]
TAGS: list[BaseTag] = [BaseTag(tag) for tag in {*_TAGS, *(tag for vendor in VENDORS for tag in vendor.tags)}]
_PIXEL_TAGS: list[BaseTag] = [
    BaseTag(tag)
    for tag in (
        0x00280006,  # PlanarConfiguration
        0x00280101,  # BitsStored
        0x00280102,  # HighBit
        0x00280103,  # PixelRepresentation
        0x7FE00001,  # ExtendedOffsetTable
        0x7FE00002,  # ExtendedOffsetTableLengths
        0x7FE00008,  # FloatPixelData
        0x7FE00009,  # DoubleFloatPixelData
        0x7FE00010,  # PixelData
    )
]

_ENHANCED = {
    "1.2.840.10008.5.1.4.1.1.4.1": "an Enhanced (multi-frame) MR image",
    "1.2.840.10008.5.1.4.1.1.4.3": "an Enhanced (multi-frame) MR colour image",
    "1.2.840.10008.5.1.4.1.1.4.4": "a Legacy Converted Enhanced (multi-frame) MR image",
}
_NO_MR_IMAGE = {
    "1.2.840.10008.1.3.10": "an index of files (DICOMDIR), not an image",
    "1.2.840.10008.5.1.4.1.1.4.2": "an MR spectrum, not an image",
    "1.2.840.10008.5.1.4.1.1.7": "a screenshot (Secondary Capture), not an image of the scanner",
    "1.2.840.10008.5.1.4.1.1.66": "raw data, not an image",
}
_SINGLE_FRAME = "this version reads one image a file; export it as classic (single-frame) MR images"
_CUT_SHORT = "it is cut short: its header says that it holds more pixels than it does"


def read_header(path: Path) -> ImageHeader | LeftOut:
    """Read the facts of one file, without its pixels.

    Anything that is no magnitude, real, phase or imaginary MR image with a place in space is left out with the reason.
    """
    try:
        with path.open("rb") as file:
            dataset = read_dataset(file, pixels=False)
            header = header_of(dataset, path)
            _check_length(file, dataset, header)
            return header
    except UnusableError as error:
        return LeftOut(path, str(error))
    except OSError as error:
        return LeftOut(path, f"it cannot be opened: {error.strerror or error}")


def read_dataset(file: BinaryIO, *, pixels: bool) -> FileDataset:
    """Read what `header_of` looks at, and with `pixels` the image as well.

    Raises
    ------
    UnusableError
        When it is not DICOM or too damaged to be read.
    """
    start = file.read(132)
    file.seek(0)
    if not start:
        raise UnusableError("an empty file")
    # Files without the preamble exist; they begin with an element of group 2 or 8, in little endian.
    bare = start[:2] in {b"\x02\x00", b"\x08\x00"} and start[3:4] == b"\x00"
    if start[128:132] != b"DICM" and not bare:
        raise UnusableError("not a DICOM file")
    try:
        return pydicom.dcmread(
            file,
            stop_before_pixels=not pixels,
            force=bare,
            specific_tags=TAGS + _PIXEL_TAGS if pixels else TAGS,
        )
    except (InvalidDicomError, OSError, *MALFORMED) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's failure, not the file's
            raise
        raise UnusableError("a DICOM file that is damaged or cut short") from error


def header_of(dataset: Dataset, path: Path) -> ImageHeader:
    """Return the facts of an image in Relaxo's units.

    Raises
    ------
    UnusableError
        With the reason, when it is no MR image that can be used.
    """
    _check_kind(dataset)
    rows, columns = _matrix(dataset)
    position, orientation, spacing = _geometry(dataset)
    vendor = vendor_of(dataset)
    component = vendor.component(dataset) or "magnitude"
    slope, intercept = (1.0, 0.0) if component == "phase" else vendor.scale(dataset)
    if slope == 0:
        raise UnusableError("its RescaleSlope is 0, which leaves no signal")
    return ImageHeader(
        path=path,
        study_uid=text(dataset, 0x0020000D),
        series_uid=text(dataset, 0x0020000E),
        sop_uid=text(dataset, 0x00080018),
        rows=rows,
        columns=columns,
        position=position,
        orientation=orientation,
        spacing=spacing,
        slice_thickness=positive(dataset, 0x00180050),
        series_number=integer(dataset, 0x00200011),
        instance_number=integer(dataset, 0x00200013),
        inversion_time=_seconds(dataset, 0x00180082),
        echo_time=_seconds(dataset, 0x00180081),
        repetition_time=_seconds(dataset, 0x00180080),
        flip_angle=positive(dataset, 0x00181314),
        echo_number=integer(dataset, 0x00180086),
        echo_train_length=integer(dataset, 0x00180091),
        component=component,
        slope=slope,
        intercept=intercept,
        field_T=_field(dataset),
        frequency_MHz=positive(dataset, 0x00180084),
        manufacturer=text(dataset, 0x00080070),
        description=text(dataset, 0x0008103E) or text(dataset, 0x00181030),
        sequence=words(dataset, 0x00180020),
        frame_uid=text(dataset, 0x00200052),
        acquired=_acquired(dataset),
    )


def _check_kind(dataset: Dataset) -> None:
    sop_class, modality = text(dataset, 0x00080016), text(dataset, 0x00080060)
    if not sop_class and isinstance(dataset, FileDataset):
        sop_class = text(dataset.file_meta, 0x00020002)
    if sop_class in _NO_MR_IMAGE:
        raise UnusableError(_NO_MR_IMAGE[sop_class])
    if not sop_class and not modality:
        raise UnusableError("a DICOM file that does not say what it holds, or is cut short before it does")
    if modality != "MR":
        raise UnusableError(f"not an MR image (modality {modality or 'not stated'})")
    if sop_class in _ENHANCED:
        raise UnusableError(f"{_ENHANCED[sop_class]}: {_SINGLE_FRAME}")
    if (integer(dataset, 0x00280008) or 1) > 1:
        raise UnusableError(f"several frames in one file: {_SINGLE_FRAME}")
    kinds = words(dataset, 0x00080008)
    if "LOCALIZER" in kinds:
        raise UnusableError("a localizer")
    if any("MAP" in kind.split() and "PHASE" not in kind for kind in kinds):
        raise UnusableError("a map that was calculated from other images")
    if kinds[:1] == ("DERIVED",):
        raise UnusableError("derived from other images (ImageType DERIVED): export the original ones")


def _matrix(dataset: Dataset) -> tuple[int, int]:
    rows, columns = integer(dataset, 0x00280010), integer(dataset, 0x00280011)
    if not rows or not columns or rows < 0 or columns < 0 or integer(dataset, 0x00280100) is None:
        raise UnusableError("no pixels: its header describes no image")
    if rows * columns > MOST_PIXELS:
        raise UnusableError(f"an image of {rows} x {columns} pixels is not an MR image")
    if (integer(dataset, 0x00280002) or 1) != 1 or text(dataset, 0x00280004) not in {"", "MONOCHROME1", "MONOCHROME2"}:
        raise UnusableError("a colour image, not one of the scanner")
    return rows, columns


def _geometry(
    dataset: Dataset,
) -> tuple[tuple[float, float, float], tuple[float, float, float, float, float, float], tuple[float, float]]:
    position, orientation = numbers(dataset, 0x00200032), numbers(dataset, 0x00200037)
    spacing = numbers(dataset, 0x00280030)
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2:
        raise UnusableError("its place in the scanner is not stated (position, orientation and pixel spacing)")
    directions = np.reshape(orientation, (2, 3))
    # Rounded direction cosines are seen with three decimals.
    if min(spacing) <= 0 or np.abs(directions @ directions.T - np.eye(2)).max() > 1e-2:
        raise UnusableError("its place in the scanner makes no sense (pixel spacing or orientation)")
    x, y, z = position
    a, b, c, d, e, f = orientation
    return (x, y, z), (a, b, c, d, e, f), (spacing[0], spacing[1])


def _seconds(dataset: Dataset, tag: int) -> float | None:
    time = positive(dataset, tag)
    return None if time is None else ms_to_s(time)


def _field(dataset: Dataset) -> float | None:
    """Return the field in T, from the imaging frequency unless that contradicts the nominal field.

    It does where another nucleus than the proton is imaged, or where the unit is not MHz.
    """
    nominal, frequency = positive(dataset, 0x00180087), positive(dataset, 0x00180084)
    plausible = nominal if nominal is not None and 0.001 <= nominal <= 30 else None
    if frequency is None:
        return plausible
    exact = field_from_frequency(frequency)
    if plausible is None:
        return exact if 0.001 <= exact <= 30 else None
    return exact if abs(exact - plausible) <= 0.1 * plausible else plausible


def _acquired(dataset: Dataset) -> str:
    together = text(dataset, 0x0008002A)
    if together:
        return together
    date, time = text(dataset, 0x00080022) or text(dataset, 0x00080020), text(dataset, 0x00080032)
    return date + time if time else ""


def _check_length(file: BinaryIO, dataset: FileDataset, header: ImageHeader) -> None:
    """Raise when the file ends before its pixels do.

    pydicom leaves the file at the start of the pixel data; in a deflated file it has read everything.
    """
    syntax = UID(text(dataset.file_meta, 0x00020010) or ImplicitVRLittleEndian)
    try:
        deflated, compressed = syntax.is_deflated, syntax.is_compressed
    except ValueError as error:
        raise UnusableError(f"its pixels are stored in a way that is not known (transfer syntax {syntax})") from error
    if deflated:
        return
    implicit, little = dataset.original_encoding
    element = file.read(8 if implicit else 12)
    left = os.fstat(file.fileno()).st_size - file.tell()
    if len(element) < 8 or element[:2] not in {b"\xe0\x7f", b"\x7f\xe0"}:
        raise UnusableError("its pixels are missing")
    length = int.from_bytes(element[-4:], "little" if little else "big")
    bits = number(dataset, 0x00280100) or 0
    if compressed:
        if left <= 0:
            raise UnusableError(_CUT_SHORT)
    elif min(length, left) < header.rows * header.columns * bits / 8:
        raise UnusableError(_CUT_SHORT)
