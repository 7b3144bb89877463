"""OnceAFrame: does something as often as it is asked to, but no more often than a screen can show."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

#: One frame of a screen of 60 Hz, in ms.
FRAME_MS = 16


class OnceAFrame(QObject):
    """Gathers what is asked within one frame into one call, which comes at once where the last is a frame ago."""

    def __init__(self, do: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._do = do
        self._last = -1.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._run)

    def ask(self) -> None:
        """Have it done, once, soon."""
        if not self._timer.isActive():
            since = 1000 * (time.monotonic() - self._last)
            self._timer.start(max(0, round(FRAME_MS - since)))

    def _run(self) -> None:
        self._last = time.monotonic()
        self._do()
