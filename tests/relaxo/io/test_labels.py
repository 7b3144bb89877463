from __future__ import annotations

from typing import TYPE_CHECKING

import nibabel as nib
import numpy as np
import pytest

from relaxo.data import Geometry
from relaxo.errors import InputError
from relaxo.io import write_map
from relaxo.io.labels import read_labels

if TYPE_CHECKING:
    from pathlib import Path


def test_labels_come_back_on_their_grid(tmp_path: Path) -> None:
    labels = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    geometry = Geometry((2, 3, 4), np.diag([0.5, 0.75, 3.0, 1.0]))
    write_map(tmp_path / "labels.nii.gz", labels, geometry, {})
    numbers, grid = read_labels(tmp_path / "labels.nii.gz")
    np.testing.assert_array_equal(numbers, labels)
    assert grid == geometry


def test_a_flat_image_is_one_slice(tmp_path: Path) -> None:
    nib.save(nib.Nifti1Image(np.ones((4, 3), np.int16), np.eye(4)), tmp_path / "flat.nii")
    assert read_labels(tmp_path / "flat.nii")[0].shape == (1, 3, 4)


def test_several_volumes_are_no_labels(tmp_path: Path) -> None:
    nib.save(nib.Nifti1Image(np.ones((4, 3, 2, 5), np.int16), np.eye(4)), tmp_path / "many.nii")
    with pytest.raises(InputError, match="one volume of labels"):
        read_labels(tmp_path / "many.nii")


@pytest.mark.parametrize("content", [None, b"", b"no image at all"])
def test_what_is_no_image_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "labels.nii"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(path)
