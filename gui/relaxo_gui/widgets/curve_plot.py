"""CurvePlot: measured points with the curve fitted to them, and what is left between the two below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from relaxo_gui.resources.theme import Theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: The upper plot takes this many parts of the height, the residuals one.
_SHARE = 5, 2
#: Limits give way at once to what is larger, and follow what is smaller only when it fills less than this share, so
#: that they do not flicker while the pointer moves.
_FILLS = 0.45
_AXIS_WIDTH = 58
_LAYERS = ("back", "front")


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One set of points and its curve."""

    x: Array
    """(n,)."""
    y: Array
    """(n,)."""
    fitted: Array
    """(n,), the curve at the points; NaN without one."""
    counted: NDArray[np.bool_]
    """(n,), False where a point is shown as left out."""
    curve_x: Array
    """(m,)."""
    curve_y: Array
    """(m,), NaN without a curve."""


class CurvePlot(QWidget):
    """Shows a trace in front and one behind it; what is drawn stays, only its numbers change."""

    def __init__(self, x_label: str, y_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = x_label, y_label
        self._view = pg.GraphicsLayoutWidget()
        self._view.ci.setContentsMargins(0, 0, 0, 0)
        self._view.ci.setSpacing(2)
        self._upper = self._view.addPlot(row=0, col=0, enableMenu=False)
        self._lower = self._view.addPlot(row=1, col=0, enableMenu=False)
        for row, share in enumerate(_SHARE):
            self._view.ci.layout.setRowStretchFactor(row, share)
        for plot in (self._upper, self._lower):
            plot.hideButtons()
            plot.setMouseEnabled(x=False, y=False)
            plot.getViewBox().disableAutoRange()
            plot.getAxis("left").setWidth(_AXIS_WIDTH)
            for side in ("bottom", "left"):
                plot.getAxis(side).enableAutoSIPrefix(enable=False)
                plot.getAxis(side).setStyle(tickLength=-4)
        self._lower.setXLink(self._upper)
        self._upper.getAxis("bottom").setStyle(showValues=False)
        self._zero = [pg.InfiniteLine(0, angle=0) for _ in (self._upper, self._lower)]
        self._upper.addItem(self._zero[0], ignoreBounds=True)
        self._lower.addItem(self._zero[1], ignoreBounds=True)
        self._layers = {name: _Layer(self._upper, self._lower, z) for z, name in enumerate(_LAYERS, 1)}
        self._traces: dict[str, Trace | None] = dict.fromkeys(_LAYERS)
        self._colours = dict.fromkeys(_LAYERS, "")
        self._limits = {"x": (0.0, 1.0), "upper": (0.0, 1.0), "lower": (-1.0, 1.0)}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.paint_theme()

    @property
    def front(self) -> Trace | None:
        """The trace in front."""
        return self._traces["front"]

    @property
    def back(self) -> Trace | None:
        """The trace behind it."""
        return self._traces["back"]

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """What is in view: ``x``, ``upper``, ``lower``."""
        return dict(self._limits)

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes."""
        if (x_label, y_label) != self._labels:
            self._labels = x_label, y_label
            self._name_axes()

    def show_traces(self, front: Trace | None, back: Trace | None, front_colour: str, back_colour: str) -> None:
        """Show traces in place of the former ones."""
        for name, trace, colour in (("back", back, back_colour), ("front", front, front_colour)):
            if colour != self._colours[name]:
                self._colours[name] = colour
                self._layers[name].paint(colour, Theme.of(self.palette()).base)
            if trace is not self._traces[name]:
                self._traces[name] = trace
                self._layers[name].show(trace)
        self._limit([trace for trace in (front, back) if trace is not None])

    def paint_theme(self) -> None:
        """Take the colours of the palette."""
        theme = Theme.of(self.palette())
        self._view.setBackground(theme.base)
        for plot in (self._upper, self._lower):
            for side in ("bottom", "left"):
                plot.getAxis(side).setPen(pg.mkPen(theme.line))
                plot.getAxis(side).setTextPen(theme.muted)
        for line in self._zero:
            line.setPen(pg.mkPen(theme.line))
        for name, layer in self._layers.items():
            layer.paint(self._colours[name] or theme.accent, theme.base)
        self._name_axes()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.paint_theme()

    def _name_axes(self) -> None:
        colour = Theme.of(self.palette()).muted
        self._lower.getAxis("bottom").setLabel(self._labels[0], color=colour)
        self._upper.getAxis("left").setLabel(self._labels[1], color=colour)
        self._lower.getAxis("left").setLabel("Δ", color=colour)

    def _limit(self, traces: list[Trace]) -> None:
        if not traces:
            return
        lowest, highest = _span([trace.x for trace in traces])
        edge = 0.03 * (highest - lowest or 1.0)
        self._set("x", (lowest - edge, highest + edge))
        below, above = _span([values for trace in traces for values in (trace.y, trace.curve_y)])
        self._set("upper", _held(self._limits["upper"], min(below, 0.0), max(above, 0.0)))
        reach = max(1e-12, *(abs(end) for end in _span([trace.y - trace.fitted for trace in traces])))
        self._set("lower", _held(self._limits["lower"], -reach, reach))

    def _set(self, name: str, limits: tuple[float, float]) -> None:
        if limits == self._limits[name]:
            return
        self._limits[name] = limits
        plot = self._lower if name == "lower" else self._upper
        (plot.setXRange if name == "x" else plot.setYRange)(*limits, padding=0)


class _Layer:
    """What one trace is drawn with."""

    def __init__(self, upper: Any, lower: Any, z: float) -> None:  # noqa: ANN401 - pyqtgraph has no types
        self._curve = pg.PlotCurveItem(antialias=True, connect="finite")
        self._dots = {
            (place, counted): pg.ScatterPlotItem(pxMode=True, antialias=True)
            for place in ("upper", "lower")
            for counted in (True, False)
        }
        self._empty = set(self._dots)
        upper.addItem(self._curve, ignoreBounds=True)
        self._curve.setZValue(z)
        for (place, _), dots in self._dots.items():
            dots.setZValue(z + 0.5)
            (upper if place == "upper" else lower).addItem(dots, ignoreBounds=True)

    def paint(self, colour: str, ground: str) -> None:
        self._curve.setPen(pg.mkPen(colour, width=2))
        for (place, counted), dots in self._dots.items():
            size = (6 if counted else 7) if place == "upper" else (4 if counted else 5)
            dots.setSize(size)
            dots.setSymbol("o" if counted else "x")
            dots.setPen(pg.mkPen(colour, width=1))
            filled = QColor(colour)
            dots.setBrush(pg.mkBrush(filled if counted else QColor(ground)))

    def show(self, trace: Trace | None) -> None:
        if trace is None:
            self._curve.setData([], [])
            for dots in self._dots.values():
                dots.setData([], [])
            self._empty = set(self._dots)
            return
        self._curve.setData(trace.curve_x, trace.curve_y)
        residual = trace.y - trace.fitted
        # A well without voxels has a signal that is not known.
        known = {"upper": np.isfinite(trace.y), "lower": np.isfinite(residual)}
        for (place, counted), dots in self._dots.items():
            chosen = (trace.counted == counted) & known[place]
            # Setting nothing in place of nothing takes as long as setting something.
            if chosen.any() or (place, counted) not in self._empty:
                dots.setData(trace.x[chosen], (trace.y if place == "upper" else residual)[chosen])
                (self._empty.discard if chosen.any() else self._empty.add)((place, counted))


def _span(arrays: list[Array]) -> tuple[float, float]:
    """Return the smallest and the largest finite number; zeros where there is none."""
    values = np.concatenate(arrays)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _held(now: tuple[float, float], lowest: float, highest: float) -> tuple[float, float]:
    """Return limits that hold a span: those of now, as long as it fits well into them."""
    fits = now[0] <= lowest and highest <= now[1]
    fills = highest - lowest >= _FILLS * (now[1] - now[0])
    # A span all of one sign needs no room on the other side of zero.
    sided = (now[0] < -0.1 * now[1]) == (lowest < -0.05 * highest)
    if fits and fills and sided:
        return now
    edge = 0.08 * (highest - lowest or 1.0)
    return (lowest - edge if lowest < 0 else -0.3 * edge), highest + edge
