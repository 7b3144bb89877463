"""The field's colour maps, as tables for images."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.colours import crameri

if TYPE_CHECKING:
    from numpy.typing import NDArray

GREY = "grey"


@cache
def lookup_table(name: str) -> NDArray[Any]:
    """Return (256, 3), uint8: ``grey``, or one of Crameri's maps such as ``lipari`` (T1) and ``navia`` (T2)."""
    if name == GREY:
        return np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
    return np.rint(crameri(name) * 255).astype(np.uint8)
