"""Edits of a recipe: each entry keeps the way in which it names its well."""

from __future__ import annotations

import numpy as np
import pytest

from relaxo.data import Geometry, Well, Wells
from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, FitPart, FitsPart, Recipe
from relaxo_gui.actions import edits
from relaxo_gui.actions.edits import choose_stack, set_condition, set_contents

RECIPE = Recipe(
    sources=("images",),
    contents=(
        ContentsPart(well="1", concentration_mM=0.1, agent="Gd6"),
        ContentsPart(row=10, column=30, concentration_mM=0.2, agent="Gd6"),
    ),
)


@pytest.fixture
def wells() -> Wells:
    shape = (1, 40, 60)
    named = tuple(Well(str(k + 1), 10, 10 + 20 * k, 0, (0, 0), 4.0) for k in range(3))
    return Wells(geometry=Geometry(shape, np.eye(4)), labels=np.zeros(shape, np.int16), wells=named)


def test_an_entry_by_name_is_changed_in_its_place(wells: Wells) -> None:
    after = set_contents(RECIPE, wells, {"1": {"concentration_mM": 0.5}})
    assert after.contents == (ContentsPart(well="1", concentration_mM=0.5, agent="Gd6"), RECIPE.contents[1])


def test_an_entry_by_position_stays_one_by_position(wells: Wells) -> None:
    after = set_contents(RECIPE, wells, {"2": {"exclude": "air bubble"}})
    assert after.contents[1] == ContentsPart(row=10, column=30, concentration_mM=0.2, agent="Gd6", exclude="air bubble")


def test_a_well_without_an_entry_gets_one(wells: Wells) -> None:
    after = set_contents(RECIPE, wells, {"3": {"concentration_mM": 1.0}})
    assert after.contents == (*RECIPE.contents, ContentsPart(well="3", concentration_mM=1.0))


def test_an_entry_that_says_nothing_any_more_goes(wells: Wells) -> None:
    after = set_contents(RECIPE, wells, {"1": {"concentration_mM": None, "agent": ""}})
    assert after.contents == RECIPE.contents[1:]


def test_the_same_again_is_the_same_recipe(wells: Wells) -> None:
    assert set_contents(RECIPE, wells, {"1": {"concentration_mM": 0.1}}) == RECIPE


def test_a_recipe_that_fits_no_well_is_refused(wells: Wells) -> None:
    lost = Recipe(sources=("images",), contents=(ContentsPart(well="77"),))
    with pytest.raises(InputError, match="77"):
        set_contents(lost, wells, {"1": {"agent": "Gd6"}})


def test_a_stack_is_chosen_and_left_to_the_program_again() -> None:
    chosen = choose_stack(RECIPE, "T1", "IRT1-2")
    assert (chosen.stacks.T1, chosen.stacks.T2) == ("IRT1-2", None)
    assert choose_stack(chosen, "T1", None) == RECIPE


def test_another_model_keeps_the_options_it_knows() -> None:
    recipe = Recipe(sources=("x",), fit=FitsPart(T2=FitPart(options={"noise_floor": 2.0, "offset": True})))
    after = edits.choose_model(recipe, "T2", "spin_echo_epg", ("noise_floor", "rician"))
    assert FitPart(model="spin_echo_epg", options={"noise_floor": 2.0}) == after.fit.T2
    assert after.fit.T1 == recipe.fit.T1


def test_an_option_goes_with_none_and_all_with_a_reset() -> None:
    recipe = edits.choose_option(Recipe(sources=("x",)), "T1", "noise_floor", 3.0)
    assert recipe.fit.T1.options == {"noise_floor": 3.0}
    assert edits.choose_option(recipe, "T1", "noise_floor", None) == Recipe(sources=("x",))
    assert edits.reset_options(recipe, "T1") == Recipe(sources=("x",))


def test_settings_of_regression_and_conditions_change_only_themselves() -> None:
    recipe = Recipe(sources=("x",))
    assert edits.regress_by(recipe, weights="relative").regression.weights == "relative"
    after = edits.under_conditions(recipe, temperature_C=37.0)
    assert (after.conditions.temperature_C, after.regression) == (37.0, recipe.regression)


@pytest.mark.parametrize(
    ("name", "typed", "stated"),
    [
        ("temperature_C", " 37,5 ", 37.5),
        ("temperature_C", "", None),
        ("medium", "HEPES, 50 mM", "HEPES, 50 mM"),
        ("pH", "7.4", 7.4),
        ("field_T", "1.5", 1.5),
        ("assay", "null", "null"),
    ],
)
def test_a_condition_is_set_as_it_was_typed(name: str, typed: str, stated: object) -> None:
    after = set_condition(Recipe(sources=("x",)), name, typed)
    assert getattr(after.conditions, name) == stated


@pytest.mark.parametrize(("name", "typed"), [("temperature_C", "warm"), ("pH", "15"), ("field_T", "0"), ("pH", "nan")])
def test_a_condition_that_is_no_such_number_is_refused(name: str, typed: str) -> None:
    with pytest.raises(InputError, match="is no"):
        set_condition(Recipe(sources=("x",)), name, typed)


def test_what_is_regressed_again_is_told_from_what_is_measured_again() -> None:
    fewer = edits.regress_by(edits.under_conditions(RECIPE, temperature_C=37.0), weights="relative")
    assert edits.differ_in_numbers_only(RECIPE, edits.regress_by(fewer, per="molecule"))
    assert edits.differ_in_numbers_only(RECIPE, Recipe(sources=RECIPE.sources))
    assert not edits.differ_in_numbers_only(RECIPE, edits.choose_option(RECIPE, "T1", "noise_floor", 3.0))
    assert not edits.differ_in_numbers_only(RECIPE, choose_stack(RECIPE, "T1", "other"))
