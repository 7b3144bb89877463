"""Grip: what the mouse or the keys do with an image view, from press to release."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from relaxo_gui.widgets.image_view import ImageView
    from relaxo_gui.widgets.shapes import Shape

_THRESHOLD = 3
"""How far the pointer goes before a press becomes a drag, in px."""
_LEVELS_PER_PX = 1 / 250
_KEY_PAN = 40
_FAR = 10
_ZOOM_STEP = 1.25

Key = Qt.Key
Button = Qt.MouseButton

_ARROWS = {Key.Key_Up: (-1, 0), Key.Key_Down: (1, 0), Key.Key_Left: (0, -1), Key.Key_Right: (0, 1)}
_PLAIN = {
    Key.Key_PageDown: lambda view: view.slices_stepped.emit(1),
    Key.Key_PageUp: lambda view: view.slices_stepped.emit(-1),
    Key.Key_Period: lambda view: view.times_stepped.emit(1),
    Key.Key_Comma: lambda view: view.times_stepped.emit(-1),
    Key.Key_Plus: lambda view: view.zoom_by(_ZOOM_STEP),
    Key.Key_Equal: lambda view: view.zoom_by(_ZOOM_STEP),
    Key.Key_Minus: lambda view: view.zoom_by(1 / _ZOOM_STEP),
    Key.Key_0: lambda view: view.refit(),
    Key.Key_Home: lambda view: view.refit(),
    Key.Key_N: lambda view: view.step_shape(1),
    Key.Key_P: lambda view: view.step_shape(-1),
    Key.Key_L: lambda view: view.levels_reset.emit(),
    Key.Key_BracketLeft: lambda view: view.grown.emit(-1),
    Key.Key_BracketRight: lambda view: view.grown.emit(1),
}


@dataclass(slots=True)
class _Hold:
    """What the mouse has hold of."""

    what: str
    """``shape``, ``handle``, ``picture`` or ``levels``."""
    start: QPointF
    last: QPointF
    shape: Shape | None = None
    moving: bool = False


class Grip:
    """Turns presses, moves, releases and keys into what the view tells."""

    def __init__(self, view: ImageView) -> None:
        self._view = view
        self._hold: _Hold | None = None

    @property
    def holds(self) -> bool:
        """Whether a button is down."""
        return self._hold is not None

    @property
    def dragging(self) -> bool:
        """Whether a shape is being moved or resized."""
        return self._hold is not None and self._hold.moving and self._hold.what in {"shape", "handle"}

    def press(self, event: QMouseEvent) -> None:
        """Take hold."""
        view, point = self._view, event.position()
        if self._hold is not None:
            return
        if event.button() == Button.RightButton:
            self._hold = _Hold("levels", point, point)
        elif event.button() == Button.MiddleButton:
            self._hold = _Hold("picture", point, point)
        elif event.button() == Button.LeftButton:
            if view.placing:
                position = view.position(point)
                if position is not None:
                    view.placed.emit(*position)
                return
            handle = view.held_at(point)
            if handle is not None:
                self._hold = _Hold("handle", point, point, handle)
                return
            name = view.shape_at(point)
            self._hold = _Hold("picture" if name is None else "shape", point, point, view.shape(name))
            if name is not None:
                view.shape_clicked.emit(name)

    def move(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        view, hold, point = self._view, self._hold, event.position()
        if hold is None:
            self._show_cursor(point)
            return
        if not hold.moving and (point - hold.start).manhattanLength() < _THRESHOLD:
            return
        hold.moving = True
        step, hold.last = point - hold.last, point
        if hold.what == "picture":
            view.setCursor(Qt.CursorShape.ClosedHandCursor)
            view.pan_by(step)
        elif hold.what == "levels":
            view.levelled.emit(step.x() * _LEVELS_PER_PX, -step.y() * _LEVELS_PER_PX)
        elif hold.shape is not None and hold.what == "shape":
            row, column = view.unbounded_position(point)
            from_row, from_column = view.unbounded_position(hold.start)
            exactly = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            view.shape_dragged.emit(
                hold.shape.name, hold.shape.row + row - from_row, hold.shape.column + column - from_column, exactly
            )
        elif hold.shape is not None:
            away = view.place(point) - view.to_view(hold.shape.row, hold.shape.column)
            before = view.place(hold.start) - view.to_view(hold.shape.row, hold.shape.column)
            ratio = _length(away) / max(_length(before), 1e-9)
            view.shape_resized.emit(hold.shape.name, hold.shape.radius * ratio)

    def release(self, event: QMouseEvent) -> None:
        """Let go."""
        view, hold = self._view, self._hold
        if hold is None:
            return
        self._hold = None
        self._show_cursor(event.position())
        if hold.moving:
            if hold.what in {"shape", "handle"}:
                view.let_go.emit(True)
        elif hold.what == "levels":
            view.menu_asked.emit(view.shape_at(event.position()), event.globalPosition().toPoint())
        elif hold.what == "picture" and event.button() == Button.LeftButton:
            view.shape_clicked.emit(None)

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; answers whether it stands for anything."""
        view, key, modifiers = self._view, Key(event.key()), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key == Key.Key_Escape:
            dragged = self.dragging
            self._hold = None
            if dragged:
                view.let_go.emit(False)
            view.escaped.emit()
        elif key in _ARROWS and modifiers & Qt.KeyboardModifier.ControlModifier:
            up, right = -_ARROWS[key][0], _ARROWS[key][1]
            view.levelled.emit(0.05 * right, 0.05 * up)
        elif key in _ARROWS:
            down, right = (step * (_FAR if shift else 1) for step in _ARROWS[key])
            if view.holding:
                view.nudged.emit(down, right)
            else:
                view.pan_by(QPointF(right, down) * -_KEY_PAN)
        elif key in _PLAIN and not modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            _PLAIN[key](view)
        else:
            return False
        return True

    def _show_cursor(self, point: QPointF) -> None:
        view = self._view
        if view.placing or view.pen.kind is not None:
            view.setCursor(Qt.CursorShape.CrossCursor)
        elif view.held_at(point) is not None:
            view.setCursor(Qt.CursorShape.SizeAllCursor)
        elif view.shape_at(point) is not None:
            view.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            view.setCursor(Qt.CursorShape.CrossCursor)


def _length(vector: QPointF) -> float:
    return math.hypot(vector.x(), vector.y())
