"""Numbers as colours: a picture of an array, and the bar that says which colour is which number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPen

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont, QPainter

#: Of what is written on the ground of images.
INK = "#c8ced4"
_GROUND = 0xFF0D0F12
_WIDTH = 12
_LEAST_STEP = 36.0
"""Between two numbers, in px."""


def coloured(picture: NDArray[Any], levels: tuple[float, float], colours: NDArray[Any]) -> QImage:
    """Return the picture of an array.

    Parameters
    ----------
    picture
        (rows, columns); what is not finite is shown as the ground of images.
    levels
        Values of the first and the last colour.
    colours
        (256, 3), uint8.
    """
    low, high = levels
    known = np.isfinite(picture)
    share = (np.where(known, picture, low) - low) * (255.0 / max(high - low, 1e-12))
    words = colours.astype(np.uint32)
    table = np.append(0xFF000000 | words[:, 0] << 16 | words[:, 1] << 8 | words[:, 2], _GROUND).astype(np.uint32)
    pixels = np.ascontiguousarray(table[np.where(known, np.rint(np.clip(share, 0, 255)), 256).astype(np.intp)])
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def draw_bar(
    painter: QPainter, area: QRectF, colours: NDArray[Any], levels: tuple[float, float], unit: str, font: QFont
) -> None:
    """Draw the bar of colours with its numbers, and its unit above it.

    Parameters
    ----------
    painter
        In pixels of the screen.
    area
        What there is room for.
    colours
        (256, 3), uint8.
    levels
        Values of the first and the last colour.
    unit
        Of the numbers.
    font
        Of the numbers.
    """
    metrics = QFontMetricsF(font)
    bar = QRectF(area.left() + GRID, area.top() + metrics.height() + 2 * GRID, _WIDTH, 0)
    bar.setBottom(area.bottom() - 2 * GRID)
    if bar.height() < 2 * metrics.height():
        return
    strip = QImage(np.ascontiguousarray(colours[::-1]).data, 1, 256, 3, QImage.Format.Format_RGB888).copy()
    painter.drawImage(bar, strip)
    painter.setFont(font)
    painter.setPen(QPen(QColor(INK), 1))
    painter.drawText(QPointF(bar.left(), area.top() + metrics.ascent() + GRID), unit)
    low, high = levels
    for value in ticks(low, high, int(bar.height() / _LEAST_STEP)):
        height = bar.bottom() - (value - low) / (high - low) * bar.height()
        painter.drawLine(QPointF(bar.right(), height), QPointF(bar.right() + 3, height))
        box = QRectF(
            bar.right() + GRID + 2, height - metrics.height() / 2, area.right() - bar.right(), metrics.height()
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"{value:.6g}")


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from `low` to `high`, at most so many and at least two where there is room."""
    if not high > low:
        return []
    least = (high - low) / max(most, 1)
    decade = 10.0 ** math.floor(math.log10(least))
    step = next(step for step in (decade, 2 * decade, 5 * decade, 10 * decade) if step >= least * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
