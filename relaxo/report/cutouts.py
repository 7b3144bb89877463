"""The rows of the strips: weighted images and maps, with a cut-out of each well in colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LogNorm, Normalize

from relaxo.report.contrast import clearest, mean_signal
from relaxo.report.lettering import SYMBOL
from relaxo.report.rows import RATE_OF
from relaxo.report.style import map_colours
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.colors import Colormap
    from numpy.typing import NDArray

    from relaxo.data import Stack, Wells
    from relaxo.pipeline import Result
    from relaxo.report.groups import Group

#: Relaxation times that span more than this are shown on a logarithmic scale: a dilution series is one.
_WIDE = 5.0
_BRIGHTEST_PERCENTILE = 99.0
_ABBREVIATION = {"InversionTime": "TI", "EchoTime": "TE", "RepetitionTime": "TR", "FlipAngle": "FA"}
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
    """``T1`` or ``T2`` for a map; None for an image."""

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


def rows(result: Result, together: Sequence[Group]) -> tuple[Row, ...]:
    """Return the rows that a result has: T1-weighted, T2-weighted, T1 map, T2 map."""
    quantities = [quantity for quantity in ("T1", "T2") if quantity in result.stacks]
    shown = list(dict.fromkeys(well for group in together for well in group.wells))
    return (
        *(_weighted(result, together, quantity, shown) for quantity in quantities),
        *(_map(result, quantity, shown) for quantity in quantities),
    )


def _weighted(result: Result, together: Sequence[Group], quantity: str, shown: Sequence[str]) -> Row:
    stack, wells = result.stacks[quantity], result.wells[quantity]
    index = _clearest(result, together, quantity)
    volume = stack.shown[index]
    values = volume[np.isin(wells.labels, _numbers(wells, shown))]
    values = values[np.isfinite(values)]
    low = float(min(0.0, np.percentile(values, 100 - _BRIGHTEST_PERCENTILE))) if values.size else 0.0
    high = float(np.percentile(values, _BRIGHTEST_PERCENTILE)) if values.size else 1.0
    return Row(
        title=f"{SYMBOL[quantity]}-weighted",
        subtitle=_setting(stack, index),
        volume=volume,
        wells=wells,
        colours=colormaps["gray"],
        norm=Normalize(low, high if high > low else low + 1, clip=True),
        quantity=None,
    )


def _map(result: Result, quantity: str, shown: Sequence[str]) -> Row:
    wells = result.wells[quantity]
    times = s_to_ms(result.maps[quantity][f"{quantity}map"])
    values = times[np.isin(wells.labels, _numbers(wells, shown)) & np.isfinite(times)]
    return Row(
        title=f"{SYMBOL[quantity]} map",
        subtitle="",
        volume=times,
        wells=wells,
        colours=map_colours(quantity),
        norm=_window(values),
        quantity=quantity,
    )


def _window(values: NDArray[np.float64]) -> Normalize:
    """Return the window in ms of a map: all but the outermost hundredths of the wells' voxels, to two digits.

    It reaches further down than that, so that the shortest time is not as dark as no time at all.
    """
    if not values.size:
        return Normalize(0, 1, clip=True)
    low, high = (float(end) for end in np.percentile(values, (1, 99)))
    if high > _WIDE * low:
        return LogNorm(_two_digits(low / 2, math.floor), _two_digits(high, math.ceil), clip=True)
    return Normalize(0, _two_digits(high, math.ceil), clip=True)


def _two_digits(value: float, towards: Any) -> float:  # noqa: ANN401 - math.floor or math.ceil
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(towards(value / unit) * unit)


def _clearest(result: Result, together: Sequence[Group], quantity: str) -> int:
    """Return the index of the image to show."""
    wells = result.wells[quantity]
    means = mean_signal(result.stacks[quantity], wells)
    position = {well.name: index for index, well in enumerate(wells.wells)}
    series = [
        means[:, [position[well] for well in group.wells if _has_concentration(result, well)]] for group in together
    ]
    if not any(each.shape[1] for each in series):
        # Without concentrations the rates stand in for them.
        rates = {rate.well: rate.rate for rate in result.rates[RATE_OF[quantity]].wells}
        by_rate = sorted((well for well in position if math.isfinite(rates[well])), key=lambda well: rates[well])
        series = [means[:, [position[well] for well in by_rate]]]
    return clearest(series, direction=1 if quantity == "T1" else -1)


def _has_concentration(result: Result, well: str) -> bool:
    return well in result.contents and result.contents[well].concentration_mM is not None


def _setting(stack: Stack, index: int) -> str:
    protocol = stack.protocol
    value = float(protocol.values[index])
    if protocol.axis == "FlipAngle":
        return f"FA {value:g}°"
    return f"{_ABBREVIATION[protocol.axis]} {s_to_ms(value):.4g} ms"


def _numbers(wells: Wells, shown: Sequence[str]) -> list[int]:
    return [number for number, well in enumerate(wells.wells, start=1) if well.name in shown]


def _span(centre: float, half: float, extent: int) -> tuple[int, int]:
    """Return the first and last pixel, within the image, of those that reach over a length."""
    first, last = math.floor(centre - half + 0.5), math.ceil(centre + half - 0.5)
    return max(0, min(first, extent - 1)), min(extent - 1, max(last, 0))
