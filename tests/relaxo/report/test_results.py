"""results.json keeps its names, its units and its promise to hold no NaN."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import relaxo
from relaxo.data import Estimate, Rates, Tally
from relaxo.recipe import from_table
from relaxo.report import agents_table, results_table
from relaxo.report.tables import wells_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result

    ResultFactory = Callable[..., Result]

LINE = {"value", "standard_error", "ci95", "intercept_per_s", "unit", "wells"}
WELL = {
    "name", "agent", "concentration_mM", "row", "column", "slice", "radius_mm", "voxels", "T1_ms", "T1_sd_ms",
    "T1_se_ms", "T2_ms", "T2_sd_ms", "T2_se_ms", "excluded", "warnings",
}  # fmt: skip


def strict(table: object) -> Any:
    return json.loads(json.dumps(table, allow_nan=False))


@pytest.fixture(scope="module")
def table(result: Result) -> Any:
    return strict(results_table(result))


def by_name(wells: list[Any]) -> dict[str, Any]:
    return {well["name"]: well for well in wells}


def test_the_top_level_is_as_promised(table: Any) -> None:
    assert table["schema"] == 1
    assert {"schema", "agents", "wells", "warnings", "provenance"} <= table.keys()


def test_every_agent_has_its_lines_and_their_ratio(table: Any, result: Result) -> None:
    assert [agent["name"] for agent in table["agents"]] == ["Gd6", "Gd-DTPA"]
    for given, agent in zip(table["agents"], result.agents, strict=True):
        assert given["per"] == "ion"
        for name, line in (("r1", agent.r1), ("r2", agent.r2)):
            assert line is not None
            assert given[name].keys() >= LINE
            assert given[name]["value"] == line.relaxivity.value
            assert given[name]["standard_error"] == line.relaxivity.standard_error
            assert given[name]["ci95"] == list(line.relaxivity.ci95)
            assert given[name]["intercept_per_s"] == line.intercept.value
            assert given[name]["unit"] == "1/s/mM"
            assert given[name]["wells"] == len(line.wells) == len(given[name]["well_names"])
        assert agent.ratio is not None
        assert given["r2_over_r1"] == {
            "value": agent.ratio.value,
            "standard_error": agent.ratio.standard_error,
            "ci95": list(agent.ratio.ci95),
        }


def test_the_numbers_are_those_of_the_agents(table: Any) -> None:
    gd6, control = table["agents"]
    assert gd6["r1"]["value"] == pytest.approx(12.06, rel=0.02)
    assert control["r2"]["value"] == pytest.approx(5.77, rel=0.02)


def test_times_are_in_ms(table: Any, result: Result) -> None:
    well = by_name(table["wells"])["8"]
    rate = next(rate for rate in result.rates["R1"].wells if rate.well == "8")
    assert well["T1_ms"] == pytest.approx(1000 / rate.rate)
    assert well["T1_sd_ms"] == pytest.approx(1000 * rate.spread / rate.rate**2)
    assert well["T1_se_ms"] == pytest.approx(1000 * rate.standard_error / rate.rate**2)
    assert well["T1_ms"] == pytest.approx(80.7, rel=0.02)
    assert well["T2_ms"] == pytest.approx(40.7, rel=0.02)


def test_every_well_has_every_key(table: Any, result: Result) -> None:
    assert len(table["wells"]) == len(result.wells["T1"])
    for given, well in zip(table["wells"], result.wells["T1"].wells, strict=True):
        assert given.keys() >= WELL
        assert (given["name"], given["row"], given["column"], given["slice"]) == (
            well.name,
            well.row,
            well.column,
            well.slice,
        )
        assert given["voxels"] == 72
        assert given["radius_mm"] == 3.4


def test_left_out_for_one_quantity_says_which_and_has_no_number_there(table: Any) -> None:
    blank = by_name(table["wells"])["1"]
    assert blank["excluded"] == "T2: T2 is longer than this echo train can tell"
    assert blank["T1_ms"] == pytest.approx(3030, rel=0.02)
    assert [blank[key] for key in ("T2_ms", "T2_sd_ms", "T2_se_ms")] == [None, None, None]


def test_left_out_by_a_person_keeps_its_numbers(make_result: ResultFactory) -> None:
    wells = by_name(results_table(make_result(exclude={"8": "an air bubble"}))["wells"])
    assert wells["8"]["excluded"] == "an air bubble"
    assert wells["8"]["T1_ms"] == pytest.approx(80.7, rel=0.02)
    assert wells["7"]["excluded"] is None


def test_two_reasons_are_both_given(result: Result) -> None:
    def left_out(rates: Rates, reason: str) -> Rates:
        first, *rest = rates.wells
        return Rates(rates.quantity, (dataclasses.replace(first, rate=math.nan, excluded=reason), *rest))

    rates = {"R1": left_out(result.rates["R1"], "too few voxels"), "R2": left_out(result.rates["R2"], "too noisy")}
    well = results_table(dataclasses.replace(result, rates=rates))["wells"][0]
    assert well["excluded"] == "T1: too few voxels; T2: too noisy"
    assert well["T1_ms"] is None


def test_a_rate_of_zero_has_no_time(result: Result) -> None:
    first, *rest = result.rates["R1"].wells
    zero = Rates("R1", (dataclasses.replace(first, rate=0.0, excluded="no signal"), *rest))
    well = results_table(dataclasses.replace(result, rates={"R1": zero}))["wells"][0]
    assert (well["excluded"], well["T1_ms"], well["T2_ms"]) == ("no signal", None, None)


def test_warnings_have_code_and_message_and_go_with_their_well(table: Any) -> None:
    assert table["warnings"] == [
        {
            "code": "no_temperature",
            "message": "The temperature comes from you, not from the scanner.",
            "well": None,
        },
        {"code": "blank_shared", "message": "Well 1 holds no agent.", "well": "1"},
    ]
    wells = by_name(table["wells"])
    assert wells["1"]["warnings"] == ["Well 1 holds no agent."]
    assert wells["2"]["warnings"] == []


def test_what_is_not_known_is_null(result: Result) -> None:
    gd6 = result.agents[0]
    assert gd6.r1 is not None
    unknown = Estimate(1.0, math.nan, (-math.inf, math.inf), "1/s/mM")
    agent = dataclasses.replace(gd6, r1=dataclasses.replace(gd6.r1, relaxivity=unknown), r2=None, ratio=None)
    (given,) = strict(agents_table([agent]))
    assert given["r1"]["standard_error"] is None
    assert given["r1"]["ci95"] == [None, None]
    assert given["r2"] is None
    assert given["r2_over_r1"] is None


def test_provenance_names_program_recipe_files_and_time(make_result: ResultFactory, tmp_path: Path) -> None:
    result = make_result(folder=tmp_path)
    provenance = strict(results_table(result))["provenance"]
    assert provenance["relaxo"] == relaxo.__version__
    sources = (tmp_path.name,)
    assert from_table(provenance["recipe"]) == msgspec.structs.replace(result.recipe, sources=sources)
    assert datetime.fromisoformat(provenance["created"]) == result.created
    assert len(provenance["sources"]) == 10 + 32
    first = provenance["sources"][0]
    assert first["path"] == "T1_00.dcm"
    assert first["sha256"] == hashlib.sha256(b"T1 0").hexdigest()


def test_a_source_that_is_gone_costs_its_hash_only(make_result: ResultFactory, tmp_path: Path) -> None:
    result = make_result(folder=tmp_path)
    (tmp_path / "T1_00.dcm").unlink()
    first, second, *_ = results_table(result)["provenance"]["sources"]
    assert first == {"path": "T1_00.dcm", "sha256": None}
    assert second["sha256"] is not None


def test_conditions_reference_and_control_stand_beside(table: Any) -> None:
    assert table["conditions"] == {"field_T": 1.0, "temperature_C": 25.0, "medium": "water"}
    assert (table["reference"]["agent"], table["reference"]["r1"]) == ("gadopentetate", 4.55)
    assert table["control"] == "Gd-DTPA"
    pairs = [(each["agent"], each["with"], each["name"]) for each in table["comparisons"]]
    assert pairs == [
        ("Gd6", "reference", "gadopentetate"),
        ("Gd6", "control", "Gd-DTPA"),
        ("Gd-DTPA", "reference", "gadopentetate"),
    ]
    assert table["comparisons"][1]["r1"]["value"] == pytest.approx(12.06 / 4.55, rel=0.03)


@pytest.mark.parametrize("quantity", ["T1", "T2"])
def test_one_quantity_alone(make_result: ResultFactory, quantity: str) -> None:
    table = strict(results_table(make_result(quantities=(quantity,))))
    other = "T2" if quantity == "T1" else "T1"
    assert all(well[f"{other}_ms"] is None for well in table["wells"])
    assert table["wells"][-1][f"{quantity}_ms"] > 0
    assert table["agents"][0][f"r{other[1]}"] is None
    assert table["agents"][0][f"r{quantity[1]}"]["value"] > 0


def test_no_concentrations_leave_wells_and_no_agents(result: Result) -> None:
    table = strict(results_table(dataclasses.replace(result, agents=(), contents={}, reference=None, control=None)))
    assert table["agents"] == []
    assert table["wells"][1]["concentration_mM"] is None
    assert table["wells"][1]["T1_ms"] > 0
    assert table["reference"] is None


def test_a_well_says_of_what_voxels_its_times_are(result: Result) -> None:
    rates = {
        name: Rates(
            name,
            tuple(
                dataclasses.replace(
                    rate,
                    median_rate=1.01 * rate.rate,
                    independent_voxels=12.5,
                    homogeneity=1.25,
                    curve_rate=0.98 * rate.rate,
                    curve_standard_error=0.01 * rate.rate,
                )
                for rate in of_all.wells
            ),
        )
        for name, of_all in result.rates.items()
    }
    tallies = tuple(
        Tally(inside=100 + k, measured=60, rim=20, ringing=15, void=5, shared=k) for k in range(len(result.wells["T1"]))
    )
    wells = {quantity: dataclasses.replace(there, tallies=tallies) for quantity, there in result.wells.items()}
    said = dataclasses.replace(result, rates=rates, wells=wells)
    index = [well.name for well in wells["T1"].wells].index("8")
    row = by_name(strict(results_table(said))["wells"])["8"]
    T1 = row["T1_ms"]
    assert row["T1_median_ms"] == pytest.approx(T1 / 1.01)
    assert row["T1_curve_ms"] == pytest.approx(T1 / 0.98)
    assert row["T1_curve_se_ms"] == pytest.approx(T1 * 0.01 / 0.98**2)
    assert row["T1_independent_voxels"] == 12.5
    assert row["T2_homogeneity"] == 1.25
    assert [row[f"T2_voxels_{name}"] for name in ("inside", "rim", "ringing", "void", "shared")] == [
        100 + index, 20, 15, 5, index,
    ]  # fmt: skip
    assert row["confidence"] == 1.0
    assert row["origin"] == "found"
    cells = next(line for line in csv.DictReader(io.StringIO(wells_csv(said))) if line["well"] == "8")
    assert {name: cells[name] for name in row.keys() & cells.keys() if name.startswith(("T1_", "T2_"))} == {
        name: str(row[name]) for name in row.keys() & cells.keys() if name.startswith(("T1_", "T2_"))
    }
    assert cells["T1_voxels_ringing"] == "15"


def test_what_nobody_counted_or_fitted_is_null(table: Any) -> None:
    row = by_name(table["wells"])["8"]
    assert row["T1_curve_ms"] is None
    assert row["T1_voxels_rim"] is None
