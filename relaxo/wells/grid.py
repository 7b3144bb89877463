"""A well that is added by hand: where it would stand on the lattice of the others, and what it would be called."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import numpy as np

from relaxo.wells.lattice import nodes
from relaxo.wells.match import in_one_spelling, is_plate_name
from relaxo.wells.naming import levels_of, places_of, plate_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Geometry, Well, Wells
    from relaxo.recipe import WellsPart

_FEWEST = 4
"""Wells that a lattice is told from."""
_NEAR = 0.3
"""Share of the pitch within which a place is meant."""


def lattice_place(wells: Sequence[Well], geometry: Geometry, row: float, column: float) -> tuple[float, float] | None:
    """Return row and column of the place on the lattice of wells that is meant by one near it, or None.

    Places reach one row and one column beyond those in which a well stands.

    Parameters
    ----------
    wells
        In pixels of `geometry`, without the one that is placed.
    geometry
        The grid.
    row, column
        Where a person points, in pixels.
    """
    levels = levels_of(wells)
    if len(levels) != 1 or len(wells) < _FEWEST:
        return None
    grid = nodes(places_of(wells, levels[0], geometry, None), beyond=1)
    if grid is None:
        return None
    places, pitch = grid
    spacing = np.array(geometry.spacing[1:])
    away = np.linalg.norm(places - np.array([row, column]) * spacing, axis=1)
    nearest = int(away.argmin())
    if away[nearest] > _NEAR * pitch:
        return None
    down, right = places[nearest] / spacing
    return float(down), float(right)


def free_name(wells: Wells, well: Well, part: WellsPart) -> str:
    """Return what an added well is to be called: its plate coordinate among plate coordinates, else the next number.

    Parameters
    ----------
    wells
        All others.
    well
        That is added, of any name.
    part
        How the image must be turned to show the wells as they are labelled, and where A1 is.
    """
    taken = {in_one_spelling(each.name) for each in wells.wells}
    if wells.wells and all(is_plate_name(each.name) for each in wells.wells):
        names = plate_names(dataclasses.replace(wells, wells=(*wells.wells, _unnamed(well, wells)), tallies=()), part)
        # A well before the first row or column would give all others new names.
        if names is not None and names[:-1] == tuple(each.name for each in wells.wells) and names[-1] not in taken:
            return names[-1]
    return next(str(number) for number in itertools.count(1) if str(number) not in taken)


def _unnamed(well: Well, wells: Wells) -> Well:
    """Return a well under a name that none has, in the slices of the others: it stands beside them."""
    like = wells.wells[0]
    return dataclasses.replace(well, name="\0", slices=like.slices, slice=like.slice)
