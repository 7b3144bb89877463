"""What a run leaves is enough to draw every figure again, and to see that it is not."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import nibabel as nib
import numpy as np
import pytest
from matplotlib.figure import Figure

from relaxo.data import Mark, Tally, Wells
from relaxo.errors import AnalysisError, InputError
from relaxo.relaxivity import analyse
from relaxo.report import draw, material, read, results_table, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.pipeline import Result


@pytest.fixture(scope="module")
def result(make_result: Callable[..., Result]) -> Result:
    """Return a result whose lines are those of the pipeline, with a well left out and times of a reference method."""
    made = make_result(exclude={"5": "a bubble"})
    contents = tuple(
        msgspec.structs.replace(entry, T1_reference_ms=500.0, T2_reference_ms=200.0) for entry in made.recipe.contents
    )
    agents, _ = analyse(made.rates, made.recipe.regression)
    wells = {quantity: _counted(there) for quantity, there in made.wells.items()}
    recipe = msgspec.structs.replace(made.recipe, contents=contents)
    return dataclasses.replace(made, agents=agents, wells=wells, recipe=recipe)


def _counted(wells: Wells) -> Wells:
    """Return wells that are counted, the second with an edge that a person drew."""
    drawn = dataclasses.replace(wells.wells[1], outline=((-2.0, -2.0), (2.5, -2.0), (0.0, 3.0)), origin="changed")
    tallies = tuple(Tally(60 + k, 40, rim=12, ringing=8, void=k) for k in range(len(wells)))
    return dataclasses.replace(wells, wells=(wells.wells[0], drawn, *wells.wells[2:]), tallies=tallies)


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("relaxo.report.write"), "draw", lambda _: Figure((1, 1), dpi=20))
        write(result, out)
    return out


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(folder)
            target.parent.mkdir(exist_ok=True, parents=True)
            target.write_bytes(path.read_bytes())
    return tmp_path


def test_what_comes_back_is_what_was_written(result: Result, folder: Path) -> None:
    before, after = material(result), read(folder)
    # Where the images lie stands in recipe.toml.
    sources = tuple(Path(source).name for source in result.recipe.sources)
    assert after.recipe == msgspec.structs.replace(before.recipe, sources=sources)
    for name in ("field_T", "control", "notices", "created", "provenance"):
        assert getattr(before, name) == getattr(after, name), name
    assert after.rates["R1"].wells[3] == before.rates["R1"].wells[3]
    assert [agent.name for agent in after.agents] == ["Gd6", "Gd-DTPA"]
    assert after.agents[0].r1 is not None
    assert before.agents[0].r1 is not None
    assert after.agents[0].r1.relaxivity == before.agents[0].r1.relaxivity
    for quantity in ("T1", "T2"):
        assert after.wells[quantity].wells == before.wells[quantity].wells
        assert after.wells[quantity].tallies == before.wells[quantity].tallies
        assert np.array_equal(after.wells[quantity].labels, before.wells[quantity].labels)
        assert after.pictures[quantity].setting == before.pictures[quantity].setting
        assert after.maps[quantity][f"{quantity}map"] == pytest.approx(
            before.maps[quantity][f"{quantity}map"], rel=1e-6, nan_ok=True
        )
        for field in ("mean", "spread", "fitted"):
            mine, other = (getattr(each.signals[quantity], field) for each in (before, after))
            assert mine == pytest.approx(other, rel=1e-5, nan_ok=True)
        for name, times in before.protocols[quantity].times.items():
            assert np.array_equal(after.protocols[quantity].times[name], times)


def test_the_voxels_left_out_are_an_image(result: Result, folder: Path) -> None:
    image = np.asanyarray(nib.load(folder / "maps" / "T1_wells_voxels.nii.gz").dataobj).transpose(2, 1, 0)
    assert np.array_equal(image == Mark.MEASURED, result.wells["T1"].labels > 0)
    assert (image == Mark.RIM).any()
    about = json.loads((folder / "maps" / "T1_wells_voxels.json").read_text(encoding="utf-8"))
    assert about["Levels"][str(int(Mark.RINGING))] == "ringing"


@pytest.mark.parametrize("kind", ["lines", "maps", "agreement"])
def test_a_figure_drawn_again_says_the_same(result: Result, folder: Path, kind: str) -> None:
    def words(figure: Figure) -> list[str]:
        return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]

    source = dataclasses.replace(material(result), contents=read(folder).contents)
    assert words(draw(source, kind)) == words(draw(read(folder / "results.json"), kind))


def test_the_curves_are_a_table_for_people(folder: Path, result: Result) -> None:
    with (folder / "curves.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    points = sum(len(stack.protocol) for stack in result.stacks.values())
    assert len(lines) == points * len(result.wells["T1"])
    first = lines[0]
    assert (first["well"], first["quantity"], first["axis"], first["unit"]) == ("1", "T1", "InversionTime", "ms")
    assert float(first["value"]) == 50.0
    assert float(first["signal"]) - float(first["fitted"]) == pytest.approx(float(first["residual"]))


def test_the_keys_that_were_promised_are_still_there(result: Result) -> None:
    table = results_table(result)
    assert {"schema", "agents", "wells", "warnings", "conditions", "reference", "control", "comparisons"} <= set(table)
    assert {"relaxo", "recipe", "sources", "created", "versions"} <= set(table["provenance"])


@pytest.mark.parametrize("name", ["results.json", "curves.csv", "maps/T1map.nii.gz", "maps/T2_wells.nii.gz"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError) as caught:
        read(copy)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"), [("schema", 7), ("rates", {"R1": [{"well": "1"}]}), ("acquisition", None), ("rates", None)]
)
def test_results_that_cannot_be_drawn_are_refused(copy: Path, key: str, value: object) -> None:
    path = copy / "results.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), key: value}))
    with pytest.raises(InputError):
        read(copy)


def test_numbers_of_another_version_are_not_drawn_beside_its_figure(copy: Path) -> None:
    path = copy / "results.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    table["agents"][0]["r2"]["value"] *= 1.001
    path.write_text(json.dumps(table))
    with pytest.raises(AnalysisError, match="r2 of Gd6"):
        read(copy)
