"""The images and maps, one, two or four side by side, with the wells on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from relaxo_gui.actions.settings import settings
from relaxo_gui.panels.layers import (
    KEYS,
    TITLES,
    Levels,
    is_map,
    layer,
    one_of,
    placement,
    slices_at,
    times_to_choose,
    why_not,
)
from relaxo_gui.panels.well_menu import fill_menu
from relaxo_gui.panels.well_shapes import drag_words, ghosts_on, shapes_on
from relaxo_gui.resources.theme import GRID, PADDING, Theme
from relaxo_gui.widgets.block_table import cells
from relaxo_gui.widgets.image_view import ImageView
from relaxo_gui.widgets.pen import OUTLINES
from relaxo_gui.widgets.scrubber import Scrubber
from relaxo_gui.widgets.segments import Segments

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands
    from relaxo_gui.actions.by_hand import Tool
    from relaxo_gui.session_model import Snapshot

_HOW_TO: dict[Tool, str] = {
    "place": "Click where the well is; Esc gives it up",
    "ellipse": "Drag from corner to corner of the well, with Shift for a circle; Esc gives it up",
    "polygon": "Click the corners; a double click or Enter closes it, Backspace takes one back, Esc gives it up",
}
_COUNTS = {"1": "1", "2": "2", "4": "4"}
_STORED = "image/views"
_QUANTITIES = ("T1", "T2")


class ImagePanel(QWidget):
    """Shows T1w, T2w, T1 map and T2 map; views share zoom, place and slice, and sliders go through times and slices."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self._hand = commands.by_hand
        self._levels = Levels()
        self._keys = ["T1w", "T1map", "T2w", "T2map"]
        self._active = 0
        self._slices = dict.fromkeys(_QUANTITIES, 0)
        self.views = Segments(TITLES)
        self.views.allow(())
        self.counts = Segments(_COUNTS, shortcuts=False)
        self.tiles = tuple(self._tile(number) for number in range(4))
        self.times_of = {quantity: Scrubber() for quantity in _QUANTITIES}
        self.slices = Scrubber()
        self._build()
        stored = settings().value(_STORED, "1")
        if stored in _COUNTS:
            self.counts.choose(stored)
        self._listen()
        self._refresh()

    @property
    def image(self) -> ImageView:
        """The view that the controls are about."""
        return self.tiles[self._active]

    @property
    def times(self) -> Scrubber:
        """Of the quantity that is looked at."""
        return self.times_of[self._quantity]

    @property
    def shown(self) -> tuple[ImageView, ...]:
        """The views that are to be seen."""
        return self.tiles[: int(self.counts.key)]

    def key_of(self, tile: ImageView) -> str:
        """Return what a view shows."""
        return self._keys[self.tiles.index(tile)]

    def show_count(self, count: int) -> None:
        """Show one, two or four views side by side."""
        self.counts.choose(str(count))
        self._arrange()

    def _take_count(self, count: str) -> None:
        settings().setValue(_STORED, count)
        self._arrange()

    def show_view(self, key: str) -> None:
        """Show an image or map in the view that the controls are about; in four, turn to the one that shows it."""
        there = self._keys.index(key)
        if there >= len(self.shown) or len(self.shown) < len(self.tiles):
            self._keys[self._active], self._keys[there] = self._keys[there], self._keys[self._active]
        else:
            self._active = there
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._frame()

    # Build

    def _tile(self, number: int) -> ImageView:
        tile = ImageView(self)
        tile.touched.connect(lambda: self._activate(number))
        tile.pointed.connect(lambda position: self._point(tile, position))
        tile.shape_hovered.connect(self._model.hover)
        tile.shape_clicked.connect(self._model.select)
        tile.shape_dragged.connect(
            lambda name, row, column, exactly: self._hand.drag(
                self._quantity_of(tile), name, row, column, exactly=exactly
            )
        )
        tile.shape_resized.connect(self._hand.drag_radius)
        tile.let_go.connect(lambda keep: self._hand.let_go(keep=keep))
        tile.placed.connect(lambda row, column: self._hand.add(*self._where(tile, row, column)))
        tile.ellipse_drawn.connect(lambda *drawn: self._hand.add_ellipse(*self._where(tile, *drawn)))
        tile.polygon_drawn.connect(lambda corners: self._hand.add_polygon(*self._where(tile, corners)))
        tile.renamed.connect(self._hand.rename)
        tile.reasoned.connect(self._commands.exclude)
        tile.menu_asked.connect(lambda name, where: self._open_menu(tile, name, where))
        tile.slices_stepped.connect(lambda steps: self._step_slices(tile, steps))
        tile.times_stepped.connect(lambda steps: self._step_times(tile, steps))
        tile.levelled.connect(lambda wider, higher: self._level(tile, wider, higher))
        tile.levels_reset.connect(lambda: self._reset_levels(tile))
        tile.nudged.connect(self._hand.nudge)
        tile.grown.connect(self._hand.grow)
        tile.pasted.connect(self._paste)
        tile.taken.connect(self._commands.proposal.take)
        tile.escaped.connect(self._give_up)
        tile.viewed.connect(lambda: self._link(tile))
        return tile

    def _where(self, tile: ImageView, *drawn: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as the view tells it
        """Return what was drawn on a view, between the stack and the slice that it shows."""
        quantity = self._quantity_of(tile)
        return quantity, *drawn, self._slices[quantity]

    def _build(self) -> None:
        self.counts.setAccessibleName("Views side by side")
        self.counts.setToolTip("How many views stand side by side")
        self.counts.set_shortcuts({key: f"Alt+Shift+{key}" for key in _COUNTS})
        head = QHBoxLayout()
        head.setContentsMargins(PADDING, 2 * GRID, PADDING, 0)
        head.setSpacing(2 * GRID)
        head.addWidget(self.views)
        head.addStretch(1)
        head.addWidget(self.counts)
        self._grid = QGridLayout()
        self._grid.setSpacing(2)
        for number, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, number // 2, number % 2)
        foot = QHBoxLayout()
        foot.setContentsMargins(PADDING, 0, PADDING, 2 * GRID)
        foot.setSpacing(2 * PADDING)
        for scrubber in self.times_of.values():
            foot.addWidget(scrubber, 3)
        foot.addWidget(self.slices, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(head)
        layout.addLayout(self._grid, 1)
        layout.addLayout(foot)

    def _listen(self) -> None:
        self.views.chosen.connect(self.show_view)
        self.counts.chosen.connect(self._take_count)
        for scrubber in self.times_of.values():
            scrubber.moved.connect(self._take_time)
        self.slices.moved.connect(self._take_slice)
        model, hand = self._model, self._hand
        model.opened.connect(self._forget)
        model.snapshot_changed.connect(self._refresh)
        model.contents_changed.connect(self._show_wells)
        self._commands.proposal.changed.connect(self._show_wells)
        model.dragged_changed.connect(self._show_wells)
        model.selection_changed.connect(self._mark)
        model.hover_changed.connect(self._mark)
        hand.tool_changed.connect(self._take_up)
        hand.rename_asked.connect(self._ask_name)
        self._commands.excluded.connect(self._ask_why)
        self._commands.analysis.running_changed.connect(self._dim)

    # What is shown

    @property
    def _quantity(self) -> str:
        return self._quantity_of(self.image)

    def _quantity_of(self, tile: ImageView) -> str:
        return self.key_of(tile)[:2]

    def _refresh(self) -> None:
        known = self._model.snapshot
        there = [] if known is None else [key for key in KEYS if layer(known, key) is not None]
        self.views.allow(there)
        if there and self._keys[self._active] not in there:
            wanted = self._keys.index(there[0])
            if wanted >= len(self.shown) or len(self.shown) == 1:
                self._keys[self._active], self._keys[wanted] = self._keys[wanted], self._keys[self._active]
            else:
                self._active = wanted
        self._arrange()

    def _arrange(self) -> None:
        """Show as many views as were asked for, and the controls of what they show."""
        self._active = min(self._active, len(self.shown) - 1)
        for tile in self.tiles:
            tile.setVisible(tile in self.shown)
        self.views.choose(self._keys[self._active])
        self._offer()
        self._show_pictures()
        self._show_wells()
        self._dim()
        self._frame()

    def _frame(self) -> None:
        """Show which view the controls are about."""
        theme = Theme.of(QGuiApplication.palette())
        for tile in self.shown:
            tile.frame(theme.accent if tile is self.image and len(self.shown) > 1 else None)

    def _offer(self) -> None:
        """Offer the times and slices of what is shown."""
        known = self._model.snapshot
        shown = {self.key_of(tile) for tile in self.shown}
        for quantity, scrubber in self.times_of.items():
            stack = known.stacks.get(quantity) if known else None
            if stack is None or f"{quantity}w" not in shown:
                scrubber.set_values("", "", ())
                continue
            scrubber.set_values(*times_to_choose(stack))
        stack = known.stacks.get(self._quantity) if known else None
        depth = stack.geometry.shape[0] if stack else 0
        texts = [f"{k + 1} of {depth}" for k in range(depth)]
        self.slices.set_values("slice", "Slice (wheel, or Page Up and Page Down)", texts)
        self.slices.index = self._slices[self._quantity]

    def _show_pictures(self) -> None:
        known = self._model.snapshot
        for tile in self.shown:
            self._show_picture(tile, known)

    def _show_picture(self, tile: ImageView, known: Snapshot | None) -> None:
        key, quantity = self.key_of(tile), self._quantity_of(tile)
        tile.setAccessibleName(TITLES[key])
        seen = layer(known, key) if known is not None else None
        slice_ = self._slices[quantity]
        if known is None or seen is None:
            tile.show_picture(None, title=TITLES[key], words=why_not(known, key))
        elif not 0 <= slice_ < seen.volume.shape[-3]:
            tile.show_picture(None, title=TITLES[key], words="This slice lies outside of these images.")
        else:
            picture, title = one_of(known, key, seen, slice_, self.times_of[quantity].index)
            tile.show_picture(
                picture,
                levels=self._levels.of(known, key, seen),
                colours=seen.colours,
                unit=seen.unit,
                placement=placement(known, quantity, slice_),
                title=title,
            )

    def _show_wells(self) -> None:
        for tile in self.shown:
            quantity = self._quantity_of(tile)
            slice_ = self._slices[quantity]
            tile.set_shapes(shapes_on(self._commands, quantity, slice_), ghosts_on(self._commands, quantity, slice_))
        dragged = self._model.dragged
        for tile in self.shown:
            if dragged is None:
                tile.say(None)
            else:
                tile.say(dragged.well.name, drag_words(dragged))
        self._mark()

    def _mark(self) -> None:
        names = frozenset(name for name in (self._model.selected, self._model.hovered) if name is not None)
        for tile in self.shown:
            tile.mark(names, self._model.selected)

    def _dim(self, running: bool | None = None) -> None:  # noqa: FBT001 - a slot
        """Show maps darker while others are computed."""
        known, recipe = self._model.snapshot, self._model.recipe
        running = self._commands.analysis.running if running is None else running
        fitted = known.result.recipe if known is not None and known.result is not None else None
        for tile in self.shown:
            older = fitted is None or recipe is None or fitted.fit != recipe.fit
            tile.dim(dimmed=running and older and is_map(self.key_of(tile)))

    # What a person does

    def _activate(self, number: int) -> None:
        if number != self._active:
            self._active = number
            self._arrange()

    def _point(self, tile: ImageView, position: tuple[float, float] | None) -> None:
        quantity, image = self._quantity_of(tile), None
        if position is None:
            self._model.point(quantity, None)
        else:
            if not is_map(self.key_of(tile)):
                image = self.times_of[quantity].index
            row, column = (round(value) for value in position)
            self._model.point(quantity, (self._slices[quantity], row, column), image)
        place = None if position is None or len(self.shown) == 1 else tile.to_view(*position)
        for each in self.shown:
            each.cross(place)

    def _step_slices(self, tile: ImageView, steps: int) -> None:
        """Go to another slice; where there is but one, to another time."""
        if self.slices.count > 1:
            self.slices.index += steps
        else:
            self._step_times(tile, steps)

    def _step_times(self, tile: ImageView, steps: int) -> None:
        self.times_of[self._quantity_of(tile)].index += steps

    def _take_time(self) -> None:
        self._show_pictures()
        self._point_again()

    def _point_again(self) -> None:
        """Say what is under the pointer now, which stands still."""
        for tile in self.shown:
            if tile.underMouse():
                self._point(tile, tile.position(QPointF(tile.mapFromGlobal(QCursor.pos()))))

    def _take_slice(self, index: int) -> None:
        """Go to a slice of the images that are looked at, and to the same place in the others."""
        known = self._model.snapshot
        if known is None or self._quantity not in known.stacks:
            return
        self._slices |= slices_at(known.stacks, self._quantity, index)
        self._show_pictures()
        self._show_wells()
        self._point_again()

    def _level(self, tile: ImageView, wider: float, higher: float) -> None:
        self._levels.change(self.key_of(tile), tile.levels, wider, higher)
        self._show_pictures()

    def _reset_levels(self, tile: ImageView) -> None:
        self._levels.reset(self.key_of(tile))
        self._show_pictures()

    def _link(self, tile: ImageView) -> None:
        """Let all views look at the same place."""
        centre, zoom = tile.view
        for each in self.tiles:
            if each is not tile:
                each.look_at(centre, zoom, fitted=tile.fitted)

    def _take_up(self, tool: Tool | None) -> None:
        for tile in self.tiles:
            tile.placing = tool == "place"
            tile.pen.take(tool if tool in OUTLINES else None)
            tile.setCursor(Qt.CursorShape.CrossCursor)
        if tool is not None:
            self._commands.told.emit(_HOW_TO[tool])
            self.image.setFocus()

    def _ask_why(self, name: str) -> None:
        """Ask for the reason in the picture, where that is where the person works."""
        known = self._model.contents.get(name)
        if self.image.hasFocus() and known is not None and known.exclude is not None:
            self.image.ask_reason(name, known.exclude)

    def _ask_name(self, name: str) -> None:
        self.image.rename(name)

    def _open_menu(self, tile: ImageView, name: str | None, where: QPoint) -> None:
        menu = self.menu_for(tile, name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def menu_for(self, tile: ImageView, name: str | None) -> QMenu:
        """Return what can be done with a well, or beside them."""
        menu = QMenu(self)
        fill_menu(menu, self._commands, tile, name)
        menu.addSeparator()
        menu.addAction("Fit to Window, Then to the Wells\t0", tile.refit)
        menu.addAction("Reset Brightness\tL", lambda: self._reset_levels(tile))
        return menu

    def _give_up(self) -> None:
        self._hand.take_up(None)
        self._commands.proposal.drop()

    def _paste(self, text: str) -> None:
        """Propose what was copied in a spreadsheet, laid out as the wells are, from the selected well on."""
        self._model.go_to("concentrations")
        self._commands.proposal.paste_on_plate(cells(text), self._model.selected)

    def _forget(self) -> None:
        self._levels = Levels()
        self._slices = dict.fromkeys(_QUANTITIES, 0)
        for tile in self.tiles:
            tile.fit()
