"""Bland-Altman plots of relaxation times against those that a reference method gave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator
from scipy.special import stdtrit

from relaxo.data import RATES
from relaxo.errors import AnalysisError
from relaxo.report.groups import groups
from relaxo.report.lettering import MM_PER_POINT, SYMBOL, shortened
from relaxo.report.look import look
from relaxo.report.page import EDGE_MM, Page
from relaxo.report.style import DARK_GREY, GREY, INK
from relaxo.rounding import fixed
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from relaxo.report.material import Material

#: Wells that limits of agreement need: a standard deviation of fewer says nothing.
FEWEST = 3

_AXES_LEFT_MM = 13.0
_AXES_HEIGHT_MM = 48.0
_ABOVE_MM = 5.0
_LEGEND_LINE_MM = 3.9
_BELOW_MM = 9.5
_BETWEEN_MM = 8.0
_RIGHT_MM = 15.0
_WIDE_MM = 130.0
_PERCENT = 100.0
#: How much further the axis reaches than what is drawn.
_MARGIN = 1.25
#: The height of a label in heights of its letters.
_LABEL_LINES = 2.6
#: 95 % of a normal distribution lie within so many standard deviations.
_LIMITS = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How measured times differ from reference times (Bland and Altman, Lancet 327:307, 1986)."""

    wells: tuple[str, ...]
    mean: NDArray[Any]
    """(wells,), of the measured and the reference time, s."""
    difference: NDArray[Any]
    """(wells,), measured less reference, in % of their mean."""

    @property
    def bias(self) -> float:
        """Mean difference, %."""
        return float(self.difference.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the differences, %; NaN of fewer than 3 wells."""
        return float(self.difference.std(ddof=1)) if len(self.wells) >= FEWEST else math.nan

    @property
    def limits(self) -> tuple[float, float]:
        """Between which 95 % of differences are expected to lie, %."""
        return self.bias - _LIMITS * self.spread, self.bias + _LIMITS * self.spread

    @property
    def bias_ci95(self) -> tuple[float, float]:
        """Interval of 95 % confidence of the bias, %."""
        count = len(self.wells)
        half = float(stdtrit(count - 1, 0.975)) * self.spread / math.sqrt(count) if count > 1 else math.nan
        return self.bias - half, self.bias + half


def agreement(source: Material, quantity: str) -> Agreement | None:
    """Compare the measured times of ``T1`` or ``T2`` with the recipe's reference times; None where it gives none.

    Wells that are left out of the regression for their concentration's sake count here; those without a time do not.
    """
    times = {rate.well: rate.time for rate in source.rates[RATES[quantity]].wells if math.isfinite(rate.rate)}
    references = {
        well: reference
        for well, each in source.contents.items()
        if (reference := each.T1_reference if quantity == "T1" else each.T2_reference) is not None
    }
    wells = tuple(well for well in references if well in times)
    if not wells:
        return None
    measured = np.array([times[well] for well in wells])
    expected = np.array([references[well] for well in wells])
    mean = (measured + expected) / 2
    return Agreement(wells, mean, _PERCENT * (measured - expected) / mean)


def draw_agreement(source: Material, width_mm: float) -> Figure:
    """Draw the difference of every well over the mean of its two times, with the bias and the limits of agreement.

    Raises
    ------
    AnalysisError
        When the recipe gives no reference times of measured wells.
    """
    found = {quantity: each for quantity in source.quantities if (each := agreement(source, quantity)) is not None}
    if not found:
        raise AnalysisError(
            "there are no reference times to compare with",
            hint="Give T1_reference_ms or T2_reference_ms in the recipe's contents",
        )
    page = Page(width_mm)
    across = len(found) if page.width >= _WIDE_MM else 1
    panel = (page.inner - (across - 1) * _BETWEEN_MM) / across
    step = _ABOVE_MM + _AXES_HEIGHT_MM + _BELOW_MM
    entries = _legend(source, page.inner / 2 - _AXES_LEFT_MM)
    rows = step * math.ceil(len(found) / across)
    page.set_height(rows + len(entries) * _LEGEND_LINE_MM + 2 * EDGE_MM)
    if entries:
        page.legend(entries, EDGE_MM + _AXES_LEFT_MM, EDGE_MM + rows)
    for index, (quantity, each) in enumerate(found.items()):
        left, top = EDGE_MM + (index % across) * (panel + _BETWEEN_MM), EDGE_MM + (index // across) * step
        if len(found) > 1:
            page.letter("ab"[index], left, top)
        axes = page.axes()
        page.place(axes, left + _AXES_LEFT_MM, top + _ABOVE_MM, panel - _AXES_LEFT_MM - _RIGHT_MM, _AXES_HEIGHT_MM)
        _draw(axes, source, quantity, each)
    return page.figure


def _legend(source: Material, room_mm: float) -> list[tuple[Line2D, str]]:
    """Return the agents and their markers, those that have a name."""
    return [
        (
            Line2D([], [], color=group.colour, marker=group.marker, markersize=3.6, linestyle="none"),
            shortened(group.name, room_mm, look().page.text_pt),
        )
        for group in groups(source)
        if group.name
    ]


def _draw(axes: Axes, source: Material, quantity: str, found: Agreement) -> None:
    colours = {well: (group.colour, group.marker) for group in groups(source) for well in group.wells}
    means = s_to_ms(np.asarray(found.mean))
    for well, mean, difference in zip(found.wells, means, found.difference, strict=True):
        colour, marker = colours.get(well, (GREY, "o"))
        axes.plot(mean, difference, marker, color=colour, markersize=3.6, markeredgewidth=0.7, zorder=3)
    axes.set_xscale("log")
    low, high = means.min() / 1.25, means.max() * 1.25
    axes.set_xlim(low, high)
    axes.axhline(0, color=GREY, linewidth=0.5, zorder=1)
    if math.isfinite(found.spread):
        axes.axhspan(*found.bias_ci95, color=DARK_GREY, alpha=0.15, linewidth=0)
    marks = [(found.bias, "bias", "-", 0)]
    if math.isfinite(found.spread):
        lower, upper = found.limits
        marks += [(lower, "−1.96 SD", "--", -1), (upper, "+1.96 SD", "--", 1)]  # noqa: RUF001 - a minus sign
    reach = _MARGIN * max(1.0, *(abs(value) for value, *_ in marks), float(np.abs(found.difference).max()))
    axes.set_ylim(-reach, reach)
    for value, name, line, side in marks:
        axes.axhline(value, color=INK, linewidth=0.8, linestyle=line, zorder=2)
        # Limits near the bias have their labels, of two lines each, clear of its own.
        away = abs(value - found.bias) / (2 * reach) * _AXES_HEIGHT_MM / MM_PER_POINT
        axes.annotate(
            f"{name}\n{fixed(value, 1)} %",
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(3, side * max(0.0, _LABEL_LINES * look().page.small_pt - away)),
            textcoords="offset points",
            va="center",
            fontsize=look().page.small_pt,
        )
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(f"Mean of measured and reference {SYMBOL[quantity]} (ms)")
    axes.set_ylabel(f"Measured − reference {SYMBOL[quantity]} (%)")  # noqa: RUF001 - a minus sign
