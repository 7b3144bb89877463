"""The field's colour maps, as tables for images."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
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
    # Its tables are read as they are: with the package comes matplotlib's pyplot, which the window would wait for.
    found = find_spec("cmcrameri")
    assert found is not None
    assert found.submodule_search_locations is not None
    table = np.loadtxt(Path(found.submodule_search_locations[0]) / "cmaps" / f"{name}.txt")
    return np.rint(table * 255).astype(np.uint8)
