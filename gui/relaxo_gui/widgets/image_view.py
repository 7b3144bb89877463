"""ImageView: one picture with its bar of colours, and shapes on it that can be chosen, moved and resized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from relaxo_gui.resources.colour_maps import GREY, lookup_table
from relaxo_gui.resources.theme import GRID, IMAGE_BACKGROUND
from relaxo_gui.widgets.colour_bar import INK, coloured, draw_bar
from relaxo_gui.widgets.grip import Grip
from relaxo_gui.widgets.shapes import Look, Shape, draw_shape, draw_words, handle_at, holds, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

_GUTTER = 68
"""Width of the place for the bar, which it keeps when there is none: pictures stand still when views are switched."""
_MARGIN = 6
_ZOOM_STEP = 1.2
_WHEEL_STEP = 120
_SMALLEST, _LARGEST = 0.05, 400.0
_CROSS = QColor(200, 206, 212, 120)
_CROSS_GAP = 10


class ImageView(QWidget):
    """Shows one picture at a time, and tells what a person does with it.

    What is shown has a place in the plane of the view, in a unit that all linked views share. The wheel asks for other
    slices, with Shift for other times; with Ctrl it zooms. A drag moves the picture, or the shape under the pointer; a
    drag with the right button asks for other levels; a double click fits.
    """

    pointed = Signal(object)
    """(row, column) under the pointer, in pixels of the picture; None when it leaves it."""
    shape_hovered = Signal(object)
    """Name of the shape under the pointer, or None."""
    shape_clicked = Signal(object)
    """Name of the shape that was pressed, or None for a click beside them."""
    shape_dragged = Signal(str, float, float, bool)
    """Name of a shape, the row and column that its centre is dragged to, and whether it is to go exactly there."""
    shape_resized = Signal(str, float)
    """Name of a shape, and the radius that it is dragged to."""
    let_go = Signal(bool)
    """A drag has ended: True for well, False when it was given up."""
    placed = Signal(float, float)
    """Row and column of a click while something is to be placed."""
    renamed = Signal(str, str)
    """Name of a shape, and the name that was typed for it."""
    menu_asked = Signal(object, object)
    """Name of the shape that was clicked with the right button, or None; and where on the screen."""
    slices_stepped = Signal(int)
    times_stepped = Signal(int)
    levelled = Signal(float, float)
    """Wider levels, and higher ones, as shares of their width."""
    levels_reset = Signal()
    nudged = Signal(int, int)
    """Rows and columns that the shape with handles is to be moved by."""
    grown = Signal(int)
    """Pixels that its radius is to grow by."""
    pasted = Signal(str)
    """Text of the clipboard."""
    taken = Signal()
    """Enter was pressed."""
    escaped = Signal()
    viewed = Signal()
    """Centre or zoom was changed by hand."""
    touched = Signal()
    """A person turned to this view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
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
        self._shapes: tuple[Shape, ...] = ()
        self._ghosts: tuple[Shape, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._held: str | None = None
        self._title = self._words = ""
        self._note: tuple[str, str] | None = None
        self._cross: QPointF | None = None
        self._framed: str | None = None
        self._dimmed = False
        self._wheel = {Qt.KeyboardModifier.NoModifier: 0, Qt.KeyboardModifier.ShiftModifier: 0}
        self._editor: QLineEdit | None = None
        self.placing = False
        self._grip = Grip(self)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What is drawn on the picture."""
        return self._shapes

    @property
    def marked(self) -> frozenset[str]:
        """Names of the shapes that are drawn bold."""
        return self._marked

    @property
    def ghosts(self) -> tuple[Shape, ...]:
        """What is drawn faintly."""
        return self._ghosts

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
    def note(self) -> tuple[str, str] | None:
        """Name of a shape, and what is written beside it."""
        return self._note

    @property
    def view(self) -> tuple[QPointF, float]:
        """What lies at the middle, and the pixels of the screen to a unit."""
        return QPointF(self._centre), self._zoom

    @property
    def holding(self) -> bool:
        """Whether a shape with handles is to be seen."""
        return self.shape(self._held) is not None

    @property
    def crosshair(self) -> QPointF | None:
        """Where in the plane of the view the lines cross."""
        return self._cross

    # What is shown

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

    def set_shapes(self, shapes: Sequence[Shape], ghosts: Sequence[Shape] = ()) -> None:
        """Draw these shapes in place of the former ones, and others faintly."""
        if (tuple(shapes), tuple(ghosts)) != (self._shapes, self._ghosts):
            self._shapes, self._ghosts = tuple(shapes), tuple(ghosts)
            self.update()

    def mark(self, names: frozenset[str], held: str | None = None) -> None:
        """Draw the shapes of these names bold, and one with handles."""
        if (names, held) != (self._marked, self._held):
            self._marked, self._held = names, held
            self.update()

    def say(self, name: str | None, words: str = "") -> None:
        """Write beside a shape; nothing for None."""
        self._note = None if name is None else (name, words)
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

    # Where things are

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

    @property
    def fitted(self) -> bool:
        """Whether all of the picture is shown, whatever the size of the view."""
        return self._fitted

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

    def to_view(self, row: float, column: float) -> QPointF:
        """Return where a place of the picture is in the plane of the view."""
        return self._placement.map(QPointF(column, row))

    def shape_at(self, point: QPointF) -> str | None:
        """Return the name of the shape around a point of this widget; the nearest, should several be."""
        found = []
        for shape in self._shapes:
            away = self._turn().inverted()[0].map(point - self.to_screen(shape.row, shape.column)) / self._zoom
            if holds(shape, away.y(), away.x()):
                found.append((QPointF.dotProduct(away, away), shape.name))
        return min(found)[1] if found else None

    def held_at(self, point: QPointF) -> Shape | None:
        """Return the shape with handles, if the point is on one of these."""
        held = self.shape(self._held)
        if held is None:
            return None
        centre = self.to_screen(held.row, held.column)
        return held if handle_at(centre, reach(held) * self._zoom, point) else None

    def shape(self, name: str | None) -> Shape | None:
        """Return the shape of a name."""
        return next((shape for shape in self._shapes if shape.name == name), None)

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

    def refit(self) -> None:
        """Show all of the picture, as a person asks for it; where all of it is shown, all shapes."""
        around = self._around_shapes()
        area = self._area()
        if self._fitted and not around.isEmpty():
            zoom = min(area.width() / around.width(), area.height() / around.height())
            self.look_at(around.center(), zoom)
        else:
            self.fit()
        self.viewed.emit()

    def rename(self, name: str) -> None:
        """Let the name of a shape be typed where it stands."""
        shape = self.shape(name)
        if shape is None:
            return
        self.close_editor()
        editor = self._editor = QLineEdit(name, self)
        editor.setAccessibleName(f"New name of {name}")
        editor.setFixedWidth(24 * GRID)
        corner = self.to_screen(shape.row, shape.column) - QPointF(1, 1) * shape.radius * self._zoom * 0.66
        editor.move(
            int(min(max(corner.x() - editor.width(), 0), self.width() - editor.width())),
            int(max(corner.y() - editor.sizeHint().height(), 0)),
        )
        editor.selectAll()
        editor.returnPressed.connect(lambda: self._take_name(name, editor.text()))
        editor.installEventFilter(self)
        editor.show()
        editor.setFocus()

    def close_editor(self) -> None:
        """Give up what is being typed."""
        if self._editor is not None:
            editor, self._editor = self._editor, None
            editor.removeEventFilter(self)
            editor.hide()
            editor.deleteLater()
            self.setFocus()

    # What a person does

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Take hold of a shape, of one of its handles, or of the picture."""
        self.close_editor()
        self.touched.emit()
        self._grip.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Tell what is under the pointer, and what it drags."""
        self._tell_pointer(event.position())
        self._grip.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Let go."""
        self._grip.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Fit."""
        if event.button() == Qt.MouseButton.LeftButton and not self.placing:
            self.refit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's own
        """Go through slices, with Shift through times; with Ctrl zoom."""
        self.touched.emit()
        # With Alt, and on some systems with Shift, the wheel turns sideways.
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(_ZOOM_STEP ** (turned / _WHEEL_STEP), event.position())
        else:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            kind = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
            # Fine wheels tell many small steps.
            steps, self._wheel[kind] = _whole(self._wheel[kind] - turned)
            if steps:
                (self.times_stepped if shift else self.slices_stepped).emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Do with keys what the mouse does."""
        self.touched.emit()
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit(QGuiApplication.clipboard().text())
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.taken.emit()
        elif not self._grip.key(event):
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Notice the pointer leaving."""
        self.pointed.emit(None)
        self.shape_hovered.emit(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc for what is under way here, whatever else it means in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and (self._grip.holds or self.placing):
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Go on showing all of the picture, if all was shown."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:  # noqa: ANN401, N802 - Qt's own
        """Give up typing a name with Esc, or by going elsewhere."""
        if watched is self._editor and self._editor is not None:
            escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
            if escape and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if (escape and event.type() == QEvent.Type.KeyPress) or event.type() == QEvent.Type.FocusOut:
                self.close_editor()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw everything."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(IMAGE_BACKGROUND))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._array is None:
            painter.setPen(QColor(INK))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            self._draw_picture(painter)
            self._draw_shapes(painter)
            if self._unit is not None:
                beside = QRectF(self.width() - _GUTTER, 0, _GUTTER, self.height())
                draw_bar(painter, beside, self._colours, self._levels, self._unit, self.font())
        if self._title:
            draw_words(painter, self._title, QPointF(GRID, GRID), self.font(), INK)
        if self._framed is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._framed), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _draw_picture(self, painter: QPainter) -> None:
        area = self._area()
        painter.save()
        # The picture's corner is half a pixel from the centre of its first pixel.
        onto = QTransform.fromTranslate(-0.5, -0.5) * self._placement
        onto *= QTransform.fromTranslate(-self._centre.x(), -self._centre.y())
        onto *= QTransform.fromScale(self._zoom, self._zoom)
        onto *= QTransform.fromTranslate(area.center().x(), area.center().y())
        painter.setTransform(onto, combine=True)
        painter.setOpacity(0.55 if self._dimmed else 1.0)
        painter.drawImage(QPointF(0, 0), self._image)
        painter.restore()

    def _draw_shapes(self, painter: QPainter) -> None:
        turn = self._turn()
        for shape, ghost in (*((each, True) for each in self._ghosts), *((each, False) for each in self._shapes)):
            look = Look(bold=shape.name in self._marked, handles=shape.name == self._held and not ghost, ghost=ghost)
            draw_shape(painter, shape, self.to_screen(shape.row, shape.column), self._zoom, turn, look, self.font())
        if self._cross is not None:
            self._draw_cross(painter, self._to_screen(self._cross))
        noted = self.shape(self._note[0]) if self._note else None
        if noted is not None and self._note is not None:
            corner = self.to_screen(noted.row, noted.column) + QPointF(0.72, 0.72) * (reach(noted) * self._zoom)
            draw_words(painter, self._note[1], corner, QFont(self.font()), "#ffffff")

    def _draw_cross(self, painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(_CROSS, 1))
        area = self._area()
        for start, end in (
            (QPointF(area.left(), at.y()), QPointF(at.x() - _CROSS_GAP, at.y())),
            (QPointF(at.x() + _CROSS_GAP, at.y()), QPointF(area.right(), at.y())),
            (QPointF(at.x(), area.top()), QPointF(at.x(), at.y() - _CROSS_GAP)),
            (QPointF(at.x(), at.y() + _CROSS_GAP), QPointF(at.x(), area.bottom())),
        ):
            painter.drawLine(start, end)

    def _tell_pointer(self, point: QPointF) -> None:
        position = self.position(point)
        self.pointed.emit(position)
        self.shape_hovered.emit(None if position is None else self.shape_at(point))

    def _take_name(self, name: str, text: str) -> None:
        self.close_editor()
        if text.strip() and text.strip() != name:
            self.renamed.emit(name, text.strip())

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

    def _around_shapes(self) -> QRectF:
        """Return what the shapes fill in the plane of the view, with room for their names."""
        around = QRectF()
        for shape in self._shapes:
            middle, half = self.to_view(shape.row, shape.column), 1.6 * reach(shape)
            around |= QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)
        return around

    def _to_screen(self, place: QPointF) -> QPointF:
        return self._area().center() + (place - self._centre) * self._zoom

    def _turn(self) -> QTransform:
        """Return the placement without its scale and its offset."""
        across = (self._placement.m11() ** 2 + self._placement.m12() ** 2) ** 0.5
        along = (self._placement.m21() ** 2 + self._placement.m22() ** 2) ** 0.5
        return QTransform(
            self._placement.m11() / across,
            self._placement.m12() / across,
            self._placement.m21() / along,
            self._placement.m22() / along,
            0,
            0,
        )


def _whole(turned: int) -> tuple[int, int]:
    """Return whole steps of a wheel, and what is left."""
    steps = int(turned / _WHEEL_STEP)
    return steps, turned - steps * _WHEEL_STEP
