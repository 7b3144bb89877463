"""A map read back by another program lies where the scanner saw it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nibabel as nib
import numpy as np
import pytest

from relaxo.data import Geometry
from relaxo.io.nifti import write_map

if TYPE_CHECKING:
    from pathlib import Path

# Oblique, with different spacings: columns 0.7 mm apart, rows 1.1 mm, slices 3 mm.
_TILT, _TURN = np.deg2rad(25.0), np.deg2rad(-40.0)
_ROTATION = np.array([[np.cos(_TURN), -np.sin(_TURN), 0], [np.sin(_TURN), np.cos(_TURN), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(_TILT), -np.sin(_TILT)], [0, np.sin(_TILT), np.cos(_TILT)]]
)
_AFFINE = np.eye(4)
_AFFINE[:3, :3] = _ROTATION @ np.diag([-0.7, -1.1, 3.0])
_AFFINE[:3, 3] = 31.0, -52.5, 7.25
GEOMETRY = Geometry((2, 5, 7), _AFFINE)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    array = np.arange(70, dtype=np.float64).reshape(2, 5, 7)
    array[1, 2, 3] = np.nan
    write_map(tmp_path / "T1map.nii.gz", array, GEOMETRY, {"Units": "s", "MagneticFieldStrength": 1.0})
    return tmp_path / "T1map.nii.gz"


def test_every_voxel_lies_where_the_geometry_puts_it(written: Path) -> None:
    image = nib.load(written)
    values = np.asarray(image.dataobj)
    for slice_, row, column in np.ndindex(2, 5, 7):
        expected = 35 * slice_ + 7 * row + column
        value = values[column, row, slice_]
        assert value == expected or ((slice_, row, column) == (1, 2, 3) and np.isnan(value))
        mm = nib.affines.apply_affine(image.affine, (column, row, slice_))
        np.testing.assert_allclose(mm, GEOMETRY.to_mm((row, column, slice_)), atol=1e-4)


def test_both_affines_agree_and_units_are_stated(written: Path) -> None:
    header = nib.load(written).header
    assert header["sform_code"] == header["qform_code"] == 1
    np.testing.assert_allclose(header.get_qform(), GEOMETRY.affine, atol=1e-4)
    assert header.get_xyzt_units()[0] == "mm"
    assert header.get_data_dtype() == np.float32


def test_the_header_names_nobody_and_nothing(written: Path) -> None:
    header = nib.load(written).header
    assert not any(header[name].item() for name in ("descrip", "aux_file", "intent_name", "db_name"))


def test_the_same_map_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    array = np.asarray(nib.load(written).dataobj).transpose(2, 1, 0)
    write_map(tmp_path / "again.nii.gz", array, GEOMETRY, {})
    assert (tmp_path / "again.nii.gz").read_bytes() == written.read_bytes()


def test_the_sidecar_lies_beside_it(written: Path) -> None:
    assert json.loads((written.parent / "T1map.json").read_text()) == {"Units": "s", "MagneticFieldStrength": 1.0}


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    status = np.arange(70, dtype=np.uint8).reshape(2, 5, 7)
    write_map(tmp_path / "status.nii.gz", status, GEOMETRY, {})
    image = nib.load(tmp_path / "status.nii.gz")
    assert image.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(image.dataobj).transpose(2, 1, 0), status)


def test_what_is_not_a_map_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    good = np.zeros(GEOMETRY.shape)
    with pytest.raises(ValueError, match="shape"):
        write_map(tmp_path / "T1map.nii.gz", good[:, :, 1:], GEOMETRY, {})
    with pytest.raises(ValueError, match=r"\.nii\.gz"):
        write_map(tmp_path / "T1map.nii", good, GEOMETRY, {})
    with pytest.raises(ValueError, match="JSON"):
        write_map(tmp_path / "T1map.nii.gz", good, GEOMETRY, {"MagneticFieldStrength": float("nan")})
    assert list(tmp_path.iterdir()) == []
