"""GE: a private flag tells magnitude, phase, real and imaginary apart, not ImageType; others hold the receiver gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.elements import integer, text
from relaxo.io.vendors.vendor import Vendor, private_tag, private_tags, standard_component

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_GROUP, _CREATOR, _IMAGE_TYPE = 0x0043, "GEMS_PARM_01", 0x2F
_GAIN_GROUP, _GAIN_CREATOR, _GAINS = 0x0019, "GEMS_ACQU_01", (0x8A, 0x8B)
_COMPONENTS = {0: "magnitude", 1: "phase", 2: "real", 3: "imaginary"}


def component(dataset: Dataset) -> str | None:
    """Return what (0043,102F) says; GE's ImageType is ORIGINAL, PRIMARY, OTHER for all four."""
    tag = private_tag(dataset, _GROUP, _CREATOR, _IMAGE_TYPE)
    flag = None if tag is None else integer(dataset, tag)
    return standard_component(dataset) if flag is None else _COMPONENTS.get(flag)


def receiver_gain(dataset: Dataset) -> tuple[int, ...]:
    """Return the analog and the digital gain of the receiver, (0019,108A) and (0019,108B)."""
    tags = (private_tag(dataset, _GAIN_GROUP, _GAIN_CREATOR, offset) for offset in _GAINS)
    gains = (None if tag is None else integer(dataset, tag) for tag in tags)
    return tuple(gain for gain in gains if gain is not None)


GE = Vendor(
    "GE",
    wrote=lambda dataset: text(dataset, 0x00080070).upper().startswith("GE"),
    tags=private_tags(_GROUP, _IMAGE_TYPE) | private_tags(_GAIN_GROUP, *_GAINS),
    component=component,
    receiver_gain=receiver_gain,
)
