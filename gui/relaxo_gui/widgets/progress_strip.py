"""ProgressStrip: what is being done, how far it is, and a button to stop it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from relaxo_gui.resources.theme import GRID

if TYPE_CHECKING:
    from collections.abc import Callable

#: What is done sooner than this, in ms, is not announced: a strip that flashes only disturbs.
_PATIENCE_MS = 200
#: How long a stage runs before the time it still takes is guessed, and what is not worth a guess, in s.
_LEARNING = 1.5
_SOON = 3.0


class ProgressStrip(QWidget):
    """Appears when something takes longer than a moment."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure time, in s, with the clock."""
        super().__init__(parent)
        self._clock = clock
        self._begun = ("", 0.0)
        self._label = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setFixedHeight(2 * GRID)
        self._stop = QPushButton("Cancel")
        self._stop.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        for part in (self._label, self._bar, self._stop):
            layout.addWidget(part)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        self.hide()

    def set_running(self, *, running: bool) -> None:
        """Begin or end."""
        if running:
            self.set_progress("Working", 0, 0)
            self._patience.start()
        else:
            self._patience.stop()
            self.hide()

    def set_progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is; a total of 0 stands for not known."""
        if stage != self._begun[0]:
            self._begun = (stage, self._clock())
        self._label.setText(f"{stage}…{self._left(done, total)}")
        self._bar.setRange(0, max(total, 0))
        self._bar.setValue(done)
        self._bar.setAccessibleName(stage)

    def _left(self, done: int, total: int) -> str:
        """Return how long the stage still takes, as far as what is done lets guess."""
        elapsed = self._clock() - self._begun[1]
        if done <= 0 or total <= done or elapsed < _LEARNING:
            return ""
        left = elapsed * (total - done) / done
        if left < _SOON:
            return ""
        return f"  {left:.0f} s left" if left < 90 else f"  {left / 60:.0f} min left"
