"""Maps as NIfTI files, each with a BIDS sidecar that says what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.data import Geometry

SUFFIX = ".nii.gz"

_SCANNER = 1  # NIfTI's code for coordinates of the scanner
_Image: Any = nib.Nifti1Image  # nibabel gives types to some of its functions only


def write_map(path: Path, array: NDArray[Any], geometry: Geometry, sidecar: Mapping[str, object]) -> None:
    """Write a volume and its sidecar.

    Parameters
    ----------
    path
        A name that ends in ``.nii.gz``; the sidecar lies beside it and ends in ``.json``.
    array
        (z, y, x). Floats are stored as float32, NaN where there is no value; whole numbers keep their type.
    geometry
        Its grid; the file holds the same affine, RAS+ in mm.
    sidecar
        What the sidecar holds: strings, numbers, lists of them; None where something is not known.

    Raises
    ------
    ValueError
        When the array is not on this grid, or the sidecar holds a NaN.
    """
    if not path.name.endswith(SUFFIX):
        raise ValueError(f"a map is written to a {SUFFIX} file, not {path.name}")
    if array.shape != geometry.shape:
        raise ValueError(f"a map of shape {array.shape} on a grid of {geometry.shape}")
    values = array.astype(np.float32) if np.issubdtype(array.dtype, np.floating) else array
    image = _Image(values.transpose(2, 1, 0), geometry.affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(geometry.affine, code=_SCANNER)
    image.set_qform(geometry.affine, code=_SCANNER)
    text = json.dumps(sidecar, indent=2, ensure_ascii=False, allow_nan=False)
    nib.save(image, path)
    path.with_name(path.name.removesuffix(SUFFIX) + ".json").write_text(text + "\n", encoding="utf-8")
