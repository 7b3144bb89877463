"""The parts of `relaxo` that take long to load, each loaded when it is first used: an empty window waits for none."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

__all__ = [
    "columns",
    "curve",
    "fitting",
    "io",
    "is_loaded",
    "load",
    "models",
    "pipeline",
    "relaxivity",
    "timing_table",
    "wells",
]


class _Later:
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from relaxo import fitting, io, models, pipeline, relaxivity, wells
    from relaxo.io import columns, timing_table
    from relaxo.models import curve
else:
    columns = _Later("relaxo.io.columns")
    curve = _Later("relaxo.models.curve")
    fitting = _Later("relaxo.fitting")
    io = _Later("relaxo.io")
    models = _Later("relaxo.models")
    pipeline = _Later("relaxo.pipeline")
    relaxivity = _Later("relaxo.relaxivity")
    timing_table = _Later("relaxo.io.timing_table")
    wells = _Later("relaxo.wells")


#: What brings all of them along, and what is needed when the first results are there.
_ALL = ("relaxo.pipeline", "relaxo.models.curve", "relaxo.samples", "relaxo.report", "pypdfium2")


def load() -> None:
    """Load all of them: while a window stands empty, on a thread that is not its own."""
    for name in _ALL:
        import_module(name)


def is_loaded() -> bool:
    """Whether all of them are loaded, or at least begun to be."""
    return all(name in sys.modules for name in _ALL)
