"""What is counted: concentrations and relaxivities per ion, per molecule and per mass."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaxo.data import Estimate, Rates
from relaxo.errors import AnalysisError
from relaxo.relaxivity.names import bare, is_called
from relaxo.relaxivity.references import references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Contents, Line, ReferenceAgent
    from relaxo.recipe import RegressionPart

#: Unit of a relaxivity per mass: 1/s over g/L.
PER_MASS = "L/g/s"


def counted_per(part: RegressionPart) -> str:
    """Return what the relaxivities count: ``ion`` or ``molecule``."""
    return part.report_per or part.per


def counted(contents: Mapping[str, Contents], part: RegressionPart) -> dict[str, Contents]:
    """Return contents whose concentrations count what the relaxivities are to count.

    Raises
    ------
    AnalysisError
        When it is not known how many ions a molecule of an agent has.
    """
    converted = {}
    for well, known in contents.items():
        factor = _factor(known.agent, known.concentration_mM, part)
        converted[well] = dataclasses.replace(
            known,
            concentration_mM=_times(known.concentration_mM, factor),
            concentration_se_mM=_times(known.concentration_se_mM, factor),
        )
    return converted


def counted_rates(rates: Mapping[str, Rates], part: RegressionPart) -> dict[str, Rates]:
    """Return rates of wells whose concentrations count what the relaxivities are to count; raises as `counted`."""
    converted = {}
    for quantity, measured in rates.items():
        wells = []
        for well in measured.wells:
            factor = _factor(well.agent, well.concentration, part)
            wells.append(
                dataclasses.replace(
                    well,
                    concentration=_times(well.concentration, factor),
                    concentration_se=_times(well.concentration_se, factor),
                )
            )
        converted[quantity] = Rates(measured.quantity, tuple(wells))
    return converted


def conversions(
    name: str, r1: Line | None, r2: Line | None, part: RegressionPart
) -> dict[str, tuple[Estimate | None, Estimate | None]]:
    """Return r1 and r2 by everything they can be counted per: 1/s/mM of ions or molecules, L/g/s of mass."""
    per = counted_per(part)
    both = tuple(line.relaxivity if line else None for line in (r1, r2))
    ions = ions_per_molecule(name, part)
    found = {per: (both[0], both[1])}
    if ions is not None:
        factor = {"ion": ions, "molecule": 1 / ions}[per]
        found["molecule" if per == "ion" else "ion"] = (scaled(both[0], factor), scaled(both[1], factor))
    mass = next((mass for known, mass in part.molar_mass_g_per_mol.items() if bare(known) == bare(name)), None)
    if mass is not None and "molecule" in found:
        # 1 g/L of an agent is 1000 / M mM.
        found["mass"] = tuple(scaled(each, 1000 / mass, PER_MASS) for each in found["molecule"])  # type: ignore[assignment] # two of them
    return {kind: found[kind] for kind in ("ion", "molecule", "mass") if kind in found}


def ions_per_molecule(name: str, part: RegressionPart) -> int | None:
    """Return how many ions a molecule has: as the recipe says, or as published; None where neither knows."""
    stated = next((ions for known, ions in part.ions_per_molecule.items() if bare(known) == bare(name)), None)
    if stated is not None:
        return stated
    return next((agent.ions_per_molecule for agent in references() if is_called(agent, name)), None)


def published_per(agent: ReferenceAgent, per: str) -> ReferenceAgent | None:
    """Return a published agent counted per ion or molecule; None where that is not one number."""
    if agent.per == per:
        return agent
    if agent.ions_per_molecule is None:
        return None
    factor = agent.ions_per_molecule if per == "molecule" else 1 / agent.ions_per_molecule
    return dataclasses.replace(
        agent,
        per=per,
        r1=_times(agent.r1, factor),
        r1_se=_times(agent.r1_se, factor),
        r2=_times(agent.r2, factor),
        r2_se=_times(agent.r2_se, factor),
    )


def scaled(estimate: Estimate | None, factor: float, unit: str | None = None) -> Estimate | None:
    """Return an estimate times an exact number."""
    if estimate is None:
        return None
    low, high = estimate.ci95
    return Estimate(
        estimate.value * factor,
        estimate.standard_error * abs(factor),
        (low * factor, high * factor),
        unit or estimate.unit,
    )


def _factor(agent: str, concentration: float | None, part: RegressionPart) -> float:
    """Return what a concentration as given must be multiplied by."""
    if counted_per(part) == part.per or not concentration:
        return 1.0
    ions = ions_per_molecule(agent, part)
    if ions is None:
        raise AnalysisError(
            f"relaxivities are to be given per {counted_per(part)}, and how many ions a molecule of "
            f"{agent or 'the agent'} has is not known",
            where="regression.ions_per_molecule",
            hint=f'Set ions_per_molecule = {{ "{agent}" = 1 }} with the right number',
        )
    return ions if part.per == "molecule" else 1 / ions


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
