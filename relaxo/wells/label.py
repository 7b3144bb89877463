"""Name wells as a recipe says, in the order of their names."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from relaxo.wells.doubts import check_marker, doubts
from relaxo.wells.naming import reading_order, rename, ring_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Wells
    from relaxo.recipe import WellsPart


def name(wells: Wells, part: WellsPart, *, by_plate: bool = False) -> Wells:
    """Return wells named as a recipe says, in the order of their names, with what is uncertain about these.

    Parameters
    ----------
    wells
        As found.
    part
        Naming, orientation, and a marker to check them.
    by_plate
        Whether the concentrations speak of plate coordinates; it decides where `part.naming` is ``auto``.

    Raises
    ------
    AnalysisError
        When plate coordinates are asked for and the wells stand on no lattice, or the marker has another name.
    InputError
        When `part.first` is no plate coordinate.
    """
    naming = ("plate" if by_plate else "reading") if part.naming == "auto" else part.naming
    by = ring_order if naming == "ring" else reading_order
    ordered = _in_order(wells, by(wells.wells, wells.geometry, part))
    if naming == "plate":
        named = rename(ordered, naming, part)
    else:
        numbered = (dataclasses.replace(well, name=str(rank)) for rank, well in enumerate(ordered.wells, 1))
        named = dataclasses.replace(ordered, wells=tuple(numbered))
    check_marker(named, part, naming)
    return dataclasses.replace(named, notices=(*named.notices, *doubts(named, part, naming)))


def _in_order(wells: Wells, order: Sequence[int]) -> Wells:
    """Return the same wells in another order."""
    if list(order) == list(range(len(wells))):
        return wells
    label = np.zeros(len(wells) + 1, np.int16)
    label[np.asarray(order) + 1] = np.arange(1, len(wells) + 1)
    return dataclasses.replace(
        wells,
        labels=label[wells.labels],
        wells=tuple(wells.wells[k] for k in order),
        tallies=tuple(wells.tallies[k] for k in order) if wells.tallies else (),
    )
