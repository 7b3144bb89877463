"""StackSource -> Stack: every file's pixels are read once, straight into the stack's array, rescaled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Stack
from relaxo.errors import Cancelled, InputError
from relaxo.io.dicom_header import header_of, read_dataset
from relaxo.io.elements import MALFORMED, UnusableError, quiet
from relaxo.io.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import FileDataset

    from relaxo.data import ImageHeader, StackSource


def load(source: StackSource, progress: Callable[[int, int], bool] | None = None) -> Stack:
    """Read a stack's pixels.

    Returns
    -------
    Stack
        Its signal (n, z, y, x) is ``stored value * slope + intercept`` of every image's own header.

    Raises
    ------
    InputError
        When a file is gone, was changed since the scan, or its pixels cannot be decoded; it names the file.
    Cancelled
        When `progress` answers False.
    """
    volumes, total = len(source.headers), sum(map(len, source.headers))
    try:
        signal = np.empty((volumes, *source.geometry.shape), np.float32)
    except MemoryError as error:
        raise InputError(
            f"{source.name} does not fit into memory", hint="Give fewer images, or use a machine with more memory"
        ) from error
    done = 0
    with quiet():
        for volume, images in zip(signal, source.headers, strict=True):
            for image, header in zip(volume, images, strict=True):
                if progress is not None and not progress(done, total):
                    raise Cancelled
                image[...] = pixels(header) * header.slope + header.intercept
                done += 1
    if progress is not None:
        progress(total, total)
    return Stack(signal, source.protocol, source.geometry, source)


def pixels(header: ImageHeader) -> NDArray[Any]:
    """Return the stored values (y, x) of one image.

    Raises
    ------
    InputError
        As `load`.
    """
    try:
        with header.path.open("rb") as file:
            dataset = read_dataset(file, pixels=True)
            same = header_of(dataset, header.path) == header
            # Decoded while the file is open: pydicom may read the pixels only now.
            stored = _decoded(dataset, header.path) if same else None
    except OSError as error:
        raise _failure(header.path, f"the image cannot be read: {error.strerror or error}") from error
    except UnusableError as error:
        raise _failure(header.path, f"the image can no longer be used: {error}") from error
    if stored is None or stored.shape != (header.rows, header.columns):
        raise _failure(header.path, "the image has changed since the folder was scanned")
    return stored


def _decoded(dataset: FileDataset, path: Path) -> NDArray[Any]:
    try:
        return dataset.pixel_array
    except MALFORMED as error:
        syntax = getattr(getattr(dataset.file_meta, "TransferSyntaxUID", None), "name", "unknown")
        raise InputError(
            f"its pixels cannot be decoded (stored as {printable(syntax)})",
            where=printable(path),
            hint="Export the images again, uncompressed (Explicit VR Little Endian)",
        ) from error


def _failure(path: Path, what: str) -> InputError:
    return InputError(what, where=printable(path), hint="Scan the folder again")
