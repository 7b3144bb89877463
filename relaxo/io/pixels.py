"""Where the numbers of an image stand in a DICOM file, whether they are all there, and how they become an array."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from pydicom.encaps import generate_frames
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from relaxo.data import StoredPixels
from relaxo.io.dicom_file import PIXEL_DATA, DicomFile, read_whole
from relaxo.io.elements import MALFORMED, UnusableError, integer
from relaxo.io.plain import UNDEFINED
from relaxo.io.text import LONGEST, printable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import FileDataset

    from relaxo.data import ImageHeader

_NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian})
#: No coder that DICOM knows shrinks noise so far; what claims to be shrunk further is a decompression bomb.
_MOST_SHRUNK, _HARMLESS = 1000, 2**25

_CUT_SHORT = "it is cut short: its header says that it holds more pixels than it does"


def check_pixels(file: DicomFile, rows: int, columns: int, frames: int) -> None:
    """Raise UnusableError when a file cannot hold the pixels that its header speaks of."""
    try:
        compressed = file.syntax.is_compressed
    except ValueError as error:
        raise UnusableError(
            f"its pixels are stored in a way that is not known (transfer syntax {printable(file.syntax, LONGEST)})"
        ) from error
    if file.element is None:
        raise UnusableError("its pixels are missing")
    allocated, used = integer(file.dataset, 0x00280100) or 0, integer(file.dataset, 0x00280101) or 0
    if allocated not in {8, 16, 32, 64}:
        raise UnusableError(f"its pixels have {allocated} bits each, which no MR image has")
    described = 0 < used <= allocated and integer(file.dataset, 0x00280103) in {0, 1}
    if file.element == PIXEL_DATA and not described:
        raise UnusableError("its header does not say how its pixels are stored (BitsStored, PixelRepresentation)")
    expected = rows * columns * frames * allocated / 8
    if file.syntax == DeflatedExplicitVRLittleEndian:
        return
    if not compressed:
        if min(file.length, file.left) < expected:
            raise UnusableError(_CUT_SHORT)
    elif file.left <= 8 * frames:  # every frame is an item, whose head has 8 bytes
        raise UnusableError(_CUT_SHORT)
    elif expected > max(_HARMLESS, _MOST_SHRUNK * file.left):
        raise UnusableError(f"it claims {expected / 1e6:.0f} MB of pixels and holds {file.left / 1e6:.3g} MB of data")


def stored(file: DicomFile, rows: int, columns: int, frame: int) -> StoredPixels | None:
    """Return where the numbers of a frame stand; None where they must be decoded."""
    dataset = file.dataset
    allocated, used = integer(dataset, 0x00280100), integer(dataset, 0x00280101)
    high, signed = integer(dataset, 0x00280102), integer(dataset, 0x00280103)
    if file.syntax not in _NATIVE or file.element != PIXEL_DATA or file.length == UNDEFINED:
        return None
    if allocated not in {8, 16, 32} or used is None or high != used - 1 or not 0 < used <= allocated:
        return None
    if signed not in {0, 1} or (allocated == 8 and not file.little_endian):
        return None
    assert allocated is not None
    order = "<" if file.little_endian else ">"
    return StoredPixels(
        offset=file.offset + frame * rows * columns * allocated // 8,
        dtype=f"{order}{'i' if signed else 'u'}{allocated // 8}",
        bits=used,
        header_length=file.offset,
        header_sum=file.header_sum,
    )


def largest(file: DicomFile) -> int | None:
    """Return the largest number that the header leaves room for; None where it does not say."""
    used, signed = integer(file.dataset, 0x00280101), integer(file.dataset, 0x00280103)
    if used is None or not 1 < used <= 32 or file.element != PIXEL_DATA:
        return None
    return int(2 ** (used - 1 if signed else used) - 1)


def unchanged(content: bytes, place: StoredPixels) -> bool:
    """Tell whether a file's bytes still begin with the header that was scanned."""
    return zlib.crc32(memoryview(content)[: place.header_length]) == place.header_sum


def last_byte(place: StoredPixels, header: ImageHeader) -> int:
    """Return where an image ends in its file."""
    return place.offset + header.rows * header.columns * np.dtype(place.dtype).itemsize


def view(content: bytes, place: StoredPixels, rows: int, columns: int) -> NDArray[np.generic] | None:
    """Return the numbers (y, x) of an image whose file is in memory; None when it ends before them."""
    if len(content) < place.offset + rows * columns * np.dtype(place.dtype).itemsize:
        return None
    flat: NDArray[np.integer] = np.frombuffer(content, place.dtype, rows * columns, place.offset)
    image = flat.reshape(rows, columns)
    unused = image.dtype.itemsize * 8 - place.bits
    # Old files keep overlays in the bits above.
    return (image << unused) >> unused if unused else image


def decode(file: BinaryIO, size: int, rows: int, columns: int, frames: int) -> NDArray[np.generic]:
    """Return the numbers (frames, y, x) of a file, decoded by pydicom.

    Raises
    ------
    UnusableError
        When they cannot be decoded, or are of another shape.
    """
    dataset = read_whole(file, size, rows * columns * frames * 8)
    try:
        _check_codestreams(dataset, rows, columns, frames)
        decoded = _array(dataset)
    except MALFORMED as error:
        syntax = getattr(getattr(dataset.file_meta, "TransferSyntaxUID", None), "name", "unknown")
        raise UnusableError(f"its pixels cannot be decoded (stored as {printable(syntax, LONGEST)})") from error
    if decoded.size != rows * columns * frames:
        raise UnusableError(_OTHER_SHAPE)
    return decoded.reshape(frames, rows, columns)


_OTHER_SHAPE = "its pixels are not as many as its header says"


def _check_codestreams(dataset: FileDataset, rows: int, columns: int, frames: int) -> None:
    """Raise UnusableError when compressed images are larger than the header says: decoders would believe them."""
    if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    for codestream in generate_frames(dataset.PixelData, number_of_frames=frames):
        size = codestream_size(codestream)
        if size is not None and size != (rows, columns):
            raise UnusableError(_OTHER_SHAPE)


def codestream_size(codestream: bytes) -> tuple[int, int] | None:
    """Return rows and columns of a JPEG, JPEG-LS or JPEG 2000 image; None when it is none."""
    if codestream[:4] == b"\xff\x4f\xff\x51":  # JPEG 2000: extent and offset of the reference grid
        width, height, left, top = (int.from_bytes(codestream[at : at + 4], "big") for at in (8, 12, 16, 20))
        return height - top, width - left
    at = 2 if codestream[:2] == b"\xff\xd8" else len(codestream)
    while at + 9 <= len(codestream) and codestream[at] == 0xFF:
        marker, length = codestream[at + 1], int.from_bytes(codestream[at + 2 : at + 4], "big")
        if marker in _FRAME_MARKERS:
            return int.from_bytes(codestream[at + 5 : at + 7], "big"), int.from_bytes(
                codestream[at + 7 : at + 9], "big"
            )
        at += 2 + length
    return None


#: Those that begin a frame of JPEG (SOF0 to SOF15 less DHT, JPG and DAC) or JPEG-LS.
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC} | {0xF7})


def _array(dataset: FileDataset) -> NDArray[np.generic]:
    array: NDArray[np.generic] = dataset.pixel_array
    return array
