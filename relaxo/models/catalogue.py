"""The catalogue of signal models."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from relaxo.models import (
    gradient_echo_decay,
    inversion_recovery,
    inversion_recovery_ideal,
    look_locker,
    saturation_recovery,
    spin_echo_decay,
    spin_echo_epg,
    spoiled_gradient_echo,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.data import Protocol
    from relaxo.models.model import Model

#: Every model by name. A new one is a file beside these and a line here.
CATALOGUE: Mapping[str, Model] = MappingProxyType(
    {
        module.MODEL.name: module.MODEL
        for module in (
            inversion_recovery,
            inversion_recovery_ideal,
            saturation_recovery,
            look_locker,
            spoiled_gradient_echo,
            spin_echo_decay,
            spin_echo_epg,
            gradient_echo_decay,
        )
    }
)


def usual_for(suffix: str) -> Model | None:
    """Return the model that images of a BIDS suffix are fitted with where nobody chooses; None when there is none."""
    return next((model for model in CATALOGUE.values() if model.suffix == suffix), None)


def models_for(protocol: Protocol, quantity: str) -> tuple[Model, ...]:
    """Return the models that find ``T1`` or ``T2`` in images of a protocol."""
    return tuple(
        model
        for model in CATALOGUE.values()
        if model.axis.name == protocol.axis
        and any(parameter.name == f"{quantity}map" for parameter in model.parameters)
        and all(
            needed.default is not None or {needed.name, *needed.other_names} & protocol.times.keys()
            for needed in model.inputs
        )
    )
