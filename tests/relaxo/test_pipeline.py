"""The whole way, on the phantom whose truth is known."""

import msgspec
import numpy as np
import pytest

import relaxo
from relaxo import samples
from relaxo.data import FitStatus
from relaxo.errors import AnalysisError, Cancelled, InputError
from relaxo.pipeline import Pipeline
from relaxo.recipe import ContentsPart, FitPart, FitsPart, RegressionPart, StacksPart, WellsPart, load


@pytest.fixture(scope="module")
def folder():
    return samples.sample_phantom()


@pytest.fixture(scope="module")
def recipe(folder):
    return load(folder / samples.RECIPE)


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline()


@pytest.fixture(scope="module")
def result(pipeline, recipe):
    return pipeline.run(recipe)


def changed(recipe, **parts):
    return msgspec.structs.replace(recipe, **parts)


def test_relaxivities_land_within_two_percent_of_the_truth(result, folder):
    truth = {agent.name: agent for agent in samples.truth(folder).agents}
    assert {agent.name for agent in result.agents} == set(truth)
    for agent in result.agents:
        true = truth[agent.name]
        assert agent.r1.relaxivity.value == pytest.approx(true.r1, rel=0.02)
        assert agent.r2.relaxivity.value == pytest.approx(true.r2, rel=0.02)
        assert agent.ratio.value == pytest.approx(true.r2 / true.r1, rel=0.02)


def test_every_well_is_found_where_it_is(result, folder):
    true = samples.truth(folder).wells
    found = result.wells["T1"].wells
    assert [well.name for well in found] == [well.name for well in true]
    for well, expected in zip(found, true, strict=True):
        assert (well.row, well.column) == pytest.approx((expected.row, expected.column), abs=0.5)
        assert well.radius_mm == pytest.approx(expected.radius_mm, rel=0.1)


def test_times_of_the_wells_lie_near_the_truth(result, folder):
    for quantity, key, longest in (("R1", "T1_s", 4.0), ("R2", "T2_s", 0.32)):
        measured = {well.well: well for well in result.rates[quantity].wells}
        for true in samples.truth(folder).wells:
            expected = getattr(true, key)
            if expected < longest:
                assert measured[true.name].time == pytest.approx(expected, rel=0.03), true.name


def test_maps_are_known_in_the_wells_and_unknown_in_the_air(result):
    maps, wells = result.maps["T1"], result.wells["T1"]
    inside = wells.labels > 0
    assert (maps.status[inside] == FitStatus.OK).mean() > 0.99
    air = np.zeros_like(inside)
    air[..., :4, :] = True
    assert (maps.status[air] != FitStatus.OK).mean() > 0.9
    assert np.isnan(maps["T1map"][maps.status != FitStatus.OK]).all()


def test_the_control_is_recognised_and_a_reference_is_at_hand(result):
    assert result.control == "Gd-DTPA"
    assert result.reference is not None
    assert (result.reference.r1, result.reference.r2) == (4.55, 5.77)


def test_the_same_recipe_gives_the_same_numbers(result, recipe):
    again = relaxo.run(recipe)
    for mine, other in zip(result.agents, again.agents, strict=True):
        assert mine.r1.relaxivity == other.r1.relaxivity
        assert mine.ratio == other.ratio


def test_a_changed_concentration_runs_only_the_regression(pipeline, recipe, result):
    contents = (msgspec.structs.replace(recipe.contents[1], concentration_mM=0.5), *recipe.contents[2:])
    stages = []
    other = pipeline.run(changed(recipe, contents=contents), lambda stage, *_: stages.append(stage) or True)
    assert stages == []
    assert other.maps["T1"] is result.maps["T1"]
    assert other.agents[0].r1.relaxivity != result.agents[0].r1.relaxivity


def test_a_changed_model_option_fits_again_and_finds_the_wells_no_more(pipeline, recipe, result):
    fits = FitsPart(T2=FitPart(model="spin_echo_decay", options={"skip_first_echo": False}))
    stages = []
    other = pipeline.run(changed(recipe, fit=fits), lambda stage, *_: stages.append(stage) or True)
    assert set(stages) == {"Fitting T2"}
    assert other.maps["T1"] is result.maps["T1"]
    assert other.maps["T2"] is not result.maps["T2"]


def test_without_concentrations_the_wells_are_measured_and_not_regressed(pipeline, recipe):
    result = pipeline.run(changed(recipe, contents=()))
    assert result.agents == ()
    assert "no_concentrations" in {notice.code for notice in result.notices}
    assert np.isfinite([well.rate for well in result.rates["R1"].wells]).all()


def test_plate_coordinates_in_the_contents_name_the_wells_by_plate(pipeline, recipe):
    contents = (
        ContentsPart(well="A1", concentration_mM=0.0),
        *(ContentsPart(well=f"A{column}", concentration_mM=0.1 * column, agent="x") for column in (2, 3, 4)),
    )
    result = pipeline.run(changed(recipe, contents=contents, regression=RegressionPart()))
    assert result.wells["T1"].wells[0].name == "A1"
    assert set(result.contents) == {"A1", "A2", "A3", "A4"}


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        ({"sources": ()}, InputError, "names no sources"),
        ({"sources": ("/nowhere",)}, InputError, "nowhere"),
        ({"stacks": StacksPart(T1="IRT1-9")}, InputError, "IRT1-9"),
        ({"fit": FitsPart(T1=FitPart(model="nothing"))}, InputError, "nothing"),
        ({"fit": FitsPart(T1=FitPart(model="spin_echo_decay"))}, AnalysisError, "InversionTime"),
        ({"fit": FitsPart(T2=FitPart(model="spin_echo_decay", options={"skip": True}))}, InputError, "skip"),
        ({"contents": (ContentsPart(well="99", concentration_mM=1),)}, InputError, "99"),
        ({"contents": (ContentsPart(row=0, column=0, concentration_mM=1),)}, InputError, "row"),
        (
            {"contents": tuple(ContentsPart(well=str(well), concentration_mM=1) for well in (1, 2, 3))},
            AnalysisError,
            "3 different concentrations",
        ),
        ({"regression": RegressionPart(reference="none such")}, InputError, "none such"),
        ({"wells": WellsPart(find_in="T2"), "stacks": StacksPart(T2="MESE-9")}, InputError, "MESE-9"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(pipeline, recipe, parts, error, words):
    with pytest.raises(error) as caught:
        pipeline.run(changed(recipe, **parts))
    assert words in str(caught.value)


def test_a_run_stops_when_its_progress_says_so(recipe):
    with pytest.raises(Cancelled):
        relaxo.run(recipe, lambda *_: False)
