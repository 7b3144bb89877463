"""The last stage: from rates and concentrations to agents, with what is published to compare them with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaxo import relaxivity
from relaxo.data import Notice
from relaxo.pipeline.published import off_band, own_references, reference_agent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import AgentResult, Rates, ReferenceAgent
    from relaxo.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Regressed:
    """What follows from rates and concentrations; the fields mean what they mean in a `Result`."""

    agents: tuple[AgentResult, ...] = ()
    reference: ReferenceAgent | None = None
    control: str | None = None
    notices: tuple[Notice, ...] = ()


def regressed(recipe: Recipe, rates: Mapping[str, Rates], field_T: float | None, *, with_contents: bool) -> Regressed:
    """Regress rates on concentrations, where there are any, and find what is published of the reference.

    Raises
    ------
    InputError
        When the published agents of the recipe cannot be read, or the reference is none of them.
    AnalysisError
        When not one line can be fitted, or the control was not measured.
    """
    agents: tuple[AgentResult, ...] = ()
    if with_contents:
        agents, notices = relaxivity.analyse(rates, recipe.regression)
    else:
        said = (
            "No concentrations were given: the wells are measured, not regressed. "
            "Say what is in the wells, in a table or in the recipe's contents."
        )
        notices = (Notice("no_concentrations", said),)
    own = own_references(recipe)
    reference, told = reference_agent(recipe, field_T, own)
    control = relaxivity.control_of(agents, recipe.regression, own) if agents else None
    return Regressed(agents, reference, control, notices + told + off_band(agents, control, recipe, field_T, own))
