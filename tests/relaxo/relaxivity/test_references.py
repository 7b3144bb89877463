"""Published agents: found by any name near their field, and only then."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from relaxo.data import AgentResult
from relaxo.errors import AnalysisError, InputError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import control_of, is_called, published, read_references, reference, references

if TYPE_CHECKING:
    from pathlib import Path


def agents(*names: str) -> tuple[AgentResult, ...]:
    return tuple(AgentResult(name, "ion", None, None, None) for name in names)


def test_every_row_says_where_it_comes_from() -> None:
    assert len(references()) > 50
    for agent in references():
        assert agent.citation
        assert agent.medium
        assert agent.synonyms
        assert agent.status in {"verified", "secondary", "derived"}
        assert agent.per in {"ion", "molecule"}
        assert 0.1 < agent.field_T < 15
        assert agent.r1 is not None
        assert agent.r1 > 0
        assert agent.r2 is None or agent.r2 >= agent.r1
        assert agent.doi == "" or agent.doi.startswith("10.")


def test_the_table_is_the_one_that_was_verified(reference_tables: Path) -> None:
    with (reference_tables / "ref_relaxivities.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    # Agents that came later stand below.
    assert len(rows) <= len(references())
    for row, agent in zip(rows, references(), strict=False):
        assert row["agent_generic"] == agent.agent
        published = (row["r1_mM-1s-1"], row["r1_unc"], row["r2_mM-1s-1"], row["r2_unc"])
        assert tuple(float(text) if text else None for text in published) == (
            agent.r1,
            agent.r1_se,
            agent.r2,
            agent.r2_se,
        )
        assert "memory" not in row["status"]


@pytest.mark.parametrize(
    "name",
    [
        *("Gd-DTPA", "gd dtpa", "GdDTPA", "Gd\N{EN DASH}DTPA", "Gd-DTPA(2-)", "[Gd(DTPA)(H2O)]2-", "Magnevist"),
        *("GADOPENTETATE", "gadopentetate dimeglumine", " gadopentetic acid "),
    ],
)
def test_any_name_finds_the_founding_papers_reference(name: str) -> None:
    agent = reference(name, 1.0)
    assert agent is not None
    assert (agent.agent, agent.r1, agent.r2, agent.status) == ("gadopentetate", 4.55, 5.77, "secondary")
    assert "10.1039" in agent.doi


@pytest.mark.parametrize("name", ["Gd-DTPA-BMA", "Gd", "DTPA", "", "-", "Gd-DTPA control", "Gd-DTPB"])
def test_other_names_are_other_agents(name: str) -> None:
    assert reference(name, 1.0) is None


def test_subscripts_do_not_hide_a_salt() -> None:
    assert reference("NiCl\N{SUBSCRIPT TWO}", 3.0) is reference("nickel(II) chloride", 3.0) is not None


@pytest.mark.parametrize(
    ("field_T", "found"),
    [(1.0, 1.0), (0.94, 1.0), (1.09, 1.0), (1.15, None), (2.89, 3), (3.0, 3), (7.2, 7), (4.7, None)],
)
def test_the_field_has_a_tolerance_and_nothing_is_interpolated(field_T: float, found: float | None) -> None:
    agent = reference("Gd-DTPA", field_T)
    assert (agent.field_T if agent else None) == found


def test_without_a_field_nothing_is_compared() -> None:
    assert reference("Gd-DTPA", None) is None


def test_a_row_with_both_relaxivities_comes_first_and_water_before_plasma() -> None:
    ferumoxytol = reference("Feraheme", 1.5)
    assert ferumoxytol is not None
    assert (ferumoxytol.medium, ferumoxytol.r2) == ("saline", 60.8)
    manganese = reference("MnCl2", 3.0067)
    assert manganese is not None
    assert manganese.r2 == 119.1
    # Either plasma or whole blood; the nearer field of the two wins over everything else.
    gadoxetate = reference("Eovist", 1.41)
    assert gadoxetate is not None
    assert gadoxetate.field_T == 1.41


def test_a_name_is_looked_up_among_all_of_an_agent() -> None:
    gadobutrol = next(agent for agent in references() if agent.agent == "gadobutrol")
    assert is_called(gadobutrol, "gadavist")
    assert not is_called(gadobutrol, "Magnevist")


def test_the_control_is_recognised_by_any_of_its_names() -> None:
    part = RegressionPart()
    assert control_of(agents("Gd6", "magnevist"), part) == "magnevist"
    assert control_of(agents("Gd6", "Gd DTPA"), part) == "Gd DTPA"
    assert control_of(agents("Gd6", "Gd-DOTA"), part) is None
    assert control_of(agents("Gd6", "Gd-DOTA"), RegressionPart(reference="Dotarem")) == "Gd-DOTA"
    assert control_of(agents("Gd6", "my own"), RegressionPart(reference="My-Own")) == "my own"


def test_an_agent_alone_is_no_control_unless_it_is_said_to_be() -> None:
    assert control_of(agents("Gd-DTPA"), RegressionPart()) is None
    assert control_of(agents("Gd-DTPA"), RegressionPart(control="gd-dtpa")) == "Gd-DTPA"
    assert control_of((), RegressionPart()) is None


def test_a_control_that_was_not_measured_is_an_error() -> None:
    with pytest.raises(AnalysisError, match='"Dotarem" is not among the agents that were measured: "Gd6", "x"'):
        control_of(agents("Gd6", "x"), RegressionPart(control="Dotarem"))


def test_medium_and_temperature_choose_among_rows_of_one_field() -> None:
    plasma = reference("gadobutrol", 3.0, medium="human plasma")
    blood = reference("gadobutrol", 3.0, medium="whole blood")
    assert plasma is not None
    assert blood is not None
    assert (plasma.r1, plasma.medium) == (4.97, "human plasma")
    assert "blood" in blood.medium


def test_nothing_is_interpolated_unless_asked_and_then_it_is_marked() -> None:
    assert reference("gadobutrol", 2.0) is None
    between = reference("gadobutrol", 2.0, medium="plasma", interpolate=True)
    assert between is not None
    assert between.status == "interpolated"
    assert between.field_T == 2.0
    assert "1.5 T and 3 T" in between.citation
    assert between.r1 is not None
    assert 4.78 < between.r1 < 4.97
    assert between.r2 is None
    # Beyond the last field nothing is known, and asking changes no row that there is.
    assert reference("gadobutrol", 20.0, interpolate=True) is None
    assert reference("gadobutrol", 3.0, interpolate=True) == reference("gadobutrol", 3.0)


OWN = """agent,synonyms,field_T,temperature_C,medium,per,r1,r1_se,r2,r2_se,citation,doi,ions_per_molecule
Gd-DTPA,Magnevist,1.0,25,water,ion,4.3,0.1,4.9,,"Ours, 2024",,1
newagent,,1.0,,,molecule,30,,70,,,,
"""


def test_a_users_own_agents_come_first(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8-sig")
    own = read_references(path)
    assert [agent.status for agent in own] == ["own", "own"]
    assert own[1].citation == "own value"
    found = reference("gd dtpa", 1.0, own=own)
    assert found is not None
    assert (found.r1, found.status) == (4.3, "own")
    assert reference("newagent", 1.0, own=own) == own[1]
    assert reference("newagent", 1.0) is None
    assert published(own=own)[0] == own[0]


def test_semicolons_part_columns_too(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("agent;field_T;r1;r2\nx;1.5;4;5\n")
    (own,) = read_references(path)
    assert (own.agent, own.field_T, own.r1, own.r2, own.per) == ("x", 1.5, 4, 5, "ion")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("agent,r1\nx,4\n", "no column field_T"),
        ("", "no column agent"),
        ("agent,field_T,r1\nx,1.5,four\n", '"four" in the column r1 is not a number'),
        ("agent,field_T,r1\nx,1.5,-4\n", "not above zero"),
        ("agent,field_T,r1\nx,,4\n", "no field_T"),
        ("agent,field_T,r1\n,1.5,4\n", "no name"),
        ("agent,field_T,r1,r2\nx,1.5,,\n", "neither r1 nor r2"),
        ("agent,field_T,r1,per\nx,1.5,4,gram\n", "neither ion nor molecule"),
        ("agent,field_T,r1,ions_per_molecule\nx,1.5,4,1.5\n", "not a whole number"),
    ],
)
def test_a_table_that_is_none_names_the_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        read_references(path)
    assert caught.value.hint
    assert str(path) in (caught.value.where or "")


def test_a_table_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_references(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_references(tmp_path / "binary.csv")


def test_the_list_can_be_narrowed() -> None:
    assert {agent.agent for agent in published(field_T=1.0)} == {"Gd6 cluster", "gadopentetate"}
    assert {agent.agent for agent in published(name="Gadovist")} == {"gadobutrol"}
    assert all("plasma" in agent.medium for agent in published(medium="plasma"))
    assert published(field_T=2.0) == ()
    assert {agent.status for agent in published(field_T=2.0, interpolate=True)} == {"interpolated"}
