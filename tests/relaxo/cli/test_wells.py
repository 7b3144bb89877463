import pytest

from relaxo import samples


def test_the_wells_with_centre_radius_and_voxels(call_json, phantom):
    wells = call_json("wells", phantom / "dicom")["wells"]
    true = samples.truth(phantom).wells
    assert [well["name"] for well in wells] == [well.name for well in true]
    for well, expected in zip(wells, true, strict=True):
        assert (well["row"], well["column"]) == pytest.approx((expected.row, expected.column), abs=0.5)
        assert well["slice"] == 0
        assert len(well["centre_mm"]) == 3
        assert well["voxels"] > 30


def test_as_a_table(call, phantom):
    code, out, _ = call("wells", phantom / "dicom")
    assert code == 0
    assert len(out.strip().splitlines()) == 2 + len(samples.truth(phantom).wells)


def test_every_voxel_within_an_edge_is_accounted_for(call_json, phantom):
    told = call_json("wells", phantom / "dicom")
    for well in told["wells"]:
        left_out = well["voxels_rim"] + well["voxels_ringing"] + well["voxels_void"] + well["voxels_shared"]
        assert well["voxels_inside"] == well["voxels"] + left_out
        assert well["origin"] == "found"
    assert {notice["well"] for notice in told["notices"]} <= {None, *(well["name"] for well in told["wells"])}


def test_a_picture_of_them(call, phantom, tmp_path):
    code, out, _ = call("wells", phantom / "dicom", "--picture", tmp_path / "wells.svg")
    assert code == 0
    assert len(out.strip().splitlines()) == 2 + len(samples.truth(phantom).wells)
    picture = (tmp_path / "wells.svg").read_text(encoding="utf-8")
    assert "left out: rim" in picture


def test_a_picture_of_an_unknown_kind_is_refused_before_the_work(call, tmp_path):
    code, out, error = call("wells", tmp_path / "none", "--picture", tmp_path / "wells.gif")
    assert (code, out) == (2, "")
    assert ".gif" in error
    assert ".png" in error
