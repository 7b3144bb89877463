"""The signal of the voxel under the pointer and of a well, with the curves that were fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from relaxo.data import FitStatus
from relaxo.units import s_to_ms
from relaxo_gui.core import curve
from relaxo_gui.resources.theme import GRID, PADDING, Theme
from relaxo_gui.session_model.fit_words import (
    STATUS,
    left_out_words,
    parameter_words,
    r_squared_words,
)
from relaxo_gui.session_model.words import AXES
from relaxo_gui.widgets.curve_plot import CurvePlot, Trace
from relaxo_gui.widgets.elided import Elided
from relaxo_gui.widgets.once_a_frame import OnceAFrame
from relaxo_gui.widgets.segments import Segments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from relaxo.data import Maps, Stack, Wells
    from relaxo.models import Parameter
    from relaxo.models.curve import Sight
    from relaxo_gui.actions import Commands
    from relaxo_gui.session_model import Snapshot, Voxel

    Place = tuple[int, ...] | int

T = TypeVar("T")

_SYMBOLS = {"T1": "T₁", "T2": "T₂"}
_HINT = "Point at an image to see the signal of a voxel; select a well to see its mean."
#: Both quantities stand side by side from this width on.
_WIDE = 440


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """Something to look at."""

    reading: str
    meaning: str
    note: str
    trace: Trace


class SignalPanel(QWidget):
    """T1 and T2 side by side, or one of them where there is less room; the curve follows the pointer."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = commands.model
        self.front = Elided(bold=True)
        self.back = Elided()
        self.switch = Segments(_SYMBOLS, shortcuts=False)
        self.switch.chosen.connect(lambda _: self._arrange())
        self.columns = {quantity: _Column(quantity) for quantity in _SYMBOLS}
        self.hint = QLabel(_HINT, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.hint.setProperty("role", "muted")
        self._frame = OnceAFrame(self.refresh, self)
        self._cache: dict[tuple[str, str], tuple[tuple[object, ...], Any]] = {}
        head = QHBoxLayout()
        head.setSpacing(PADDING)
        head.addWidget(self.front, 1)
        head.addWidget(self.back, 1)
        head.addWidget(self.switch)
        pair = QHBoxLayout()
        pair.setSpacing(PADDING)
        for column in self.columns.values():
            pair.addWidget(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, 0, PADDING, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(head)
        layout.addLayout(pair, 1)
        layout.addWidget(self.hint, 1)
        for signal in (
            self._model.pointed_changed,
            self._model.selection_changed,
            self._model.hover_changed,
            self._model.snapshot_changed,
        ):
            signal.connect(self._frame.ask)
        self.refresh()

    def refresh(self) -> None:
        """Show what is pointed at, and the well that is hovered or selected."""
        known = self._model.snapshot
        theme = Theme.of(self.palette())
        front, back = self._chosen()
        there = known is not None and (front is not None or back is not None) and bool(known.stacks)
        self.hint.setVisible(not there)
        self._arrange(there=there)
        if known is None or not there:
            self.front.set_text("")
            self.back.set_text("")
            return
        colours = [self._colour(each, theme) for each in (front, back)]
        self.front.set_text(self._title(front), colours[0])
        self.back.set_text(self._title(back), colours[1])
        for quantity, column in self.columns.items():
            stack = known.stacks.get(quantity)
            if stack is not None:
                looked = [self._look(known, quantity, each) for each in (front, back)]
                column.look_at(stack, looked, colours)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's own
        """Put the columns side by side as far as there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self, *, there: bool | None = None) -> None:
        known = self._model.snapshot
        if there is None:
            there = not self.hint.isVisibleTo(self)
        measured = [quantity for quantity in self.columns if known is not None and quantity in known.stacks]
        narrow = self.width() < _WIDE and len(measured) > 1
        self.switch.setVisible(there and narrow)
        for quantity, column in self.columns.items():
            column.setVisible(there and quantity in measured and (not narrow or quantity == self.switch.key))

    def _chosen(self) -> tuple[Voxel | str | None, str | None]:
        """Return what goes in front, a voxel or the name of a well, and the well behind it."""
        voxel, hovered, selected = self._model.pointed, self._model.hovered, self._model.selected
        if voxel is not None:
            return voxel, selected or hovered
        front = hovered or selected
        return front, selected if selected != front else None

    def _title(self, what: Voxel | str | None) -> str:
        if what is None:
            return ""
        if isinstance(what, str):
            contents = self._model.contents.get(what)
            parts = [f"Well {what}, mean signal"]
            if contents is not None and contents.concentration_mM is not None:
                parts.append(f"{contents.agent} {contents.concentration_mM:g} mM".strip())
            return "  ".join(parts)
        z, row, column = what.index
        return f"Voxel  row {row}, column {column}, slice {z + 1}"

    def _colour(self, what: Voxel | str | None, theme: Theme) -> str:
        return theme.agent(self._model.agent_index(what)) if isinstance(what, str) else theme.text

    def _look(self, known: Snapshot, quantity: str, what: Voxel | str | None) -> _Looked | None:
        stack = known.stacks[quantity]
        if what is None:
            return None
        if isinstance(what, str):
            maps, wells = known.curves.get(quantity), known.wells.get(quantity)
            look = partial(self._look_at_well, quantity, stack, maps, wells, what)
            return self._once(quantity, f"well {what}", (stack, maps, wells), look)
        maps, place = known.maps.get(quantity), self._place_of(known, quantity, what)
        if maps is None or place is None:
            return None
        z, row, column = place
        return self._looked(quantity, stack, maps, stack.signal[:, z, row, column], place)

    def _look_at_well(
        self, quantity: str, stack: Stack, maps: Maps | None, wells: Wells | None, well: str
    ) -> _Looked | None:
        """Look at the mean signal of a well, as it was fitted."""
        names = [each.name for each in wells.wells] if wells is not None else []
        if maps is None or wells is None or well not in names or maps.status.size != len(names):
            return None
        index = names.index(well)
        inside = wells.labels == index + 1
        signal = stack.signal[:, inside].mean(axis=1) if inside.any() else np.full(len(stack.protocol), np.nan)
        return self._looked(quantity, stack, maps, signal, index)

    def _looked(self, quantity: str, stack: Stack, maps: Maps, signal: NDArray[Any], place: Place) -> _Looked:
        curves = self._once(
            quantity, f"curves {np.ndim(place)}", (stack, maps), lambda: curve.Curves(stack.protocol, maps)
        )
        sight = curves.at(signal, place)
        to_axis = s_to_ms if AXES.get(stack.protocol.axis, ("", "", "ms"))[2] == "ms" else np.asarray
        trace = Trace(
            to_axis(stack.protocol.values),
            sight.signal,
            sight.fitted,
            np.array([not reason for reason in sight.left_out]),
            to_axis(curves.fine),
            sight.curve,
        )
        note = left_out_words(sight.left_out, int(sight.turned.sum()))
        return _Looked(*_reading(quantity, maps, place, curves, sight), note, trace)

    def _place_of(self, known: Snapshot, quantity: str, voxel: Voxel) -> tuple[int, int, int] | None:
        """Return the index of the place of a voxel in this stack; None where it lies outside."""
        if voxel.quantity not in known.stacks:
            return None
        there, here = known.stacks[voxel.quantity].geometry, known.stacks[quantity].geometry
        place = voxel.index
        if quantity != voxel.quantity and here != there:
            z, row, column = place
            row, column, z = (int(value) for value in np.rint(here.to_pixels(there.to_mm((row, column, z)))))
            place = (z, row, column)
        return place if all(0 <= at < extent for at, extent in zip(place, here.shape, strict=True)) else None

    def _once(self, quantity: str, kind: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what was made for the same objects, or make it."""
        kept = self._cache.get((quantity, kind))
        if kept is None or any(mine is not theirs for mine, theirs in zip(kept[0], key, strict=True)):
            if kept is not None:
                # What stands on other images or wells is of no more use.
                self._cache = {at: each for at, each in self._cache.items() if at[0] != quantity}
            kept = self._cache[quantity, kind] = (key, make())
        return kept[1]


class _Column(QWidget):
    """One quantity: what was found, the plot, and what did not count."""

    def __init__(self, quantity: str) -> None:
        super().__init__()
        self.quantity = quantity
        self.readings = Elided(), Elided()
        self.plot = CurvePlot("", "Signal")
        self.plot.setAccessibleName(f"{_SYMBOLS[quantity]} signal and fitted curve")
        self.plot.setMinimumSize(160, 110)
        self.note = Elided(muted=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for reading in self.readings:
            layout.addWidget(reading)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.note)

    def look_at(self, stack: Stack, looked: Sequence[_Looked | None], colours: Sequence[str]) -> None:
        """Show what is looked at, in front and behind."""
        _, name, unit = AXES.get(stack.protocol.axis, ("", stack.protocol.axis, ""))
        self.plot.set_labels(f"{name} ({unit})" if unit else name, "Signal")
        front, back = (None if each is None else each.trace for each in looked)
        self.plot.show_traces(front, back, *colours)
        for reading, each, colour in zip(self.readings, looked, colours, strict=True):
            reading.set_text("" if each is None else each.reading, colour, "" if each is None else each.meaning)
        first = next((each for each in looked if each is not None), None)
        self.note.set_text("" if first is None else first.note)


def _reading(quantity: str, maps: Maps, place: Place, curves: curve.Curves, sight: Sight) -> tuple[str, str]:
    """Return what was found, or why there is nothing; and what it means, line by line."""
    if sight.status is not FitStatus.OK:
        short, meaning = STATUS[sight.status]
        return (f"no {_SYMBOLS[quantity]}: {short}. {meaning}",) * 2
    first, *rest = curves.model.parameters

    def words(one: Parameter) -> str:
        return parameter_words(one, float(maps[one.name][place]), float(maps.error[one.name][place]))

    # What says how good the images are before what says how bright they are.
    rest.sort(key=lambda parameter: parameter.unit == "arbitrary")
    quality = r_squared_words(float(maps.r_squared[place]))
    parts = [words(first), quality, *map(words, rest)]
    lines = [f"{words(one)}: {one.meaning}, and its standard error" for one in (first, *rest)]
    if quality:
        lines.append(f"{quality}: share of the signal's change that the curve explains")
    return "  ".join(part for part in parts if part), "\n".join(lines)
