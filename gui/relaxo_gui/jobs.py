"""Core functions off the UI thread: the newest answer wins, and nothing else is delivered."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal, Slot

from relaxo.errors import Cancelled, RelaxoError

#: Shortest time between two reports of progress, in s: a bar cannot show more, and every report wakes the window.
_REPORT_EVERY = 0.04
#: What work takes second place by, in Unix's levels.
_NICE = 10


class Told(Protocol):
    """What work is given to speak with: progress, and results that can be shown before the end."""

    def progress(self, stage: str, done: int, total: int) -> bool:
        """Tell what is done of how much; answers whether to go on."""
        ...

    def partial(self, value: object) -> None:
        """Show what there is so far."""
        ...


Work = Callable[[Told], object]


class Job(QObject):
    """One kind of long work, of which at most one runs.

    Starting it again cancels what runs. Each start takes a ticket, and only what carries the newest ticket is
    delivered, on the UI thread.
    """

    progressed = Signal(str, int, int)
    partial = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    """A `RelaxoError`."""
    crashed = Signal(object)
    """Any other exception, with its traceback: a mistake of ours."""
    cancelled = Signal()
    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # One thread: what is superseded has stopped before its successor touches what both remember.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._pool.setThreadPriority(QThread.Priority.LowPriority)
        self._ticket = 0
        self._running = False
        self._messenger = _Messenger()
        self._messenger.sent.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether an answer is still to come."""
        return self._running

    @property
    def idle(self) -> bool:
        """Whether its thread does nothing any more: what was cancelled may still be on its way out."""
        return not self._running and self._pool.activeThreadCount() == 0

    def start(self, work: Work) -> None:
        """Run work; what runs now is cancelled and its answer dropped."""
        self._ticket += 1
        self._pool.start(_Errand(self._ticket, work, self._messenger, lambda: self._ticket))
        self._set_running(running=True)

    def cancel(self) -> None:
        """Stop; nothing of what runs is delivered any more."""
        if self._running:
            self._ticket += 1
            self._set_running(running=False)
            self.cancelled.emit()

    def finish(self) -> None:
        """Cancel and wait until the thread has ended: before the window goes."""
        self.cancel()
        self._pool.waitForDone()

    @Slot(int, str, object)
    def _deliver(self, ticket: int, what: str, value: object) -> None:
        if ticket != self._ticket or not self._running:
            return
        if what == "progressed":
            assert isinstance(value, tuple)
            self.progressed.emit(*value)
        elif what == "partial":
            self.partial.emit(value)
        else:
            self._set_running(running=False)
            {"succeeded": self.succeeded, "failed": self.failed, "crashed": self.crashed}[what].emit(value)

    def _set_running(self, *, running: bool) -> None:
        if running != self._running:
            self._running = running
            self.running_changed.emit(running)


class _Messenger(QObject):
    """Carries messages from the worker to the UI thread."""

    sent = Signal(int, str, object)


class _Errand(QRunnable):
    """One start of a job, on its thread."""

    def __init__(self, ticket: int, work: Work, messenger: _Messenger, newest: Callable[[], int]) -> None:
        super().__init__()
        self._ticket = ticket
        self._work = work
        self._messenger = messenger
        self._newest = newest
        self._reported = (-1.0, "")

    def run(self) -> None:
        if self._ticket != self._newest():
            return
        _stand_back()
        try:
            value = self._work(self)
        except Cancelled:
            return
        except RelaxoError as error:
            self._send("failed", error)
        except Exception as error:  # noqa: BLE001 - the one place: it goes to the exception window
            self._send("crashed", error)
        else:
            self._send("succeeded", value)

    def progress(self, stage: str, done: int, total: int) -> bool:
        now = time.monotonic()
        at, last = self._reported
        if stage != last or now - at >= _REPORT_EVERY:
            self._reported = (now, stage)
            self._send("progressed", (stage, done, total))
        return self._ticket == self._newest()

    def partial(self, value: object) -> None:
        if self._ticket != self._newest():
            raise Cancelled
        self._send("partial", value)

    def _send(self, what: str, value: object) -> None:
        self._messenger.sent.emit(self._ticket, what, value)


def _stand_back() -> None:
    """Let the window go first where there are fewer processors than threads; threads that work begins do so too."""
    if sys.platform == "linux":  # where Qt's priority of a thread means nothing
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
