"""Pen: an ellipse or a polygon drawn on an image view, from the first press until it is closed or given up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from relaxo_gui.widgets.shapes import SHADE

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

    from relaxo_gui.widgets.image_view import ImageView

#: What can be drawn.
OUTLINES = ("ellipse", "polygon")

_INK = "#ffffff"
_THRESHOLD = 3
"""How far the pointer goes before a press becomes an ellipse, in px."""
_NEAR = 8
"""From how far the first corner is hit, in px."""
_STEPS = 72
_FEWEST = 3

Key = Qt.Key


class Pen:
    """Turns presses, moves and keys into an outline, in rows and columns of the picture."""

    def __init__(self, view: ImageView) -> None:
        self._view = view
        self._kind: str | None = None
        self._start: QPointF | None = None
        self._round = False
        self._at: tuple[float, float] | None = None
        self._corners: list[tuple[float, float]] = []

    @property
    def kind(self) -> str | None:
        """What is drawn, one of `OUTLINES`; None while nothing is."""
        return self._kind

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Row and column of the corners that a polygon has so far."""
        return tuple(self._corners)

    def take(self, kind: str | None) -> None:
        """Begin to draw something, or give up what is drawn."""
        self._kind, self._start, self._at, self._corners = kind, None, None, []
        self._view.update()

    def press(self, event: QMouseEvent) -> bool:
        """Begin an ellipse, or set a corner; answers whether the press was meant for the pen."""
        if self._kind is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        view, point = self._view, event.position()
        place = view.unbounded_position(point)
        if self._kind == "ellipse":
            if view.position(point) is not None:
                self._start, self._at = point, place
        elif self._is_first(point):
            self.close()
        elif view.position(point) is not None:
            self._corners.append(place)
            self._at = place
        view.update()
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Let the outline follow the pointer; answers whether it did."""
        if self._kind is None or (self._kind == "ellipse" and self._start is None):
            return False
        self._at = self._view.unbounded_position(event.position())
        self._round = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._view.update()
        # What is held with another button goes on meanwhile.
        return self._kind == "ellipse"

    def release(self, event: QMouseEvent) -> bool:
        """End an ellipse; answers whether there was one."""
        if self._start is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        far = (event.position() - self._start).manhattanLength() >= _THRESHOLD
        ellipse = self._ellipse()
        self._start = self._at = None
        self._view.update()
        if far and ellipse is not None and min(ellipse[2:]) > 0:
            self._view.ellipse_drawn.emit(*ellipse)
        return True

    def close(self) -> None:
        """End a polygon that has its corners."""
        if self._kind == "polygon" and len(self._corners) >= _FEWEST:
            corners, self._corners, self._at = tuple(self._corners), [], None
            self._view.polygon_drawn.emit(corners)
        self._view.update()

    def key(self, event: QKeyEvent) -> bool:
        """Close a polygon with Enter, take its last corner back; answers whether the key was meant for the pen."""
        if self._kind != "polygon":
            return False
        if event.key() in {Key.Key_Return, Key.Key_Enter}:
            self.close()
        elif event.key() == Key.Key_Backspace:
            del self._corners[-1:]
            self._view.update()
        else:
            return False
        return True

    def draw(self, painter: QPainter) -> None:
        """Draw what there is so far."""
        outline = self._outline()
        if len(outline) < 2:
            return
        drawn = QPolygonF([self._view.to_screen(*place) for place in outline])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(SHADE, 4), QPen(QColor(_INK), 1.5, Qt.PenStyle.DashLine)):
            painter.setPen(pen)
            painter.drawPolyline(drawn)
        painter.setPen(QPen(SHADE, 1))
        painter.setBrush(QColor(_INK))
        for corner in self._corners:
            painter.drawEllipse(self._view.to_screen(*corner), 3.5, 3.5)

    def _outline(self) -> list[tuple[float, float]]:
        if self._kind == "polygon":
            return [*self._corners, *([] if self._at is None else [self._at])]
        ellipse = self._ellipse()
        if ellipse is None:
            return []
        row, column, down, right = ellipse
        angles = [2 * math.pi * step / _STEPS for step in range(_STEPS + 1)]
        return [(row + down * math.cos(angle), column + right * math.sin(angle)) for angle in angles]

    def _ellipse(self) -> tuple[float, float, float, float] | None:
        """Return centre and semi-axes, in rows and columns, of the ellipse from corner to corner of its box."""
        if self._start is None or self._at is None:
            return None
        from_row, from_column = self._view.unbounded_position(self._start)
        down, right = (self._at[0] - from_row) / 2, (self._at[1] - from_column) / 2
        if self._round:
            # Round on the screen, where pixels may be wider than they are high.
            high, wide = self._view.pixel_size()
            half = max(abs(down) * high, abs(right) * wide)
            down, right = math.copysign(half / high, down), math.copysign(half / wide, right)
        return from_row + down, from_column + right, abs(down), abs(right)

    def _is_first(self, point: QPointF) -> bool:
        """Whether a point of the view is on the first corner of a polygon that can be closed."""
        if len(self._corners) < _FEWEST:
            return False
        return (point - self._view.to_screen(*self._corners[0])).manhattanLength() <= _NEAR
