"""What can be looked at: the weighted images and the maps, with their colours and levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtGui import QTransform

from relaxo.units import s_to_ms
from relaxo_gui.resources.colour_maps import GREY, lookup_table
from relaxo_gui.session_model.words import AXES, axis_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from relaxo.data import Stack
    from relaxo_gui.session_model import Snapshot

#: Key of a view to its title: a quantity, and ``w`` for the weighted images or ``map``.
TITLES = {"T1w": "T₁w", "T2w": "T₂w", "T1map": "T₁ map", "T2map": "T₂ map"}
KEYS = tuple(TITLES)
_COLOURS = {"T1map": "lipari", "T2map": "navia"}
_UNITS = {"T1map": "T₁ (ms)", "T2map": "T₂ (ms)"}
_SAMPLE = 2**16
_BRIGHTEST = 99.5
"""Percentile of the values that the last colour stands for."""
_NARROWEST = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One thing that can be looked at."""

    volume: NDArray[Any]
    """(n, z, y, x) of weighted images, (z, y, x) in s of a map."""
    is_map: bool
    colours: NDArray[Any]
    """(256, 3), uint8."""
    unit: str
    """Of what its bar shows."""


def is_map(key: str) -> bool:
    """Return whether a view shows a map."""
    return key in _COLOURS


def layer(known: Snapshot, key: str) -> Layer | None:
    """Return what a key stands for; None while there is none."""
    quantity = key[:2]
    stack = known.stacks.get(quantity)
    if key in _COLOURS:
        maps = known.maps.get(quantity)
        if maps is None or stack is None or maps.shape != stack.geometry.shape:
            return None
        return Layer(maps[f"{quantity}map"], True, lookup_table(_COLOURS[key]), _UNITS[key])
    return None if stack is None else Layer(stack.shown, False, lookup_table(GREY), "signal")


def one_of(known: Snapshot, key: str, seen: Layer, slice_: int, index: int) -> tuple[NDArray[Any], str]:
    """Return a slice of a map in ms, or of one of the images, (rows, columns), and its title."""
    if seen.is_map:
        return s_to_ms(seen.volume[slice_]), TITLES[key]
    index = min(index, len(seen.volume) - 1)
    symbol, _, texts = times_to_choose(known.stacks[key[:2]])
    return seen.volume[index, slice_], f"{TITLES[key]}   {symbol} {texts[index]}"


def times_to_choose(stack: Stack) -> tuple[str, str, list[str]]:
    """Return the symbol of what varies from image to image, its name with its keys, and its values."""
    axis = stack.protocol.axis
    symbol, name, unit = AXES.get(axis, (axis, axis, ""))
    texts = [f"{value} {unit}".strip() for value in axis_values(stack.protocol)]
    return symbol, f"{name} (Shift+wheel, or , and .)", texts


def why_not(known: Snapshot | None, key: str) -> str:
    """Return why a view shows nothing; empty while nothing was read."""
    if known is None or not known.stacks:
        return ""
    return "not fitted yet" if key[:2] in known.stacks else f"There are no {TITLES[f'{key[:2]}w']} images."


def placement(known: Snapshot, quantity: str, slice_: int) -> QTransform:
    """Return what takes column and row of a slice to mm right and down in the plane of the first stack."""
    first = next(iter(known.stacks.values())).geometry
    _, row_spacing, column_spacing = first.spacing
    here = known.stacks[quantity].geometry
    if here == first:
        return QTransform.fromScale(column_spacing, row_spacing)
    corners = first.to_pixels(here.to_mm([(0, 0, slice_), (1, 0, slice_), (0, 1, slice_)]))[:, :2]
    start, down, right = corners * (row_spacing, column_spacing)
    down, right = down - start, right - start
    return QTransform(right[1], right[0], down[1], down[0], start[1], start[0])


def slices_at(stacks: Mapping[str, Stack], quantity: str, index: int) -> dict[str, int]:
    """Return the slice of every stack that shows the place that a slice of one of them shows."""
    here = stacks[quantity].geometry
    middle = ((here.shape[1] - 1) / 2, (here.shape[2] - 1) / 2, index)
    return {
        other: index if other == quantity or there == here else round(float(there.to_pixels(here.to_mm(middle))[2]))
        for other, there in ((other, stack.geometry) for other, stack in stacks.items())
    }


class Levels:
    """Which values the first and the last colour stand for, by the key of a view."""

    def __init__(self) -> None:
        self._proposed: dict[str, tuple[object, tuple[float, float]]] = {}
        self._chosen: dict[str, tuple[float, float]] = {}

    def of(self, known: Snapshot, key: str, seen: Layer) -> tuple[float, float]:
        """Return the levels of a view: those a person chose, or from 0 to what the brightest parts show.

        They are the same for all times, so that scrubbing shows the signal change.
        """
        if key in self._chosen:
            return self._chosen[key]
        there = known.wells.get(key[:2])
        # Kept with what it was made for, so that no other can take its identity. A well that is moved leaves it be.
        made_for = known.maps.get(key[:2]) if seen.is_map else known.stacks[key[:2]]
        kept = self._proposed.get(key)
        if kept is not None and kept[0] is made_for:
            return kept[1]
        values = seen.volume
        if seen.is_map:
            values = s_to_ms(values[there.labels > 0] if there is not None and there.labels.any() else values)
        # A sample tells as much, and the window does not stand still over millions; odd, to go through all columns.
        values = np.abs(values.reshape(-1)[:: values.size // _SAMPLE | 1])
        finite = values[np.isfinite(values)]
        top = float(np.percentile(finite, _BRIGHTEST)) if finite.size else 1.0
        levels = (0.0, _rounded_up(top) if seen.is_map else top or 1.0)
        self._proposed[key] = (made_for, levels)
        return levels

    def change(self, key: str, levels: tuple[float, float], wider: float, higher: float) -> None:
        """Choose levels that are wider and higher than these, by shares of their width."""
        low, high = levels
        width = high - low
        middle = (low + high) / 2 + higher * width
        width = max(width * max(1 + wider, _NARROWEST), _NARROWEST * max(abs(high), _NARROWEST))
        self._chosen[key] = (middle - width / 2, middle + width / 2)

    def reset(self, key: str) -> None:
        """Go back to what is proposed, for the wells as they are now."""
        self._chosen.pop(key, None)
        self._proposed.pop(key, None)


def _rounded_up(value: float) -> float:
    """Return the next number with two digits, so that the bar ends at one that can be read."""
    if value <= 0:
        return 1.0
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.ceil(value / step) * step)
