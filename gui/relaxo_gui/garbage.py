"""Collector: Python's cyclic garbage, collected on the thread of the window and in small portions."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

#: How often is looked whether there is enough to collect, in ms.
_EVERY_MS = 500


class Collector(QObject):
    """Collects in Python's place while it lives.

    Python collects on whatever thread made the last object, and holds all others meanwhile: with the libraries of an
    analysis loaded, that is a pause of 0.1 s in the midst of a fit; and what belongs to the window would be taken apart
    on a thread that it does not belong to.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the generations that have grown beyond their thresholds."""
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), self._thresholds, strict=True)):
            if count > threshold:
                gc.collect(generation)

    def keep(self) -> None:
        """Look no more at what there is by now: libraries stay, and to look through them is what takes long."""
        gc.freeze()

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
