"""What figures and reports are made from: a result without its images, as it also comes back from its folder."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from relaxo.data import RATES
from relaxo.pipeline import Findings
from relaxo.recipe import FitPart
from relaxo.report.contrast import clearest
from relaxo.report.groups import groups
from relaxo.report.provenance import Provenance, provenance
from relaxo.report.signals import Signals, signals
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaxo.data import Protocol, Stack
    from relaxo.pipeline import Result

_ABBREVIATION = {"InversionTime": "TI", "EchoTime": "TE", "RepetitionTime": "TR", "FlipAngle": "FA"}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The image of a series that shows best that an agent works."""

    volume: NDArray[Any]
    """(z, y, x)."""
    setting: str
    """Its time or angle: ``TI 650 ms``."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Material(Findings):
    """A result as figures and reports need it."""

    protocols: Mapping[str, Protocol]
    """The same keys as those of `wells`, as the next four."""
    maps: Mapping[str, Mapping[str, NDArray[Any]]]
    """Every parameter by its name, (z, y, x)."""
    fits: Mapping[str, FitPart]
    """The models that were fitted, by their own names, with the recipe's options."""
    pictures: Mapping[str, Picture]
    signals: Mapping[str, Signals]
    provenance: Provenance

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
        **{field.name: getattr(result, field.name) for field in fields(Findings)},
        protocols={quantity: stack.protocol for quantity, stack in result.stacks.items()},
        maps=maps,
        fits=fits,
        pictures={
            quantity: _picture(result, quantity, stack, measured[quantity]) for quantity, stack in result.stacks.items()
        },
        signals=measured,
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
