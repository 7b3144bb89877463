"""One file of any kind -> the images in it, or why there are none."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from relaxo.data import LeftOut
from relaxo.io.dicom_images import Found, read_dicom
from relaxo.io.elements import UnusableError
from relaxo.io.nifti_images import is_nifti, read_nifti
from relaxo.io.sources import BROKEN_ARCHIVE

if TYPE_CHECKING:
    from relaxo.io.sidecars import Sidecars
    from relaxo.io.sources import Source


def read_images(source: Source, sidecars: Sidecars) -> tuple[Found, tuple[LeftOut, ...]]:
    """Read the facts of the images in a file, and say of what is left out why."""
    try:
        with source.open() as file:
            if is_nifti(source.name):
                found = read_nifti(file, source, sidecars)
            else:
                found = read_dicom(file, source.size, source.path, source.member)
    except UnusableError as error:
        return Found(()), (LeftOut(source.shown, str(error)),)
    except OSError as error:
        return Found(()), (LeftOut(source.shown, f"it cannot be opened: {error.strerror or error}"),)
    except BROKEN_ARCHIVE:
        if source.archive is None:
            raise
        return Found(()), (LeftOut(source.shown, "it is damaged in its archive"),)
    return found, tuple(
        LeftOut(source.shown, counted(reason, count, len(found.images) + len(found.faults)))
        for reason, count in Counter(found.faults).items()
    )


def counted(reason: str, count: int, of: int) -> str:
    """Return a reason that counts for some of the images of one file."""
    return reason if of == 1 else f"{count} of its {of} images: {reason}"
