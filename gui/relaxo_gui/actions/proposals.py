"""Proposals: contents that were pasted or counted out, shown in their places before they are taken over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from relaxo.data import Contents
from relaxo.errors import InputError, RelaxoError
from relaxo_gui.actions import block
from relaxo_gui.core import wells as stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaxo.data import Wells
    from relaxo_gui.session_model import SessionModel

    Changes = Mapping[str, Mapping[str, Any]]

_NAMES = {"concentration_mM": "concentration", "agent": "agent", "exclude": "reason"}
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Proposal:
    """Contents that wells would have."""

    label: str
    """Of the step that it would be."""
    changes: Changes
    """Name of a well to the fields of its contents."""
    words: str
    """What would happen."""


class Proposals(QObject):
    """Holds what is proposed until it is taken over or given up."""

    changed = Signal()

    def __init__(
        self, model: SessionModel, edit: Callable[[str, Changes], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._edit = edit
        self._proposal: Proposal | None = None
        model.opened.connect(self.drop)
        model.changed.connect(lambda _before, _after: self.drop())

    @property
    def proposal(self) -> Proposal | None:
        """What is proposed now."""
        return self._proposal

    def value(self, well: str, field: str) -> Any:  # noqa: ANN401 - of any field
        """Return what is proposed for a field of a well; raises `KeyError` where nothing is."""
        if self._proposal is None:
            raise KeyError(well)
        return self._proposal.changes[well][field]

    def paste(self, cells: Sequence[Sequence[str]], first_row: int, first_field: str) -> None:
        """Propose a block of cells at a cell of the table of wells."""
        located = self._located()
        if located is not None:
            names = [well.name for well in located.wells]
            self._propose("Paste", lambda: block.changes(cells, names, first_row, first_field, _coordinates(located)))

    def paste_on_plate(self, cells: Sequence[Sequence[str]], well: str | None) -> None:
        """Propose a block of cells with its upper left one on a well; a list goes to the wells in their order."""
        located = self._located()
        if located is None or not located.wells:
            return
        names = [each.name for each in located.wells]
        at = names.index(well) if well in names else 0
        places = stage.plate_places(located, self._model.recipe.wells if self._model.recipe else None)
        if places is None or not block.is_block(cells):
            self.paste(cells, at, "concentration_mM" if _width(cells) == 1 else "agent")
            return
        where = {(int(row), int(column)): name for (row, column), name in zip(places, names, strict=True)}
        start = next(place for place, name in where.items() if name == names[at])
        self._propose("Paste", lambda: block.laid_out(cells, where, start))

    def dilute(self, wells: Sequence[str], first_mM: float, factor: float) -> None:
        """Propose a dilution series: each well the one before, divided by a factor."""

        def series() -> Changes:
            if not wells:
                raise InputError(
                    "no wells are selected", hint="Select the wells of the series from the first to the last"
                )
            if not (first_mM >= 0 and factor > 0 and math.isfinite(first_mM) and math.isfinite(factor)):
                raise InputError(
                    "a series starts at a concentration and is divided by a number above 0",
                    hint="Type them, such as 1 mM and 2",
                )
            return {
                well: {"concentration_mM": float(f"{first_mM / factor**step:.{_DIGITS}g}")}
                for step, well in enumerate(wells)
            }

        self._propose("Dilute", series)

    def fill_down(self, wells: Sequence[str], field: str) -> None:
        """Give the first of some wells' agent, concentration or reason to the others, at once."""
        known = self._model.contents.get(wells[0], Contents(None)) if wells else None
        if known is not None and len(wells) > 1:
            self._edit(f"Fill {len(wells) - 1} wells", {well: {field: getattr(known, field)} for well in wells[1:]})

    def take(self) -> None:
        """Take the proposal over."""
        proposal = self._proposal
        if proposal is not None:
            self.drop()
            self._edit(proposal.label, proposal.changes)

    def drop(self) -> None:
        """Give the proposal up."""
        if self._proposal is not None:
            self._proposal = None
            self.changed.emit()

    def _propose(self, verb: str, make: Callable[[], Changes]) -> None:
        try:
            changes = make()
        except RelaxoError as error:
            self.drop()
            self._model.message.emit(error)
            return
        self._model.message.emit(None)
        self._proposal = Proposal(f"{verb} {len(changes)} wells", changes, self._words(changes))
        self.changed.emit()

    def _words(self, changes: Changes) -> str:
        counts = dict.fromkeys(_NAMES, 0)
        replaced = cleared = 0
        for well, fields in changes.items():
            now = self._model.contents.get(well, Contents(None))
            for field, value in fields.items():
                before = getattr(now, field)
                counts[field] += value not in {None, ""}
                replaced += before not in {None, ""} and value not in {None, ""} and before != value
                cleared += before not in {None, ""} and value in {None, ""}
        parts = [f"{count} {_NAMES[field]}{'s' if count > 1 else ''}" for field, count in counts.items() if count]
        words = f"{', '.join(parts) or 'Nothing'} for {len(changes)} well{'s' if len(changes) > 1 else ''}"
        if replaced:
            words += f"; replaces {replaced}"
        return words + (f"; clears {cleared}" if cleared else "")

    def _located(self) -> Wells | None:
        return self._model.snapshot.located if self._model.snapshot else None


def _coordinates(located: Wells) -> dict[str, str]:
    """Return the plate coordinates of wells that are named otherwise."""
    coordinates = stage.plate_names(located) or ()
    return dict(zip(coordinates, (well.name for well in located.wells), strict=False))


def _width(cells: Sequence[Sequence[str]]) -> int:
    return max((len(row) for row in cells), default=0)
