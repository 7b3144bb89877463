"""PictureView: one picture in its place in a plane, as large as is wanted, with its bar of colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from relaxo_gui.resources.colour_maps import GREY, lookup_table
from relaxo_gui.resources.theme import GRID, IMAGE_BACKGROUND
from relaxo_gui.widgets.colour_bar import INK, coloured, draw_bar
from relaxo_gui.widgets.shapes import draw_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent, QResizeEvent

_GUTTER = 68
"""Width of the place for the bar, which it keeps when there is none: pictures stand still when views are switched."""
_MARGIN = 6
_SMALLEST, _LARGEST = 0.05, 400.0
_CROSS = QColor(200, 206, 212, 120)
_CROSS_GAP = 10
_DIMMED = 0.55


class PictureView(QWidget):
    """Shows one picture at a time, in a plane whose unit all linked views share."""

    viewed = Signal()
    """Centre or zoom was changed by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._array: NDArray[Any] | None = None
        self._image = QImage()
        self._levels = (0.0, 1.0)
        self._colours = lookup_table(GREY)
        self._unit: str | None = None
        self._placement = QTransform()
        self._centre = QPointF()
        self._zoom = 1.0
        self._fitted = True
        self._title = self._words = ""
        self._cross: QPointF | None = None
        self._framed: str | None = None
        self._dimmed = False
        self._still: tuple[object, QPixmap] | None = None

    @property
    def picture(self) -> NDArray[Any] | None:
        """(rows, columns), what is shown."""
        return self._array

    @property
    def levels(self) -> tuple[float, float]:
        """Values of the first and the last colour."""
        return self._levels

    @property
    def title(self) -> str:
        """What is written at the upper left."""
        return self._title

    @property
    def view(self) -> tuple[QPointF, float]:
        """What lies at the middle, and the pixels of the screen to a unit."""
        return QPointF(self._centre), self._zoom

    @property
    def fitted(self) -> bool:
        """Whether all of the picture is shown, whatever the size of the view."""
        return self._fitted

    @property
    def crosshair(self) -> QPointF | None:
        """Where in the plane of the view the lines cross."""
        return self._cross

    def show_picture(
        self,
        picture: NDArray[Any] | None,
        *,
        levels: tuple[float, float] = (0.0, 1.0),
        colours: NDArray[Any] | None = None,
        unit: str | None = None,
        placement: QTransform | None = None,
        title: str = "",
        words: str = "",
    ) -> None:
        """Show a picture.

        Parameters
        ----------
        picture
            (rows, columns); what is not finite is shown as the ground. None clears the view.
        levels
            Values of the first and the last colour.
        colours
            (256, 3), uint8; grey where None.
        unit
            Of the values; with it the bar of colours is shown.
        placement
            Takes column and row of a pixel's centre to its place in the plane of the view.
        title
            What it is.
        words
            Said in place of a picture.
        """
        before = self._extent()
        self._array, self._levels, self._unit, self._title, self._words = picture, levels, unit, title, words
        self._colours = lookup_table(GREY) if colours is None else colours
        self._placement = placement or QTransform()
        self._image = QImage() if picture is None else coloured(picture, levels, self._colours)
        if self._fitted and self._extent() != before:
            self.fit()
        self.update()

    def cross(self, place: QPointF | None) -> None:
        """Draw two lines that cross at a place of the plane."""
        if place != self._cross:
            self._cross = place
            self.update()

    def frame(self, colour: str | None) -> None:
        """Draw a frame, which says that this view is the one that the controls are about."""
        if colour != self._framed:
            self._framed = colour
            self.update()

    def dim(self, *, dimmed: bool) -> None:
        """Show the picture darker: it is an older one than it should be."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    def fit(self) -> None:
        """Show all of the picture, and go on so when the view is resized."""
        extent, area = self._extent(), self._area()
        self._fitted = True
        if not extent.isEmpty() and not area.isEmpty():
            self._centre = extent.center()
            self._zoom = min(area.width() / extent.width(), area.height() / extent.height())
        self.update()

    def look_at(self, centre: QPointF, zoom: float, *, fitted: bool = False) -> None:
        """Show a place of the plane in the middle, with so many pixels of the screen to a unit."""
        self._centre, self._zoom, self._fitted = QPointF(centre), min(max(zoom, _SMALLEST), _LARGEST), fitted
        self.update()

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Show the picture larger; what is at a point of this widget stays there."""
        point = self._area().center() if around is None else around
        fixed = self.place(point)
        zoom = min(max(self._zoom * factor, _SMALLEST), _LARGEST)
        self.look_at(fixed - (point - self._area().center()) / zoom, zoom)
        self.viewed.emit()

    def pan_by(self, pixels: QPointF) -> None:
        """Move the picture on the screen."""
        self.look_at(self._centre - pixels / self._zoom, self._zoom)
        self.viewed.emit()

    def to_screen(self, row: float, column: float) -> QPointF:
        """Return where a place of the picture is in this widget."""
        return self._to_screen(self._placement.map(QPointF(column, row)))

    def position(self, point: QPointF) -> tuple[float, float] | None:
        """Return row and column at a point of this widget; None outside of the picture."""
        if self._array is None:
            return None
        there = self.unbounded_position(point)
        rows, columns = self._array.shape
        return there if -0.5 <= there[0] < rows - 0.5 and -0.5 <= there[1] < columns - 0.5 else None

    def unbounded_position(self, point: QPointF) -> tuple[float, float]:
        """Return row and column at a point of this widget, outside of the picture too."""
        place = self._placement.inverted()[0].map(self.place(point))
        return place.y(), place.x()

    def place(self, point: QPointF) -> QPointF:
        """Return the place in the plane of the view at a point of this widget."""
        return self._centre + (point - self._area().center()) / self._zoom

    def pixel_size(self) -> tuple[float, float]:
        """Return how high and how wide a pixel of the picture is, in the unit of the view."""
        placed = self._placement
        return math.hypot(placed.m21(), placed.m22()), math.hypot(placed.m11(), placed.m12())

    def to_view(self, row: float, column: float) -> QPointF:
        """Return where a place of the picture is in the plane of the view."""
        return self._placement.map(QPointF(column, row))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Go on showing all of the picture, if all was shown."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw what stands still, which is kept, and on it what follows the pointer."""
        painter = QPainter(self)
        key = self._still_key()
        if self._still is None or key != self._still[0]:
            self._still = (key, self._draw_still())
        painter.drawPixmap(0, 0, self._still[1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._array is not None:
            self.draw_live(painter)
            if self._cross is not None:
                self._draw_cross(painter, self._to_screen(self._cross))
        if self._framed is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._framed), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def still_shapes(self) -> tuple[object, ...]:
        """Return what lies on the picture and stands still: nothing here."""
        return ()

    def draw_still(self, painter: QPainter) -> None:
        """Draw what lies on the picture and stands still: nothing here."""

    def draw_live(self, painter: QPainter) -> None:
        """Draw what follows the pointer: nothing here."""

    def _still_key(self) -> tuple[object, ...]:
        """Return all that what stands still is drawn from."""
        there = (self.size(), self.devicePixelRatioF(), QPointF(self._centre), self._zoom, QTransform(self._placement))
        what = (self._image.cacheKey(), self._levels, self._unit, self._title, self._words, self._dimmed)
        return (*there, *what, self.font().key(), self.still_shapes())

    def _draw_still(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        kept = QPixmap(self.size() * ratio)
        kept.setDevicePixelRatio(ratio)
        kept.fill(QColor(IMAGE_BACKGROUND))
        painter = QPainter(kept)
        painter.setFont(self.font())
        if self._array is None:
            painter.setPen(QColor(INK))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            self._draw_picture(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.draw_still(painter)
            if self._unit is not None:
                beside = QRectF(self.width() - _GUTTER, 0, _GUTTER, self.height())
                draw_bar(painter, beside, self._colours, self._levels, self._unit, self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._title:
            draw_words(painter, self._title, QPointF(GRID, GRID), self.font(), INK)
        painter.end()
        return kept

    def _draw_picture(self, painter: QPainter) -> None:
        area = self._area()
        painter.save()
        # The picture's corner is half a pixel from the centre of its first pixel.
        onto = QTransform.fromTranslate(-0.5, -0.5) * self._placement
        onto *= QTransform.fromTranslate(-self._centre.x(), -self._centre.y())
        onto *= QTransform.fromScale(self._zoom, self._zoom)
        onto *= QTransform.fromTranslate(area.center().x(), area.center().y())
        painter.setTransform(onto, combine=True)
        painter.setOpacity(_DIMMED if self._dimmed else 1.0)
        painter.drawImage(QPointF(0, 0), self._image)
        painter.restore()

    def _draw_cross(self, painter: QPainter, at: QPointF) -> None:
        # Thin and straight, they need no smoothing, which takes its time.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(_CROSS, 1))
        area = self._area()
        for start, end in (
            (QPointF(area.left(), at.y()), QPointF(at.x() - _CROSS_GAP, at.y())),
            (QPointF(at.x() + _CROSS_GAP, at.y()), QPointF(area.right(), at.y())),
            (QPointF(at.x(), area.top()), QPointF(at.x(), at.y() - _CROSS_GAP)),
            (QPointF(at.x(), at.y() + _CROSS_GAP), QPointF(at.x(), area.bottom())),
        ):
            painter.drawLine(start, end)

    def _area(self) -> QRectF:
        """Return where the picture may be."""
        return QRectF(_MARGIN, _MARGIN, self.width() - _MARGIN - _GUTTER, self.height() - 2 * _MARGIN)

    def _extent(self) -> QRectF:
        """Return where the picture is, in the plane of the view."""
        if self._array is None:
            return QRectF()
        rows, columns = self._array.shape
        corners = QPolygonF(QRectF(-0.5, -0.5, columns, rows))
        return self._placement.map(corners).boundingRect()

    def _to_screen(self, place: QPointF) -> QPointF:
        return self._area().center() + (place - self._centre) * self._zoom

    def _turn(self) -> QTransform:
        """Return the placement without its scale and its offset."""
        along, across = self.pixel_size()
        return QTransform(
            self._placement.m11() / across,
            self._placement.m12() / across,
            self._placement.m21() / along,
            self._placement.m22() / along,
            0,
            0,
        )
