import base64
import contextlib
import io
import json
import re
import zipfile
import zlib

import pydicom
import pytest
from PIL import Image

PATIENT = {"PatientName": "Quendale^Zebulon", "PatientID": "MRN7700451", "PatientBirthDate": "19370419"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the results of the phantom, as a scanner that knows its patient would have given it."""
    from relaxo import samples
    from relaxo.cli import run_command

    root = tmp_path_factory.mktemp("patient")
    for path in sorted((samples.sample_phantom() / "dicom").rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        for keyword, value in PATIENT.items():
            setattr(dataset, keyword, value)
        target = root / "scans Zebulon Quendale" / f"{path.parent.name}_1937-04-19" / f"mrn7700451_{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(target)
    (target.parent / "quendale notes.txt").write_text("none")
    table = samples.sample_phantom() / "concentrations.csv"
    out = root / "out"
    scans = str(target.parent.parent)
    assert run_command(["run", scans, "--concentrations", str(table), "--out", str(out)]) == 0
    return out


def contents(path):
    """Yield what a file holds, and what is packed into it."""
    data = path.read_bytes()
    yield data
    if path.suffix == ".gz":
        yield zlib.decompress(data, wbits=31)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if path.suffix == ".pdf":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            packed = stream.strip()
            with contextlib.suppress(zlib.error):  # some are not packed
                plain = base64.a85decode(packed.removesuffix(b"~>")) if packed.endswith(b"~>") else stream
                yield zlib.decompressobj().decompress(plain)


def test_nothing_of_the_patient_leaves(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    # The words of the PDF are seen, or it would prove nothing.
    assert any(b"Provenance" in data for data in contents(folder / "report.pdf"))
    secrets = [secret.encode() for secret in ("quendale", "zebulon", "mrn7700451", "19370419", "1937-04-19")]
    for path in files:
        for data in contents(path):
            found = [secret for secret in secrets if secret in data.lower()]
            # It must find the images again; a warning says so.
            assert path.name == "recipe.toml" or not found, (path.name, found)


def test_names_of_files_say_where_a_patient_was_and_a_warning_what_to_do(folder):
    table = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert table["provenance"]["recipe"]["sources"] == ["scans [patient]"]
    assert all("_[patient]/[patient]_" in each["path"] for each in table["provenance"]["sources"])
    assert [each["path"].rpartition("/")[2] for each in table["left_out"]] == ["[patient] notes.txt"]
    assert "patient_in_path" in [each["code"] for each in table["warnings"]]


def test_the_recipe_still_runs(call, folder):
    code, _, err = call("scan", folder / "recipe.toml")
    assert code == 0, err


def test_the_report_lies_beside_the_results(folder):
    assert "For research use, not for diagnosis." in (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture
def coarse(tmp_path):
    """Return a style that takes less time to draw."""
    path = tmp_path / "style.toml"
    path.write_text("[page]\ndpi = 60\nsingle_mm = 80\n")
    return path


def test_figures_are_drawn_again_without_the_images_and_without_fitting(call, folder, coarse, tmp_path, monkeypatch):
    monkeypatch.setattr("relaxo.models.fit", lambda *_, **__: pytest.fail("it fits"))
    monkeypatch.setattr("relaxo.io.load", lambda *_, **__: pytest.fail("it reads images"))
    out = tmp_path / "figures"
    kinds = ("figure", "lines", "strips", "maps", "curves")
    chosen = [word for kind in kinds for word in ("--kind", kind)]
    code, printed, err = call(
        "figure", folder, *chosen, "--format", "tiff", "--width", "single", "--style", coarse, "--out", out
    )
    assert code == 0, err
    for kind in kinds:
        assert str(out / f"{kind}.tiff") in printed
        with Image.open(out / f"{kind}.tiff") as image:
            assert image.width == pytest.approx(80 / 25.4 * 60, abs=1)
            assert image.info["dpi"] == pytest.approx((60, 60))


def test_a_figure_goes_beside_its_results_when_nothing_is_said(call, folder, coarse):
    code, _, err = call("figure", folder / "results.json", "--kind", "maps", "--format", "svg", "--style", coarse)
    assert code == 0, err
    assert "<text" in (folder / "maps.svg").read_text(encoding="utf-8")
    assert (folder / "results.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--kind", "agreement"], 4, "T1_reference_ms"),
        (["--kind", "pie"], 2, "pie"),
        (["--format", "gif"], 2, "gif"),
        (["--style", "none.toml"], 3, "none.toml"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_written(call, folder, tmp_path, arguments, code, word):
    ended, _, err = call("figure", folder, *arguments, "--out", tmp_path / "out")
    assert ended == code
    assert word in err
    assert not (tmp_path / "out").exists()


def test_a_folder_without_results_is_refused(call, tmp_path):
    code, _, err = call("figure", tmp_path)
    assert code == 3
    assert "results.json" in err


def test_the_kinds_of_the_help_are_those_that_there_are():
    from relaxo import report

    figure = __import__("relaxo.cli.figure", fromlist=["command"])
    assert tuple(report.KINDS) == figure._KINDS
    assert figure._FORMATS == report.ALL_FORMATS


def test_a_folder_of_somebody_elses_is_refused_before_the_work(call, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("relaxo.pipeline.Pipeline.run", lambda *_: pytest.fail("it works first"))
    (tmp_path / "wells.csv").write_text("mine")
    code, _, err = call("run", folder / "recipe.toml", "--out", tmp_path)
    assert code == 2
    assert "wells.csv" in err
