"""Veil: dims a part of the window while what it shows is being made anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from relaxo_gui.resources.theme import Theme

#: What is renewed sooner than this, in ms, is not dimmed: a window that flickers while one types only disturbs.
_PATIENCE_MS = 250
_SHARE = 150


class Veil(QWidget):
    """Lies over a widget, lets every click through, and says in words that what is under it is old."""

    def __init__(self, under: QWidget) -> None:
        super().__init__(under)
        self._under = under
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._lower)
        under.installEventFilter(self)
        self.hide()

    def set_old(self, *, old: bool) -> None:
        """Dim what is under it, after a moment, or no longer."""
        if not old:
            self._patience.stop()
            self.hide()
        elif self.isHidden() and not self._patience.isActive():
            self._patience.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own
        """Stay as large as what is under it."""
        if event.type() == QEvent.Type.Resize and watched is self._under:
            self.resize(self._under.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's own
        """Draw the ground over it, half transparent."""
        ground = QColor(Theme.of(self.palette()).base)
        ground.setAlpha(_SHARE)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground)
        painter.end()

    def _lower(self) -> None:
        self.resize(self._under.size())
        self.raise_()
        self.show()
