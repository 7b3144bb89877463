"""Rates against concentration: points with their spread, the fitted lines with their bands, and the reference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from relaxo.data import RATES
from relaxo.report.groups import shared
from relaxo.report.lettering import RELAXIVITY, SYMBOL, UNIT, shortened, width_mm
from relaxo.report.look import look
from relaxo.report.style import DARK_GREY, INK
from relaxo.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from relaxo.data import Line, WellRate
    from relaxo.pipeline import Findings
    from relaxo.report.groups import Group

_CONCENTRATION = {"ion": "Ion concentration (mM)", "molecule": "Agent concentration (mM)"}


def draw_lines(
    axes: Axes, result: Findings, together: Sequence[Group], quantity: str, room_mm: float
) -> list[tuple[Line2D, str]]:
    """Draw one rate against concentration; return the entries of its legend.

    Filled markers are wells in the line, open ones wells that are left out; error bars are standard deviations over
    voxels, bands the 95 % confidence of the line, the dashed line has the published slope.

    Parameters
    ----------
    axes
        To draw into.
    result
        What was measured.
    together
        Its groups.
    quantity
        ``T1`` or ``T2``.
    room_mm
        How long a text of the legend may be.
    """
    rates = {rate.well: rate for rate in result.rates[RATES[quantity]].wells}
    concentration = {well: each.concentration_mM for well, each in result.contents.items()}
    highest = max((value for value in concentration.values() if value is not None), default=0.0) or 1.0
    entries = []
    for group in together:
        line = group.line(quantity)
        if line is not None:
            _draw_line(axes, line, group.colour)
            entries.append((_handle(group), _label(group.name, _figure(line, quantity), room_mm)))
    common = shared(together)
    in_lines = {well for group in together if (line := group.line(quantity)) is not None for well in line.wells}
    drawn: set[str] = set()
    alike: dict[tuple[str, str, bool], list[tuple[float, WellRate]]] = {}
    for group in together:
        for well in group.wells:
            at = concentration.get(well)
            if well in rates and well not in drawn and at is not None and math.isfinite(rates[well].rate):
                colour = INK if well in common else group.colour
                alike.setdefault((colour, group.marker, well in in_lines), []).append((at, rates[well]))
                drawn.add(well)
    for (colour, marker, counts), points in alike.items():
        _draw_points(axes, points, colour, marker, counts=counts)
    per = {agent.per for agent in result.agents}
    axes.set_xlabel(_CONCENTRATION[per.pop()] if len(per) == 1 else "Concentration (mM)")
    axes.set_ylabel(f"1/{SYMBOL[quantity]} (s⁻¹)")
    axes.set_xlim(-0.02 * highest, 1.04 * highest)
    low, high = axes.get_ylim()
    # The reference comes last and may leave at the top: what was measured must stay in sight.
    axes.set_ylim(min(low, 0), high)
    return entries + _draw_reference(axes, result, together, quantity, highest, room_mm)


def _draw_line(axes: Axes, line: Line, colour: str) -> None:
    # As far as it was measured.
    grid = np.linspace(0, line.concentration.max(), 101)
    fitted = line.intercept.value + line.relaxivity.value * grid
    design = np.stack([np.ones_like(grid), grid])
    error = np.sqrt(np.maximum(np.einsum("ik,ij,jk->k", design, line.covariance, design), 0))
    half = _quantile(line) * error
    axes.fill_between(grid, fitted - half, fitted + half, color=colour, alpha=0.18, linewidth=0)
    axes.plot(grid, fitted, color=colour)


def _quantile(line: Line) -> float:
    """Return how many standard errors the line's own intervals reach, so that the band is of the same confidence."""
    estimate = line.relaxivity
    if not (estimate.standard_error > 0 and math.isfinite(estimate.ci95[1])):
        return 0.0
    return (estimate.ci95[1] - estimate.value) / estimate.standard_error


def _draw_reference(
    axes: Axes,
    result: Findings,
    together: Sequence[Group],
    quantity: str,
    highest: float,
    room_mm: float,
) -> list[tuple[Line2D, str]]:
    reference = result.reference
    if reference is None:
        return []
    slope = reference.r1 if quantity == "T1" else reference.r2
    lines = {
        group.name: line
        for group in together
        if group.agent is not None and group.agent.per == reference.per and (line := group.line(quantity)) is not None
    }
    if slope is None or not lines:
        return []
    # A published slope has no intercept of this water: it starts where the control does, or else the first agent.
    start = lines.get(result.control or "", next(iter(lines.values()))).intercept.value
    ends = np.array([0, highest])
    (drawn,) = axes.plot(ends, start + slope * ends, color=DARK_GREY, linewidth=0.8, dashes=(4, 2.5), zorder=2.5)
    error = reference.r1_se if quantity == "T1" else reference.r2_se
    figure = f"{rounded(slope, error) if error else f'{slope:g}'} {UNIT}"
    label = _label(result.recipe.regression.reference, f"published, {RELAXIVITY[quantity]} = {figure}", room_mm)
    return [(drawn, label)]


def _draw_points(
    axes: Axes, points: Sequence[tuple[float, WellRate]], colour: str, marker: str, *, counts: bool
) -> None:
    """Draw wells at their concentrations, mM; all at once, which is many times quicker than one by one."""
    bars: dict[str, Any] = {
        "yerr": np.array([rate.spread for _, rate in points]),
        "xerr": np.array([math.nan if rate.concentration_se is None else rate.concentration_se for _, rate in points]),
    }
    axes.errorbar(
        [concentration for concentration, _ in points],
        [rate.rate for _, rate in points],
        # Where an error is not known there is no bar.
        **{name: errors for name, errors in bars.items() if np.isfinite(errors).any()},
        fmt=marker,
        markersize=3.6,
        color=colour,
        markerfacecolor=colour if counts else "white",
        markeredgewidth=0.7,
        elinewidth=0.6,
        capsize=1.4,
        capthick=0.6,
        zorder=3,
    )


def _handle(group: Group) -> Line2D:
    return Line2D([], [], color=group.colour, marker=group.marker, markersize=3.6, markeredgewidth=0.7)


def _figure(line: Line, quantity: str) -> str:
    estimate = line.relaxivity
    return f"{RELAXIVITY[quantity]} = {rounded(estimate.value, estimate.standard_error)} {UNIT}"


def _label(name: str, figure: str, room_mm: float) -> str:
    """Put a name before its figure; the name is what gives way when the room is short."""
    if not name:
        return figure
    return f"{shortened(name, room_mm - width_mm(f', {figure}', look().page.text_pt), look().page.text_pt)}, {figure}"
