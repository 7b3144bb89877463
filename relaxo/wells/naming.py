"""The names of wells: numbers in reading order, or plate coordinates."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.cluster import hierarchy

from relaxo.data import Wells
from relaxo.errors import AnalysisError
from relaxo.wells.lattice import lattice, nearest_distance, tilt, turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import Geometry, Well


def reading_order(wells: Sequence[Well], geometry: Geometry) -> list[int]:
    """Return the indices of wells in reading order: rows from top to bottom, each from left to right.

    On a lattice the rows are its own, at any small angle. Elsewhere wells stand in one row when the highest and the
    lowest of them differ by no more than a radius, or a quarter of the usual distance between wells, measured along
    the direction of their rows where they have one. Wells that share no slice with others come after those above.

    Parameters
    ----------
    wells
        In any order.
    geometry
        Of the volume whose pixels their positions are in.
    """
    order: list[int] = []
    for level in _levels(wells):
        places = _places(wells, level, geometry)
        ranks = lattice(places)
        rows, columns = ranks.T if ranks is not None else _rows(places, [wells[k].radius_mm for k in level])
        order.extend(level[k] for k in np.lexsort((columns, rows)))
    return order


def plate_names(wells: Wells) -> tuple[str, ...] | None:
    """Return the plate coordinate of every well, A1 in the top left corner, or None when they stand on no lattice.

    An empty place keeps its coordinate: without B3, B4 is still B4. The first row and column with a well are A and 1.
    """
    levels = _levels(wells.wells)
    places = lattice(_places(wells.wells, levels[0], wells.geometry)) if len(levels) == 1 else None
    if places is None:
        return None
    names = dict(zip(levels[0], (f"{_letters(row)}{column + 1}" for row, column in places), strict=True))
    return tuple(names[k] for k in range(len(wells)))


def rename(wells: Wells, naming: str) -> Wells:
    """Return the same wells in the same order with other names.

    Parameters
    ----------
    wells
        Any.
    naming
        ``reading`` for numbers in reading order, ``plate`` for plate coordinates.

    Raises
    ------
    AnalysisError
        When plate coordinates are asked for and the wells stand on no lattice.
    """
    names: Sequence[str] | None
    if naming == "plate":
        names = plate_names(wells)
        if names is None:
            raise AnalysisError(
                "plate coordinates cannot be given: the wells do not stand in the rows and columns of a plate",
                hint="Name the wells by their number in reading order, or by the row and column of their centre",
            )
    else:
        order = reading_order(wells.wells, wells.geometry)
        names = [str(rank + 1) for rank in np.argsort(order)]
    renamed = (dataclasses.replace(well, name=name) for well, name in zip(wells.wells, names, strict=True))
    return Wells(geometry=wells.geometry, labels=wells.labels, wells=tuple(renamed))


def _levels(wells: Sequence[Well]) -> list[list[int]]:
    """Return the indices of wells that reach through common slices, from the first slice on."""
    levels: list[list[int]] = []
    reached = -1
    for k in sorted(range(len(wells)), key=lambda k: (wells[k].slices, k)):
        if not levels or wells[k].slices[0] > reached:
            levels.append([])
        levels[-1].append(k)
        reached = max(reached, wells[k].slices[1])
    return levels


def _places(wells: Sequence[Well], chosen: Sequence[int], geometry: Geometry) -> NDArray[np.float64]:
    """Return (m, 2), the centres of the chosen wells in mm along the rows and columns of the image."""
    _, row_spacing, column_spacing = geometry.spacing
    return np.array([(wells[k].row * row_spacing, wells[k].column * column_spacing) for k in chosen], np.float64)


def _rows(places: NDArray[Any], radii: Sequence[float]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (m,) the rank of the row and (m,) the position in it, for wells that stand on no lattice."""
    upright = turned(places, tilt(places) or 0.0)
    height, across = upright.T
    if len(places) < 2:
        return height, across
    tolerance = max(float(np.median(radii)), 0.25 * float(np.median(nearest_distance(places))))
    # Complete linkage: no two wells of a row differ by more, so rows cannot run into one another.
    cluster = hierarchy.fcluster(hierarchy.linkage(height[:, None], "complete"), tolerance, "distance")
    mean = np.bincount(cluster, height) / np.maximum(np.bincount(cluster), 1)
    return mean[cluster], across


def _letters(row: int) -> str:
    """Return A to Z, then AA, AB, ..."""
    letters = chr(ord("A") + row % 26)
    return letters if row < 26 else _letters(row // 26 - 1) + letters
