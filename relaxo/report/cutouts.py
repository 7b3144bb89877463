"""The rows of the strips: weighted images and maps, with a cut-out of each well in colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize

from relaxo.data import RATES
from relaxo.report.lettering import SYMBOL
from relaxo.report.look import look
from relaxo.report.style import map_colours
from relaxo.report.windows import window
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.colors import Colormap
    from numpy.typing import NDArray

    from relaxo.data import Wells
    from relaxo.report.groups import Group
    from relaxo.report.material import Material

_BRIGHTEST_PERCENTILE = 99.0
#: Pixels are enlarged to this many a side at least, because some viewers blur those of small pictures.
_FEWEST_PIXELS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One kind of picture of all wells."""

    title: str
    subtitle: str
    volume: NDArray[Any]
    """(z, y, x)."""
    wells: Wells
    colours: Colormap
    norm: Normalize
    quantity: str | None
    """``T1``, ``T2``, ``R1`` or ``R2`` for a map; None for an image."""

    def radius_mm(self) -> float:
        """Return the radius of the largest well."""
        return max(well.radius_mm for well in self.wells.wells)

    def cut(self, name: str, half_mm: float) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
        """Cut out a well.

        Parameters
        ----------
        name
            Of the well.
        half_mm
            Half the side of the square that the cut-out covers at least, in mm.

        Returns
        -------
        The picture (rows, columns, 4), and its left, right, bottom and top edges in mm from the centre of the well,
        rightwards and downwards.
        """
        well = next(well for well in self.wells.wells if well.name == name)
        _, height, width = self.volume.shape
        _, row_mm, column_mm = self.wells.geometry.spacing
        first_row, last_row = _span(well.row, half_mm / row_mm, height)
        first_column, last_column = _span(well.column, half_mm / column_mm, width)
        # Between two slices the lower one: a picture shows what was measured, never an average of it.
        plane = self.volume[math.floor(well.slice)]
        patch = plane[first_row : last_row + 1, first_column : last_column + 1]
        if self.quantity is not None:
            # A map is shown where it is the well's: beyond lie plastic, air and other fluids.
            down = (np.arange(first_row, last_row + 1) - well.row) * row_mm
            across = (np.arange(first_column, last_column + 1) - well.column) * column_mm
            patch = np.where(np.hypot(down[:, np.newaxis], across) <= well.radius_mm, patch, np.nan)
        colours = self.colours(self.norm(np.ma.masked_invalid(patch)), bytes=True)
        factor = max(1, math.ceil(_FEWEST_PIXELS / min(patch.shape)))
        edges = (
            (first_column - 0.5 - well.column) * column_mm,
            (last_column + 0.5 - well.column) * column_mm,
            (last_row + 0.5 - well.row) * row_mm,
            (first_row - 0.5 - well.row) * row_mm,
        )
        return np.repeat(np.repeat(colours, factor, axis=0), factor, axis=1), edges


def rows(source: Material, together: Sequence[Group]) -> tuple[Row, ...]:
    """Return the rows that there are: T1-weighted, T2-weighted, T1 map, T2 map; of rates where the look has them."""
    shown = list(dict.fromkeys(well for group in together for well in group.wells))
    return (
        *(weighted_row(source, quantity, shown) for quantity in source.quantities),
        *(map_row(source, quantity, shown) for quantity in source.quantities),
    )


def weighted_row(source: Material, quantity: str, shown: Sequence[str]) -> Row:
    """Return the row of the image that shows best that an agent works."""
    picture, wells = source.pictures[quantity], source.wells[quantity]
    values = picture.volume[np.isin(wells.labels, _numbers(wells, shown))]
    values = values[np.isfinite(values)]
    low = float(min(0.0, np.percentile(values, 100 - _BRIGHTEST_PERCENTILE))) if values.size else 0.0
    high = float(np.percentile(values, _BRIGHTEST_PERCENTILE)) if values.size else 1.0
    return Row(
        title=f"{SYMBOL[quantity]}-weighted",
        subtitle=picture.setting,
        volume=picture.volume,
        wells=wells,
        colours=colormaps["gray"],
        norm=Normalize(low, high if high > low else low + 1, clip=True),
        quantity=None,
    )


def map_row(source: Material, quantity: str, shown: Sequence[str]) -> Row:
    """Return the row of a map, in ms, or in 1/s where the look has rates."""
    wells = source.wells[quantity]
    values = source.maps[quantity][f"{quantity}map"]
    if look().maps.show == "rates":
        quantity, values = RATES[quantity], 1 / values
    else:
        values = s_to_ms(values)
    inside = values[np.isin(wells.labels, _numbers(wells, shown)) & np.isfinite(values)]
    return Row(
        title=f"{SYMBOL[quantity]} map",
        subtitle="",
        volume=values,
        wells=wells,
        colours=map_colours(quantity),
        norm=window(quantity, inside),
        quantity=quantity,
    )


def _numbers(wells: Wells, shown: Sequence[str]) -> list[int]:
    return [number for number, well in enumerate(wells.wells, start=1) if well.name in shown]


def _span(centre: float, half: float, extent: int) -> tuple[int, int]:
    """Return the first and last pixel, within the image, of those that reach over a length."""
    first, last = math.floor(centre - half + 0.5), math.ceil(centre + half - 0.5)
    return max(0, min(first, extent - 1)), min(extent - 1, max(last, 0))
