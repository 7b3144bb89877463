"""What figures and reports are made from: a result without its images, as it also comes back from its folder."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from relaxo.data import RATES
from relaxo.recipe import FitPart
from relaxo.report.contrast import clearest
from relaxo.report.groups import groups
from relaxo.report.provenance import Provenance, provenance
from relaxo.report.signals import Signals, signals
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from relaxo.data import AgentResult, Contents, Notice, Protocol, Rates, ReferenceAgent, Stack, Wells
    from relaxo.pipeline import Result
    from relaxo.recipe import Recipe

_ABBREVIATION = {"InversionTime": "TI", "EchoTime": "TE", "RepetitionTime": "TR", "FlipAngle": "FA"}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The image of a series that shows best that an agent works."""

    volume: NDArray[Any]
    """(z, y, x)."""
    setting: str
    """Its time or angle: ``TI 650 ms``."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A result as figures and reports need it; the fields that a result has too mean the same."""

    recipe: Recipe
    protocols: Mapping[str, Protocol]
    """By ``T1`` and ``T2``, or one of them; the next five have the same keys."""
    maps: Mapping[str, Mapping[str, NDArray[Any]]]
    """Every parameter by its name, (z, y, x)."""
    fits: Mapping[str, FitPart]
    """The models that were fitted, by their own names, with the recipe's options."""
    wells: Mapping[str, Wells]
    pictures: Mapping[str, Picture]
    signals: Mapping[str, Signals]
    contents: Mapping[str, Contents]
    rates: Mapping[str, Rates]
    agents: tuple[AgentResult, ...]
    field_T: float | None
    reference: ReferenceAgent | None
    control: str | None
    notices: tuple[Notice, ...]
    created: datetime
    provenance: Provenance

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, dict):
                object.__setattr__(self, field.name, MappingProxyType(value))

    @property
    def quantities(self) -> tuple[str, ...]:
        """What was measured: ``T1`` and ``T2``, or one of them."""
        return tuple(self.maps)


def material(result: Result | Material) -> Material:
    """Return what figures and reports need of a result."""
    if isinstance(result, Material):
        return result
    maps = {quantity: dict(fitted.values) for quantity, fitted in result.maps.items()}
    fits = {
        quantity: FitPart(model=fitted.model, options=getattr(result.recipe.fit, quantity).options)
        for quantity, fitted in result.maps.items()
    }
    measured = {
        quantity: signals(stack, result.wells[quantity], maps[quantity], fits[quantity])
        for quantity, stack in result.stacks.items()
    }
    return Material(
        recipe=result.recipe,
        protocols={quantity: stack.protocol for quantity, stack in result.stacks.items()},
        maps=maps,
        fits=fits,
        wells=dict(result.wells),
        pictures={
            quantity: _picture(result, quantity, stack, measured[quantity]) for quantity, stack in result.stacks.items()
        },
        signals=measured,
        contents=dict(result.contents),
        rates=dict(result.rates),
        agents=result.agents,
        field_T=result.field_T,
        reference=result.reference,
        control=result.control,
        notices=result.notices,
        created=result.created,
        provenance=provenance(result),
    )


def _picture(result: Result, quantity: str, stack: Stack, measured: Signals) -> Picture:
    wells = result.wells[quantity]
    position = {well.name: index for index, well in enumerate(wells.wells)}
    series = [
        measured.mean[:, [position[well] for well in group.wells if _has_concentration(result, well)]]
        for group in groups(result)
    ]
    if not any(each.shape[1] for each in series):
        # Without concentrations the rates stand in for them.
        rates = {rate.well: rate.rate for rate in result.rates[RATES[quantity]].wells}
        by_rate = sorted((well for well in position if math.isfinite(rates[well])), key=lambda well: rates[well])
        series = [measured.mean[:, [position[well] for well in by_rate]]]
    index = clearest(series, direction=1 if quantity == "T1" else -1)
    value = float(stack.protocol.values[index])
    axis = stack.protocol.axis
    setting = f"FA {value:g}°" if axis == "FlipAngle" else f"{_ABBREVIATION[axis]} {s_to_ms(value):.4g} ms"
    return Picture(stack.shown[index], setting)


def _has_concentration(result: Result, well: str) -> bool:
    return well in result.contents and result.contents[well].concentration_mM is not None
