"""Where the wells are: as a person gives them, or as they are found and changed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from relaxo import wells
from relaxo.errors import AnalysisError
from relaxo.io.labels import read_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.data import Stack, Wells
    from relaxo.recipe import WellsPart


def as_found(part: WellsPart) -> WellsPart:
    """Return what decides where wells are found; a person names and changes them afterwards."""
    return msgspec.structs.replace(
        part, naming="reading", rotation=0, mirrored=False, first=None, marker=None, edit=(), voids="keep"
    )


def locate(
    stack: Stack, part: WellsPart, progress: Callable[[int, int], bool] | None
) -> tuple[Wells, AnalysisError | None]:
    """Return the wells of a stack, as a label image or a template gives them, or as they are found.

    Where none are found it says why, and is no failure: a person may add them.
    """
    if part.labels is not None:
        return wells.transfer(wells.labelled(*read_labels(Path(part.labels))), stack.geometry, part), None
    if part.template is not None:
        return wells.lay(part.template, stack.geometry, part), None
    try:
        return wells.search(stack, part, progress), None
    except AnalysisError as error:
        return wells.rasterise((), stack.geometry, part), error


def call(found: Wells, part: WellsPart, *, by_plate: bool) -> Wells:
    """Return wells with their names; those that were given may bring their own."""
    if not found.wells:
        return found
    own_names = part.template is not None or (
        part.labels is not None and not by_plate and part.naming in {"auto", "reading"}
    )
    return found if own_names else wells.name(found, part, by_plate=by_plate)


def carry(drawn: Wells, stack: Stack, part: WellsPart) -> Wells:
    """Return wells on the grid of a stack, without the voids that it shows in them."""
    return wells.cut_voids(stack, wells.transfer(drawn, stack.geometry, part), part)
