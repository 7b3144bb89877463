"""Maps say what they are, in BIDS's words, and hold the numbers of the fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nibabel as nib
import numpy as np
import pytest

from relaxo.data import FitStatus
from relaxo.models import CATALOGUE
from relaxo.report import write_maps
from relaxo.report.maps import map_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result


@pytest.fixture(scope="module")
def written(make_result: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    root = tmp_path_factory.mktemp("study")
    (root / "scans").mkdir()
    result = make_result(folder=root / "scans", slices=2)
    places = write_maps(result.maps, result.stacks, root / "maps")
    assert set(places) == {"T1map", "M0map", "efficiency", "T2map", "S0map"}
    assert all(path.is_file() for path in places.values())
    return result, root / "maps"


@pytest.mark.parametrize(("quantity", "name"), [("T1", "T1map"), ("T1", "efficiency"), ("T2", "T2map")])
def test_a_map_and_its_error_hold_the_numbers_of_the_fit(
    written: tuple[Result, Path], quantity: str, name: str
) -> None:
    result, folder = written
    maps = result.maps[quantity]
    for stem, expected in ((name, maps[name]), (f"{name}_se", maps.error[name])):
        image = nib.load(folder / f"{stem}.nii.gz")
        values = np.asarray(image.dataobj).transpose(2, 1, 0)
        np.testing.assert_array_equal(values, expected.astype(np.float32))
        assert np.isnan(values).any()
        np.testing.assert_allclose(image.affine, result.stacks[quantity].geometry.affine, atol=1e-5)


def test_the_status_says_why_there_is_no_value(written: tuple[Result, Path]) -> None:
    result, folder = written
    status = np.asarray(nib.load(folder / "T1_status.nii.gz").dataobj).transpose(2, 1, 0)
    np.testing.assert_array_equal(status, result.maps["T1"].status)
    levels = json.loads((folder / "T1_status.json").read_text())["Levels"]
    assert levels == {str(int(each)): each.name.lower().replace("_", " ") for each in FitStatus}


def test_the_sidecar_has_what_bids_recommends(written: tuple[Result, Path]) -> None:
    _, folder = written
    about = json.loads((folder / "T1map.json").read_text())
    model = CATALOGUE["inversion_recovery"]
    assert about["Units"] == "s"
    assert about["MagneticFieldStrength"] == 1.0
    assert model.equation in about["EstimationAlgorithm"]
    assert about["EstimationReference"] == model.reference
    assert about["InversionTime"][:2] == [0.05, 0.1]
    assert about["RepetitionTime"] == 4.0
    assert about["Sources"][0] == "T1_00.dcm"
    assert len(about["Sources"]) == 10
    assert json.loads((folder / "efficiency.json").read_text())["Units"] == "1"
    assert "standard error" in json.loads((folder / "T2map_se.json").read_text())["Description"]
    assert len(json.loads((folder / "T2map.json").read_text())["EchoTime"]) == 32


def test_maps_of_the_other_quantity_stay(make_result: Callable[..., Result], tmp_path: Path) -> None:
    for quantity in ("T1", "T2"):
        result = make_result(quantities=(quantity,))
        write_maps(result.maps, result.stacks, tmp_path)
    assert {"T1map.nii.gz", "T2map.nii.gz"} <= {path.name for path in tmp_path.iterdir()}


def test_what_a_former_model_left_goes(result: Result, tmp_path: Path) -> None:
    (tmp_path / "A.nii.gz").write_text("of a Look-Locker fit")
    write_maps(result.maps, result.stacks, tmp_path)
    assert not (tmp_path / "A.nii.gz").exists()


def test_every_model_knows_its_files() -> None:
    for model in CATALOGUE.values():
        known = set(map_files(model.parameters[0].name.removesuffix("map")))
        assert {f"{parameter.name}.nii.gz" for parameter in model.parameters} <= known
