"""Relaxo turns a scanner's DICOMs into T1 and T2 maps, the relaxivities r1 and r2, and the figure for the paper.

A map of the house, from the ground up:

==============  ======================================================================
`errors`        what can go wrong, and what to do about it
`units`         every conversion between what files, screens and equations use
`data`          the types that flow: stacks, wells, maps, rates, relaxivities
`recipe`        every decision of a person, in and out of TOML
`fitting`       batched separable least squares: arrays in, arrays out
`models`        the signal equations, one to a file, and `fit`
`io`            files in, files out: DICOM, NIfTI, tables
`wells`         find wells, name them, measure a map in them
`relaxivity`    regression on concentration, and the reference agents
`phantoms`      digital phantoms with known truth; `samples` finds the shipped one
`pipeline`      from a recipe to results, stage by stage
`session`       a recipe being edited, with undo
`report`        figures, tables and files that leave
`cli`           the commands
==============  ======================================================================

The names below are all that most scripts need:

>>> import relaxo
>>> result = relaxo.run("recipe.toml")                                             # doctest: +SKIP
>>> maps = relaxo.fit("inversion_recovery", signal, InversionTime=ti)              # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaxo.errors import AnalysisError, InputError, RelaxoError
    from relaxo.models import fit
    from relaxo.pipeline import run
    from relaxo.recipe import Recipe

__all__ = ["AnalysisError", "InputError", "Recipe", "RelaxoError", "__version__", "fit", "run"]

__version__ = "0.1.0"

# Resolved on first use, so that `relaxo --help` imports neither numpy nor scipy.
_HOME = {
    "AnalysisError": "relaxo.errors",
    "InputError": "relaxo.errors",
    "RelaxoError": "relaxo.errors",
    "Recipe": "relaxo.recipe",
    "fit": "relaxo.models",
    "run": "relaxo.pipeline",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'relaxo' has no attribute {name!r}")
