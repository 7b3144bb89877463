import shutil

import pytest

from relaxo import recipe
from relaxo.batch import key
from relaxo.batch.key import content_key
from relaxo.errors import InputError


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "dicom").mkdir(parents=True)
    (folder / "dicom" / "1").write_bytes(b"one")
    (folder / "dicom" / "2").write_bytes(b"two")
    (folder / "recipe.toml").write_text('schema = 1\nsources = ["dicom"]\n')
    return folder


def key_of(folder, out=None):
    return content_key(recipe.load(folder / "recipe.toml"), out or folder / "out")


def test_it_stays_when_a_study_is_moved_or_its_recipe_gets_a_comment(study, tmp_path):
    before = key_of(study)
    path = study / "recipe.toml"
    path.write_text("# a comment\n" + path.read_text())
    assert key_of(study) == before
    assert key_of(shutil.copytree(study, tmp_path / "elsewhere")) == before


def test_results_that_lie_among_the_images_do_not_count(study):
    before = key_of(study, study / "dicom" / "out")
    (study / "dicom" / "out").mkdir()
    (study / "dicom" / "out" / "results.json").write_text("{}")
    assert key_of(study, study / "dicom" / "out") == before


def change_byte(folder):
    (folder / "dicom" / "1").write_bytes(b"One")


def add_file(folder):
    (folder / "dicom" / "3").write_bytes(b"")


def rename_file(folder):
    (folder / "dicom" / "1").rename(folder / "dicom" / "0")


def decide_otherwise(folder):
    with (folder / "recipe.toml").open("a") as file:
        file.write("[wells]\nmargin_mm = 2.0\n")


@pytest.mark.parametrize("change", [change_byte, add_file, rename_file, decide_otherwise])
def test_it_changes_with_files_and_recipe(study, change):
    before = key_of(study)
    change(study)
    assert key_of(study) != before


def test_it_changes_with_the_version(study, monkeypatch):
    before = key_of(study)
    monkeypatch.setattr(key, "__version__", "99.0")
    assert key_of(study) != before


def test_it_changes_with_published_values_of_ones_own(study):
    path = study / "recipe.toml"
    path.write_text(path.read_text() + '[regression]\nreferences = "own.csv"\n')
    (study / "own.csv").write_text("a")
    before = key_of(study)
    (study / "own.csv").write_text("b")
    assert key_of(study) != before


def test_a_source_that_is_gone_is_said(study):
    shutil.rmtree(study / "dicom")
    with pytest.raises(InputError):
        key_of(study)
