"""A folder holds a whole result or none, and nothing of the user's is lost."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

import pytest
from matplotlib.figure import Figure

from relaxo.errors import Cancelled, UsageError
from relaxo.recipe import load, to_toml
from relaxo.report import check, write
from relaxo.report.look import Look, Page, looking
from relaxo.report.page import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from relaxo.pipeline import Result

PROMISED = {
    "results.json",
    "wells.csv",
    "relaxivity.csv",
    "recipe.toml",
    "maps/T1map.nii.gz",
    "maps/T1map.json",
    "maps/T2map.nii.gz",
    "maps/T2map.json",
    "maps/T1_weighted.nii.gz",
    "maps/T2_wells.json",
    "curves.csv",
    *(f"figure.{name}" for name in FORMATS),
}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def result(make_result: Callable[..., Result]) -> Result:
    """Return a small one: it is written often."""
    return make_result({"Gd6": ((0.2, 0.5, 1.0), (12.06, 24.1))}, blank=False)


# By name, because the package gives the function of that name.
WRITING = importlib.import_module("relaxo.report.write")


@pytest.fixture
def _whole_figure() -> Iterator[None]:
    """Draw the figure, at a resolution that takes less time."""
    with looking(Look(page=Page(dpi=60))):
        yield


@pytest.fixture(autouse=True)
def _no_figure(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the page empty where nothing is to be seen on it, for that takes most of the time."""
    if "_whole_figure" not in request.fixturenames:
        monkeypatch.setattr(WRITING, "draw", lambda _: Figure((1, 1), dpi=20))


@pytest.mark.usefixtures("_whole_figure")
def test_everything_that_is_promised_appears(result: Result, tmp_path: Path) -> None:
    places = write(result, tmp_path / "out")
    assert names(tmp_path / "out") >= PROMISED
    assert all(path.exists() for path in places.values())
    assert json.loads(places["results"].read_text(encoding="utf-8"))["schema"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_recipe_beside_it_is_the_one_that_was_run(result: Result, tmp_path: Path) -> None:
    assert load(write(result, tmp_path / "out")["recipe"]) == result.recipe


def test_progress_is_told_and_can_stop_it(result: Result, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write(result, tmp_path / "out", lambda done, total: told.append((done, total)) or True)
    assert told == [(done, len(told) - 1) for done in range(len(told))]
    with pytest.raises(Cancelled):
        write(result, tmp_path / "stopped", lambda done, _: done < 3)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_newer_result_takes_the_place_of_an_older(
    result: Result, make_result: Callable[..., Result], tmp_path: Path
) -> None:
    write(result, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "maps" / "mine.nii.gz").write_text("mine")
    write(make_result(quantities=("T1",)), tmp_path)
    assert {"notes.txt", "maps/mine.nii.gz", "maps/T1map.nii.gz"} <= names(tmp_path)
    assert not any("T2" in name or "S0" in name for name in names(tmp_path))
    assert json.loads((tmp_path / "results.json").read_text())["agents"][0]["r2"] is None


def test_an_error_on_the_way_leaves_the_older_result(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(result, tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    monkeypatch.setattr(WRITING, "wells_csv", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(result, tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


@pytest.mark.usefixtures("_whole_figure")
def test_the_same_result_gives_the_same_bytes(result: Result, tmp_path: Path) -> None:
    write(result, tmp_path / "one")
    write(result, tmp_path / "two")
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_recipe_with_comments_that_was_run_where_it_lies_keeps_them(result: Result, tmp_path: Path) -> None:
    text = "# tubes from March\n" + to_toml(result.recipe, tmp_path)
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    check(tmp_path, result.recipe)
    write(result, tmp_path)
    write(result, tmp_path)
    assert (tmp_path / "recipe.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["recipe.toml", "wells.csv", "figure.pdf"])
def test_a_file_of_the_users_with_a_name_of_ours_stops_it_early(result: Result, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        check(tmp_path, result.recipe)
    with pytest.raises(UsageError):
        write(result, tmp_path)
    assert names(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.usefixtures("_whole_figure")
def test_a_result_without_concentrations_is_written_too(
    result: Result, tmp_path: Path, without_contents: Callable[[Result], Result]
) -> None:
    write(without_contents(result), tmp_path)
    assert names(tmp_path) >= PROMISED


def test_no_file_names_a_patient_or_a_study(make_result: Callable[..., Result], tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    write(make_result(folder=scans), tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        if path.suffix in {".json", ".csv", ".toml", ".svg"}:
            text = path.read_text(encoding="utf-8")
            # The unique identifiers of the headers, and what the scanner calls the protocol.
            assert "1.2.0" not in text, path.name
            assert "PatientName" not in text, path.name
