"""Start-up: the application, its window, and the one window for mistakes of ours."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, qVersion
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

import relaxo
from relaxo_gui.actions.settings import appearance
from relaxo_gui.garbage import Collector
from relaxo_gui.main_window import MainWindow
from relaxo_gui.resources import app_icon, wear
from relaxo_gui.widgets.error_window import ErrorWindow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

#: Of Python's threads, in s; its own choice is 5 ms, which a screen of 60 Hz shows as a stutter.
_TURN_S = 1e-3

#: How long nothing may happen before the window counts as finished.
_STILL_MS = 500


class Reporter(QObject):
    """Shows every exception that nobody expected, from whatever thread, in one window; the app goes on."""

    _reported = Signal(str)

    def __init__(self, parent: MainWindow) -> None:
        super().__init__(parent)
        self._parent = parent
        self.window: ErrorWindow | None = None
        self._reported.connect(self._show, Qt.ConnectionType.AutoConnection)
        parent.commands.crashed.connect(self.report)

    def install(self) -> None:
        """Take over what Python does with exceptions that nobody caught."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(args.exc_type, args.exc_value, args.exc_traceback)

    def report(self, error: BaseException) -> None:
        """Show an exception."""
        self._reported.emit(report_text(error))

    def _hook(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        # A terminal, where there is one, gets it as ever.
        sys.__excepthook__(kind, error if error is not None else kind(), trace)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        elif error is not None:
            self.report(error)

    def _show(self, report: str) -> None:
        if self.window is None:
            self.window = ErrorWindow(self._parent)
        self.window.add(report)


def report_text(error: BaseException) -> str:
    """Return what those who make Relaxo need to know of an exception."""
    system = f"Relaxo {relaxo.__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"
    return f"{system}\n{''.join(traceback.format_exception(error))}"


class Application(QApplication):
    """Tells which files the system hands over, as macOS does with those that are opened with Relaxo."""

    handed_over = Signal(object)
    """A path."""

    def event(self, event: QEvent) -> bool:
        """Take files; all else goes its way."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.handed_over.emit(Path(event.file()))
            return True
        return super().event(event)


def application() -> QApplication:
    """Return the application, named and with its icon."""
    app = QApplication.instance() or Application(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Relaxo")
    app.setApplicationDisplayName("Relaxo")
    app.setDesktopFileName("relaxo")
    app.setWindowIcon(app_icon())
    # Python lets a thread go on for so long before another has its turn: of several that compute, the window waits for
    # each, at every event.
    sys.setswitchinterval(_TURN_S)
    wear(appearance())
    app.styleHints().colorSchemeChanged.connect(lambda _: wear(appearance()))
    return app


def run(paths: Sequence[Path] = (), picture: Path | None = None) -> int:
    """Show the window, on what is given, until it is closed; returns the exit code.

    With `picture`, a file for it, the window is drawn there when all is computed, and closed: for manuals and for a
    machine without a screen.
    """
    app = application()
    collector = Collector(app)
    window = MainWindow()
    Reporter(window).install()
    if isinstance(app, Application):
        app.handed_over.connect(lambda path: window.commands.open_paths([path]))
    window.show()
    window.commands.warming.succeeded.connect(collector.keep)
    # After the window has been painted.
    QTimer.singleShot(0, lambda: window.commands.open_paths(paths) if paths else window.commands.warm_up())
    if picture is not None:
        _Photographer(window, picture)
    code = app.exec()
    collector.end()
    return code


class _Photographer(QObject):
    """Draws the window into a file as soon as nothing is computed any more, and leaves."""

    def __init__(self, window: MainWindow, file: Path) -> None:
        super().__init__(window)
        self._window = window
        self._file = file
        # Opening begins with the next event; what follows a result is drawn with the one after.
        self._timer = QTimer(self, interval=_STILL_MS, singleShot=True)
        self._timer.timeout.connect(self._draw)
        window.commands.analysis.running_changed.connect(lambda _: self._timer.start())
        self._timer.start()

    def _draw(self) -> None:
        if self._window.commands.analysis.running or self._window.commands.waiting:
            return
        saved = self._window.grab().save(str(self._file))
        QApplication.exit(0 if saved else 1)
