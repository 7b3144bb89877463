"""The tables hold every digit, and another program gets the same line out of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from relaxo import relaxivity
from relaxo.io import read_rates
from relaxo.recipe import RegressionPart
from relaxo.report import relaxivity_csv, wells_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_columns_are_named_with_their_units(result: Result) -> None:
    assert wells_csv(result).splitlines()[0] == (
        "well,agent,concentration_mM,row,column,slice,radius_mm,voxels,T1_ms,T1_sd_ms,T1_se_ms,T2_ms,T2_sd_ms,T2_se_ms,"
        "excluded,warnings,concentration_se_mM,confidence,origin,"
        + ",".join(
            f"{quantity}_{name}"
            for quantity in ("T1", "T2")
            for name in [
                "median_ms",
                "voxels",
                "independent_voxels",
                "homogeneity",
                "curve_ms",
                "curve_se_ms",
                "voxels_inside",
                "voxels_rim",
                "voxels_ringing",
                "voxels_void",
                "voxels_shared",
            ]
        )
    )
    assert relaxivity_csv(result.agents).splitlines()[0] == (
        "agent,per,quantity,value,standard_error,ci95_low,ci95_high,unit,intercept_per_s,"
        "intercept_standard_error_per_s,intercept_ci95_low_per_s,intercept_ci95_high_per_s,wells,degrees_of_freedom"
    )


def test_a_well_left_out_leaves_its_cell_empty(result: Result) -> None:
    blank = read(wells_csv(result))[0]
    assert blank["T2_ms"] == ""
    assert float(blank["T1_ms"]) == pytest.approx(3030, rel=0.02)
    assert blank["excluded"].startswith("T2: ")
    assert blank["warnings"] == "Well 1 holds no agent."


def test_every_digit_of_a_relaxivity_is_there(result: Result) -> None:
    rows = read(relaxivity_csv(result.agents))
    assert [(row["agent"], row["quantity"]) for row in rows] == [
        ("Gd6", "r1"),
        ("Gd6", "r2"),
        ("Gd6", "r2/r1"),
        ("Gd-DTPA", "r1"),
        ("Gd-DTPA", "r2"),
        ("Gd-DTPA", "r2/r1"),
    ]
    gd6 = result.agents[0]
    assert gd6.r1 is not None
    assert gd6.ratio is not None
    assert float(rows[0]["value"]) == gd6.r1.relaxivity.value
    assert float(rows[0]["intercept_ci95_low_per_s"]) == gd6.r1.intercept.ci95[0]
    assert (rows[0]["unit"], rows[0]["wells"], rows[0]["degrees_of_freedom"]) == ("1/s/mM", "8", "6")
    assert float(rows[2]["value"]) == gd6.ratio.value
    assert rows[2]["intercept_per_s"] == ""


@pytest.mark.parametrize("exclude", [{}, {"8": 'an air bubble; seen, "twice"', "12": "spilt"}])
def test_the_table_of_wells_gives_the_same_relaxivities(
    make_result: Callable[..., Result], tmp_path: Path, exclude: dict[str, str]
) -> None:
    result = make_result(exclude=exclude)
    path = tmp_path / "wells.csv"
    path.write_text(wells_csv(result), encoding="utf-8")
    agents, _ = relaxivity.analyse(read_rates(path), RegressionPart())
    for again, agent in zip(agents, result.agents, strict=True):
        assert again.name == agent.name
        for mine, theirs in ((again.r1, agent.r1), (again.r2, agent.r2)):
            assert mine is not None
            assert theirs is not None
            assert mine.wells == theirs.wells
            assert mine.relaxivity.value == pytest.approx(theirs.relaxivity.value, rel=1e-12)
            assert mine.relaxivity.standard_error == pytest.approx(theirs.relaxivity.standard_error, rel=1e-9)


def test_no_agents_leave_the_header(result: Result) -> None:
    assert len(relaxivity_csv(()).splitlines()) == 1
    assert len(wells_csv(result).splitlines()) == 1 + 15
