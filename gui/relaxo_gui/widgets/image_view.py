"""ImageView: one picture with its bar of colours, and shapes on it that can be chosen, moved and resized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from relaxo_gui.resources.theme import GRID
from relaxo_gui.widgets.grip import Grip
from relaxo_gui.widgets.pen import Pen
from relaxo_gui.widgets.picture_view import PictureView
from relaxo_gui.widgets.shapes import Look, Shape, draw_shape, draw_words, handle_at, holds, reach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent

_ZOOM_STEP = 1.2
_WHEEL_STEP = 120


class ImageView(PictureView):
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
    ellipse_drawn = Signal(float, float, float, float)
    """Row and column of the centre of what was drawn, and its semi-axes, in rows and in columns."""
    polygon_drawn = Signal(object)
    """Row and column of every corner."""
    renamed = Signal(str, str)
    """Name of a shape, and the name that was typed for it."""
    reasoned = Signal(str, str)
    """Name of a shape, and why it is left out, as it was typed."""
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
    touched = Signal()
    """A person turned to this view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._shapes: tuple[Shape, ...] = ()
        self._ghosts: tuple[Shape, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._held: str | None = None
        self._note: tuple[str, str] | None = None
        self._wheel = {Qt.KeyboardModifier.NoModifier: 0, Qt.KeyboardModifier.ShiftModifier: 0}
        self._editor: QLineEdit | None = None
        self.placing = False
        self._grip = Grip(self)
        self.pen = Pen(self)

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
    def note(self) -> tuple[str, str] | None:
        """Name of a shape, and what is written beside it."""
        return self._note

    @property
    def holding(self) -> bool:
        """Whether a shape with handles is to be seen."""
        return self.shape(self._held) is not None

    # What is shown

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

    # Where things are

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
        self._type_at(name, name, f"New name of {name}", self.renamed.emit)

    def ask_reason(self, name: str, reason: str) -> None:
        """Let it be typed beside a shape why it is left out."""
        self._type_at(name, reason, f"Why {name} is left out", self.reasoned.emit)

    def _type_at(self, name: str, text: str, what: str, take: Callable[[str, str], None]) -> None:
        """Let something be typed beside a shape; what is left as it was is not taken."""
        shape = self.shape(name)
        if shape is None:
            return
        self.close_editor()
        editor = self._editor = QLineEdit(text, self)
        editor.setAccessibleName(what)
        editor.setToolTip(what)
        editor.setFixedWidth(max(24 * GRID, editor.fontMetrics().horizontalAdvance(text) + 6 * GRID))
        corner = self.to_screen(shape.row, shape.column) - QPointF(1, 1) * shape.radius * self._zoom * 0.66
        editor.move(
            int(min(max(corner.x() - editor.width(), 0), self.width() - editor.width())),
            int(max(corner.y() - editor.sizeHint().height(), 0)),
        )
        editor.selectAll()
        editor.returnPressed.connect(lambda: self._take(name, text, editor.text(), take))
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
        if not self.pen.press(event):
            self._grip.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Tell what is under the pointer, and what it drags."""
        self._tell_pointer(event.position())
        if not self.pen.move(event):
            self._grip.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Let go."""
        if not self.pen.release(event):
            self._grip.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own
        """Fit, or close what is drawn."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.pen.kind is not None:
            self.pen.close()
        elif not self.placing:
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
        elif self.pen.key(event):
            return
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
        elif not self._grip.key(event):
            super().keyPressEvent(event)

    def _enter(self) -> None:
        """Place what is to be placed in the middle of the view, or take over what is proposed."""
        middle = self.position(self._area().center())
        if not self.placing:
            self.taken.emit()
        elif middle is not None:
            self.placed.emit(*middle)

    def step_shape(self, step: int) -> None:
        """Choose the next shape, or the one before."""
        names = [shape.name for shape in self._shapes]
        if names:
            at = names.index(self._held) + step if self._held in names else min(step, 0)
            self.shape_clicked.emit(names[at % len(names)])

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Notice the pointer leaving."""
        self.pointed.emit(None)
        self.shape_hovered.emit(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc for what is under way here, and Backspace while something is drawn, whatever else they mean."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            drawn = {Qt.Key.Key_Escape, Qt.Key.Key_Backspace} if self.pen.kind is not None else set()
            kept = {Qt.Key.Key_Escape} if self._grip.holds or self.placing else drawn
            if event.key() in kept:
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._name_at_pointer(event)
            return True
        return super().event(event)

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

    def still_shapes(self) -> tuple[object, ...]:
        """Return the shapes that are not marked."""
        return tuple(shape for shape in self._shapes if shape.name not in self._marked)

    def draw_still(self, painter: QPainter) -> None:
        """Draw the shapes that are not marked."""
        self._draw(painter, [shape for shape in self._shapes if shape.name not in self._marked])

    def draw_live(self, painter: QPainter) -> None:
        """Draw the ghosts, the shapes that are marked, and what is written beside one."""
        self._draw(painter, self._ghosts, ghost=True)
        self._draw(painter, [shape for shape in self._shapes if shape.name in self._marked])
        self.pen.draw(painter)
        noted = self.shape(self._note[0]) if self._note else None
        if noted is not None and self._note is not None:
            corner = self.to_screen(noted.row, noted.column) + QPointF(0.72, 0.72) * (reach(noted) * self._zoom)
            draw_words(painter, self._note[1], corner, QFont(self.font()), "#ffffff")

    def _draw(self, painter: QPainter, shapes: Sequence[Shape], *, ghost: bool = False) -> None:
        turn = self._turn()
        for shape in shapes:
            look = Look(bold=shape.name in self._marked, handles=shape.name == self._held and not ghost, ghost=ghost)
            draw_shape(painter, shape, self.to_screen(shape.row, shape.column), self._zoom, turn, look, self.font())

    def _tell_pointer(self, point: QPointF) -> None:
        position = self.position(point)
        self.pointed.emit(position)
        self.shape_hovered.emit(None if position is None else self.shape_at(point))

    def _take(self, name: str, before: str, text: str, take: Callable[[str, str], None]) -> None:
        self.close_editor()
        if text.strip() and text.strip() != before:
            take(name, text.strip())

    def _name_at_pointer(self, event: QHelpEvent) -> None:
        """Say what is to be known of the shape under the pointer."""
        shape = self.shape(self.shape_at(QPointF(event.pos())))
        QToolTip.showText(event.globalPos(), shape.tip if shape is not None else "", self)

    def _around_shapes(self) -> QRectF:
        """Return what the shapes fill in the plane of the view, with room for their names."""
        around = QRectF()
        for shape in self._shapes:
            middle, half = self.to_view(shape.row, shape.column), 1.6 * reach(shape)
            around |= QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)
        return around


def _whole(turned: int) -> tuple[int, int]:
    """Return whole steps of a wheel, and what is left."""
    steps = int(turned / _WHEEL_STEP)
    return steps, turned - steps * _WHEEL_STEP
