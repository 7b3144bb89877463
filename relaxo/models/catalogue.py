"""The catalogue of signal models."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from relaxo.models import inversion_recovery, spin_echo_decay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaxo.models.model import Model

#: Every model by name. A new one is a file beside these and a line here.
CATALOGUE: Mapping[str, Model] = MappingProxyType(
    {module.MODEL.name: module.MODEL for module in (inversion_recovery, spin_echo_decay)}
)
