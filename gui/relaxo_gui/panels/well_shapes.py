"""Wells as shapes on an image: those the recipe has, the one that is being dragged, and where one was found."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from relaxo.rounding import rounded
from relaxo.units import s_to_ms
from relaxo_gui.resources.theme import agent_on_image
from relaxo_gui.widgets.shapes import Shape

if TYPE_CHECKING:
    from relaxo.data import Well
    from relaxo_gui.actions import Commands
    from relaxo_gui.session_model import Dragged

_TIMES = {"R1": "T₁", "R2": "T₂"}
_GHOST = "#d8dde2"
#: Goes behind the name of a well that a person changed.
BY_HAND = "*"


def shapes_on(commands: Commands, quantity: str, slice_: int) -> tuple[Shape, ...]:
    """Return the wells on a slice of a stack."""
    model, hand = commands.model, commands.by_hand
    shapes = []
    dragged = model.dragged.well if model.dragged else None
    for well in hand.places.wells_on(quantity):
        there: Well | None = well
        if dragged is not None and dragged.name == well.name:
            there = hand.places.carried(dragged, quantity)
        if there is None or not there.slices[0] <= slice_ <= there.slices[1]:
            continue
        contents = model.contents.get(well.name)
        left_out = contents is not None and contents.exclude is not None
        by_hand = well.origin in {"changed", "added"}
        shape = _shape(there, agent_on_image(model.agent_index(well.name)), left_out, by_hand)
        proposed = _proposed(commands, well.name)
        shape = dataclasses.replace(shape, tip=_tip(commands, well))
        shapes.append(dataclasses.replace(shape, mark=f"{shape.mark}: {proposed}") if proposed else shape)
    return tuple(shapes)


def ghosts_on(commands: Commands, quantity: str, slice_: int) -> tuple[Shape, ...]:
    """Return where the selected well was found, if a person changed it."""
    model = commands.model
    for trace in model.traces:
        if trace.now is None or trace.found is None or trace.now.name != model.selected:
            continue
        now = model.dragged.well if model.dragged else trace.now
        if (now.row, now.column, now.radius_mm) == (trace.found.row, trace.found.column, trace.found.radius_mm):
            continue
        there = commands.by_hand.places.carried(trace.found, quantity)
        if there is not None and there.slices[0] <= slice_ <= there.slices[1]:
            return (dataclasses.replace(_shape(there, _GHOST, left_out=False, by_hand=False), name="found"),)
    return ()


def drag_words(dragged: Dragged) -> str:
    """Return what is said beside a well that is dragged: its times, and from how many voxels."""
    lines = []
    for quantity, rate in dragged.rates.items():
        if math.isfinite(rate.rate):
            number = rounded(s_to_ms(rate.time), s_to_ms(rate.time_standard_error))
            lines.append(f"{_TIMES[quantity]} {number} ms, {rate.voxels} voxels")
        else:
            lines.append(f"no {_TIMES[quantity]}: {rate.excluded or 'no voxels'}")
    return "\n".join(lines)


def _tip(commands: Commands, well: Well) -> str:
    """Return what is said of a well when the pointer rests on it."""
    contents = commands.model.contents.get(well.name)
    parts = [f"Well {well.name}" + (", changed by hand" if well.origin in {"changed", "added"} else "")]
    if contents is not None:
        amount = "" if contents.concentration_mM is None else f"{contents.concentration_mM:g} mM"
        parts += [" ".join(part for part in (contents.agent, amount) if part)]
        parts += [f"left out: {contents.exclude}"] if contents.exclude else []
    return "\n".join(part for part in parts if part)


def _proposed(commands: Commands, name: str) -> str:
    """Return what is proposed for a well: it is seen where it would go."""
    fields = commands.proposal.proposal.changes.get(name, {}) if commands.proposal.proposal else {}
    value, agent = fields.get("concentration_mM"), fields.get("agent")
    return " ".join(part for part in (f"{value:g}" if value is not None else "", agent or "") if part)


def _shape(well: Well, colour: str, left_out: bool, by_hand: bool) -> Shape:  # noqa: FBT001 - named by its callers
    return Shape(
        name=well.name,
        row=well.row,
        column=well.column,
        radius=well.radius_mm,
        colour=colour,
        dashed=left_out,
        corners=well.outline,
        mark=BY_HAND if by_hand else "",
    )
