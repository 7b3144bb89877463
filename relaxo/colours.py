"""The tables of Crameri's colour maps, as their package has them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def crameri(name: str) -> NDArray[np.float64]:
    """Return (256, 3), red, green and blue from 0 to 1, of a map such as ``lipari`` (T1) or ``navia`` (T2)."""
    # Read as they are: with the package come matplotlib's pyplot and all of its sixty maps.
    found = find_spec("cmcrameri")
    assert found is not None
    assert found.submodule_search_locations is not None
    return np.loadtxt(Path(found.submodule_search_locations[0]) / "cmaps" / f"{name}.txt")
