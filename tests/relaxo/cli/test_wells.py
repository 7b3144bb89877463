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
