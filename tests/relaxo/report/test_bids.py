import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from relaxo.errors import Cancelled, UsageError
from relaxo.report.bids import DERIVATIVES, write_bids

#: What the schema asks of every derived image, and what a reader needs to know of a fitted one.
REQUIRED = {"SkullStripped"}
WANTED = {"Sources", "EstimationAlgorithm", "EstimationReference", "Units", "MagneticFieldStrength", "Description"}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dataset(make_result, tmp_path_factory):
    """Return a dataset of two phantoms, one with signed inversion recovery and several slices."""
    folder = tmp_path_factory.mktemp("bids") / "dataset"
    write_bids(make_result(), folder)
    write_bids(make_result(component="real", slices=3), folder, subject="phantom02")
    return folder


def test_maps_and_errors_are_where_bids_looks_for_them(dataset, result):
    anatomy = dataset / DERIVATIVES / "sub-phantom01" / "anat"
    for suffix in ("T1map", "R1map", "M0map", "T2map", "R2map", "S0map"):
        for entity in ("", "_desc-standarderror"):
            sidecar = read(anatomy / f"sub-phantom01{entity}_{suffix}.json")
            assert sidecar.keys() >= REQUIRED | WANTED
            assert sidecar["Units"] == {"T": "s", "R": "1/s"}.get(suffix[0], "arbitrary")
    times = nib.load(anatomy / "sub-phantom01_T1map.nii.gz")
    np.testing.assert_array_equal(times.get_fdata().T, result.maps["T1"]["T1map"].astype(np.float32))
    np.testing.assert_allclose(times.affine, result.stacks["T1"].geometry.affine)
    rates = nib.load(anatomy / "sub-phantom01_R1map.nii.gz").get_fdata()
    known = np.isfinite(rates)
    np.testing.assert_allclose(rates[known] * times.get_fdata()[known], 1, rtol=1e-6)


def test_every_source_is_a_file_of_the_dataset_that_is_linked(dataset):
    derived = dataset / DERIVATIVES
    links = read(derived / "dataset_description.json")["DatasetLinks"]
    for sidecar in derived.glob("sub-*/anat/*T?map.json"):
        sources = read(sidecar)["Sources"]
        assert len(sources) in {10, 32}
        for uri in sources:
            _, link, path = uri.split(":")
            assert (derived / links[link] / path).is_file()


def test_the_images_that_were_fitted_come_along(dataset, result):
    anatomy = dataset / "sub-phantom01" / "anat"
    for index, time in enumerate(result.stacks["T1"].protocol.values, start=1):
        stem = f"sub-phantom01_inv-{index:02}_IRT1"
        assert read(anatomy / f"{stem}.json")["InversionTime"] == time
        image = nib.load(anatomy / f"{stem}.nii.gz").get_fdata()
        np.testing.assert_array_equal(image.T, result.stacks["T1"].signal[index - 1])
    assert len(list(anatomy.glob("*_MESE.nii.gz"))) == 32
    assert len(list((dataset / "sub-phantom02" / "anat").glob("*_part-real_IRT1.nii.gz"))) == 10


def test_wells_have_their_names_beside_the_labels(dataset, result):
    anatomy = dataset / DERIVATIVES / "sub-phantom01" / "anat"
    with (anatomy / "sub-phantom01_desc-T1wells_dseg.tsv").open() as file:
        names = {int(row["index"]): row["name"] for row in csv.DictReader(file, delimiter="\t")}
    assert list(names.values()) == [well.name for well in result.wells["T1"].wells]
    labels = nib.load(anatomy / "sub-phantom01_desc-T1wells_dseg.nii.gz").get_fdata()
    np.testing.assert_array_equal(labels.T, result.wells["T1"].labels)


def test_relaxivities_come_as_a_table_with_field_and_what_was_left_out(make_result, tmp_path):
    write_bids(make_result(exclude={"3": "air bubble"}), tmp_path)
    anatomy = tmp_path / DERIVATIVES / "sub-phantom01" / "anat"
    with (anatomy / "sub-phantom01_relaxivity.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {(row["agent"], row["quantity"]) for row in rows} >= {("Gd6", "r1"), ("Gd6", "r2"), ("Gd-DTPA", "r2/r1")}
    about = read(anatomy / "sub-phantom01_relaxivity.json")
    assert about["MagneticFieldStrength"] == 1.0
    assert about["ExcludedWells"]["3"].startswith("air bubble")


def test_a_second_subject_leaves_the_first_and_both_are_listed(dataset):
    with (dataset / "participants.tsv").open() as file:
        assert [row["participant_id"] for row in csv.DictReader(file, delimiter="\t")] == [
            "sub-phantom01",
            "sub-phantom02",
        ]


def test_a_subject_that_is_written_again_keeps_nothing_of_the_older_one(make_result, tmp_path):
    write_bids(make_result(), tmp_path)
    write_bids(make_result(quantities=("T1",)), tmp_path)
    names = {path.name for path in tmp_path.rglob("*.nii.gz")}
    assert "sub-phantom01_T1map.nii.gz" in names
    assert not [name for name in names if "T2" in name or "MESE" in name]


def test_what_is_not_known_is_nowhere_taken_for_a_number(dataset):
    for path in dataset.rglob("*.json"):
        json.loads(path.read_text(), parse_constant=lambda name, path=path: pytest.fail(f"{name} in {path}"))


@pytest.mark.parametrize("subject", ["", "sub-", "a b", "../x", "p_1"])
def test_a_label_that_is_none_is_refused(result, tmp_path, subject):
    with pytest.raises(UsageError, match="label"):
        write_bids(result, tmp_path / "out", subject=subject)
    assert not (tmp_path / "out").exists()


def test_a_dataset_of_somebody_else_is_left_alone(result, tmp_path):
    theirs = tmp_path / "dataset_description.json"
    theirs.write_text("{}")
    with pytest.raises(UsageError, match="did not make"):
        write_bids(result, tmp_path)
    assert theirs.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [theirs]


def test_who_stops_it_finds_nothing(result, tmp_path):
    with pytest.raises(Cancelled):
        write_bids(result, tmp_path / "out", progress=lambda done, _: done < 5)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", [".", DERIVATIVES])
def test_the_official_validator_finds_no_error(dataset, part):
    command = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the official BIDS validator is not installed: pip install bids-validator-deno")
    done = subprocess.run([command, "--json", dataset / part], capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert done.returncode == 0
