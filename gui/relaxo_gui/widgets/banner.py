"""Banner: a message that stands in the window, with what to do about it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.resources import sign
from relaxo_gui.resources.theme import GRID, PADDING, Theme

Kind = Literal["error", "warning"]

_SIGNS = {"error": "alert_circle_outline", "warning": "alert_outline"}
_SIDE = 5 * GRID


class Banner(QFrame):
    """Says what happened, where, and what to do; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Kind = "error"
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._what = _text()
        self._hint = _text()
        self._copy = _button("Copy", "Copy this message")
        self._close = _button("Close", "Close this message")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        self._close.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addWidget(self._what)
        words.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PADDING, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(PADDING)
        layout.addWidget(self._sign)
        layout.addLayout(words, 1)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """All of the message."""
        return "\n".join(part for part in (self._what.text(), self._hint.text()) if part)

    def say(self, kind: Kind, what: str, hint: str = "") -> None:
        """Show a message in place of the former one."""
        self._kind = kind
        self._what.setText(what)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(self.text)
        # Its own palette is that of its style sheet.
        self.paint_theme(Theme.of(QGuiApplication.palette()))
        self.show()

    def paint_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        colour = theme.red if self._kind == "error" else theme.amber
        self.setStyleSheet(
            f"Banner {{ background: {theme.tint(colour)}; border: none; border-left: {GRID}px solid {colour}; }}"
            f"QLabel {{ color: {theme.text}; background: transparent; }}"
        )
        self._sign.setPixmap(sign(_SIGNS[self._kind], colour).pixmap(_SIDE, _SIDE))


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    return button


def _text() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
