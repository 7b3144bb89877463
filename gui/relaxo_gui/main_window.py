"""The main window: docks and menus, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

import relaxo
from relaxo_gui.actions import ACTIONS, Commands, build
from relaxo_gui.actions.dialogs import Dialogs
from relaxo_gui.actions.settings import settings
from relaxo_gui.panels.image import ImagePanel
from relaxo_gui.panels.notices import NoticesPanel
from relaxo_gui.panels.relaxivity import RelaxivityPanel
from relaxo_gui.panels.series import SeriesPanel
from relaxo_gui.panels.signal import SignalPanel
from relaxo_gui.panels.welcome import WelcomePanel
from relaxo_gui.panels.wells import WellsPanel
from relaxo_gui.resources import Theme, app_icon, style_sheet
from relaxo_gui.resources.theme import PADDING
from relaxo_gui.session_model import STEPS, SessionModel, steps_of
from relaxo_gui.widgets.banner import Banner
from relaxo_gui.widgets.progress_strip import ProgressStrip
from relaxo_gui.widgets.step_bar import StepBar, StepLook

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from relaxo.errors import RelaxoError

_SIZE = (1280, 800)
_LAYOUT_VERSION = 2
_SAID_MS = 6000
_ABOUT = (
    f"<b>Relaxo {relaxo.__version__}</b><p>From the scanner's DICOMs to T₁ and T₂ maps, the relaxivities r₁ and r₂, "
    "and the figure for the paper.</p><p>For research use, not for diagnosis.</p>"
)


_SIDE = "side"
_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands."""

    name: str
    title: str
    panel: QWidget
    area: Qt.DockWidgetArea | None = None
    """Of its dock; None for the panel of a step."""


class MainWindow(QMainWindow):
    """Everything a person sees; what it does is in `commands`."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.model = SessionModel(self)
        self.commands = Commands(self.model, Dialogs(self), self)
        self.actions_by_id = build(self.commands, self)
        self.welcome = WelcomePanel(self.commands)
        self.series = SeriesPanel(self.commands)
        self.image = ImagePanel(self.commands)
        self.wells = WellsPanel(self.commands)
        self.signal = SignalPanel(self.commands)
        self.relaxivity = RelaxivityPanel(self.commands)
        self.notices = NoticesPanel(self.commands)
        # Every panel with its place, from left to right: a new panel is a line here. A panel without an area is shown
        # at the right while its step is looked at, and bears the key of that step.
        self._places = (
            Place("series", "Series", self.series, _LEFT),
            Place("notices", "Notices", self.notices, _LEFT),
            Place("concentrations", "Concentrations", self.wells),
            Place("signal", "Signal", self.signal, _BOTTOM),
            Place("rates", "Rates against concentration", self.relaxivity, _BOTTOM),
        )
        self.steps = StepBar(STEPS)
        self._side = QStackedWidget()
        self.banner = Banner()
        self._progress = ProgressStrip()
        self._there: bool | None = None
        self._docks = self._build_docks()
        self._build_menus()
        self._build_step_bar()
        self._build_centre()
        self._build_status()
        self._paint_theme()
        self.resize(*_SIZE)
        self._original = self._arrange()
        self._restore()
        self.model.opened.connect(self._show_analysis)
        self.model.snapshot_changed.connect(self._show_analysis)
        self.model.history_changed.connect(self._name_window)
        self.model.message.connect(self._say)
        self.commands.told.connect(lambda words: self.statusBar().showMessage(words, _SAID_MS))
        self._name_window()
        self._go_to()
        self._show_steps()
        self._show_analysis()

    def reset_layout(self) -> None:
        """Bring every dock back to its place."""
        self.restoreState(self._original, _LAYOUT_VERSION)
        self._size_docks()

    def about(self) -> None:
        """Say what this is."""
        QMessageBox.about(self, "About Relaxo", _ABOUT)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's own
        """Ask before anything is lost, then stop the threads and remember the layout."""
        if not self.commands.leave():
            event.ignore()
            return
        if self.model.recipe is not None:
            stored = settings()
            stored.setValue("window/geometry", self.saveGeometry())
            stored.setValue("window/state", self.saveState(_LAYOUT_VERSION))
        event.accept()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette of the system."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_docks"):
            self._paint_theme()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's own
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's own
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.commands.open_paths(paths)

    def _build_docks(self) -> dict[str, QDockWidget]:
        docks = {}
        for place in self._places:
            if place.area is None:
                self._side.addWidget(place.panel)
            else:
                docks[place.name] = self._dock(place.name, place.title, place.panel, place.area)
        docks[_SIDE] = self._dock(_SIDE, "", self._side, _RIGHT)
        return docks

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _build_step_bar(self) -> None:
        # A tool bar, because nothing else in a main window is as wide as the window and above the docks.
        bar = QToolBar("Steps")
        bar.setObjectName("steps")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(self.steps)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        self.steps.chosen.connect(self.model.go_to)
        self.model.step_changed.connect(self._go_to)
        for signal in (self.model.opened, self.model.snapshot_changed, self.model.contents_changed):
            signal.connect(self._show_steps)
        self.commands.analysis.running_changed.connect(self._show_steps)

    def _go_to(self) -> None:
        """Show the panel of the step; that of the nearest for a step without its own."""
        self.steps.choose(self.model.step)
        order = list(STEPS)
        here = order.index(self.model.step)
        nearest = min(
            (place for place in self._places if place.area is None),
            key=lambda place: abs(order.index(place.name) - here),
        )
        self._side.setCurrentWidget(nearest.panel)
        self._docks[_SIDE].setWindowTitle(nearest.title)
        self._docks[_SIDE].raise_()

    def _show_steps(self) -> None:
        found = steps_of(
            self.model.snapshot,
            self.model.contents,
            opened=self.model.recipe is not None,
            running=self.commands.analysis.running,
            current=self.model.current,
        )
        for step in found.values():
            self.steps.show_step(step.key, StepLook(step.state, step.words, step.tip))

    def _build_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(f"&{title}") for title in ("File", "Edit", "View", "Analysis", "Help")}
        for row in ACTIONS:
            if row.starts_group:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self.actions_by_id[row.id])
        menus["File"].addSeparator()
        quit_action = menus["File"].addAction("&Quit", self.close)
        quit_action.setShortcut("Ctrl+Q")
        menus["View"].addSeparator()
        for dock in self._docks.values():
            menus["View"].addAction(dock.toggleViewAction())
        menus["View"].addSeparator()
        menus["View"].addAction("&Reset Layout", self.reset_layout)
        menus["Help"].addAction("&About Relaxo", self.about)

    def _build_centre(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.image)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(centre)

    def _build_status(self) -> None:
        self._summary = QLabel()
        self._summary.setContentsMargins(PADDING, 0, PADDING, 0)
        self.statusBar().addPermanentWidget(self._progress)
        self.statusBar().addPermanentWidget(self._summary)
        self._progress.cancelled.connect(self.commands.cancel)
        for job in (self.commands.analysis, self.commands.exporting):
            job.running_changed.connect(lambda running: self._progress.set_running(running=running))
            job.progressed.connect(self._progress.set_progress)
        self.commands.analysis.running_changed.connect(self._summarise)
        self.model.snapshot_changed.connect(self._summarise)

    def _arrange(self) -> QByteArray:
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self._size_docks()
        return self.saveState(_LAYOUT_VERSION)

    def _size_docks(self) -> None:
        docks = self._docks
        self.resizeDocks([docks["series"], docks[_SIDE]], [232, 476], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["rates"]], [280], Qt.Orientation.Vertical)
        self.resizeDocks([docks["series"], docks["notices"]], [220, 200], Qt.Orientation.Vertical)

    def _restore(self) -> None:
        stored = settings()
        if stored.contains("window/state"):
            self.restoreGeometry(stored.value("window/geometry"))
            self.restoreState(stored.value("window/state"), _LAYOUT_VERSION)

    def _show_analysis(self) -> None:
        """Show the docks only while there is something to show in them."""
        known = self.model.snapshot
        failed = known is not None and known.error is not None and known.inventory is None
        there = self.model.recipe is not None and not failed
        if there == self._there:
            return
        self._there = there
        self._pages.setCurrentWidget(self.image if there else self.welcome)
        for dock in self._docks.values():
            dock.setVisible(there)
        if there:
            self._size_docks()

    def _name_window(self) -> None:
        recipe = self.model.recipe
        if recipe is None:
            self.setWindowTitle("Relaxo")
            return
        name = self.model.path.name if self.model.path else Path(recipe.sources[0]).name if recipe.sources else "new"
        self.setWindowTitle(f"{name}[*] – Relaxo")  # noqa: RUF001 - an en dash, as titles have it
        self.setWindowModified(self.model.modified)

    def _say(self, error: RelaxoError | None) -> None:
        if error is None:
            self.banner.hide()
        else:
            where = f"{error.where}: " if error.where else ""
            hint = f"{error.hint.rstrip('.')}." if error.hint else ""
            self.banner.say("error", f"{where}{error.what}.", hint)

    def _summarise(self) -> None:
        known = self.model.snapshot
        located = known.located if known else None
        if known is None or located is None:
            self._summary.clear()
            return
        excluded = sum(each.exclude is not None for each in self.model.contents.values())
        parts = [f"{len(located)} wells", *([f"{excluded} excluded"] if excluded else [])]
        if not self.model.current and not self.commands.analysis.running:
            parts.append("results are not complete")
        self._summary.setText("   ".join(parts))

    def _paint_theme(self) -> None:
        theme = Theme.of(self.palette())
        self.setStyleSheet(style_sheet(theme))
        self.banner.paint_theme(theme)
        self.relaxivity.refresh()
