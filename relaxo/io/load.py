"""StackSource -> Stack: every file's pixels are read once, straight into the stack's array, rescaled."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
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

#: NumPy and the disk let others run: a second thread saves a quarter of the time, more save nothing.
THREADS = 2
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
        files = _by_file(source.headers)
        with quiet(), ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as threads:
            try:
                for images, reached in zip(files, threads.map(partial(_read, signal), files), strict=True):
                    for image, voxels in zip(images, reached, strict=True):
                        _go_on(progress, done, total)
                        if voxels is not None:
                            clipped[image.level] |= voxels
                        done += not image.imaginary
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
    except MemoryError as error:
        raise InputError(
            f"{source.name} does not fit into memory", hint="Give fewer images, or use a machine with more memory"
        ) from error
    if progress is not None:
        progress(total, total)
    return Stack(signal, source.protocol, source.geometry, source, clipped if clipped.any() else None)


def _go_on(progress: Callable[[int, int], bool] | None, done: int, total: int) -> None:
    if progress is not None and not progress(done, total):
        raise Cancelled


@dataclass(frozen=True, slots=True)
class _Image:
    """An image and its place in the stack."""

    header: ImageHeader
    volume: int
    level: int
    imaginary: bool


def _read(signal: NDArray[Any], images: Sequence[_Image]) -> list[NDArray[np.bool_] | None]:
    """Read the images of one file into the stack (n, z, y, x), and return where each is clipped (y, x)."""
    stored = _open([image.header for image in images])
    reached = []
    for image in images:
        whole = signal[image.volume, image.level]
        part = whole.imag if image.imaginary else whole.real
        _fill(part, stored(image.header), image.header)
        reached.append(_clipped(part, image.header))
    return reached


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
    except BROKEN_ARCHIVE as error:
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


def _clipped(image: NDArray[Any], header: ImageHeader) -> NDArray[np.bool_] | None:
    """Return where an image (y, x) holds the largest number there is; None where it nowhere does."""
    if header.largest is None or header.slope < 0:
        return None
    largest = np.float32(header.largest)
    if image.max() < largest:
        return None
    reached: NDArray[np.bool_] = image >= largest
    few = header.fills_range and np.count_nonzero(reached) < FEWEST_CLIPPED
    return None if few else reached


def _failure(header: ImageHeader, what: str) -> InputError:
    return InputError(what, where=printable(shown(header)), hint="Scan the folder again")
