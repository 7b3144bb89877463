"""StackSource -> Stack: every file's pixels are read once, straight into the stack's array, rescaled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from relaxo.data import Stack
from relaxo.errors import Cancelled, InputError
from relaxo.io.dicom_images import read_dicom
from relaxo.io.elements import UnusableError, quiet
from relaxo.io.nifti_images import GZIP, is_nifti, unpacked
from relaxo.io.pixels import decode, last_byte, unchanged, view
from relaxo.io.sources import BROKEN_ARCHIVE, opened
from relaxo.io.text import printable
from relaxo.io.timing import FIELDS, shown, shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.data import ImageHeader, StackSource

#: Fewer voxels than this at the largest number are no clipping where a scanner scales its brightest voxel to it.
FEWEST_CLIPPED = 3

_CHANGED = "the image has changed since the folder was scanned"


def load(source: StackSource, progress: Callable[[int, int], bool] | None = None) -> Stack:
    """Read a stack's pixels.

    Returns
    -------
    Stack
        Its signal (n, z, y, x) is ``stored value * slope + intercept`` of every image's own header; complex where real
        and imaginary images were joined.

    Raises
    ------
    InputError
        When a file is gone, was changed since the scan, or its pixels cannot be decoded; it names the file.
    Cancelled
        When `progress` answers False.
    """
    total = sum(map(len, source.headers))
    shape = (len(source.headers), *source.geometry.shape)
    try:
        signal = np.empty(shape, np.complex64 if source.protocol.component == "complex" else np.float32)
        clipped = np.zeros(shape[1:], np.bool_)
        done = 0
        with quiet():
            for images in _by_file(source.headers):
                stored = _open([image.header for image in images])
                for image in images:
                    if progress is not None and not progress(done, total):
                        raise Cancelled
                    values = stored(image.header)
                    part = signal[image.volume, image.level]
                    _fill(part.imag if image.imaginary else part.real, values, image.header)
                    _mark_clipped(clipped[image.level], part.imag if image.imaginary else part.real, image.header)
                    done += not image.imaginary
    except MemoryError as error:
        raise InputError(
            f"{source.name} does not fit into memory", hint="Give fewer images, or use a machine with more memory"
        ) from error
    if progress is not None:
        progress(total, total)
    return Stack(signal, source.protocol, source.geometry, source, clipped if clipped.any() else None)


@dataclass(frozen=True, slots=True)
class _Image:
    """An image and its place in the stack."""

    header: ImageHeader
    volume: int
    level: int
    imaginary: bool


def _by_file(headers: Sequence[Sequence[ImageHeader]]) -> list[list[_Image]]:
    """Return all images, those of one file together: a file is read once."""
    files: dict[tuple[Path, str], list[_Image]] = {}
    for volume, slices in enumerate(headers):
        for level, header in enumerate(slices):
            files.setdefault((header.path, header.member), []).append(_Image(header, volume, level, imaginary=False))
            other = header.imaginary
            if other is not None:
                files.setdefault((other.path, other.member), []).append(_Image(other, volume, level, imaginary=True))
    return list(files.values())


def _open(headers: Sequence[ImageHeader]) -> Callable[[ImageHeader], NDArray[Any]]:
    """Read a file, and return what gives the stored values (y, x) of each of its images."""
    first = headers[0]
    try:
        with opened(first.path, first.member) as (file, size):
            if all(header.stored is not None for header in headers):
                return _plain(file, size, headers)
            return _decoded(file, size, headers)
    except OSError as error:
        raise _failure(first, f"the image cannot be read: {error.strerror or error}") from error
    except (*BROKEN_ARCHIVE, LookupError) as error:
        if not first.member:
            raise
        raise _failure(first, "the image cannot be read: its archive is damaged") from error
    except UnusableError as error:
        raise _failure(first, f"the image can no longer be used: {error}") from error


def _plain(file: BinaryIO, size: int, headers: Sequence[ImageHeader]) -> Callable[[ImageHeader], NDArray[Any]]:
    first = headers[0]
    places = [header.stored for header in headers if header.stored is not None]
    most = max(map(last_byte, places, headers))
    content = file.read(most)
    if is_nifti(shown_name(first)):
        content = unpacked(content + file.read(), most) if content.startswith(GZIP) else content
    if not unchanged(content, places[0]):
        if not is_nifti(shown_name(first)):
            file.seek(0)
            read_dicom(file, size, first.path, first.member)
        raise _failure(first, _CHANGED)

    def stored(header: ImageHeader) -> NDArray[Any]:
        assert header.stored is not None
        image = view(content, header.stored, header.rows, header.columns)
        if image is None:
            raise _failure(header, _CHANGED)
        return image

    return stored


def _decoded(file: BinaryIO, size: int, headers: Sequence[ImageHeader]) -> Callable[[ImageHeader], NDArray[Any]]:
    first = headers[0]
    now = {found.frame: found for found in read_dicom(file, size, first.path, first.member).images}
    if not all(header.frame in now and _same(now[header.frame], header) for header in headers):
        raise _failure(first, _CHANGED)
    file.seek(0)
    try:
        images = decode(file, size, first.rows, first.columns, first.frames)
    except UnusableError as error:
        raise InputError(
            str(error),
            where=printable(shown(first)),
            hint="Export the images again, uncompressed (Explicit VR Little Endian)",
        ) from error
    return lambda header: images[header.frame]


def _same(now: ImageHeader, scanned: ImageHeader) -> bool:
    """Tell whether a header still says what it said; what was entered since is not its own."""
    entered: dict[str, Any] = {FIELDS[name]: getattr(scanned, FIELDS[name]) for name, _ in scanned.entered}
    joined = {name: getattr(scanned, name) for name in ("entered", "component", "imaginary")}
    return replace(now, **entered, **joined) == scanned


def _fill(target: NDArray[Any], stored: NDArray[Any], header: ImageHeader) -> None:
    """Write stored values * slope + intercept into (y, x) of a stack."""
    if header.slope == 1 and header.intercept == 0:
        target[...] = stored
    elif header.intercept == 0:
        np.multiply(stored, np.float64(header.slope), out=target, casting="unsafe")
    else:
        target[...] = stored * np.float64(header.slope) + header.intercept


def _mark_clipped(clipped: NDArray[np.bool_], image: NDArray[Any], header: ImageHeader) -> None:
    """Mark the voxels (y, x) of an image that hold the largest number there is."""
    if header.largest is None or header.slope < 0:
        return
    largest = np.float32(header.largest)
    if image.max() < largest:
        return
    reached = image >= largest
    if not header.fills_range or np.count_nonzero(reached) >= FEWEST_CLIPPED:
        np.logical_or(clipped, reached, out=clipped)


def _failure(header: ImageHeader, what: str) -> InputError:
    return InputError(what, where=printable(shown(header)), hint="Scan the folder again")
