"""Wells that a person gives or changes, the whole way from the recipe to the rates."""

import msgspec
import numpy as np
import pytest

from relaxo import io, samples
from relaxo.errors import AnalysisError
from relaxo.pipeline import Pipeline
from relaxo.recipe import MarkerPart, Recipe, TemplatePart, TemplateWellPart, WellEditPart, WellsPart, load, to_toml


@pytest.fixture(scope="module")
def recipe():
    known = load(samples.sample_phantom() / samples.RECIPE)
    return msgspec.structs.replace(known, contents=())


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline()


@pytest.fixture(scope="module")
def found(pipeline, recipe):
    return pipeline.wells(recipe)["T1"]


def with_wells(recipe: Recipe, **part):
    return msgspec.structs.replace(recipe, wells=WellsPart(**part))


def test_a_change_by_hand_holds_in_both_stacks_and_is_undone_with_the_recipe(pipeline, recipe, found):
    first = found.wells[0]
    edits = (
        WellEditPart(do="change", well="1", row=first.row + 1, column=first.column, name="water"),
        WellEditPart(do="delete", well="18"),
    )
    located = pipeline.wells(with_wells(recipe, edit=edits))
    for wells in located.values():
        assert len(wells) == 17
        assert (wells.wells[0].name, wells.wells[0].origin) == ("water", "changed")
        assert wells.wells[0].row == pytest.approx(first.row + 1, abs=0.01)
    assert pipeline.wells(recipe)["T1"].wells == found.wells


def test_changing_wells_by_hand_looks_for_none_again(pipeline, recipe, monkeypatch):
    pipeline.wells(recipe)
    monkeypatch.setattr("relaxo.wells.search", None)
    pipeline.wells(with_wells(recipe, edit=(WellEditPart(do="delete", well="2"),)))


def test_a_label_image_takes_the_place_of_finding(pipeline, recipe, found, tmp_path):
    labels = np.where(found.labels > 0, found.labels + 4, 0).astype(np.int16)
    io.write_map(tmp_path / "labels.nii.gz", labels, found.geometry, {})
    located = pipeline.wells(with_wells(recipe, labels=str(tmp_path / "labels.nii.gz")))
    assert [well.name for well in located["T1"].wells] == [str(number) for number in range(5, 23)]
    np.testing.assert_array_equal(located["T1"].labels, found.labels)
    assert located["T2"].voxel_counts().min() > 0


def test_a_label_image_is_named_relative_to_the_recipe(recipe, tmp_path):
    text = to_toml(with_wells(recipe, labels=str(tmp_path / "masks" / "labels.nii.gz")), tmp_path)
    assert 'labels = "masks/labels.nii.gz"' in text
    (tmp_path / "recipe.toml").write_text(text)
    assert load(tmp_path / "recipe.toml").wells.labels == str(tmp_path / "masks" / "labels.nii.gz")


def test_a_template_takes_the_place_of_finding(pipeline, recipe, found):
    wells = tuple(
        TemplateWellPart(name=well.name, down_mm=well.row * 0.5, right_mm=well.column * 0.5, radius_mm=3.4)
        for well in found.wells
    )
    located = pipeline.wells(with_wells(recipe, template=TemplatePart(wells=wells, row=0.0, column=0.0)))
    assert [well.origin for well in located["T1"].wells] == ["template"] * 18
    assert (np.abs(located["T1"].voxel_counts() / found.voxel_counts() - 1) < 0.15).all()


def test_a_marker_stops_a_run_that_would_name_wells_wrongly(pipeline, recipe, found):
    last = found.wells[-1]
    marker = MarkerPart(well="1", row=last.row, column=last.column)
    with pytest.raises(AnalysisError, match="was seen to be 1"):
        pipeline.wells(with_wells(recipe, marker=marker))


def test_every_well_is_counted_and_measured_in_all_ways(pipeline, recipe):
    result = pipeline.run(recipe)
    for wells in result.wells.values():
        for tally, count in zip(wells.tallies, wells.voxel_counts(), strict=True):
            assert tally.inside == tally.measured + tally.rim + tally.ringing + tally.void + tally.shared
            assert tally.measured == count
    for rate in result.rates["R1"].wells:
        if rate.excluded is None or rate.excluded == "no concentration given":
            assert rate.median_rate == pytest.approx(rate.rate, rel=0.05)
            assert rate.curve_rate == pytest.approx(rate.rate, rel=0.05)
            assert 0.5 * rate.voxels < rate.independent_voxels <= rate.voxels
            assert 0.5 < rate.homogeneity < 3
