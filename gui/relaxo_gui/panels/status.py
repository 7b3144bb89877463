"""The line at the foot of the window: the voxel under the pointer, the engine, the wells that count, what is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from relaxo_gui.core import fitting
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.session_model.voxel_words import voxel_words
from relaxo_gui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands

#: How long it says that something went well, in ms.
_SAID_MS = 6000


class StatusPanel(QStatusBar):
    """Says what is there; while something is computed, what, how far it is, and how to stop it."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.setSizeGripEnabled(False)
        self.voxel = QLabel()
        self.voxel.setContentsMargins(PADDING - GRID, 0, 0, 0)
        self.voxel.setToolTip("Column, row and slice of the voxel under the pointer, counted from 0, and its values")
        self.engine = QLabel()
        self.engine.setToolTip("What fits the signal of every voxel")
        self.wells = QLabel()
        self.wells.setToolTip("Wells that enter the regression, and wells that were left out of it")
        self.saved = QLabel()
        self.progress = ProgressStrip()
        self.addWidget(self.voxel, 1)
        facts = QWidget()
        row = QHBoxLayout(facts)
        row.setContentsMargins(0, 0, PADDING, 0)
        row.setSpacing(2 * PADDING)
        for part in (self.engine, self.wells, self.saved):
            part.setProperty("role", "muted")
            row.addWidget(part)
        self.addPermanentWidget(self.progress)
        self.addPermanentWidget(facts)
        self.progress.cancelled.connect(commands.cancel)
        for job in (commands.analysis, commands.exporting):
            job.running_changed.connect(self._show_running)
            job.progressed.connect(self.progress.set_progress)
        commands.waiting_changed.connect(self._show_running)
        commands.told.connect(lambda words: self.showMessage(words, _SAID_MS))
        self._model.pointed_changed.connect(self._read)
        for signal in (self._model.snapshot_changed, self._model.contents_changed, self._model.history_changed):
            signal.connect(self._summarise)
        self._summarise()

    def _show_running(self) -> None:
        waiting = self._commands.waiting
        running = waiting or self._commands.analysis.running or self._commands.exporting.running
        self.progress.set_running(running=running)
        if waiting:
            self.progress.set_progress("Loading libraries", 0, 0)
        self._summarise()

    def _read(self) -> None:
        known, voxel = self._model.snapshot, self._model.pointed
        self.voxel.setText("" if known is None or voxel is None else voxel_words(known, voxel))

    def _summarise(self) -> None:
        known = self._model.snapshot
        located = known.located if known else None
        if located is None:
            self.wells.clear()
        else:
            excluded = sum(each.exclude is not None for each in self._model.contents.values())
            used = len(located) - excluded
            words = f"{used} well{'s' if used != 1 else ''} used"
            self.wells.setText(words + (f", {excluded} excluded" if excluded else ""))
        if known is None or not known.maps:
            self.engine.clear()
        else:
            # The engine is known from the first fit on: its library is not looked for while the window waits.
            self.engine.setText(f"{fitting.engine_name()} engine")
        self._say_saved()

    def _say_saved(self) -> None:
        if self._model.recipe is None:
            self.saved.clear()
            self.voxel.clear()
        elif self._model.path is not None and not self._model.modified:
            self.saved.setText("saved")
            self.saved.setToolTip(f"The recipe is in {self._model.path}")
        else:
            self.saved.setText("not saved")
            self.saved.setToolTip("What was decided is in no file of yours yet (Ctrl+S)")
