"""A DICOM file, in whatever form, as a dataset of the elements that Relaxo looks at."""

from __future__ import annotations

import io
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import pydicom
from pydicom.charset import convert_encodings
from pydicom.errors import InvalidDicomError
from pydicom.tag import BaseTag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from relaxo.io.elements import MALFORMED, PlainDataset, UnusableError, text
from relaxo.io.plain import START, UnusualError, walk
from relaxo.io.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydicom.dataset import Dataset

    from relaxo.io.plain import Plain

_TAGS = (
    0x00080005,  # SpecificCharacterSet
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
    0x00100010,  # PatientName
    0x00100020,  # PatientID
    0x00100030,  # PatientBirthDate
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
    0x00189008,  # EchoPulseSequence
    0x00189018,  # EchoPlanarPulseSequence
    0x00189079,  # InversionTimes
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
    0x00280101,  # BitsStored
    0x00280102,  # HighBit
    0x00280103,  # PixelRepresentation
    0x00281052,  # RescaleIntercept
    0x00281053,  # RescaleSlope
    0x00409096,  # RealWorldValueMappingSequence
    0x52009229,  # SharedFunctionalGroupsSequence
    0x52009230,  # PerFrameFunctionalGroupsSequence
)
#: What is read of a header; the tags of its vendors' private elements are among them.
TAGS = frozenset({*_TAGS, *(tag for vendor in VENDORS for tag in vendor.tags)})
_META = frozenset({0x00020002, 0x00020010})  # MediaStorageSOPClassUID, TransferSyntaxUID
_WALKED = TAGS | _META
_BASE_TAGS = [BaseTag(tag) for tag in TAGS]
_PIXEL_TAGS = [
    BaseTag(tag)
    for tag in (
        0x00280006,  # PlanarConfiguration
        0x7FE00001,  # ExtendedOffsetTable
        0x7FE00002,  # ExtendedOffsetTableLengths
        0x7FE00008,  # FloatPixelData
        0x7FE00009,  # DoubleFloatPixelData
        0x7FE00010,  # PixelData
    )
]

PIXEL_DATA = 0x7FE00010

#: What is read first: most headers are shorter. A header longer than the most is no scanner's.
_FIRST_BYTES, _MOST_BYTES = 2**14, 2**26
#: The same of a deflated file, which says nothing of its length.
_MOST_INFLATED = 2**24


@dataclass(slots=True)
class DicomFile:
    """What a file says before its pixels."""

    dataset: Dataset
    syntax: UID
    sop_class: str
    """From the dataset, or from the file's own header where that lacks it."""
    little_endian: bool
    element: int | None
    """Tag of the pixels; None where there are none."""
    offset: int
    """Bytes before the pixels' first."""
    length: int
    """Of the pixels as the header states it; `UNDEFINED` where they are in fragments."""
    left: int
    """Bytes that the file has from there on."""
    header_sum: int
    """CRC-32 of the bytes before the pixels."""


def open_header(file: BinaryIO, size: int) -> DicomFile:
    """Read a file up to its pixels.

    Raises
    ------
    UnusableError
        When it is not DICOM, or too damaged to be read.
    """
    data = file.read(_FIRST_BYTES)
    bare = _check_start(data)
    while not bare:
        try:
            elements, at = walk(data, _WALKED)
            syntax = _text(elements, 0x00020010)
            if not syntax.startswith("1.2.840.10008.1.2") or syntax in _OTHER_FORMS:
                break
            return _walked(elements, data, at, size)
        except UnusualError:
            more = file.read(min(7 * len(data), _MOST_BYTES - len(data)))
            if not more:
                break
            data += more
    file.seek(0)
    return _read_by_pydicom(file, size, force=bare)


#: Transfer syntaxes whose header is not in explicit VR little endian; encapsulated ones all are.
_OTHER_FORMS = frozenset(
    {"1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.1.98"}
)


def _text(elements: Mapping[int, Plain], tag: int) -> str:
    return elements[tag][1].decode("ascii", "replace").rstrip(" \0") if tag in elements else ""


def _check_start(start: bytes) -> bool:
    """Tell whether a file lacks the preamble: such begin with an element of group 2 or 8, in little endian."""
    if not start:
        raise UnusableError("an empty file")
    bare = start[:2] in {b"\x02\x00", b"\x08\x00"} and start[3:4] == b"\x00"
    if start[128:132] != b"DICM" and not bare:
        raise UnusableError("not a DICOM file")
    return bare and start[128:132] != b"DICM"


def _walked(elements: dict[int, Plain], data: bytes, at: int, size: int) -> DicomFile:
    syntax, media = (_text(elements, tag) for tag in (0x00020010, 0x00020002))
    charset = _text(elements, 0x00080005)
    try:
        encodings = convert_encodings(charset.split("\\")) if charset else None
    except MALFORMED:
        encodings = None
    return _described(PlainDataset(elements, encodings), syntax, media, data[: at + 12], at, size)


def _described(dataset: Dataset, syntax: str, media: str, start: bytes, at: int, size: int) -> DicomFile:
    """Return a file whose pixels' element begins at a place; `start` reaches as far as the head of that element."""
    uid = UID(syntax)
    element = start[at:]
    implicit, little = uid == ImplicitVRLittleEndian, syntax != "1.2.840.10008.1.2.2"
    order: Literal["little", "big"] = "little" if little else "big"
    short = 8 if implicit else 12
    whole = len(element) >= short
    tag = int.from_bytes(element[:2], order) << 16 | int.from_bytes(element[2:4], order) if whole else None
    return DicomFile(
        dataset=dataset,
        syntax=uid,
        sop_class=text(dataset, 0x00080016) or media,
        little_endian=little,
        element=tag if tag is not None and tag >> 16 == 0x7FE0 else None,
        offset=at + short,
        length=int.from_bytes(element[short - 4 : short], order) if whole else 0,
        left=size - at - short,
        header_sum=zlib.crc32(memoryview(start)[: at + short]),
    )


def _read_by_pydicom(file: BinaryIO, size: int, *, force: bool) -> DicomFile:
    source, size, deflated = _inflated(file, size, _MOST_INFLATED)
    try:
        # All wanted elements, and pydicom stops at the pixels.
        dataset = _read(source, size, pixels=False, force=force)
        at = min(source.tell(), size)  # skipping what is not there leads beyond the end
        if at > _MOST_BYTES:
            raise UnusableError(f"a DICOM file whose header has {at / 1e6:.0f} MB")
        syntax = text(dataset.file_meta, 0x00020010) or ImplicitVRLittleEndian
        media = text(dataset.file_meta, 0x00020002)
        source.seek(0)
        start = source.read(at + 12)
    except MALFORMED as error:
        raise UnusableError(_DAMAGED) from error
    described = _described(dataset, syntax, media, start, at, size)
    if deflated:
        described.syntax = DeflatedExplicitVRLittleEndian
    return described


_DAMAGED = "a DICOM file that is damaged or cut short"


def read_whole(file: BinaryIO, size: int, pixels: int) -> pydicom.FileDataset:
    """Read a file with its pixels, for pydicom to decode.

    Parameters
    ----------
    file
        The file, at its start.
    size
        Its length in bytes.
    pixels
        How many bytes its pixels are at most: of a deflated file no more is inflated than that and a header.

    Raises
    ------
    UnusableError
        As `open_header`.
    """
    bare = _check_start(file.read(START))
    file.seek(0)
    source, size, _ = _inflated(file, size, pixels + _MOST_INFLATED)
    return _read(source, size, pixels=True, force=bare)


class _Bounded:
    """A file that is never asked for more than it has: Python sets aside what is asked for, 4 GB where a length is."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int = -1) -> bytes:
        left = max(0, self._size - self._file.tell())
        return self._file.read(left if count < 0 else min(count, left))


def _read(source: BinaryIO, size: int, *, pixels: bool, force: bool) -> pydicom.FileDataset:
    try:
        tags: Iterable[BaseTag] = [*_BASE_TAGS, *_PIXEL_TAGS] if pixels else _BASE_TAGS
        bounded = cast("BinaryIO", _Bounded(source, size))
        return pydicom.dcmread(bounded, stop_before_pixels=not pixels, force=force, specific_tags=list(tags))
    except (InvalidDicomError, OSError, *MALFORMED) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's failure, not the file's
            raise
        raise UnusableError(_DAMAGED) from error


def _inflated(file: BinaryIO, size: int, most: int) -> tuple[BinaryIO, int, bool]:
    """Return a deflated file as an explicit one in memory, no longer than `most`; any other as it is.

    pydicom would inflate the whole file, and 1 MB can become 1 GB.
    """
    head = file.read(_FIRST_BYTES)
    file.seek(0)
    marker = DeflatedExplicitVRLittleEndian.encode("ascii")
    at = head.find(b"\x02\x00\x10\x00UI", START)
    if at < 0 or head[at + 8 : at + 8 + len(marker)] != marker:
        return file, size, False
    start = _after_meta(head)
    length = int.from_bytes(head[at + 6 : at + 8], "little")
    plain = b"1.2.840.10008.1.2.1".ljust(length, b"\0")
    file.seek(start, os.SEEK_SET)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(file.read(size), most)
    except zlib.error as error:
        raise UnusableError(_DAMAGED) from error
    whole = head[: at + 8] + plain + head[at + 8 + length : start] + content
    return io.BytesIO(whole), len(whole), True


def _after_meta(head: bytes) -> int:
    """Return where the file's own header, group 2, ends: the deflated part begins there."""
    if head[START : START + 8] == b"\x02\x00\x00\x00UL\x04\x00":
        end = START + 12 + int.from_bytes(head[START + 8 : START + 12], "little")
    else:
        end = START
        while head[end : end + 2] == b"\x02\x00":
            long = head[end + 4 : end + 6] in {b"OB", b"UN"}
            size = head[end + 8 : end + 12] if long else head[end + 6 : end + 8]
            end += (12 if long else 8) + int.from_bytes(size, "little")
    if end > len(head):
        raise UnusableError(_DAMAGED)
    return end
