"""How the app feels: start-up, the longest pause during a fit, and the time from a movement to what it draws.

Run: python tests/benchmarks/gui.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click
from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from studies import write_study

from relaxo_gui.actions import commands
from relaxo_gui.app import application
from relaxo_gui.garbage import Collector
from relaxo_gui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

STARTS = 3
MOVES = 200
ROUNDS = 7
#: What the longest pause of a window that does nothing is looked for in, in s.
IDLE_S = 3.0

_START = """
import sys
from PySide6.QtCore import QEvent, QObject, QTimer
from relaxo_gui import app
from relaxo_gui.__main__ import main

class Eye(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("visible", flush=True)
            QTimer.singleShot(0, made.quit)
            made.removeEventFilter(self)
        return False

made, eye = app.application(), Eye()
made.installEventFilter(eye)
sys.exit(main([]))
"""


class Paints(QObject):
    """Notes when a widget, or a part of it, was painted last."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.at = 0.0
        self.count = 0
        for part in (widget, *widget.findChildren(QWidget)):
            part.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own
        """Note a paint."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
            # Painting itself follows this event, and is done when the next event comes.
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.at = time.perf_counter()


def main() -> None:
    """Print what was measured."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, home)
        commands.drafts_folder = lambda: folder / "unsaved"
        starts = [_start() for _ in range(STARTS)]
        _say("start-up to a visible window", [1000 * each for each in starts], "bar 3000")
        app = application()
        _measure(app, folder)


def _measure(app: QApplication, folder: Path) -> None:
    collector = Collector(app)
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.commands.warming.succeeded.connect(collector.keep)
    window.commands.warm_up()
    _say("longest pause while the libraries are loaded", [_longest(app, lambda _: window.commands.warming.running)], "")
    _settle(app, window)
    write_study(folder / "small", 1, pixels=256)
    write_study(folder / "large", 1, pixels=512)
    inversion = sorted((folder / "large" / "dicom").iterdir())[:10]
    collector.keep()
    _say("longest pause of an idle window", [_longest(app, lambda at: time.perf_counter() < at + IDLE_S)], "")
    window.commands.open_paths(inversion)
    reading = _longest(app, lambda _: window.commands.analysis.running)
    _say("longest pause while 10 x 512 x 512 is read and fitted first", [reading], "bar 50")
    pauses, fits = [], []
    for number in range(ROUNDS):
        begun = time.perf_counter()
        window.commands.choices.choose_option("T1", "noise_floor", 4.0 + number / 10)
        pauses.append(_longest(app, lambda _: window.commands.analysis.running))
        fits.append(1000 * (time.perf_counter() - begun))
    _say("longest pause during a 10 x 512 x 512 fit", pauses, "bar 50")
    _say("the fit itself, until it is drawn", fits, "")
    window.model.mark_saved(folder / "not there.toml")
    window.commands.open_paths([folder / "small" / "recipe.toml"])
    _settle(app, window)
    _say(
        "256 x 256 fit, from the option to the map",
        [_refit(app, window, number) for number in range(ROUNDS)],
        "bar 250",
    )
    window.model.go_to("concentrations")
    _settle(app, window)
    lines, all_of_it = zip(*(_regress(app, window, number) for number in range(ROUNDS)), strict=True)
    _say("concentration to painted points, lines, r1 and r2", list(lines), "bar 16")
    _say("concentration to all that follows from it, painted", list(all_of_it), "")
    window.model.go_to("report")
    drawn = _longest(app, lambda _: not window.commands.exports.pages_current)
    _say("longest pause while the report is drawn first", [drawn], "bar 50")
    window.model.go_to("maps")
    _settle(app, window)
    _say("pointer to the voxel's curve", _follow(app, window), "bar 16")
    window.commands.autosave.end()
    window.commands.finish()
    collector.end()


def _say(what: str, times_ms: list[float], bar: str) -> None:
    middle = f"{statistics.median(times_ms):8.1f}"
    most = f"{max(times_ms):8.1f}" if len(times_ms) > 1 else " " * 8
    click.echo(f"{what:<62}{middle} ms median {most} ms most   {bar}")


def _start() -> float:
    """Return the seconds from the start of a process until its window is painted."""
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _START], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.perf_counter() - begun


def _settle(app: QApplication, window: MainWindow) -> None:
    still = time.perf_counter() + 0.3
    while time.perf_counter() < still:
        app.processEvents()
        if any(job.running for job in (window.commands.analysis, window.commands.exports.drawing)):
            still = time.perf_counter() + 0.3
        time.sleep(0.001)


def _longest(app: QApplication, going: Callable[[float], bool]) -> float:
    """Return the longest time in ms between two ticks of the event loop while something goes on."""
    ticks = [time.perf_counter()]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(1)
    while going(ticks[0]):
        app.processEvents()
        time.sleep(0.0002)
    app.processEvents()
    timer.stop()
    return 1000 * max(after - before for before, after in pairwise(ticks))


def _until(app: QApplication, done: Callable[[], bool]) -> None:
    while not done():
        app.processEvents()


def _refit(app: QApplication, window: MainWindow, number: int) -> float:
    """Return the time in ms from a changed option to the map on the screen."""
    window.image.views.click("T1map")
    _settle(app, window)
    paints = Paints(window.image.image)
    known = window.model.snapshot
    assert known is not None
    before, begun = known.maps["T1"], time.perf_counter()
    window.commands.choices.choose_option("T1", "noise_floor", 4.0 + number / 10)
    _until(app, lambda: window.model.snapshot is not None and window.model.snapshot.maps["T1"] is not before)
    shown = time.perf_counter()
    _until(app, lambda: paints.at > shown)
    taken = 1000 * (paints.at - begun)
    _settle(app, window)
    return taken


def _regress(app: QApplication, window: MainWindow, number: int) -> tuple[float, float]:
    """Return the times in ms from a changed concentration to the lines on the screen, and to all the rest."""
    paints = Paints(window.relaxivity.plots["R1"])
    well = next(iter(window.model.contents))
    lines: list[float] = []

    def note() -> None:
        # After the panel, which was connected first and has painted.
        assert window.model.glance is not None
        assert paints.count
        lines.append(time.perf_counter())

    window.model.glanced.connect(note)
    paints.count = 0
    begun = time.perf_counter()
    window.commands.set_concentration(well, f"{0.31 + number / 100}")
    assert window.model.current
    app.processEvents()
    ended = time.perf_counter()
    window.model.glanced.disconnect(note)
    _settle(app, window)
    return 1000 * (lines[0] - begun), 1000 * (ended - begun)


def _follow(app: QApplication, window: MainWindow) -> list[float]:
    """Return the times in ms from moves of the pointer to the curve of the voxel under it on the screen."""
    view = window.image.image
    paints = Paints(window.signal.columns["T1"].plot)
    rows, columns = window.model.snapshot.stacks["T1"].geometry.shape[1:] if window.model.snapshot else (1, 1)
    times = []
    for number in range(MOVES):
        row = rows // 2 + (number % 20) - 10
        column = columns // 4 + (number * 7) % (columns // 2)
        place = view.to_screen(row, column).toPoint()
        begun = time.perf_counter()
        QTest.mouseMove(view, QPoint(place))
        _until(app, lambda: paints.at > begun or time.perf_counter() > begun + 1)  # noqa: B023 - within the turn
        times.append(1000 * (paints.at - begun))
        # As a hand does, once a frame: what came sooner would wait for the next.
        QTest.qWait(16)
    return times


if __name__ == "__main__":
    main()
