"""NoticeList: warnings below one another, each with the thing it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.resources import sign
from relaxo_gui.resources.theme import GRID, PADDING, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

#: Of the notices, which keep the panel under them in sight.
_TALLEST = 44 * GRID
_SIGN = 5 * GRID


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning."""

    text: str
    """What it means and what to do, in sentences."""
    about: str | None = None
    """Key of the thing it is about."""
    about_words: str = ""
    """What that thing is called on a button."""
    choices: tuple[str, ...] = ()
    """What could be decided in answer, in a few words each."""


class NoticeList(QFrame):
    """Shows warnings; what one is about can be gone to. Hidden while there are none."""

    wanted = Signal(str)
    """Key of the thing that a person wants to see."""
    chosen = Signal(int, int)
    """Number of a notice, and of the choice that was made in answer to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: tuple[Warned, ...] = ()
        self.rows: list[NoticeRow] = []
        self._inside = QWidget()
        self._inside.setObjectName("notices")
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(PADDING, 2 * GRID, PADDING, 2 * GRID)
        self._list.setSpacing(2 * GRID)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._inside)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Notices")
        self.hide()

    def show_notices(self, notices: Sequence[Warned]) -> None:
        """Show notices in place of the former ones; nothing for none."""
        if tuple(notices) == self._notices:
            return
        self._notices = tuple(notices)
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [NoticeRow(notice) for notice in self._notices]
        for number, row in enumerate(self.rows):
            row.wanted.connect(self.wanted)
            row.chosen.connect(lambda choice, number=number: self.chosen.emit(number, choice))
            self._list.addWidget(row)
        self.setVisible(bool(self.rows))
        self._paint()
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Take the height that the words need at this width."""
        super().resizeEvent(event)
        self._fit()
        # By hand: a layout would place it by the size before the height was fitted, and what hangs over is not seen.
        self._area.setGeometry(self.contentsRect())

    def _needed(self) -> int:
        """Return the height that all notices need."""
        # The frame at the left takes its part of the width. Qt's layouts know the height of words only once shown.
        room = self.width() - GRID - 2 * PADDING
        whole = self._height_in(room)
        # Where not all is seen at once, the bar takes its part too.
        return whole if whole <= _TALLEST else self._height_in(room - self._area.verticalScrollBar().sizeHint().width())

    def _height_in(self, room: int) -> int:
        return sum(row.height_for(room) for row in self.rows) + 2 * GRID * (len(self.rows) + 1)

    def _fit(self) -> None:
        if self.rows:
            needed = self._needed()
            self._inside.setFixedHeight(needed)
            self.setFixedHeight(min(needed, _TALLEST))

    def _paint(self) -> None:
        theme = Theme.of(self.palette())
        for row in self.rows:
            row.paint_theme(theme)


class NoticeRow(QWidget):
    """One warning: its sign, its sentences, and a button to what it is about."""

    wanted = Signal(str)
    chosen = Signal(int)

    def __init__(self, notice: Warned, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel()
        self.words = QLabel(notice.text, wordWrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setAccessibleName(f"Warning: {notice.text}")
        self.button: QToolButton | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said = QVBoxLayout()
        said.setSpacing(GRID)
        said.addWidget(self.words)
        self.choices = [QToolButton() for _ in notice.choices]
        if self.choices:
            answers = QHBoxLayout()
            for number, (button, words) in enumerate(zip(self.choices, notice.choices, strict=True)):
                button.setText(words)
                button.setProperty("segment", "true")
                button.clicked.connect(lambda _checked=False, number=number: self.chosen.emit(number))
                answers.addWidget(button)
            answers.addStretch(1)
            said.addLayout(answers)
        layout.addLayout(said, 1)
        if notice.about is not None:
            self.button = QToolButton()
            self.button.setText(notice.about_words or notice.about)
            self.button.setAutoRaise(True)
            self.button.setToolTip(f"Show {self.button.text()}")
            self.button.clicked.connect(lambda: self.wanted.emit(notice.about))
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)

    def height_for(self, width: int) -> int:
        """Return the height that it needs at a width."""
        button = 0 if self.button is None else self.button.sizeHint().width() + 2 * GRID
        words = self.words.heightForWidth(width - _SIGN - 2 * GRID - button)
        if self.choices:
            # Before they are shown they have not got their style, and do not know their size.
            for choice in self.choices:
                choice.ensurePolished()
            words += GRID + max(choice.sizeHint().height() for choice in self.choices)
        return max(words, _SIGN, 0 if self.button is None else self.button.sizeHint().height())

    def paint_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._sign.setPixmap(sign("alert_outline", theme.amber).pixmap(_SIGN, _SIGN))
