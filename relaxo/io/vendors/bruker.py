"""Bruker: ParaVision stores the maps it fitted as frames among the images, told apart by their label only.

A T2 map comes as five frames of one slice: the T2, the signal at the echo time 0, the errors of both, and the deviation
of the fit. Taken for echoes they would be averaged into nonsense.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relaxo.io.elements import text
from relaxo.io.vendors.vendor import Vendor

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MANUFACTURER, _FRAME_LABEL = 0x00080070, 0x00209453
_PARAMETER = re.compile(
    r"relaxation|std ?dev|standard deviation|deviation|intensity|coefficient|\bmap\b|\bfit\b|\bt[12]\b", re.IGNORECASE
)


def unusable(dataset: Dataset) -> str | None:
    """Refuse a frame whose label (0020,9453) names a parameter of a fit."""
    label = text(dataset, _FRAME_LABEL)
    if not _PARAMETER.search(label):
        return None
    return f'a parameter that ParaVision calculated ("{label}"), not an image'


BRUKER = Vendor("Bruker", wrote=lambda dataset: "BRUKER" in text(dataset, _MANUFACTURER).upper(), unusable=unusable)
