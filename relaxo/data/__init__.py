"""The types that flow through Relaxo: frozen, checked when built, with no method that reads, draws or prints.

Array axes are ``(n, z, y, x)``: images along the varying axis, slices, rows, columns. A pixel position is
``(row, column, slice)``, counted from 0 at the centre of the first pixel. An ``affine`` is a (4, 4) matrix that takes
``(column, row, slice, 1)`` to patient coordinates in mm, right, anterior and superior positive (RAS+), as in NIfTI.
"""

from relaxo.data.geometry import Geometry
from relaxo.data.inventory import ImageHeader, Inventory, LeftOut, StackSource, StoredPixels
from relaxo.data.maps import FitStatus, Maps
from relaxo.data.notice import Choice, Notice
from relaxo.data.protocol import Protocol
from relaxo.data.rates import RATES, Rates, WellRate
from relaxo.data.relaxivity import (
    AgentResult,
    Alternative,
    Estimate,
    Influence,
    Line,
    Quality,
    ReferenceAgent,
    Share,
    Verdict,
)
from relaxo.data.stack import Stack
from relaxo.data.wells import Contents, Mark, Tally, Well, Wells

__all__ = [
    "RATES",
    "AgentResult",
    "Alternative",
    "Choice",
    "Contents",
    "Estimate",
    "FitStatus",
    "Geometry",
    "ImageHeader",
    "Influence",
    "Inventory",
    "LeftOut",
    "Line",
    "Maps",
    "Mark",
    "Notice",
    "Protocol",
    "Quality",
    "Rates",
    "ReferenceAgent",
    "Share",
    "Stack",
    "StackSource",
    "StoredPixels",
    "Tally",
    "Verdict",
    "Well",
    "WellRate",
    "Wells",
]
