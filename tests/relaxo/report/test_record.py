"""What a paper states: known, or listed as missing."""

from __future__ import annotations

import dataclasses

import msgspec

from relaxo.recipe import RegressionPart
from relaxo.report import missing, record, results_table
from relaxo.report.record import listed, regression_items


def by_name(result) -> dict[str, str | None]:
    return {item.name: item.value for item in record(result)}


def test_what_images_and_recipe_tell_is_stated_with_its_unit(result) -> None:
    items = by_name(result)
    assert items["field"] == "1 T (42.58 MHz)"
    assert items["temperature"] == "25 °C"
    assert items["medium"] == "water"
    assert "EchoTime 32 values from 10 to 320 ms" in str(items["T2 times"])
    assert "InversionTime 50, 100, 200" in str(items["T1 times"])
    assert "mM" in str(items["concentrations, per ion"])
    assert items["regression"] == "ordinary least squares"
    assert items["software"].startswith("Relaxo")


def test_what_nobody_stated_is_missing_with_the_setting_that_asks_for_it(result) -> None:
    unknown = {item.name: item.setting for item in missing(record(result))}
    assert unknown["pH"] == "conditions.pH"
    assert unknown["how the temperature was measured"] == "conditions.temperature_measured"
    assert unknown["assay of the concentrations"] == "conditions.assay"
    assert unknown["standard error of the concentrations"] == "regression.stock_error_percent"
    assert "medium" not in unknown


def test_what_is_then_stated_is_missing_no_more(result) -> None:
    conditions = msgspec.structs.replace(result.recipe.conditions, pH=7.4, temperature_measured="probe", assay="ICP-MS")
    regression = msgspec.structs.replace(result.recipe.regression, stock_error_percent=5.0)
    told = dataclasses.replace(
        result, recipe=msgspec.structs.replace(result.recipe, conditions=conditions, regression=regression)
    )
    assert missing(record(told)) == ()
    assert by_name(told)["standard error of the concentrations"] == "stock 5 %"


def test_results_hold_record_and_gaps(result) -> None:
    table = results_table(result)
    assert {item["name"] for item in table["record"]} == set(by_name(result))
    assert {item["name"] for item in table["missing"]} <= {item["name"] for item in table["record"]}
    assert "[Not stated:" in table["methods"]


def test_every_way_to_regress_has_words(result) -> None:
    for method in ("least_squares", "york", "robust"):
        for weights in ("none", "relative", "standard_error"):
            for intercept in ("free", "fixed", "blank"):
                part = RegressionPart(method=method, weights=weights, intercept=intercept)
                assert all(item.value for item in regression_items(result.agents, part))
    assert regression_items((), RegressionPart()) == ()


def test_many_numbers_are_given_as_a_range() -> None:
    assert listed([1.0, 2.0, 2.0], "ms") == "1, 2 ms"
    assert listed([float(number) for number in range(1, 41)], "ms") == "40 values from 1 to 40 ms"
