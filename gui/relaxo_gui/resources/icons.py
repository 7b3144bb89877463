"""The app's icon (wells of a dilution series, and the line through them) and its signs."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

_SIGN = 48


def app_icon() -> QIcon:
    """Return the icon of the app."""
    picture = QPixmap()
    picture.loadFromData(files("relaxo_gui.resources").joinpath("relaxo.png").read_bytes())
    return QIcon(picture)


def warning_icon(colour: str) -> QIcon:
    """Return the sign of a warning: a triangle with an exclamation mark."""
    picture = QPixmap(_SIGN, _SIGN)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolygon(QPolygonF([QPointF(24, 7), QPointF(43, 41), QPointF(5, 41)]))
    painter.drawLine(QPointF(24, 20), QPointF(24, 28))
    painter.drawPoint(QPointF(24, 34.5))
    painter.end()
    return QIcon(picture)
