"""The field's colour maps, as tables for images."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GREY = "grey"


@cache
def lookup_table(name: str) -> NDArray[Any]:
    """Return (256, 3), uint8: ``grey``, or one of Crameri's maps such as ``lipari`` (T1) and ``navia`` (T2)."""
    if name == GREY:
        return np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
    # Imported on first use: it brings matplotlib, which the empty window does not need.
    from cmcrameri import cm  # noqa: PLC0415

    colours: NDArray[np.float64] = np.asarray(cm.cmaps[name](np.linspace(0, 1, 256)))[:, :3]
    return np.rint(colours * 255).astype(np.uint8)
