import json

import pytest


def test_bids_of_a_recipe(call, phantom, tmp_path):
    code, out, err = call("export", phantom / "recipe.toml", "--as", "bids", "--out", tmp_path / "d", "--subject", "p1")
    assert code == 0, err
    assert str(tmp_path / "d" / "derivatives" / "relaxo") in out
    assert (tmp_path / "d" / "derivatives" / "relaxo" / "sub-p1" / "anat" / "sub-p1_R2map.nii.gz").is_file()


def test_a_workbook_of_a_folder_of_results(call, phantom, tmp_path):
    assert call("run", phantom / "recipe.toml", "--out", tmp_path / "results")[0] == 0
    code, _, err = call("export", tmp_path / "results", "--as", "xlsx", "--out", tmp_path / "book")
    assert code == 0, err
    assert [path.name for path in (tmp_path / "book").iterdir()] == ["results.xlsx"]


def test_dicom_of_images(call, phantom, tmp_path):
    pytest.importorskip("highdicom", reason="highdicom is not installed: pip install relaxo[dicom]")
    code, out, err = call("export", phantom / "dicom", "--as", "dicom", "--out", tmp_path / "maps")
    assert code == 0, err
    assert "T1wells.dcm" in out
    assert len(list((tmp_path / "maps").iterdir())) == 6


def test_results_that_the_recipe_no_longer_gives_are_not_exported(call, phantom, tmp_path):
    folder = tmp_path / "results"
    assert call("run", phantom / "recipe.toml", "--out", folder)[0] == 0
    table = json.loads((folder / "results.json").read_text())
    table["rates"]["R1"][3]["rate_per_s"] *= 1.001
    (folder / "results.json").write_text(json.dumps(table))
    code, _, err = call("export", folder, "--as", "bids", "--out", tmp_path / "d")
    assert code == 4
    assert f"another R1 of well {table['rates']['R1'][3]['well']}" in err
    assert not (tmp_path / "d").exists()
