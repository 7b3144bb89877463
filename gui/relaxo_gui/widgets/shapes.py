"""Shapes on a picture: circles and polygons with a name, where the pointer meets them, and how they are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen, QPolygonF

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPainter, QTransform

#: Behind what is drawn on the picture, so that it is seen on bright and dark.
SHADE = QColor(13, 15, 18, 180)
_BOLD = "#ffffff"
_DIAGONAL = 0.66
_SMALLEST_NAMED = 7.0
"""Radius below which names would hide the picture, in px."""
_SMALLEST_HELD = 10.0
"""Radius below which handles would hide the shape, in px."""
_SMALL = 14.0
_SMALLER = 0.8
_HANDLE = 3.5
_REACH = 7.0
"""From how far a handle is taken hold of, in px."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A circle on the picture, or a polygon."""

    name: str
    row: float
    """Of its centre, in pixels."""
    column: float
    radius: float
    """In the unit of the view; of a polygon that of the circle of the same area."""
    colour: str
    dashed: bool = False
    corners: tuple[tuple[float, float], ...] | None = None
    """Of a polygon, down and right of its centre, in the unit of the view."""
    mark: str = ""
    """Goes behind the name."""
    tip: str = ""
    """Said when the pointer rests on it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What else is to be seen of a shape."""

    bold: bool = False
    handles: bool = False
    ghost: bool = False
    """Faint and without a name: where something was, or would be."""


def holds(shape: Shape, down: float, right: float) -> bool:
    """Return whether a point lies in a shape, given from its centre in the unit of the view."""
    if shape.corners is None:
        return math.hypot(down, right) <= shape.radius
    return QPolygonF([QPointF(x, y) for y, x in shape.corners]).containsPoint(
        QPointF(right, down), Qt.FillRule.OddEvenFill
    )


def handles(centre: QPointF, radius: float) -> list[QPointF]:
    """Return where the handles of a shape are on the screen."""
    return [centre + QPointF(x, y) * radius for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))]


def handle_at(centre: QPointF, radius: float, point: QPointF) -> bool:
    """Return whether a point of the screen takes hold of a handle."""
    return radius >= _SMALLEST_HELD and any(
        (point - each).manhattanLength() <= _REACH for each in handles(centre, radius)
    )


def reach(shape: Shape) -> float:
    """Return how far a shape reaches to the right of its centre, in the unit of the view."""
    return shape.radius if shape.corners is None else max(math.hypot(*corner) for corner in shape.corners)


def draw_shape(
    painter: QPainter, shape: Shape, centre: QPointF, zoom: float, turn: QTransform, look: Look, font: QFont
) -> None:
    """Draw a shape.

    Parameters
    ----------
    painter
        In pixels of the screen.
    shape
        To draw.
    centre
        Of it, on the screen.
    zoom
        Pixels of the screen to a unit of the view.
    turn
        By which down and right of the picture become those of the screen; without scale.
    look
        What else is to be seen.
    font
        Of the name.
    """
    width = 1.0 if look.ghost else 2.5 if look.bold else 1.5
    style = Qt.PenStyle.DotLine if look.ghost else Qt.PenStyle.DashLine if shape.dashed else Qt.PenStyle.SolidLine
    pens = [] if look.ghost else [QPen(SHADE, width + 2.5)]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (*pens, QPen(QColor(shape.colour), width, style)):
        painter.setPen(pen)
        if shape.corners is None:
            painter.drawEllipse(centre, shape.radius * zoom, shape.radius * zoom)
        else:
            painter.drawPolygon(_polygon(shape.corners, centre, zoom, turn))
    if look.ghost:
        return
    if look.bold or shape.radius * zoom >= _SMALLEST_NAMED:
        _draw_name(painter, shape, centre, zoom, look, font)
    if look.handles and shape.radius * zoom >= _SMALLEST_HELD:
        painter.setPen(QPen(SHADE, 1))
        painter.setBrush(QColor(_BOLD))
        for place in handles(centre, reach(shape) * zoom):
            painter.drawRect(QRectF(place.x() - _HANDLE, place.y() - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))


def draw_words(painter: QPainter, words: str, corner: QPointF, font: QFont, colour: str) -> None:
    """Write lines on a dark ground, from their upper left corner on."""
    metrics = QFontMetricsF(font)
    lines = words.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines)
    box = QRectF(corner.x(), corner.y(), width + 2 * GRID, metrics.height() * len(lines) + GRID)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QColor(colour))
    painter.setFont(font)
    for number, line in enumerate(lines):
        painter.drawText(
            QPointF(box.left() + GRID, box.top() + GRID / 2 + metrics.ascent() + number * metrics.height()), line
        )


def _draw_name(painter: QPainter, shape: Shape, centre: QPointF, zoom: float, look: Look, font: QFont) -> None:
    """Write the name at the upper left, where the gap to the neighbours of a plate is widest."""
    font = QFont(font)
    font.setBold(look.bold)
    if shape.radius * zoom < _SMALL and font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * _SMALLER)
    metrics = QFontMetricsF(font)
    text = shape.name + shape.mark
    corner = centre - QPointF(1, 1) * (shape.radius * zoom * _DIAGONAL)
    size = metrics.size(0, text)
    box = QRectF(corner.x() - size.width() - 4, corner.y() - size.height(), size.width() + 4, size.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(box, 2, 2)
    painter.setFont(font)
    painter.setPen(QColor(_BOLD if look.bold else shape.colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _polygon(corners: Iterable[tuple[float, float]], centre: QPointF, zoom: float, turn: QTransform) -> QPolygonF:
    return QPolygonF([centre + turn.map(QPointF(right * zoom, down * zoom)) for down, right in corners])
