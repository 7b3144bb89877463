"""Elided: one line of text that gives way to the room there is; all of it stands in the tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from relaxo_gui.resources.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Elided(QWidget):
    """Like a label, but a new text never moves what is beside it, so that it may change with every frame."""

    def __init__(self, parent: QWidget | None = None, *, muted: bool = False, bold: bool = False) -> None:
        super().__init__(parent)
        self._text = ""
        self._colour: str | None = None
        self._muted = muted
        font = self.font()
        font.setBold(bold)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return all of the text."""
        return self._text

    def set_text(self, text: str, colour: str | None = None, tip: str = "") -> None:
        """Show a text, in the colour of texts where none is given; the tooltip may say more than the text itself."""
        if (text, colour) != (self._text, self._colour):
            self._text, self._colour = text, colour
            self.setToolTip(tip or text)
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's own
        """Return the height of a line."""
        return QSize(10, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's own
        """Draw as much as there is room for."""
        painter = QPainter(self)
        muted = Theme.of(self.palette()).muted
        painter.setPen(self._colour or (muted if self._muted else self.palette().color(QPalette.ColorRole.WindowText)))
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()
