"""PageView: pages as they will print, below one another, as wide as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from relaxo_gui.resources.theme import PADDING, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent

_WIDEST = 900
_NARROWEST = 240
_STEP = 1.15
_FURTHEST = 2.5


class PageView(QScrollArea):
    """Shows pages; Ctrl and the wheel, or + and -, make them larger and smaller, 0 as wide as there is room."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Show the pages of something with a name."""
        super().__init__(parent)
        self._name = name
        self._zoom = 1.0
        self.paper = _Paper()
        self.setWidget(self.paper)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip("Ctrl and the wheel, or + and −, make it larger and smaller; 0 fits it")  # noqa: RUF001 - a minus

    def show_pages(self, pages: Sequence[QImage]) -> None:
        """Show pages in place of the former ones; the place that was looked at stays."""
        self.paper.pages = tuple(pages)
        self.setAccessibleName(f"{self._name}, {len(pages)} pages")
        self._fit()

    def zoom(self, factor: float | None) -> None:
        """Make the pages larger by a factor, within reason; as wide as there is room for None."""
        self._zoom = 1.0 if factor is None else min(max(self._zoom * factor, 1 / _FURTHEST), _FURTHEST)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Stay as wide as there is room."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's own
        """Zoom with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Zoom; all else scrolls."""
        factors = {Qt.Key.Key_Plus: _STEP, Qt.Key.Key_Equal: _STEP, Qt.Key.Key_Minus: 1 / _STEP, Qt.Key.Key_0: None}
        key = Qt.Key(event.key())
        if key in factors:
            self.zoom(factors[key])
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        room = min(max(self.viewport().width() - 2 * PADDING, _NARROWEST), _WIDEST)
        self.paper.lay_out(round(room * self._zoom))


class _Paper(QWidget):
    """The pages, drawn at the size they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: tuple[QImage, ...] = ()
        self.places: list[QRect] = []
        self._scaled: dict[int, QImage] = {}

    def lay_out(self, width: int) -> None:
        """Give every page this width."""
        self._scaled = {}
        self.places = []
        top = PADDING
        for page in self.pages:
            height = round(width * page.height() / page.width())
            self.places.append(QRect(PADDING, top, width, height))
            top += height + PADDING
        self.setFixedSize(width + 2 * PADDING, top)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw the pages that are seen."""
        painter = QPainter(self)
        painter.setPen(QColor(Theme.of(self.palette()).line))
        for number, place in enumerate(self.places):
            if place.intersects(event.rect()):
                painter.drawImage(place, self._picture(number, place))
                painter.drawRect(place.adjusted(-1, -1, 0, 0))
        painter.end()

    def _picture(self, number: int, place: QRect) -> QImage:
        """Return a page with as many pixels as the screen has there: letters stay sharp."""
        if number not in self._scaled:
            self._scaled[number] = self.pages[number].scaled(
                place.size() * self.devicePixelRatioF(),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._scaled[number]
