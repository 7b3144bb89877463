"""ImageView: one picture in grey or colours with its bar, and circles with names on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QGraphicsEllipseItem, QVBoxLayout, QWidget

from relaxo_gui.resources.theme import GRID, IMAGE_BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the picture, in pixels."""

    name: str
    row: float
    column: float
    radius: float
    colour: str
    dashed: bool = False


#: Of what is written on the ground.
_INK = "#c8ced4"
#: Behind what is drawn on the picture.
_SHADE = QColor(13, 15, 18, 180)
_DIAGONAL = 0.62


class ImageView(QWidget):
    """Shows one picture at a time.

    Pixels are square, or as wide as `show_picture` says; the wheel zooms, a drag moves, a double click fits.
    """

    pointed = Signal(object)
    """(row, column) of the pixel under the pointer; None when it leaves the picture."""
    circle_hovered = Signal(object)
    """Name of the circle under the pointer, or None."""
    circle_clicked = Signal(object)
    """Name of the circle that was clicked, or None for a click beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = pg.GraphicsLayoutWidget()
        self._canvas.setBackground(IMAGE_BACKGROUND)
        self._canvas.setAntialiasing(True)
        self._canvas.ci.setContentsMargins(0, GRID, 0, 2 * GRID)
        self._box = self._canvas.addViewBox(row=0, col=0, rowspan=2, lockAspect=True, invertY=True, enableMenu=False)
        self._picture = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._picture)
        self._bar = pg.ColorBarItem(interactive=False, width=12, colorMap=_grey())
        for side in ("left", "right", "top", "bottom"):
            self._bar.getAxis(side).setPen(QColor(0, 0, 0, 0))
        self._bar.axis.setTextPen(_INK)
        self._bar.axis.setStyle(tickLength=0)
        self._bar.axis.enableAutoSIPrefix(enable=False)
        self._unit = self._canvas.addLabel("", row=0, col=1, color=_INK)
        self._canvas.addItem(self._bar, row=1, col=1)
        self._canvas.ci.layout.setRowFixedHeight(0, 5 * GRID)
        self._canvas.ci.layout.setColumnFixedWidth(1, 18 * GRID)
        self._bar.setOpacity(0.0)
        self._array: NDArray[Any] | None = None
        self._circles: tuple[Circle, ...] = ()
        self._drawn: dict[str, tuple[Any, Any, Any]] = {}
        self._marked: frozenset[str] = frozenset()
        self._canvas.scene().sigMouseMoved.connect(self._move)
        self._canvas.scene().sigMouseClicked.connect(self._click)
        self._canvas.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)

    @property
    def circles(self) -> tuple[Circle, ...]:
        """What is drawn on the picture."""
        return self._circles

    @property
    def picture(self) -> NDArray[Any] | None:
        """(rows, columns), what is shown."""
        return self._array

    def show_picture(
        self,
        picture: NDArray[Any] | None,
        *,
        levels: tuple[float, float] = (0.0, 1.0),
        colours: NDArray[Any] | None = None,
        unit: str | None = None,
        pixel_shape: float = 1.0,
    ) -> None:
        """Show a picture.

        Parameters
        ----------
        picture
            (rows, columns); NaN is shown as the ground. None clears the view.
        levels
            Values of the first and the last colour.
        colours
            (256, 3), uint8; grey where None.
        unit
            Of the values; with it the bar of colours is shown.
        pixel_shape
            Width of a pixel over its height.
        """
        former = None if self._array is None else self._array.shape
        self._array = picture
        if picture is None:
            self._picture.clear()
            self._bar.setOpacity(0.0)
            self._unit.setText("")
            return
        table = np.arange(256, dtype=np.uint8)[:, np.newaxis].repeat(3, axis=1) if colours is None else colours
        self._picture.setImage(picture, autoLevels=False, levels=levels, lut=table)
        # Unseen it keeps its place, so that the picture stands still when views are switched.
        self._bar.setOpacity(1.0 if unit is not None else 0.0)
        if unit is not None:
            self._bar.setColorMap(pg.ColorMap(None, table))
            self._bar.setLevels(levels)
        self._unit.setText(unit or "")
        if former != picture.shape:
            self._box.setAspectLocked(lock=True, ratio=pixel_shape)
            self.fit()

    def fit(self) -> None:
        """Show all of the picture."""
        self._box.autoRange(padding=0.02)

    def set_circles(self, circles: Sequence[Circle]) -> None:
        """Draw these circles in place of the former ones."""
        if tuple(circles) != self._circles:
            self._circles = tuple(circles)
            self._draw()

    def mark(self, names: frozenset[str]) -> None:
        """Draw the circles of these names bold."""
        changed, self._marked = names ^ self._marked, names
        for circle in self._circles:
            if circle.name in changed:
                self._paint(circle)

    def circle_at(self, row: float, column: float) -> str | None:
        """Return the name of the circle around a position; the nearest, should several be."""
        inside = [
            (distance, circle.name)
            for circle in self._circles
            if (distance := float(np.hypot(circle.row - row, circle.column - column))) <= circle.radius
        ]
        return min(inside)[1] if inside else None

    def eventFilter(self, watched: Any, event: QEvent) -> bool:  # noqa: ANN401, N802 - Qt's own
        """Notice the pointer leaving."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
            self.circle_hovered.emit(None)
        return super().eventFilter(watched, event)

    def _draw(self) -> None:
        for parts in self._drawn.values():
            for part in parts:
                self._box.removeItem(part)
        self._drawn = {circle.name: _parts(circle) for circle in self._circles}
        for circle in self._circles:
            for part in self._drawn[circle.name]:
                self._box.addItem(part, ignoreBounds=True)
            self._paint(circle)

    def _paint(self, circle: Circle) -> None:
        """Give a circle its pens: bold when it is marked, and dark around them, to be seen on bright and dark."""
        bold = circle.name in self._marked
        halo, outline, name = self._drawn[circle.name]
        width = 3.5 if bold else 1.5
        style = Qt.PenStyle.DashLine if circle.dashed else Qt.PenStyle.SolidLine
        halo.setPen(pg.mkPen(_SHADE, width=width + 2.5))
        outline.setPen(pg.mkPen(circle.colour, width=width, style=style))
        name.setColor("#ffffff" if bold else circle.colour)
        font = QFont(self.font())
        font.setBold(bold)
        name.setFont(font)

    def _position(self, scene: QPointF) -> tuple[float, float] | None:
        """Return row and column at a point of the scene; None outside of the picture."""
        if self._array is None or not self._box.sceneBoundingRect().contains(scene):
            return None
        point = self._box.mapSceneToView(scene)
        row, column = point.y() - 0.5, point.x() - 0.5
        rows, columns = self._array.shape
        return (row, column) if -0.5 <= row < rows - 0.5 and -0.5 <= column < columns - 0.5 else None

    def _move(self, scene: QPointF) -> None:
        position = self._position(scene)
        self.pointed.emit(None if position is None else (round(position[0]), round(position[1])))
        self.circle_hovered.emit(None if position is None else self.circle_at(*position))

    def _click(self, event: Any) -> None:  # noqa: ANN401 - pyqtgraph has no types
        if event.double():
            self.fit()
            return
        position = self._position(event.scenePos())
        if event.button() == Qt.MouseButton.LeftButton and position is not None:
            self.circle_clicked.emit(self.circle_at(*position))


def _parts(circle: Circle) -> tuple[Any, Any, Any]:
    """Return the items of a circle: what is dark around it, its line, its name."""
    rounds = [
        QGraphicsEllipseItem(
            # The centre of the first pixel is at 0.5 in pyqtgraph's picture.
            circle.column + 0.5 - circle.radius,
            circle.row + 0.5 - circle.radius,
            2 * circle.radius,
            2 * circle.radius,
        )
        for _ in range(2)
    ]
    # At its upper left, where the gap to the neighbours of a plate is widest.
    name = pg.TextItem(circle.name, anchor=(1.0, 1.0), fill=_SHADE)
    corner = circle.radius * _DIAGONAL
    name.setPos(circle.column + 0.5 - corner, circle.row + 0.5 - corner)
    return rounds[0], rounds[1], name


def _grey() -> Any:  # noqa: ANN401 - pyqtgraph has no types
    return pg.ColorMap(None, np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
