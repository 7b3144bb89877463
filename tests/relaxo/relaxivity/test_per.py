"""Per ion, per molecule, per mass: everywhere at once."""

from __future__ import annotations

import dataclasses
import math

import pytest

from relaxo.data import Contents, Rates, WellRate
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity import (
    analyse,
    counted,
    counted_per,
    counted_rates,
    ions_per_molecule,
    published_per,
    reference,
    references,
)

SIX = RegressionPart(ions_per_molecule={"Gd6": 6})


def rates(agent: str = "Gd6") -> dict[str, Rates]:
    return {
        quantity: Rates(
            quantity,
            tuple(
                WellRate(str(c), blank + slope * c, math.nan, math.nan, 0, c, agent, concentration_se=0.01)
                for c in (0.0, 0.1, 0.2, 0.4, 0.8)
            ),
        )
        for quantity, blank, slope in (("R1", 0.33, 12.06), ("R2", 0.45, 24.10))
    }


def test_per_molecule_is_six_times_per_ion_in_every_figure() -> None:
    part = RegressionPart(report_per="molecule", ions_per_molecule={"gd 6": 6})
    (agent,), _ = analyse(counted_rates(rates(), part), part)
    assert agent.per == counted_per(part) == "molecule"
    assert agent.r1 is not None
    assert agent.r2 is not None
    assert agent.ratio is not None
    assert agent.r1.relaxivity.value == pytest.approx(72.36)
    assert agent.r2.relaxivity.value == pytest.approx(144.60)
    assert agent.ratio.value == pytest.approx(24.10 / 12.06)
    assert agent.r1.concentration.max() == pytest.approx(0.8 / 6)
    assert agent.r1.intercept.value == pytest.approx(0.33)


def test_concentrations_of_molecules_become_those_of_ions() -> None:
    part = RegressionPart(per="molecule", report_per="ion", ions_per_molecule={"Gd6": 6})
    converted = counted({"A1": Contents(0.1, "Gd6", concentration_se_mM=0.01), "A2": Contents(None)}, part)
    assert converted["A1"].concentration_mM == pytest.approx(0.6)
    assert converted["A1"].concentration_se_mM == pytest.approx(0.06)
    assert converted["A2"].concentration_mM is None


def test_nothing_is_converted_where_nobody_asks() -> None:
    contents = {"1": Contents(0.1, "unheard of")}
    assert counted(contents, RegressionPart()) == contents
    assert counted(contents, RegressionPart(per="molecule", report_per="molecule")) == contents


def test_an_agent_whose_ions_nobody_knows_is_not_guessed() -> None:
    part = RegressionPart(report_per="molecule")
    with pytest.raises(AnalysisError, match="how many ions a molecule of unheard of has") as caught:
        counted_rates(rates("unheard of"), part)
    assert "ions_per_molecule" in caught.value.hint
    # A blank holds none of it.
    assert counted({"1": Contents(0.0, "water")}, part)["1"].concentration_mM == 0


def test_published_agents_are_known_by_their_ions() -> None:
    assert ions_per_molecule("Gd-DTPA", RegressionPart()) == 1
    assert ions_per_molecule("Gd6", RegressionPart()) == 6
    assert ions_per_molecule("Gd6", RegressionPart(ions_per_molecule={"Gd6": 5})) == 5
    assert ions_per_molecule("ferumoxytol", RegressionPart()) is None


def test_all_bases_that_are_known_stand_beside() -> None:
    part = RegressionPart(ions_per_molecule={"Gd6": 6}, molar_mass_g_per_mol={"Gd6": 2400.0})
    (agent,), _ = analyse(rates(), part)
    assert list(agent.conversions) == ["ion", "molecule", "mass"]
    r1, r2 = agent.conversions["mass"]
    assert r1 is not None
    assert r2 is not None
    # 1 g/L of 2400 g/mol is 1/2.4 mM, of which each mM gives 72.36 1/s.
    assert r1.value == pytest.approx(72.36 / 2.4)
    assert r1.unit == r2.unit == "L/g/s"
    (unknown,), _ = analyse(rates("unheard of"), RegressionPart())
    assert list(unknown.conversions) == ["ion"]


def test_a_published_value_is_counted_as_the_agents_are() -> None:
    gd6 = reference("Gd6", 1.0)
    assert gd6 is not None
    per_molecule = published_per(gd6, "molecule")
    assert per_molecule is not None
    assert per_molecule.r1 == pytest.approx(72.36)
    assert per_molecule.per == "molecule"
    assert published_per(per_molecule, "ion").r1 == pytest.approx(12.06)  # type: ignore[union-attr]
    particle = next(agent for agent in references() if agent.agent == "ferumoxytol")
    assert published_per(particle, "molecule") is None
    assert published_per(dataclasses.replace(particle), "ion") == particle
