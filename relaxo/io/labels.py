"""Label images: a volume with the number of a well in each of its voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np

from relaxo.data import Geometry
from relaxo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def read_labels(path: Path) -> tuple[NDArray[Any], Geometry]:
    """Return the numbers (z, y, x) of a NIfTI label image, and its grid.

    Parameters
    ----------
    path
        Of a NIfTI file with one volume.

    Raises
    ------
    InputError
        When it cannot be read, or holds no single volume.
    """
    try:
        image: Any = nib.load(path)
        numbers = np.asarray(image.dataobj)
    except (OSError, EOFError, nib.filebasedimages.ImageFileError, ValueError) as error:
        raise InputError(
            f"the label image cannot be read: {error}", where=str(path), hint="Give a NIfTI file (.nii, .nii.gz)"
        ) from error
    while numbers.ndim > 3 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    if numbers.ndim == 2:
        numbers = numbers[..., None]
    if numbers.ndim != 3 or not np.isfinite(numbers).all():
        raise InputError(
            f"the label image has the shape {numbers.shape}, or numbers that are none: it must be one volume of labels",
            where=str(path),
        )
    volume = numbers.transpose(2, 1, 0)
    return volume, Geometry(volume.shape, image.affine)
