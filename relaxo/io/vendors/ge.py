"""GE: magnitude, phase, real and imaginary are told apart by a private flag, not by ImageType."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.io.elements import integer, text
from relaxo.io.vendors.vendor import Vendor, private_tag, private_tags, standard_component

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_GROUP, _CREATOR, _IMAGE_TYPE = 0x0043, "GEMS_PARM_01", 0x2F
_COMPONENTS = {0: "magnitude", 1: "phase", 2: "real", 3: "imaginary"}


def component(dataset: Dataset) -> str | None:
    """Return what (0043,102F) says; GE's ImageType is ORIGINAL, PRIMARY, OTHER for all four."""
    tag = private_tag(dataset, _GROUP, _CREATOR, _IMAGE_TYPE)
    flag = None if tag is None else integer(dataset, tag)
    return standard_component(dataset) if flag is None else _COMPONENTS.get(flag)


GE = Vendor(
    "GE",
    wrote=lambda dataset: text(dataset, 0x00080070).upper().startswith("GE"),
    tags=private_tags(_GROUP, _IMAGE_TYPE),
    component=component,
)
