"""The fitted curve of every well: its mean signal, the mean of the fits to its voxels, and what lies between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import RATES
from relaxo.models.curve import fine_axis, model_of
from relaxo.report.groups import groups, shared
from relaxo.report.lettering import SYMBOL, shortened
from relaxo.report.look import look
from relaxo.report.page import EDGE_MM, Page
from relaxo.report.rows import home
from relaxo.report.signals import fitted
from relaxo.report.style import DARK_GREY, GREY, INK
from relaxo.rounding import rounded
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from relaxo.report.material import Material

    Array = NDArray[np.float64]

_AXIS = {
    "InversionTime": "Inversion time (ms)",
    "EchoTime": "Echo time (ms)",
    "RepetitionTime": "Repetition time (ms)",
    "FlipAngle": "Flip angle (°)",
}
_HEAD_MM = 6.5
_TITLE_MM = 6.8
_LEFT_MM = 10.0
_BELOW_MM = 8.5
_GAP_MM = 2.2
_BETWEEN_MM = 4.0
_CURVE_SHARE = 0.62
_CELL_MM = (29.0, 27.0)
#: A narrow page has narrower cells, or it would be too long.
_NARROW_MM = 21.5
_WIDE_MM = 130.0
_LOWEST_CELL_MM = 15.0
#: A signal and its residuals are drawn as shares of the largest signal of the well.
_PERCENT = 100.0


def draw_curves(source: Material, width_mm: float) -> Figure:
    """Draw the wells in the order of the groups, T1 before T2; residuals below each curve, all on one scale.

    Points are the mean signals of a well's voxels and curves the mean of what was fitted to them, both over the
    largest fitted signal of the well.
    """
    page = Page(width_mm)
    order = list(dict.fromkeys(well for group in groups(source) for well in group.wells))
    rest = [well.name for well in source.wells[home(source)].wells if well.name not in order]
    order += rest
    room = page.inner - _LEFT_MM
    narrowest = _CELL_MM[0] if page.width >= _WIDE_MM else _NARROW_MM
    across = max(1, min(len(order), math.floor((room + _GAP_MM) / (narrowest + _GAP_MM))))
    down = math.ceil(len(order) / across)
    quantities = source.quantities
    fixed = len(quantities) * (_HEAD_MM + _BELOW_MM + _BETWEEN_MM) + 2 * EDGE_MM
    most = (look().page.height_mm - fixed) / (down * len(quantities)) - _TITLE_MM
    cell = (room - (across - 1) * _GAP_MM) / across, max(_LOWEST_CELL_MM, min(_CELL_MM[1], most))
    block = _HEAD_MM + down * (cell[1] + _TITLE_MM) + _BELOW_MM
    page.set_height(len(quantities) * block + (len(quantities) - 1) * _BETWEEN_MM + 2 * EDGE_MM)
    for index, quantity in enumerate(quantities):
        top = EDGE_MM + index * (block + _BETWEEN_MM)
        if len(quantities) > 1:
            page.letter("ab"[index], EDGE_MM, top)
        title = f"{SYMBOL[quantity]}: {_AXIS[source.protocols[quantity].axis].partition(' (')[0].lower()}s"
        page.text(title, EDGE_MM + 5, top + 0.4, fontweight="bold")
        _draw_quantity(page, source, quantity, order, top + _HEAD_MM, cell, across)
    return page.figure


def _draw_quantity(
    page: Page,
    source: Material,
    quantity: str,
    order: list[str],
    top: float,
    cell: tuple[float, float],
    across: int,
) -> None:
    protocol, wells = source.protocols[quantity], source.wells[quantity]
    part = source.fits[quantity]
    fine = fine_axis(protocol, model_of(part.model, part.options))
    curves = fitted(protocol, wells, source.maps[quantity], part, fine)
    measured = source.signals[quantity]
    position = {well.name: index for index, well in enumerate(wells.wells)}
    to_axis = s_to_ms if protocol.axis != "FlipAngle" else np.asarray
    largest = np.nanmax(np.abs(np.vstack([measured.fitted, measured.mean])), axis=0)
    residuals = _PERCENT * (measured.mean - measured.fitted) / largest
    limit = _limit(residuals)
    lowest = -1.08 if protocol.component == "real" else -0.04
    colours = _colours(source)
    for index, name in enumerate(order):
        well = position[name]
        column, row = index % across, index // across
        left = EDGE_MM + _LEFT_MM + column * (cell[0] + _GAP_MM)
        above = top + row * (cell[1] + _TITLE_MM)
        page.text(_label(source, name, cell[0]), left, above, fontsize=look().page.small_pt, color=INK)
        page.text(_measured(source, quantity, name), left, above + 2.7, fontsize=look().page.small_pt, color=DARK_GREY)
        curve, rest = page.axes(), page.axes()
        height = cell[1] * _CURVE_SHARE
        page.place(curve, left, above + _TITLE_MM - 1, cell[0], height)
        page.place(rest, left, above + _TITLE_MM - 1 + height + 1.0, cell[0], cell[1] - height - 2.0)
        colour = colours.get(name, GREY)
        times = to_axis(np.asarray(protocol.values))
        curve.plot(to_axis(fine), curves[:, well] / largest[well], color=colour, linewidth=0.9, zorder=3)
        bars = np.nan_to_num(measured.spread[:, well] / largest[well])
        curve.errorbar(
            times,
            measured.mean[:, well] / largest[well],
            yerr=bars,
            fmt="o",
            markersize=2.0,
            color=DARK_GREY,
            markerfacecolor="white",
            elinewidth=0.4,
            markeredgewidth=0.4,
            zorder=2,
        )
        rest.axhline(0, color=colour, linewidth=0.6)
        rest.plot(times, residuals[:, well], "o", markersize=1.4, color=INK, markeredgewidth=0)
        curve.set_ylim(lowest, 1.1)
        rest.set_ylim(-1.5 * limit, 1.5 * limit)
        rest.set_yticks([-limit, limit], [f"−{limit:g}", f"{limit:g}"])  # noqa: RUF001 - a minus sign
        curve.set_yticks([0, 1] if lowest > -1 else [-1, 0, 1])
        last = index + across >= len(order)
        _finish(curve, rest, first=column == 0, last=last)
        if last:
            rest.set_xlabel(_AXIS[protocol.axis], fontsize=look().page.small_pt, labelpad=1.5)
        if column == 0:
            curve.set_ylabel("Signal", fontsize=look().page.small_pt, labelpad=2)
            rest.set_ylabel("Δ (%)", fontsize=look().page.small_pt, labelpad=2)


def _finish(curve: Axes, rest: Axes, *, first: bool, last: bool) -> None:
    limits = curve.get_xlim()
    rest.set_xlim(limits)
    curve.set_xticks(rest.get_xticks(), [])
    curve.set_xlim(limits)
    small = look().page.small_pt - 0.5
    for axes in (curve, rest):
        axes.tick_params(labelsize=small, length=1.5, pad=1.2, labelleft=first)
    rest.locator_params(axis="x", nbins=3)
    curve.locator_params(axis="x", nbins=3)
    curve.tick_params(labelbottom=False)
    rest.tick_params(labelbottom=last)


def _limit(residuals: Array) -> float:
    """Return a round limit that all but stray residuals stay within, in %."""
    known = np.abs(residuals[np.isfinite(residuals)])
    wanted = float(known.max()) * 1.15 if known.size else 1.0
    return next((limit for limit in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if limit >= wanted), 100.0)


def _colours(source: Material) -> Mapping[str, str]:
    together = groups(source)
    common = shared(together)
    return {
        well: DARK_GREY if well in common else group.colour
        for group in together
        for well in group.wells
        if group.name or not common
    }


def _label(source: Material, name: str, room_mm: float) -> str:
    contents = source.contents.get(name)
    if contents is None:
        return f"Well {name}"
    amount = "" if contents.concentration_mM is None else f", {contents.concentration_mM:.4g} mM"
    return shortened(f"{name}{amount} {contents.agent}".rstrip(), room_mm - 1, look().page.small_pt)


def _measured(source: Material, quantity: str, name: str) -> str:
    rate = next((rate for rate in source.rates[RATES[quantity]].wells if rate.well == name), None)
    if rate is None or not math.isfinite(rate.rate):
        return "not measured"
    return f"{SYMBOL[quantity]} = {rounded(s_to_ms(rate.time), s_to_ms(rate.time_spread))} ms"
