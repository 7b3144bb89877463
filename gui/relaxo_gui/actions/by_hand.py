"""Wells by hand: every verb that moves, resizes, adds, names or removes one, live while it is dragged."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from relaxo.data import RATES, Well
from relaxo.errors import RelaxoError
from relaxo_gui.actions import well_edits
from relaxo_gui.actions.places import Places
from relaxo_gui.core import wells as stage
from relaxo_gui.session_model import Dragged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaxo.data import WellRate, Wells
    from relaxo.recipe import Recipe
    from relaxo_gui.session_model import SessionModel

#: How a well is added: by a click where it is, or by drawing its outline.
Tool = Literal["place", "ellipse", "polygon"]

_USUAL_RADIUS_MM = 3.0


class ByHand(QObject):
    """Does with wells what a person asks for. Places are rows and columns of one of the stacks, as it is named.

    A `RelaxoError` never leaves it; it becomes a message of the model.
    """

    tool_changed = Signal(object)
    """What the mouse does on an image, see `tool`."""
    rename_asked = Signal(str)
    """Name of a well whose new name is to be typed."""

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._tool: Tool | None = None
        self._start: Well | None = None
        self._exactly = False
        self.places = Places(model)
        self.snapping = True
        """Whether wells that are added, or dragged far, snap to the edge that is seen, or to the plate's grid."""
        model.opened.connect(self._forget)

    @property
    def tool(self) -> Tool | None:
        """How a well is being added: by a click where it is, or by its outline; None while none is."""
        return self._tool

    def take_up(self, tool: Tool | None) -> None:
        """Begin to add a well, or give it up."""
        if tool != self._tool and (tool is None or self.places.home() is not None):
            self._tool = tool
            self.tool_changed.emit(tool)

    def set_snapping(self, snapping: bool) -> None:  # noqa: FBT001 - a slot
        """Let wells snap, or not."""
        self.snapping = snapping

    # While the mouse is down

    def drag(self, quantity: str, name: str, row: float, column: float, *, exactly: bool = False) -> None:
        """Show a well with its centre at a place of a stack, and what it measures there."""
        begun = self._begin(name)
        if begun is not None:
            row, column = self.places.at_home(quantity, row, column, begun.slice)
            self._exactly = exactly
            self._show(dataclasses.replace(begun, row=row, column=column))

    def drag_radius(self, name: str, radius_mm: float) -> None:
        """Show a well with another radius, and what it measures then."""
        begun = self._begin(name)
        if begun is not None:
            self._show(_sized(begun, max(radius_mm, self.places.least_radius())))

    def let_go(self, *, keep: bool) -> None:
        """End a drag: the recipe changes to what was shown, or stays as it was."""
        dragged, begun = self._model.dragged, self._start
        self._start = None
        self._model.drag(None)
        if not keep or dragged is None or begun is None:
            return
        well = dragged.well
        if (well.row, well.column) == (begun.row, begun.column):
            self._edit(f"Resize well {well.name}", partial(well_edits.resize, name=well.name, radius_mm=well.radius_mm))
        else:
            if self.snapping and not self._exactly:
                well = self.places.snapped(well, begun)
            self._edit(
                f"Move well {well.name}", partial(well_edits.move, name=well.name, row=well.row, column=well.column)
            )

    # The selected well

    def nudge(self, rows: int, columns: int) -> None:
        """Move the selected well by pixels."""
        well = self._selected()
        if well is not None:
            move = partial(well_edits.move, name=well.name, row=well.row + rows, column=well.column + columns)
            self._edit(f"Move well {well.name}", move, merge_key=f"nudge {well.name}")

    def grow(self, pixels: int) -> None:
        """Make the selected well larger or smaller by half a pixel for each."""
        well, home = self._selected(), self.places.home()
        if well is not None and home is not None:
            radius = max(well.radius_mm + 0.5 * pixels * home.geometry.spacing[1], self.places.least_radius())
            resize = partial(well_edits.resize, name=well.name, radius_mm=radius)
            self._edit(f"Resize well {well.name}", resize, merge_key=f"grow {well.name}")

    def rename_selected(self) -> None:
        """Ask for another name of the selected well, in the picture."""
        if self._model.selected is not None:
            self.rename_asked.emit(self._model.selected)

    def remove_selected(self) -> None:
        """Take the selected well away."""
        if self._model.selected is not None:
            self.remove(self._model.selected)

    def is_changed(self, name: str | None) -> bool:
        """Whether a well was changed by hand."""
        return any(each.now is not None and each.now.name == name and each.changes for each in self._model.traces)

    def restore_selected(self) -> None:
        """Have the selected well as it was found."""
        if self._model.selected is not None:
            self.restore(self._model.selected)

    # Any well

    def add(self, quantity: str, row: float, column: float, slice_: int) -> None:
        """Add a well where a person points at a stack; it takes the edge that is seen there."""
        home = self.places.home()
        if home is None:
            return
        row, column, depth = self.places.to_home(quantity, row, column, slice_)
        blank = _blank(home, row, column, round(depth))
        if self.snapping:
            seen = self.places.seen(row, column, round(depth), None)
            place = stage.lattice_place(home.wells, home.geometry, row, column)
            if seen is not None:
                blank = dataclasses.replace(blank, row=seen.row, column=seen.column, radius_mm=seen.radius_mm)
            elif place is not None:
                blank = dataclasses.replace(blank, row=place[0], column=place[1])
        self._add("Add", blank, radius_mm=blank.radius_mm)

    def add_ellipse(self, quantity: str, row: float, column: float, down: float, right: float, slice_: int) -> None:
        """Add a well with an elliptic outline: its centre on a stack, and its semi-axes in rows and columns there."""
        home = self.places.home()
        if home is None:
            return
        centre, lowest, rightmost = (
            np.array(self.places.to_home(quantity, *place, slice_))
            for place in ((row, column), (row + down, column), (row, column + right))
        )
        spacing = np.array(home.geometry.spacing[1:])
        along, across = (lowest[:2] - centre[:2]) * spacing, (rightmost[:2] - centre[:2]) * spacing
        least = self.places.least_radius()
        blank = _blank(home, centre[0], centre[1], round(centre[2]))
        self._add(
            "Draw",
            blank,
            semi_axes_mm=(max(float(np.hypot(*along)), least), max(float(np.hypot(*across)), least)),
            # Where the stacks lie alike it is not turned.
            angle_deg=round(float(np.degrees(np.arctan2(-along[1], along[0]))), 3) % 360,
        )

    def add_polygon(self, quantity: str, corners: Sequence[tuple[float, float]], slice_: int) -> None:
        """Add a well whose outline has these corners, each a row and a column of a stack."""
        home = self.places.home()
        if home is None:
            return
        there = np.array([self.places.to_home(quantity, row, column, slice_) for row, column in corners])
        row, column, depth = there.mean(axis=0)
        self._add("Draw", _blank(home, row, column, round(depth)), corners=there[:, :2].tolist())

    def _add(self, verb: str, blank: Well, **outline: Any) -> None:  # noqa: ANN401 - fields of a recipe's part
        """Add a well under the next free name, and select it."""
        home, recipe = self.places.home(), self._model.recipe
        assert home is not None
        self.take_up(None)
        if recipe is None:
            return
        well = dataclasses.replace(blank, name=stage.free_name(home, blank, recipe.wells))
        if self._edit(f"{verb} well {well.name}", partial(well_edits.add, well=well, outline=outline)):
            self._model.select(well.name)

    def rename(self, name: str, new: str) -> None:
        """Give a well another name."""
        if (
            new.strip()
            and new.strip() != name
            and self._edit(f"Rename well {name} to {new.strip()}", partial(well_edits.rename, name=name, new=new))
        ):
            self._model.select(new.strip())

    def remove(self, name: str) -> None:
        """Take a well away, with its contents."""
        if self._edit(f"Remove well {name}", partial(well_edits.remove, name=name)) and self._model.selected == name:
            self._model.select(None)

    def restore(self, name: str) -> None:
        """Have a well as it was found; one that was added goes."""
        for trace in self._model.traces:
            if trace.now is not None and trace.now.name == name:
                self.restore_trace(trace)
                return

    def restore_trace(self, trace: stage.Trace) -> None:
        """Have a well as it was found; one that was removed comes back."""
        well = trace.found or trace.now
        if well is None or not trace.changes:
            return
        label = f"Bring well {well.name} back" if trace.now is None else f"Put well {well.name} back as found"
        if self._edit(label, partial(well_edits.restore, trace=trace)):
            self._model.select(trace.found.name if trace.found else None)

    def restore_all(self) -> None:
        """Have all wells as they were found."""
        if self._edit("Put all wells back as found", well_edits.restore_all):
            self._model.select(None)

    # How wells are named and measured

    def name_by(self, label: str, **fields: Any) -> None:  # noqa: ANN401 - the fields of a recipe's part
        """Name wells in another way; `fields` are those of the recipe's part."""
        recipe = self._model.recipe
        if recipe is None:
            return
        by_plate = any(entry.well is not None and stage.is_plate_name(entry.well) for entry in recipe.contents)
        self._edit(label, partial(well_edits.name_by, fields=fields, by_plate=by_plate))

    def seen_as(self, name: str, label: str) -> None:
        """Turn the names so that a well bears the one that is seen on it."""
        found = self._model.snapshot.found if self._model.snapshot else None
        recipe = self._model.recipe
        trace = next((each for each in self._model.traces if each.now is not None and each.now.name == name), None)
        if found is None or recipe is None or trace is None or trace.found is None:
            return
        try:
            rotation, mirrored = stage.turn_to(found, found.wells.index(trace.found), label, recipe.wells)
        except RelaxoError as error:
            self._model.message.emit(error)
            return
        fields = {
            "naming": "plate" if stage.is_plate_name(label) else recipe.wells.naming,
            "rotation": rotation,
            "mirrored": mirrored,
            "marker": well_edits.mark(trace.found, label),
        }
        self.name_by(f"Turn the names: this is {label}", **fields)

    def set_margin(self, margin_mm: float) -> None:
        """Measure wells so far inside their edge."""
        self._set(f"Margin of {margin_mm:g} mm", margin_mm=margin_mm)

    def set_voids(self, *, cut: bool) -> None:
        """Leave bubbles and voids out, or keep them."""
        self._set("Leave voids out" if cut else "Keep voids", voids="cut" if cut else "keep")

    def _set(self, label: str, **fields: Any) -> None:  # noqa: ANN401 - the fields of a recipe's part
        recipe = self._model.recipe
        if recipe is not None:
            self._model.edit(
                label, msgspec.structs.replace(recipe, wells=msgspec.structs.replace(recipe.wells, **fields))
            )

    def _edit(self, label: str, change: Callable[..., Recipe], merge_key: str | None = None) -> bool:
        """Change the recipe; answers whether that went well."""
        known, recipe = self._model.snapshot, self._model.recipe
        if known is None or known.found is None or recipe is None:
            return False
        try:
            after = change(recipe, known.found)
        except RelaxoError as error:
            self._model.message.emit(error)
            return False
        self._model.edit(label, after, merge_key)
        return True

    def _begin(self, name: str) -> Well | None:
        """Return the well as it was when it was taken hold of."""
        if self._start is None or self._start.name != name:
            self._start = self._now(name)
        return self._start

    def _show(self, well: Well) -> None:
        self._model.drag(Dragged(well, self._measured(well)))

    def _measured(self, well: Well) -> dict[str, WellRate]:
        """Return what a well measures on every map, by the name of the rate."""
        known, recipe = self._model.snapshot, self._model.recipe
        if known is None or recipe is None:
            return {}
        rates = {}
        for quantity, maps in known.maps.items():
            there = self.places.carried(well, quantity)
            if there is not None:
                geometry = known.stacks[quantity].geometry
                rates[RATES[quantity]] = stage.measure_one(maps, there, geometry, recipe.wells)
        return rates

    def _selected(self) -> Well | None:
        return None if self._model.selected is None else self._now(self._model.selected)

    def _now(self, name: str) -> Well | None:
        """Return a well as the recipe has it: the newest results may not be there yet."""
        return next((each.now for each in self._model.traces if each.now is not None and each.now.name == name), None)

    def _forget(self) -> None:
        self._start = None
        self.places.forget()
        self.take_up(None)


def _blank(home: Wells, row: float, column: float, slice_: int) -> Well:
    """Return a well without a name at a place, of the depth and size of those beside it."""
    like = [well for well in home.wells if well.slices[0] <= slice_ <= well.slices[1]]
    slices = like[0].slices if like else (0, home.geometry.shape[0] - 1)
    radius = float(np.median([well.radius_mm for well in like])) if like else _USUAL_RADIUS_MM
    return Well("", row=row, column=column, slice=sum(slices) / 2, slices=slices, radius_mm=radius, origin="added")


def _sized(well: Well, radius_mm: float) -> Well:
    larger = radius_mm / well.radius_mm
    outline = None if well.outline is None else tuple((larger * down, larger * right) for down, right in well.outline)
    return dataclasses.replace(well, radius_mm=radius_mm, outline=outline)
