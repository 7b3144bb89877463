"""StepBar: the steps of a piece of work side by side, each with how it stands; a click goes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from relaxo_gui.resources.theme import GRID, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QFocusEvent, QPaintEvent

State = Literal["waiting", "busy", "needs you", "warning", "failed", "done"]

_DISC = 5 * GRID
_HEIGHT = 13 * GRID


@dataclass(frozen=True, slots=True)
class StepLook:
    """How a step stands."""

    state: State
    words: str
    """Its result, or what it needs, in a few words."""
    tip: str = ""
    """The same in sentences."""


class StepBar(QWidget):
    """Shows the steps; one of them is the current one, and every one can be gone to."""

    chosen = Signal(str)
    """Key of the step that a person went to."""

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        """Show steps by their titles, the first current. The keys Ctrl+1, Ctrl+2 ... are left to the menu."""
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._steps: dict[str, _Step] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        layout.setSpacing(0)
        for number, (key, title) in enumerate(titles.items(), 1):
            step = _Step(number, title)
            step.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(step)
            self._steps[key] = step
            layout.addWidget(step, 1)
        next(iter(self._steps.values())).setChecked(True)

    @property
    def current(self) -> str:
        """Key of the current step."""
        return next(key for key, step in self._steps.items() if step.isChecked())

    def choose(self, key: str) -> None:
        """Make a step the current one without telling."""
        self._steps[key].setChecked(True)

    def look(self, key: str) -> StepLook:
        """Return how a step stands."""
        return self._steps[key].look

    def show_step(self, key: str, look: StepLook) -> None:
        """Show how a step stands."""
        self._steps[key].set_look(look)

    def button(self, key: str) -> QAbstractButton:
        """Return the button of a step."""
        return self._steps[key]


class _Step(QAbstractButton):
    """One step: a disc with its number or the sign of its state, its title, and a few words."""

    def __init__(self, number: int, title: str) -> None:
        super().__init__()
        self._number = number
        self._by_key = False
        self.look = StepLook("waiting", "")
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._describe()

    def set_look(self, look: StepLook) -> None:
        if look != self.look:
            self.look = look
            self._describe()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's own
        """Return room for the disc and two lines of words."""
        return QSize(40 * GRID, max(_HEIGHT, 2 * self.fontMetrics().height() + 5 * GRID))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's own
        """Return the least room: words are shortened."""
        return QSize(24 * GRID, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow palette and font."""
        super().changeEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's own
        """Show the focus to those who came by key: a click needs no frame."""
        self._by_key = event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's own
        """Draw it."""
        theme = Theme.of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        framed = self.hasFocus() and self._by_key
        if self.underMouse() or framed:
            painter.setPen(QPen(QColor(theme.accent), 1) if framed else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tint(theme.accent)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 3, -1, -3), GRID, GRID)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(2 * GRID, self.height() - 4, self.width() - 4 * GRID, 3), 1.5, 1.5)
        disc = QRectF(3 * GRID, (self.height() - _DISC) / 2 - 1, _DISC, _DISC)
        self._draw_sign(painter, disc, theme)
        self._draw_words(painter, disc.right() + 2 * GRID, theme)
        painter.end()

    def _draw_words(self, painter: QPainter, left: float, theme: Theme) -> None:
        title = QFont(self.font())
        title.setBold(self.isChecked() or self.look.state == "needs you")
        painter.setFont(title)
        metrics = painter.fontMetrics()
        width = self.width() - left - 2 * GRID
        both = self.look.words != ""
        top = (self.height() - (2 if both else 1) * metrics.height()) / 2 - 1
        line = QRectF(left, top, width, metrics.height())
        painter.setPen(QColor(theme.muted if self.look.state == "waiting" and not self.isChecked() else theme.text))
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, int(width)),
        )
        if not both:
            return
        words = QFont(self.font())
        painter.setFont(words)
        metrics = painter.fontMetrics()
        colour = {"needs you": theme.accent, "warning": theme.amber, "failed": theme.red}.get(
            self.look.state, theme.muted
        )
        painter.setPen(QColor(colour))
        painter.drawText(
            line.translated(0, metrics.height()),
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(self.look.words, Qt.TextElideMode.ElideRight, int(width)),
        )

    def _draw_sign(self, painter: QPainter, disc: QRectF, theme: Theme) -> None:
        """Draw the sign of the state: colour is never alone, each state has a shape."""
        state = self.look.state
        pen = QPen(QColor(theme.muted), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        centre, half = disc.center(), disc.width() / 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state == "warning":
            pen.setColor(QColor(theme.amber))
            painter.setPen(pen)
            corners = ((0, -0.95), (1.05, 0.85), (-1.05, 0.85))
            painter.drawPolygon(QPolygonF([centre + QPointF(x * half, y * half) for x, y in corners]))
            painter.drawLine(centre + QPointF(0, -0.25 * half), centre + QPointF(0, 0.2 * half))
            painter.drawPoint(centre + QPointF(0, 0.55 * half))
            return
        filled = {"needs you": theme.accent, "failed": theme.red}.get(state)
        pen.setColor(QColor(filled or (theme.accent if state == "done" else theme.muted)))
        if state == "busy":
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        if filled:
            painter.setBrush(QColor(filled))
        painter.drawEllipse(disc)
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setWidthF(2)
        if state == "done":
            pen.setColor(QColor(theme.accent))
            painter.setPen(pen)
            painter.drawPolyline(
                [centre + QPointF(x * half, y * half) for x, y in ((-0.45, 0.05), (-0.1, 0.4), (0.5, -0.35))]
            )
        elif state == "failed":
            pen.setColor(QColor(theme.base))
            painter.setPen(pen)
            for sign in (-1, 1):
                painter.drawLine(centre + QPointF(-0.4, -0.4 * sign) * half, centre + QPointF(0.4, 0.4 * sign) * half)
        else:
            number = QFont(self.font())
            number.setBold(filled is not None)
            painter.setFont(number)
            painter.setPen(QColor(theme.base if filled else theme.muted))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))

    def _describe(self) -> None:
        name = f"{self._number} {self.text()}: {self.look.state}"
        self.setAccessibleName(f"{name}, {self.look.words}" if self.look.words else name)
        tip = self.look.tip or self.look.words
        self.setToolTip(f"{self.text()} (Ctrl+{self._number})" + (f"\n{tip}" if tip else ""))
