"""CurvePlot: measured points with the curve fitted to them, and what is left between the two below.

It draws itself, without pyqtgraph, upon axes that are drawn once: it has to follow the pointer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from relaxo_gui.resources.theme import GRID, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    Array = NDArray[np.float64]
    Place = Literal["upper", "lower"]
    Limits = tuple[float, float]

#: The residuals take this share of the height.
_LOWER_SHARE = 0.28
#: Limits give way at once to what is larger, and follow what is smaller only when it fills less than this share, so
#: that they do not flicker while the pointer moves.
_FILLS = 0.45
_GAP = 2 * GRID
_TICK = GRID
#: Widths of dots, and half widths of crosses.
_DOTS = {"upper": 6.0, "lower": 4.0}
_CROSSES = {"upper": 3.0, "lower": 2.0}


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
    """Shows a trace in front and one behind it; points that do not count are crosses."""

    def __init__(self, x_label: str, y_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = x_label, y_label
        self._front: tuple[Trace | None, str] = (None, "")
        self._back: tuple[Trace | None, str] = (None, "")
        self._limits: dict[str, Limits] = {"x": (0.0, 1.0), "upper": (0.0, 1.0), "lower": (-1.0, 1.0)}
        self._fitted = False
        self._ground: QPixmap | None = None
        self._rooms: dict[Place, QRectF] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def front(self) -> Trace | None:
        """The trace in front."""
        return self._front[0]

    @property
    def back(self) -> Trace | None:
        """The trace behind it."""
        return self._back[0]

    @property
    def limits(self) -> dict[str, Limits]:
        """What is in view: ``x``, ``upper``, ``lower``."""
        return dict(self._limits)

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes."""
        if (x_label, y_label) != self._labels:
            self._labels = x_label, y_label
            self._begin_anew()

    def show_traces(self, front: Trace | None, back: Trace | None, front_colour: str, back_colour: str) -> None:
        """Show traces in place of the former ones."""
        self._front, self._back = (front, front_colour), (back, back_colour)
        self._limit([trace for trace in (front, back) if trace is not None])
        self.update()

    def place_of(self, x: float, y: float, where: Place = "upper") -> QPointF:
        """Return where a value lies in this widget, in the upper plot or among the residuals."""
        room = self._room(where)
        (left, right), (bottom, top) = self._limits["x"], self._limits[where]
        return QPointF(
            room.left() + (x - left) / (right - left) * room.width(),
            room.bottom() - (y - bottom) / (top - bottom) * room.height(),
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's own
        """Return a size at which everything can be read."""
        return QSize(320, 220)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow palette and font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._begin_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Draw the axes for another size."""
        super().resizeEvent(event)
        self._begin_anew()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw the traces upon the axes, which stay as they are from picture to picture."""
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatio():
            self._ground = self._draw_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for trace, colour in (self._back, self._front):
            if trace is not None:
                self._draw(painter, trace, QColor(colour))
        painter.end()

    def _begin_anew(self) -> None:
        self._ground = self._rooms = None
        self.update()

    def _room(self, place: Place) -> QRectF:
        """Return where a plot lies."""
        if self._rooms is None:
            self._rooms = self._divide()
        return self._rooms[place]

    def _divide(self) -> dict[Place, QRectF]:
        line = self.fontMetrics().height()
        left = line + GRID + self.fontMetrics().horizontalAdvance("−00000") + 2 * _TICK  # noqa: RUF001 - a minus sign
        below = 2 * line + _TICK + GRID
        height = max(10.0, self.height() - below - 2 * GRID - _GAP)
        width = max(10.0, float(self.width() - left - 3 * GRID))
        upper = QRectF(left, 2 * GRID, width, height * (1 - _LOWER_SHARE))
        return {"upper": upper, "lower": QRectF(left, upper.bottom() + _GAP, width, height * _LOWER_SHARE)}

    def _draw(self, painter: QPainter, trace: Trace, colour: QColor) -> None:
        known = np.isfinite(trace.curve_y)
        painter.setPen(QPen(colour, 1.6))
        painter.drawPolyline(self._polygon(trace.curve_x[known], trace.curve_y[known], "upper"))
        places: tuple[tuple[Place, Array], ...] = (("upper", trace.y), ("lower", trace.y - trace.fitted))
        for place, values in places:
            finite = np.isfinite(values)
            counted, left_out = finite & trace.counted, finite & ~trace.counted
            painter.setPen(QPen(colour, _DOTS[place], Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(self._polygon(trace.x[counted], values[counted], place))
            if left_out.any():
                arm = _CROSSES[place]
                painter.setPen(QPen(colour, 1.2))
                painter.drawLines(list(_crosses(self._polygon(trace.x[left_out], values[left_out], place), arm)))

    def _polygon(self, x: Array, y: Array, place: Place) -> QPolygonF:
        """Return points (k,) where they lie in this widget."""
        room = self._room(place)
        (left, right), (bottom, top) = self._limits["x"], self._limits[place]
        across = room.left() + (x - left) * (room.width() / (right - left))
        down = room.bottom() - (y - bottom) * (room.height() / (top - bottom))
        return QPolygonF([QPointF(*pair) for pair in zip(across.tolist(), down.tolist(), strict=True)])

    def _draw_ground(self) -> QPixmap:
        """Return the axes, with what they measure."""
        theme = Theme.of(self.palette())
        ratio = self.devicePixelRatio()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(theme.base))
        painter = QPainter(picture)
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        line, text = QPen(QColor(theme.line)), QPen(QColor(theme.muted))
        places: tuple[Place, ...] = ("upper", "lower")
        for place in places:
            room = self._room(place)
            painter.setPen(line)
            painter.drawLine(room.bottomLeft(), room.bottomRight())
            painter.drawLine(room.topLeft(), room.bottomLeft())
            zero = self.place_of(0, 0, place).y()
            painter.drawLine(QPointF(room.left(), zero), QPointF(room.right(), zero))
            most = max(4, int(room.height() / (1.4 * metrics.height())))
            written = math.inf
            for value, words in _ticks(*self._limits[place], most) if place == "upper" or self._fitted else ():
                at = self.place_of(0, value, place).y()
                painter.setPen(line)
                painter.drawLine(QPointF(room.left() - _TICK, at), QPointF(room.left(), at))
                if abs(at - written) < metrics.height():
                    continue
                written = at
                painter.setPen(text)
                box = QRectF(0, at - metrics.height(), room.left() - 2 * _TICK, 2 * metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
            self._write_up(painter, room, self._labels[1] if place == "upper" else "Δ")
        lower = self._room("lower")
        most = max(2, int(lower.width() / metrics.horizontalAdvance("000000")))
        for value, words in _ticks(*self._limits["x"], most):
            at = self.place_of(value, 0, "lower").x()
            painter.setPen(line)
            painter.drawLine(QPointF(at, lower.bottom()), QPointF(at, lower.bottom() + _TICK))
            painter.setPen(text)
            box = QRectF(at - 50, lower.bottom() + _TICK, 100, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        box = QRectF(lower.left(), self.height() - metrics.height(), lower.width(), metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._labels[0])
        painter.end()
        return picture

    def _write_up(self, painter: QPainter, room: QRectF, words: str) -> None:
        """Write along an axis that stands."""
        height = self.fontMetrics().height()
        painter.save()
        painter.translate(GRID / 2, room.center().y())
        if len(words) > 1:
            painter.rotate(-90)
            box = QRectF(-room.height() / 2, 0, room.height(), height)
        else:
            box = QRectF(0, -height / 2, height, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _limit(self, traces: Sequence[Trace]) -> None:
        if not traces:
            return
        lowest, highest = _span([trace.x for trace in traces])
        edge = 0.03 * (highest - lowest or 1.0)
        below, above = _span([values for trace in traces for values in (trace.y, trace.curve_y)])
        residuals = [trace.y - trace.fitted for trace in traces]
        fitted = any(np.isfinite(each).any() for each in residuals)
        reach = max(1e-12, *(abs(end) for end in _span(residuals))) if fitted else 1.0
        found = {
            "x": (lowest - edge, highest + edge),
            "upper": _held(self._limits["upper"], min(below, 0.0), max(above, 0.0)),
            "lower": _held(self._limits["lower"], -reach, reach),
        }
        if (found, fitted) != (self._limits, self._fitted):
            self._limits, self._fitted = found, fitted
            self._ground = None


def _crosses(places: QPolygonF, arm: float) -> Iterator[QLineF]:
    for place in places.toList():
        x, y = place.x(), place.y()
        yield QLineF(x - arm, y - arm, x + arm, y + arm)
        yield QLineF(x - arm, y + arm, x + arm, y - arm)


def _ticks(lowest: float, highest: float, most: int) -> Iterator[tuple[float, str]]:
    """Return round numbers between limits, at most so many steps of them, with what is written there."""
    rough = (highest - lowest) / most
    if not (rough > 0 and math.isfinite(rough)):
        return
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * decade for factor in (1, 2, 5) if factor * decade >= rough), 10 * decade)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    for index in range(math.ceil(lowest / step - 1e-9), math.floor(highest / step + 1e-9) + 1):
        value = index * step
        words = f"{value:.{digits}f}" if abs(value) < 1e5 and digits <= 4 else f"{value:.3g}"
        yield value, words.replace("-", "−")  # noqa: RUF001 - a minus sign


def _span(arrays: Sequence[Array]) -> Limits:
    """Return the smallest and the largest finite number; zeros where there is none."""
    values = np.concatenate(arrays)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _held(now: Limits, lowest: float, highest: float) -> Limits:
    """Return limits that hold a span: those of now, as long as it fits well into them."""
    fits = now[0] <= lowest and highest <= now[1]
    fills = highest - lowest >= _FILLS * (now[1] - now[0])
    # A span all of one sign needs no room on the other side of zero.
    sided = (now[0] < -0.1 * now[1]) == (lowest < -0.05 * highest)
    if fits and fills and sided:
        return now
    edge = 0.08 * (highest - lowest or 1.0)
    return (lowest - edge if lowest < 0 else -0.3 * edge), highest + edge
