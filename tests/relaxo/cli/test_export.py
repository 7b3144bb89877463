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
