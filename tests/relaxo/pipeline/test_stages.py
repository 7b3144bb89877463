"""The whole way, on the phantom whose truth is known."""

import dataclasses

import msgspec
import numpy as np
import pydicom
import pytest

import relaxo
from relaxo import io, models, samples
from relaxo.data import FitStatus, Geometry, Protocol, Stack
from relaxo.errors import AnalysisError, Cancelled, InputError
from relaxo.pipeline import Pipeline
from relaxo.recipe import (
    ContentsPart,
    FitPart,
    FitsPart,
    Recipe,
    RegressionPart,
    StacksPart,
    TimingPart,
    WellsPart,
    from_table,
    load,
    to_table,
)


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


def test_a_glance_shows_the_numbers_of_a_run(pipeline, recipe):
    contents = (msgspec.structs.replace(recipe.contents[1], concentration_mM=0.5), *recipe.contents[2:])
    part = msgspec.structs.replace(recipe.regression, beyond_window="warn")
    for other in (recipe, changed(recipe, contents=contents), changed(recipe, regression=part)):
        glance, whole = pipeline.glance(other), pipeline.run(other)
        assert [agent.name for agent in glance.agents] == [agent.name for agent in whole.agents]
        for seen, agent in zip(glance.agents, whole.agents, strict=True):
            assert seen.ratio == agent.ratio
            assert seen.ratio_fieller == agent.ratio_fieller
            for name in ("r1", "r2"):
                mine, line = getattr(seen, name), getattr(agent, name)
                assert (mine.relaxivity, mine.intercept, mine.wells) == (line.relaxivity, line.intercept, line.wells)
                assert np.array_equal(mine.covariance, line.covariance)
                assert mine.influence == ()
        for name, rates in whole.rates.items():
            assert [(well.well, well.rate, well.excluded) for well in glance.rates[name].wells] == [
                (well.well, well.rate, well.excluded) for well in rates.wells
            ]


def test_a_glance_can_count_a_well_as_measured_elsewhere(pipeline, recipe, result):
    pipeline.run(recipe)
    first = result.rates["R1"].wells[3]
    higher = dataclasses.replace(first, rate=1.1 * first.rate, concentration=None, agent="")
    glance = pipeline.glance(recipe, {"R1": higher})
    seen = glance.rates["R1"].wells[3]
    assert (seen.rate, seen.concentration, seen.agent) == (higher.rate, first.concentration, first.agent)
    r1, r2 = ([getattr(agent, name) for agent in (glance.agents[0], result.agents[0])] for name in ("r1", "r2"))
    assert r1[0].relaxivity != r1[1].relaxivity
    assert r2[0].relaxivity == r2[1].relaxivity


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


@pytest.mark.parametrize(
    ("contents", "kind", "words"),
    [
        ((ContentsPart(well="66", concentration_mM=1.0),), InputError, "66"),
        ((ContentsPart(well="1", concentration_mM=1.0), ContentsPart(well="2")), AnalysisError, "3 different"),
    ],
)
def test_where_only_the_regression_fails_maps_and_wells_can_be_had(pipeline, recipe, result, contents, kind, words):
    without = changed(recipe, contents=contents)
    with pytest.raises(kind, match=words):
        pipeline.run(without)
    measured = pipeline.run(without, despite_failure=True)
    assert isinstance(measured.failure, kind)
    assert measured.agents == ()
    assert measured.maps["T1"] is result.maps["T1"]
    assert [well.rate for well in measured.rates["R1"].wells] == [well.rate for well in result.rates["R1"].wells]
    (notice,) = (notice for notice in measured.notices if notice.code == "no_relaxivities")
    assert words in notice.message
    assert result.failure is None


def test_an_earlier_failure_is_one_all_the_same(pipeline, recipe, tmp_path):
    with pytest.raises(InputError):
        pipeline.run(changed(recipe, sources=(str(tmp_path / "nowhere"),)), despite_failure=True)


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


T1_OF_WELLS = {"1": 0.25, "2": 0.5, "3": 1.0, "4": 0.35}


def signals(model, protocol):
    """Return what four tubes of known T1 give by a model, (n, 1, 64, 64), of equilibrium signal 3500."""
    row, column = np.mgrid[:64, :64]
    images = np.zeros((len(protocol), 1, 64, 64))
    for place, time in zip(((18, 18), (18, 46), (46, 18), (46, 46)), T1_OF_WELLS.values(), strict=True):
        inside = np.hypot(row - place[0], column - place[1]) < 9
        values = {"T1map": time, "M0map": 3500.0, "efficiency": 1.0}
        known = {parameter.name: values[parameter.name] for parameter in models.CATALOGUE[model].parameters}
        images[:, 0, inside] = models.CATALOGUE[model].signal(known, protocol.times)[:, np.newaxis]
    return images


def written(folder, images, protocol):
    stack = Stack(np.rint(images), protocol, Geometry((1, 64, 64), np.diag([0.5, 0.5, 3.0, 1.0])))
    return io.write_stack(stack, folder, identity=io.Identity("Test^Tubes", "1", "tubes", str(folder.name)))


def measured(folder, **parts):
    found = relaxo.run(Recipe(sources=(str(folder),), **parts))
    return {well.well: well.time for well in found.rates["R1"].wells}, found


VTR = Protocol("VTR", "RepetitionTime", np.array([0.1, 0.2, 0.4, 0.8, 1.6, 3.2]), {"EchoTime": np.full(6, 0.01)})
VFA = Protocol(
    "VFA",
    "FlipAngle",
    np.array([3, 6, 10, 15, 25.0]),
    {"EchoTime": np.full(5, 0.002), "RepetitionTime": np.full(5, 0.02)},
)
IR = Protocol("IRT1", "InversionTime", np.array([0.03, 0.1, 0.25, 0.6, 1.5, 3.0]), {"RepetitionTime": np.full(6, 9.0)})


@pytest.mark.parametrize(
    ("protocol", "model"), [(VTR, "saturation_recovery"), (VFA, "spoiled_gradient_echo"), (IR, "inversion_recovery")]
)
def test_the_images_choose_the_model(tmp_path, protocol, model):
    images = np.abs(signals(model, protocol))
    written(tmp_path, images * (4000 / images.max()), protocol)
    times, found = measured(tmp_path)
    assert found.maps["T1"].model == model
    assert times == {well: pytest.approx(time, rel=0.02) for well, time in T1_OF_WELLS.items()}


def test_complex_images_are_fitted_with_their_phase(tmp_path):
    images = signals("inversion_recovery", IR)
    turned = images * np.exp(1j * (0.7 + np.linspace(0, 2, 64)))
    paths = written(tmp_path, np.zeros_like(images), IR)
    for path, image in zip(paths, turned, strict=True):
        for component, part in (("REAL", image.real), ("IMAGINARY", image.imag)):
            dataset = pydicom.dcmread(path)
            dataset.ImageType = ["ORIGINAL", "PRIMARY", component[0]]
            dataset.ComplexImageComponent = component
            dataset.SOPInstanceUID += component[:1].replace("R", "1").replace("I", "2")
            dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-4096"
            dataset.PixelData = np.rint((part[0] + 4096) / 2).astype("<u2").tobytes()
            dataset.save_as(path.with_name(component))
        path.unlink()
    times, found = measured(tmp_path)
    assert found.stacks["T1"].signal.dtype == np.complex64
    assert times == {well: pytest.approx(time, rel=0.02) for well, time in T1_OF_WELLS.items()}


def test_a_well_with_clipped_voxels_is_warned_of(tmp_path):
    images = np.abs(signals("inversion_recovery", IR))
    bright = np.zeros((64, 64), bool)
    bright[14:20, 16:20] = True  # in well 1
    images[-1, 0, bright] = 4095
    written(tmp_path, images, IR)
    times, found = measured(tmp_path)
    (notice,) = [notice for notice in found.notices if notice.code == "clipped"]
    assert notice.well == "1"
    assert notice.message.startswith("24 of the ")
    assert (found.maps["T1"].status[0][bright] == FitStatus.CLIPPED).all()
    assert np.isnan(found.maps["T1"]["T1map"][0][bright]).all()
    assert times == {well: pytest.approx(time, rel=0.02) for well, time in T1_OF_WELLS.items()}


def test_times_that_the_console_lost_come_from_the_recipe_and_are_told(tmp_path):
    for path in written(tmp_path, np.abs(signals("inversion_recovery", IR)), IR):
        dataset = pydicom.dcmread(path)
        del dataset.InversionTime
        dataset.SeriesDescription = "T1"
        dataset.save_as(path)
    lost = tuple(TimingPart(series=n, TI_ms=float(1000 * time)) for n, time in enumerate(IR.values, 1))
    times, found = measured(tmp_path, timing=lost)
    assert times == {well: pytest.approx(time, rel=0.02) for well, time in T1_OF_WELLS.items()}
    assert "timing_entered" in {notice.code for notice in found.notices}
    assert from_table(to_table(found.recipe)) == found.recipe
