"""The main window: docks and menus, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QToolBar, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.actions import ACTIONS, Commands, build
from relaxo_gui.actions.dialogs import Dialogs
from relaxo_gui.actions.help import PROPERTY as HELP
from relaxo_gui.actions.recent import RecentMenu
from relaxo_gui.actions.settings import appearance, set_appearance, settings
from relaxo_gui.panels.fit import FitPanel
from relaxo_gui.panels.help_menu import HelpMenu
from relaxo_gui.panels.image import ImagePanel
from relaxo_gui.panels.preview import PreviewPanel
from relaxo_gui.panels.recovery import RecoveryPanel
from relaxo_gui.panels.regression import RegressionPanel
from relaxo_gui.panels.relaxivity import RelaxivityPanel
from relaxo_gui.panels.report import ReportPanel
from relaxo_gui.panels.series import SeriesPanel
from relaxo_gui.panels.side import SidePanel
from relaxo_gui.panels.signal import SignalPanel
from relaxo_gui.panels.status import StatusPanel
from relaxo_gui.panels.steps import StepsPanel
from relaxo_gui.panels.times import TimesPanel
from relaxo_gui.panels.welcome import WelcomePanel
from relaxo_gui.panels.well_list import WellListPanel
from relaxo_gui.panels.wells import WellsPanel
from relaxo_gui.resources import APPEARANCES, Appearance, Theme, app_icon, sign, style_sheet, wear
from relaxo_gui.session_model import SessionModel
from relaxo_gui.widgets.banner import Banner
from relaxo_gui.widgets.veil import Veil

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from relaxo.errors import RelaxoError

_SIZE = (1280, 800)
#: Of the docks and their names: a layout that was saved by another is not restored.
_LAYOUT_VERSION = 3
_MENUS = ("File", "Edit", "View", "Analysis", "Help")
_APPEARANCE_WORDS = {"system": "As the &System", "light": "&Light", "dark": "&Dark"}
#: Name of a panel to the topic of its help, where that is another.
_ABOUT = {"series": "images", "rates": "relaxivity"}
#: Of the height of the window, what the plots at its foot take, and their least in px.
_SHARE = 0.32
_LEAST_TALL = 280
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
        self.times = TimesPanel(self.commands)
        self.image = ImagePanel(self.commands)
        self.well_list = WellListPanel(self.commands)
        self.wells = WellsPanel(self.commands)
        self.fit = FitPanel(self.commands)
        self.regression = RegressionPanel(self.commands)
        self.signal = SignalPanel(self.commands)
        self.relaxivity = RelaxivityPanel(self.commands)
        self.report = ReportPanel(self.commands)
        self.preview = PreviewPanel(self.commands)
        # Every panel with its place, from left to right: a new panel is a line here. A panel without an area is shown
        # at the right while its step is looked at, and bears the key of that step.
        self._places = (
            Place("series", "Series", self.series, _LEFT),
            Place("images", "Images", self.times),
            Place("wells", "Wells", self.well_list),
            Place("concentrations", "Concentrations", self.wells),
            Place("maps", "Maps", self.fit),
            Place("relaxivity", "Relaxivity", self.regression),
            Place("report", "Report", self.report),
            Place("signal", "Signal", self.signal, _BOTTOM),
            Place("rates", "Rates against concentration", self.relaxivity, _BOTTOM),
        )
        for place in self._places:
            place.panel.setProperty(HELP, _ABOUT.get(place.name, place.name))
        self.image.setProperty(HELP, "wells")
        self.preview.setProperty(HELP, "figure")
        self.steps = StepsPanel(self.commands)
        self.side = SidePanel(self.commands)
        self.banner = Banner()
        self.recovery = RecoveryPanel(self.commands)
        self._veils = [Veil(place.panel) for place in self._places if place.area is _BOTTOM]
        self._there: bool | None = None
        self._before_reading: QByteArray | None = None
        self._layout: QByteArray | None = None
        self._docks = self._build_docks()
        self._build_menus()
        self._build_step_bar()
        self._build_centre()
        self.status = StatusPanel(self.commands)
        self.setStatusBar(self.status)
        self._paint_theme()
        self.resize(*_SIZE)
        self._original = self._arrange()
        self._restore()
        self.commands.steps_changed.connect(self._dim)
        for signal in (self.model.opened, self.model.snapshot_changed, self.model.step_changed):
            signal.connect(self._show_analysis)
        self.model.history_changed.connect(self._name_window)
        self.model.message.connect(self._say)
        self.commands.may_close.connect(self.close)
        self._name_window()
        self._show_analysis()
        # Files may be dropped anywhere: image views would swallow them, and text fields take their names as text.
        for part in self.findChildren(QWidget):
            part.setAcceptDrops(False)

    def reset_layout(self) -> None:
        """Bring every dock back to its place."""
        self._before_reading = None
        self.restoreState(self._original, _LAYOUT_VERSION)
        for dock in self._docks.values():
            dock.setVisible(bool(self._there))
        self._size_docks()
        self._show_analysis()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's own
        """Ask before anything is lost, then stop the threads and remember the layout."""
        if not self.commands.leave():
            event.ignore()
            return
        if self.model.recipe is not None:
            self._keep_layout()
            stored = settings()
            stored.setValue("window/geometry", self.saveGeometry())
            stored.setValue("window/state", self._layout)
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
                self.side.add(place.name, place.title, place.panel)
            else:
                docks[place.name] = self._dock(place.name, place.title, place.panel, place.area)
        docks[_SIDE] = self._dock(_SIDE, self.side.title, self.side, _RIGHT)
        # In the menu it bears one name, whatever it shows.
        docks[_SIDE].toggleViewAction().setText("Panel of the Step")
        self.side.title_changed.connect(self._title_side)
        self.model.step_changed.connect(docks[_SIDE].show)
        return docks

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _title_side(self, title: str) -> None:
        self._docks[_SIDE].setWindowTitle(title)
        self._docks[_SIDE].toggleViewAction().setText("Panel of the Step")

    def _build_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(f"&{title}") for title in _MENUS}
        for row in ACTIONS:
            if row.on_image:
                self.image.addAction(self.actions_by_id[row.id])
            if row.starts_group:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self.actions_by_id[row.id])
        menus["File"].insertMenu(self.actions_by_id["open_sample"], RecentMenu(self.commands, self))
        self._build_undo_button()
        menus["File"].addSeparator()
        quit_action = menus["File"].addAction("&Quit", self.close)
        quit_action.setShortcut("Ctrl+Q")
        self.help = HelpMenu(menus["Help"], self.commands, self)
        view = menus["View"]
        view.addSeparator()
        for dock in self._docks.values():
            view.addAction(dock.toggleViewAction())
        view.addAction("&Reset Layout", self.reset_layout)
        view.addSeparator()
        chosen = appearance()
        group = QActionGroup(self)
        looks = view.addMenu("&Appearance")
        for each in APPEARANCES:
            action = QAction(_APPEARANCE_WORDS[each], group)
            action.setCheckable(True)
            action.setChecked(each == chosen)
            action.triggered.connect(lambda _checked=False, each=each: self._wear(each))
            looks.addAction(action)

    def _build_undo_button(self) -> None:
        """Show what can be undone, beside the menus."""
        button = QToolButton()
        button.setDefaultAction(self.actions_by_id["undo"])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.menuBar().setCornerWidget(button)
        self.actions_by_id["undo"].changed.connect(lambda: self._show_undo(button))
        self._show_undo(button)

    def _show_undo(self, button: QToolButton) -> None:
        button.setVisible(self.actions_by_id["undo"].isEnabled())
        button.adjustSize()
        self.menuBar().adjustSize()

    def _wear(self, chosen: Appearance) -> None:
        set_appearance(chosen)
        wear(chosen)

    def _build_step_bar(self) -> None:
        # A tool bar, because nothing else in a main window is as wide as the window and above the docks.
        bar = QToolBar("Steps")
        bar.setObjectName("steps")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.toggleViewAction().setVisible(False)
        bar.addWidget(self.steps)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

    def _build_centre(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.image)
        self._pages.addWidget(self.preview)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.recovery)
        layout.addWidget(self.banner)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(centre)

    def _arrange(self) -> QByteArray:
        self.setCorner(Qt.Corner.BottomRightCorner, _BOTTOM)
        self.setCorner(Qt.Corner.BottomLeftCorner, _BOTTOM)
        self._size_docks()
        return self.saveState(_LAYOUT_VERSION)

    def _size_docks(self) -> None:
        docks = self._docks
        self.resizeDocks([docks["series"], docks[_SIDE]], [232, 476], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["signal"], docks["rates"]], [640, 640], Qt.Orientation.Horizontal)
        tall = max(_LEAST_TALL, round(_SHARE * self.height()))
        self.resizeDocks([docks["signal"], docks["rates"]], [tall, tall], Qt.Orientation.Vertical)

    def _restore(self) -> None:
        stored = settings()
        if stored.contains("window/state"):
            self.restoreGeometry(stored.value("window/geometry"))
            self._layout = stored.value("window/state")

    def _keep_layout(self) -> None:
        """Remember where a person put the docks, how large, and which were closed."""
        if self._there:
            self._layout = self._before_reading or self.saveState(_LAYOUT_VERSION)

    def _show_analysis(self) -> None:
        """Show the docks only while there is something to show in them."""
        known = self.model.snapshot
        failed = known is not None and known.error is not None and known.inventory is None
        there = self.model.recipe is not None and not failed
        reading = there and self.model.step == "report"
        self._pages.setCurrentWidget(self.preview if reading else self.image if there else self.welcome)
        if there != self._there:
            self._keep_layout()
            self._there = there
            self._before_reading = None
            if not there or self._layout is None or not self.restoreState(self._layout, _LAYOUT_VERSION):
                for dock in self._docks.values():
                    dock.setVisible(there)
                self._size_docks()
        self._make_room(reading=reading)

    def _make_room(self, *, reading: bool) -> None:
        """Give the pages of the report the height of the window; what made room for them comes back after."""
        if reading and self._before_reading is None:
            self._before_reading = self.saveState(_LAYOUT_VERSION)
            for name, dock in self._docks.items():
                if name != _SIDE:
                    dock.hide()
        elif not reading and self._before_reading is not None:
            self.restoreState(self._before_reading, _LAYOUT_VERSION)
            self._before_reading = None

    def _dim(self) -> None:
        """Dim results while newer ones are computed."""
        for veil in self._veils:
            veil.set_old(old=self.commands.analysis.running and not self.model.current)

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
            self.banner.say("error", f"{where}{error.what}.", error.advice)

    def _paint_theme(self) -> None:
        theme = Theme.of(self.palette())
        self.setStyleSheet(style_sheet(theme))
        self.banner.paint_theme(theme)
        self.recovery.paint_theme(theme)
        self.relaxivity.refresh()
        self.signal.refresh()
        self.help.paint_theme(theme)
        for row in ACTIONS:
            if row.sign is not None:
                self.actions_by_id[row.id].setIcon(sign(row.sign, theme.text))
