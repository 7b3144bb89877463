from __future__ import annotations

import csv
import tomllib
from typing import TYPE_CHECKING

import pytest

from relaxo import recipe, samples
from relaxo.errors import Cancelled, InputError, UsageError
from relaxo.phantoms import CATALOGUE, make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a folder for every phantom."""
    home = tmp_path_factory.mktemp("made")
    for name in CATALOGUE:
        samples.write_phantom(make(name), home / name)
    return {name: home / name for name in CATALOGUE}


@pytest.fixture
def folder(made: dict[str, Path]) -> Path:
    """Return the folder of the phantom whose wells are named by position."""
    return made["nicl2_bath"]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_shipped_phantom_is_the_one_that_its_generator_makes(made: dict[str, Path]) -> None:
    files = content(samples.sample_phantom("gd6_plate"))
    anew = content(made["gd6_plate"])
    assert files.keys() - {"README.md"} == anew.keys()
    assert [name for name in anew if anew[name] != files[name]] == []
    assert sum(map(len, files.values())) < 2e6


def test_a_phantom_that_is_not_shipped() -> None:
    with pytest.raises(InputError, match="no phantom named 'nothing'") as caught:
        samples.sample_phantom("nothing")
    assert "gd6_plate" in str(caught.value)


def test_the_files_of_a_phantom(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"dicom", "concentrations.csv", "recipe.toml", "truth.csv", "truth_agents.csv"}
    assert len(list((folder / "dicom").rglob("*.dcm"))) == 42


def test_the_files_are_told(tmp_path: Path) -> None:
    written = samples.write_phantom(make("gd6_plate"), tmp_path / "new")
    assert {path.relative_to(tmp_path / "new").as_posix() for path in written} == content(tmp_path / "new").keys()
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_the_truth_comes_back(made: dict[str, Path], name: str) -> None:
    phantom = make(name)
    read = samples.truth(made[name])
    assert read.agents == phantom.truth.agents
    for well, true in zip(read.wells, phantom.truth.wells, strict=True):
        assert (well.name, well.agent) == (true.name, true.agent)
        assert (well.concentration_mM, well.T1_s, well.T2_s) == pytest.approx(
            (true.concentration_mM, true.T1_s, true.T2_s), rel=1e-7
        )
        assert (well.row, well.column, well.radius_mm) == pytest.approx((true.row, true.column, true.radius_mm))


def test_the_truth_is_told_in_ms(folder: Path) -> None:
    first = table(folder / "truth.csv")[0]
    assert float(first["T1_ms"]) == pytest.approx(1e3 / (0.33 + 0.617 * 0.3))


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_the_recipe_is_ready_to_run(made: dict[str, Path], name: str) -> None:
    phantom = make(name)
    read = recipe.load(made[name] / "recipe.toml")
    assert read.sources == (str(made[name] / "dicom"),)
    assert read.contents == phantom.contents
    assert read.conditions == phantom.design.conditions
    assert read.regression.control == phantom.design.control
    assert read.wells == recipe.WellsPart()


def test_the_recipe_says_only_what_was_decided(folder: Path) -> None:
    said = tomllib.loads((folder / "recipe.toml").read_text(encoding="utf-8"))
    assert said.keys() == {"schema", "sources", "conditions", "contents"}


def test_concentrations_are_named_as_the_phantom_is(made: dict[str, Path]) -> None:
    by_name = table(made["gd6_plate"] / "concentrations.csv")
    assert by_name[1] == {"well": "2", "concentration_mM": "0.05", "agent": "Gd6"}
    by_place = table(made["nicl2_bath"] / "concentrations.csv")
    assert by_place[0] == {"row": "47.88", "column": "95.5", "concentration_mM": "0.3", "agent": "NiCl2"}


def test_another_phantom_replaces_the_first_and_leaves_what_is_not_its_own(
    tmp_path: Path, made: dict[str, Path]
) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    samples.write_phantom(make("tube_rack"), tmp_path)
    samples.write_phantom(make("gd6_plate"), tmp_path)
    files = content(tmp_path)
    assert files.pop("notes.txt") == b"mine"
    assert files == content(made["gd6_plate"])


def test_images_that_are_no_phantom_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "dicom").mkdir()
    (tmp_path / "dicom" / "scan.dcm").write_bytes(b"from the scanner")
    with pytest.raises(UsageError):
        samples.write_phantom(make("gd6_plate"), tmp_path)
    assert content(tmp_path) == {"dicom/scan.dcm": b"from the scanner"}


def test_who_stops_leaves_nothing(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 20

    with pytest.raises(Cancelled):
        samples.write_phantom(make("gd6_plate"), tmp_path / "out", progress=tell)
    assert told == [(done, 42) for done in range(1, 21)]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_truth(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        samples.truth(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"well,agent\n1,Gd6\n", b"\xff\xfe\x00", b"agent,per,r1_per_s_per_mM\nGd6,ion,fast\n"],
)
@pytest.mark.parametrize("name", ["truth.csv", "truth_agents.csv"])
def test_a_damaged_truth(tmp_path: Path, folder: Path, name: str, damaged: bytes) -> None:
    for file in ("truth.csv", "truth_agents.csv"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    (tmp_path / name).write_bytes(damaged)
    with pytest.raises(InputError, match="damaged"):
        samples.truth(tmp_path)


def test_a_truth_with_a_word_for_a_number(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "truth_agents.csv").write_bytes((folder / "truth_agents.csv").read_bytes())
    text = (folder / "truth.csv").read_text(encoding="utf-8")
    (tmp_path / "truth.csv").write_text(text.replace("0.3,", "little,", 1), encoding="utf-8")
    with pytest.raises(InputError, match="little"):
        samples.truth(tmp_path)
