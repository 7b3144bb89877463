"""LinePlot: points with error bars, and lines with their bands, in a few groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from relaxo_gui.resources.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent

_STYLES = {"solid": Qt.PenStyle.SolidLine, "dashed": Qt.PenStyle.DashLine, "dotted": Qt.PenStyle.DotLine}
_BAND_ALPHA = 46
#: How many points an arrow key goes on.
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}


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
    x_error: float = float("nan")
    """Half the length of its bar along x; NaN for none."""


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
    style: Literal["solid", "dashed", "dotted"] = "solid"


class LinePlot(QWidget):
    """Shows points and curves; a point can be hovered and clicked, or reached with the arrow keys and Enter.

    What is drawn stays and only its numbers change, so that new data are shown within a frame. Limits follow the
    points.
    """

    hovered = Signal(object)
    """Name of the point under the pointer or at the keyboard's mark, or None."""
    clicked = Signal(object)
    """Name of the point that was clicked."""

    def __init__(self, x_label: str, y_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = {"bottom": x_label, "left": y_label}
        self._plot = pg.PlotWidget(enableMenu=False)
        self._plot.setAntialiasing(True)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.getViewBox().disableAutoRange()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._points: tuple[Point, ...] = ()
        self._curves: tuple[Curve, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._at: str | None = None
        # Points that look the same are one item: this is drawn several times as fast as one item of many looks.
        self._dots: dict[_Look, Any] = {}
        self._under: dict[_Look, str] = {}
        self._bands: list[Any] = []
        self._lines: list[Any] = []
        self._bars: list[Any] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
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

    def place_of(self, name: str) -> QPoint | None:
        """Return where a point lies in this widget."""
        point = next((each for each in self._points if each.name == name), None)
        if point is None:
            return None
        scene = self._plot.getViewBox().mapViewToScene(QPointF(point.x, point.y))
        place: QPoint = self._plot.mapTo(self, self._plot.mapFromScene(scene))
        return place

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
        for item in self._dots.values():
            self._plot.removeItem(item)
        self._dots = {}
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.paint_theme()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Notice the pointer leaving."""
        super().leaveEvent(event)
        self._under = {}
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Go from point to point with the arrows, and choose one with Enter."""
        key = Qt.Key(event.key())
        if key in _STEPS and self._points:
            self._step(_STEPS[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._at is not None:
            self.clicked.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's own
        """Show that the keys go here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's own
        """Let go of the mark."""
        super().focusOutEvent(event)
        if self._at is not None:
            self._at = None
            self.hovered.emit(None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw the frame of the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(Theme.of(self.palette()).accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()

    def _step(self, by: int) -> None:
        order = [point.name for point in sorted(self._points, key=lambda point: (point.colour, point.x, point.y))]
        start = self._at if self._at in order else next((name for name in order if name in self._marked), None)
        self._at = order[0 if by > 0 else -1] if start is None else order[(order.index(start) + by) % len(order)]
        self.hovered.emit(self._at)

    def _draw(self) -> None:
        bands = [curve for curve in self._curves if curve.half_width is not None]
        for item, curve in zip(self._enough(self._bands, len(bands), _band), bands, strict=False):
            assert curve.half_width is not None
            ground = QColor(curve.colour)
            ground.setAlpha(_BAND_ALPHA)
            item.setBrush(ground)
            item.setData(
                np.concatenate([curve.x, curve.x[::-1]]),
                np.concatenate([curve.y - curve.half_width, (curve.y + curve.half_width)[::-1]]),
            )
        for item, curve in zip(self._enough(self._lines, len(self._curves), _line), self._curves, strict=False):
            width = self._pixels(2 if curve.style == "solid" else 1.5)
            item.setPen(pg.mkPen(curve.colour, width=width, style=_STYLES[curve.style]))
            item.setData(curve.x, curve.y)
        colours = list(dict.fromkeys(point.colour for point in self._points))
        for item, colour in zip(self._enough(self._bars, len(colours), _bar), colours, strict=False):
            rows = [(point.x, point.y, point.error, point.x_error) for point in self._points if point.colour == colour]
            x, y, error, x_error = np.nan_to_num(np.array(rows)).T
            item.setData(x=x, y=y, height=2 * error, width=2 * x_error, pen=pg.mkPen(colour, width=self._pixels(1)))
        self._draw_points()
        self._limit()

    def _pixels(self, width: float) -> float:
        """Return the width of a pen in pixels of the screen, of which pyqtgraph's pens count: at 200 % two for one."""
        return width * self.devicePixelRatioF()

    def _enough(self, items: list[Any], count: int, make: Callable[[], Any]) -> list[Any]:
        """Return as many items as are needed, made where they are missing; those left over show nothing."""
        while len(items) < count:
            items.append(make())
            self._plot.addItem(items[-1], ignoreBounds=True)
        for index, item in enumerate(items):
            item.setVisible(index < count)
        return items

    def _draw_points(self) -> None:
        groups: dict[_Look, list[Point]] = {}
        for point in self._points:
            look = _Look(point.colour, point.symbol, hollow=point.hollow, marked=point.name in self._marked)
            groups.setdefault(look, []).append(point)
        for look in groups.keys() - self._dots.keys():
            self._dots[look] = self._make_dots(look)
        for look, item in self._dots.items():
            points = groups.get(look, [])
            # Setting nothing in place of nothing takes as long as setting something.
            if points or len(item.data):
                item.setData(
                    x=[point.x for point in points],
                    y=[point.y for point in points],
                    data=[point.name for point in points],
                )

    def _make_dots(self, look: _Look) -> Any:  # noqa: ANN401 - pyqtgraph has no types
        item = pg.ScatterPlotItem(
            symbol=look.symbol,
            size=15 if look.marked else 9,
            pen=pg.mkPen(look.colour, width=1.5),
            brush=Theme.of(self.palette()).base if look.hollow else look.colour,
            hoverable=True,
            tip=None,
        )
        item.setZValue(11 if look.marked else 10)
        item.sigHovered.connect(lambda _item, spots, _event=None: self._hover(look, spots))
        item.sigClicked.connect(lambda _item, spots, _event: self.clicked.emit(spots[0].data()))
        self._plot.addItem(item, ignoreBounds=True)
        return item

    def _limit(self) -> None:
        """Show all points, from zero on."""
        if self._points:
            highest = max(point.x for point in self._points) or 1.0
            top = max(point.y + (point.error if np.isfinite(point.error) else 0.0) for point in self._points)
            self._plot.setXRange(-0.02 * highest, 1.04 * highest, padding=0)
            self._plot.setYRange(0, 1.06 * top, padding=0)

    def _hover(self, look: _Look, spots: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        before = set(self._under.values())
        if len(spots):
            self._under[look] = spots[0].data()
        else:
            self._under.pop(look, None)
        if set(self._under.values()) != before:
            name = next(iter(self._under.values()), None)
            self.setToolTip(next((point.tip for point in self._points if point.name == name), ""))
            self.hovered.emit(name)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a point is drawn."""

    colour: str
    symbol: str
    hollow: bool
    marked: bool


def _band() -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return pg.PlotCurveItem(pen=None, fillLevel="enclosed")


def _line() -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return pg.PlotCurveItem(antialias=True)


def _bar() -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return pg.ErrorBarItem()
