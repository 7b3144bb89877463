import nibabel as nib
import numpy as np


def test_maps_alone(call, phantom, tmp_path):
    out = tmp_path / "maps"
    code, printed, err = call("fit", phantom / "dicom", "--out", out)
    assert code == 0, err
    maps = list(out.rglob("T1map.nii.gz"))
    assert len(maps) == 1
    assert str(out) in printed
    values = nib.load(maps[0]).get_fdata()
    assert 0.2 < np.nanmedian(values) < 0.5
    assert np.isnan(values[:4]).all()
    assert not list(out.rglob("results.json"))
