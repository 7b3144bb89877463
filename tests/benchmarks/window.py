"""How fast the window follows: the curve under the pointer, and the regression after a concentration was changed.

``python tests/benchmarks/window.py`` needs no screen. A frame of a screen of 60 Hz has 16.7 ms. Wall time
is what one waits on this machine as busy as it is; the time of the thread is what the work itself takes.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication, QWidget

    from relaxo_gui.main_window import MainWindow

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    # In time: Qt looks for a screen when the application is made.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

MOVES, EDITS = 300, 40


def main() -> None:
    """Print both times."""
    from relaxo_gui.app import application
    from relaxo_gui.main_window import MainWindow

    app = application()
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.commands.open_sample()
    wait(app, window)
    curves(app, window)
    edits(app, window)
    window.commands.finish()


def curves(app: QApplication, window: MainWindow) -> None:
    """Move the pointer over the voxels of all wells, with a well selected."""
    known = window.model.snapshot
    assert known is not None
    voxels = np.argwhere(known.wells["T1"].labels > 0)
    window.model.select(known.wells["T1"].wells[6].name)
    app.processEvents()
    panel = window.signal
    plots = [column.plot for column in panel.columns.values()]
    steps = [tuple(int(value) for value in voxel) for voxel in voxels[:: max(1, len(voxels) // MOVES)]]

    def move(step: int) -> None:
        z, row, column = steps[step]
        window.model.point("T1", (z, row, column))
        panel.refresh()

    report("curve under the pointer, T1 and T2: new numbers", len(steps), move)
    report("                                    and painted", len(steps), lambda step: (move(step), paint(*plots)))


def edits(app: QApplication, window: MainWindow) -> None:
    """Change a concentration."""
    plots = list(window.relaxivity.plots.values())
    well = next(iter(window.model.contents))
    before = window.model.snapshot

    def edit(step: int) -> None:
        window.commands.set_concentration(well, f"{0.001 * (step + 1):g}")

    report("concentration to new lines and values", EDITS, edit, lambda: wait(app, window))
    report("                          and painted", EDITS, lambda step: (edit(step + EDITS), paint(*plots)))
    wait(app, window)
    after = window.model.snapshot
    assert before is not None
    assert after is not None
    assert after.result is not None
    assert after.result.recipe == window.model.recipe
    assert all(after.maps[name] is before.maps[name] for name in before.maps)


def report(what: str, count: int, do: Callable[[int], object], rest: Callable[[], object] = lambda: None) -> None:
    """Do it so often, and print what it takes; the rest is not counted."""
    wall, thread = [], []
    for step in range(count):
        began, begun = time.perf_counter(), time.thread_time()
        do(step)
        wall.append(1000 * (time.perf_counter() - began))
        thread.append(1000 * (time.thread_time() - begun))
        rest()
    print(
        f"{what:<50} thread {np.median(thread):5.1f} ms (95 % within {np.percentile(thread, 95):5.1f}), "
        f"wall {np.median(wall):5.1f} ms (95 % within {np.percentile(wall, 95):5.1f})"
    )


def paint(*widgets: QWidget) -> None:
    """Draw widgets, and wait for it."""
    for widget in widgets:
        widget.grab()


def wait(app: QApplication, window: MainWindow) -> None:
    """Wait until nothing is computed any more, and what came of it is drawn."""
    app.processEvents()
    while window.commands.waiting or window.commands.analysis.running:
        app.processEvents()
    app.processEvents()


if __name__ == "__main__":
    main()
