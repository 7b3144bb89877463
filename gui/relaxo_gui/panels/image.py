"""The images and maps, with the wells on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from relaxo.units import s_to_ms
from relaxo_gui.resources.colour_maps import lookup_table
from relaxo_gui.resources.theme import GRID, PADDING, agent_on_image
from relaxo_gui.session_model.words import AXES, axis_values
from relaxo_gui.widgets.image_view import Circle, ImageView
from relaxo_gui.widgets.scrubber import Scrubber
from relaxo_gui.widgets.segments import Segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Geometry, Maps
    from relaxo_gui.actions import Commands
    from relaxo_gui.session_model import Snapshot

#: Key of a view to the quantity it belongs to and whether it is a map.
_VIEWS = {"T1w": ("T1", False), "T2w": ("T2", False), "T1map": ("T1", True), "T2map": ("T2", True)}
_TITLES = {"T1w": "T₁w", "T2w": "T₂w", "T1map": "T₁ map", "T2map": "T₂ map"}
_SYMBOLS = {"T1": "T₁", "T2": "T₂"}
_COLOURS = {"T1": "lipari", "T2": "navia"}


class ImagePanel(QWidget):
    """Shows one of T1w, T2w, T1 map and T2 map; sliders go through times and slices."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = commands.model
        self.views = Segments(_TITLES)
        self.views.allow(())
        self.image = ImageView()
        self.times = Scrubber()
        self.slices = Scrubber()
        self.reading = QLabel()
        self.reading.setProperty("role", "muted")
        self._levels: dict[str, tuple[object, tuple[float, float]]] = {}
        head = QHBoxLayout()
        head.setContentsMargins(PADDING, 2 * GRID, PADDING, 0)
        head.addWidget(self.views)
        head.addStretch(1)
        head.addWidget(self.reading)
        foot = QHBoxLayout()
        foot.setContentsMargins(PADDING, 0, PADDING, 2 * GRID)
        foot.setSpacing(2 * PADDING)
        foot.addWidget(self.times, 3)
        foot.addWidget(self.slices, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(head)
        layout.addWidget(self.image, 1)
        layout.addLayout(foot)
        self.views.chosen.connect(lambda _: self._refresh())
        self.times.moved.connect(lambda _: self._show_picture())
        self.slices.moved.connect(lambda _: self._show())
        self.image.pointed.connect(self._read)
        self.image.circle_hovered.connect(self._model.hover)
        self.image.circle_clicked.connect(self._model.select)
        self._model.snapshot_changed.connect(self._refresh)
        self._model.contents_changed.connect(self._show_wells)
        self._model.selection_changed.connect(self._mark)
        self._model.hover_changed.connect(self._mark)

    def _refresh(self) -> None:
        known = self._model.snapshot
        there = [] if known is None else [key for key in _VIEWS if self._volume(known, key) is not None]
        self.views.allow(there)
        if there and self.views.key not in there:
            self.views.choose(there[0])
        if known is not None and there:
            quantity, is_map = _VIEWS[self.views.key]
            protocol = known.stacks[quantity].protocol
            symbol, name, unit = AXES.get(protocol.axis, (protocol.axis, protocol.axis, ""))
            texts = [] if is_map else [f"{value} {unit}".strip() for value in axis_values(protocol)]
            self.times.set_values(symbol, name, texts)
            depth = known.stacks[quantity].geometry.shape[0]
            self.slices.set_values("slice", "Slice", [f"{k + 1} of {depth}" for k in range(depth)])
        else:
            self.times.set_values("", "", ())
            self.slices.set_values("", "", ())
        self._show()

    def _show(self) -> None:
        self._show_picture()
        self._show_wells()

    def _show_picture(self) -> None:
        known = self._model.snapshot
        volume = None if known is None else self._volume(known, self.views.key)
        if known is None or volume is None:
            self.image.show_picture(None)
            return
        quantity, is_map = _VIEWS[self.views.key]
        _, row_spacing, column_spacing = known.stacks[quantity].geometry.spacing
        if is_map:
            picture = s_to_ms(volume[self.slices.index])
            colours, unit = lookup_table(_COLOURS[quantity]), f"{_SYMBOLS[quantity]} (ms)"
        else:
            picture = volume[self.times.index, self.slices.index]
            colours, unit = None, None
        self.image.show_picture(
            picture,
            levels=self._levels_of(known, self.views.key, volume),
            colours=colours,
            unit=unit,
            pixel_shape=column_spacing / row_spacing,
        )

    def _levels_of(self, known: Snapshot, key: str, volume: NDArray[Any]) -> tuple[float, float]:
        """Return what black and white stand for: the same for all times, so that scrubbing shows the signal change."""
        remembered = self._levels.get(key)
        wells = known.wells.get(_VIEWS[key][0])
        if remembered is not None and remembered[0] == (id(volume), id(wells)):
            return remembered[1]
        values = np.abs(volume)
        if _VIEWS[key][1]:
            inside = values[wells.labels > 0] if wells is not None else values
            values = s_to_ms(inside)
        finite = values[np.isfinite(values)]
        top = float(np.percentile(finite, 99.5)) if finite.size else 1.0
        levels = (0.0, _rounded_up(top) if _VIEWS[key][1] else top or 1.0)
        self._levels[key] = ((id(volume), id(wells)), levels)
        return levels

    def _show_wells(self) -> None:
        known = self._model.snapshot
        quantity = _VIEWS[self.views.key][0]
        wells = known.wells.get(quantity) if known else None
        if wells is None:
            self.image.set_circles(())
            return
        spacing = wells.geometry.spacing[1]
        circles = []
        for well in wells.wells:
            if well.slices[0] <= self.slices.index <= well.slices[1]:
                contents = self._model.contents.get(well.name)
                left_out = contents is not None and contents.exclude is not None
                circles.append(
                    Circle(
                        well.name,
                        well.row,
                        well.column,
                        well.radius_mm / spacing,
                        agent_on_image(self._model.agent_index(well.name)),
                        dashed=left_out,
                    )
                )
        self.image.set_circles(circles)

    def _mark(self) -> None:
        self.image.mark(frozenset(name for name in (self._model.selected, self._model.hovered) if name is not None))

    def _read(self, pixel: tuple[int, int] | None) -> None:
        known = self._model.snapshot
        if pixel is None or known is None or not self.views.allowed():
            self.reading.clear()
            return
        row, column = pixel
        quantity = _VIEWS[self.views.key][0]
        geometry = known.stacks[quantity].geometry
        parts = [f"row {row}, column {column}"]
        for other, maps in known.maps.items():
            # Maps of two stacks can be read side by side only on the same grid.
            if other == quantity or _same_grid(known.stacks[other].geometry, geometry):
                parts.append(f"{_SYMBOLS[other]} {self._value(maps, other, row, column)}")
        self.reading.setText("    ".join(parts))

    def _value(self, maps: Maps, quantity: str, row: int, column: int) -> str:
        value = float(maps[f"{quantity}map"][self.slices.index, row, column])
        return f"{s_to_ms(value):.4g} ms" if np.isfinite(value) else "–"  # noqa: RUF001 - an en dash: no value

    @staticmethod
    def _volume(known: Snapshot, key: str) -> NDArray[Any] | None:
        """Return (n, z, y, x) of a weighted view, (z, y, x) of a map; None while there is none."""
        quantity, is_map = _VIEWS[key]
        if is_map:
            maps = known.maps.get(quantity)
            return None if maps is None else maps[f"{quantity}map"]
        stack = known.stacks.get(quantity)
        return None if stack is None else stack.shown


def _same_grid(first: Geometry, second: Geometry) -> bool:
    return first.shape == second.shape and bool(np.allclose(first.affine, second.affine, atol=1e-3))


def _rounded_up(value: float) -> float:
    """Return the next number with two digits, so that the bar ends at one that can be read."""
    if value <= 0:
        return 1.0
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.ceil(value / step) * step)
