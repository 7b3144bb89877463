"""LinePlot: points with error bars, and lines with their bands, in a few groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from relaxo_gui.resources.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Point:
    """One point; hollow when it does not count."""

    name: str
    x: float
    y: float
    error: float
    """Half the length of its bar; NaN for none."""
    colour: str
    symbol: str
    """As pyqtgraph calls it: ``o``, ``s``, ``t1``, ``d``."""
    hollow: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line with its band."""

    x: NDArray[Any]
    """(k,)."""
    y: NDArray[Any]
    """(k,)."""
    colour: str
    half_width: NDArray[Any] | None = None
    """(k,), of the band; none for None."""
    dashed: bool = False


class LinePlot(QWidget):
    """Shows points and curves; a point can be hovered and clicked. Limits follow the points."""

    hovered = Signal(object)
    """Name of the point under the pointer, or None."""
    clicked = Signal(object)
    """Name of the point that was clicked."""

    def __init__(self, x_label: str, y_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = {"bottom": x_label, "left": y_label}
        self._plot = pg.PlotWidget(enableMenu=False)
        self._plot.setAntialiasing(True)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._points: tuple[Point, ...] = ()
        self._curves: tuple[Curve, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._scatter = pg.ScatterPlotItem(hoverable=True, tip=None)
        self._scatter.setZValue(10)
        self._scatter.sigHovered.connect(self._hover)
        self._scatter.sigClicked.connect(lambda _item, spots, _event: self.clicked.emit(spots[0].data()))
        self._lines: list[Any] = []
        self._plot.addItem(self._scatter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.paint_theme()

    @property
    def points(self) -> tuple[Point, ...]:
        """What is shown."""
        return self._points

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is shown."""
        return self._curves

    def show_data(self, points: Sequence[Point], curves: Sequence[Curve]) -> None:
        """Show points and curves in place of the former ones."""
        self._points, self._curves = tuple(points), tuple(curves)
        self._draw()

    def mark(self, names: frozenset[str]) -> None:
        """Draw the points of these names larger."""
        if names != self._marked:
            self._marked = names
            self._draw_points()

    def paint_theme(self) -> None:
        """Take the colours of the palette."""
        theme = Theme.of(self.palette())
        self._plot.setBackground(theme.base)
        for side, text in self._labels.items():
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(theme.text)
            axis.setLabel(text, color=theme.muted)
            axis.enableAutoSIPrefix(enable=False)
            axis.setStyle(tickLength=-4)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.paint_theme()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Notice the pointer leaving."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _draw(self) -> None:
        for item in self._lines:
            self._plot.removeItem(item)
        self._lines = []
        for curve in self._curves:
            if curve.half_width is not None:
                edges = [pg.PlotDataItem(curve.x, curve.y + sign * curve.half_width) for sign in (-1, 1)]
                ground = QColor(curve.colour)
                ground.setAlpha(46)
                self._add(pg.FillBetweenItem(*edges, brush=ground))
            style = Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine
            self._add(
                pg.PlotDataItem(curve.x, curve.y, pen=pg.mkPen(curve.colour, width=2, style=style), antialias=True)
            )
        for colour in dict.fromkeys(point.colour for point in self._points):
            known = [point for point in self._points if point.colour == colour and np.isfinite(point.error)]
            x, y, error = np.array([(point.x, point.y, point.error) for point in known]).reshape(-1, 3).T
            self._add(pg.ErrorBarItem(x=x, y=y, height=2 * error, pen=pg.mkPen(colour)))
        self._draw_points()
        self._limit()

    def _draw_points(self) -> None:
        ground = Theme.of(self.palette()).base
        self._scatter.setData(
            [
                {
                    "pos": (point.x, point.y),
                    "data": point.name,
                    "symbol": point.symbol,
                    "size": 15 if point.name in self._marked else 9,
                    "pen": pg.mkPen(point.colour, width=1.5),
                    "brush": ground if point.hollow else point.colour,
                }
                for point in self._points
            ]
        )

    def _add(self, item: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        self._plot.addItem(item, ignoreBounds=True)
        self._lines.append(item)

    def _limit(self) -> None:
        """Show all points, from zero on."""
        if self._points:
            highest = max(point.x for point in self._points) or 1.0
            top = max(point.y + (point.error if np.isfinite(point.error) else 0.0) for point in self._points)
            self._plot.setXRange(-0.02 * highest, 1.04 * highest, padding=0)
            self._plot.setYRange(0, 1.06 * top, padding=0)

    def _hover(self, _item: Any, spots: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        name = spots[0].data() if len(spots) else None
        self.setToolTip(next((point.tip for point in self._points if point.name == name), ""))
        self.hovered.emit(name)
