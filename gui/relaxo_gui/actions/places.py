"""Places: where wells lie on each stack, and what is seen there; stacks may lie askew."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import RelaxoError
from relaxo_gui.core import wells as stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Well, Wells
    from relaxo_gui.session_model import SessionModel, Snapshot

_LEAST_PIXELS = 1.0


class Places:
    """Carries wells and places between the images that wells are found in and the stacks."""

    def __init__(self, model: SessionModel) -> None:
        self._model = model
        self._carried: dict[str, tuple[object, tuple[Well, ...]]] = {}
        self._snapper: tuple[object, stage.Snapper] | None = None

    def forget(self) -> None:
        """Forget what was remembered of the study before."""
        self._carried = {}
        self._snapper = None

    def wells_on(self, quantity: str) -> tuple[Well, ...]:
        """Return the wells as the recipe has them, on the grid of a stack."""
        known, traces = self._model.snapshot, self._model.traces
        located = known.wells.get(quantity) if known else None
        if known is None or known.found is None or located is None or not traces:
            return () if located is None else located.wells
        now = tuple(each.now for each in traces if each.now is not None)
        if known.found.geometry == located.geometry:
            return now
        kept = self._carried.get(quantity)
        if kept is None or kept[0] is not traces:
            kept = self._carried[quantity] = (traces, self._transferred(now, quantity))
        return kept[1]

    def carried(self, well: Well, quantity: str) -> Well | None:
        """Return a well of the images that wells are found in as it is on a stack; None where that does not show it."""
        home, known = self.home(), self._model.snapshot
        if home is None or known is None or quantity not in known.stacks:
            return None
        if known.stacks[quantity].geometry == home.geometry:
            return well
        return next(iter(self._transferred((well,), quantity)), None)

    def _transferred(self, wells: Sequence[Well], quantity: str) -> tuple[Well, ...]:
        """Return wells of the images that they are found in on the grid of a stack; none where that is elsewhere."""
        known, home, recipe = self._model.snapshot, self.home(), self._model.recipe
        if known is None or home is None or recipe is None:
            return ()
        try:
            there = stage.rasterise(wells, home.geometry, recipe.wells)
            return stage.transfer(there, known.stacks[quantity].geometry, recipe.wells).wells
        except RelaxoError:
            return ()

    def snapped(self, well: Well, begun: Well) -> Well:
        """Return a well at the edge or the place of the grid that it was let go near; as it is after a small step."""
        home = self.home()
        if home is None:
            return well
        _, row_spacing, column_spacing = home.geometry.spacing
        moved = np.hypot((well.row - begun.row) * row_spacing, (well.column - begun.column) * column_spacing)
        if moved < begun.radius_mm:
            return well
        seen = self.seen(well.row, well.column, round(well.slice), well.radius_mm)
        others = [each for each in home.wells if each.name != well.name]
        place = (seen.row, seen.column) if seen else stage.lattice_place(others, home.geometry, well.row, well.column)
        return well if place is None else dataclasses.replace(well, row=place[0], column=place[1])

    def seen(self, row: float, column: float, slice_: int, radius_mm: float | None) -> Well | None:
        """Return the well whose edge is seen around a place of the images that wells are found in."""
        known = self._model.snapshot
        if known is None:
            return None
        stack = known.stacks[self._home_quantity(known)]
        if self._snapper is None or self._snapper[0] is not stack:
            self._snapper = (stack, stage.Snapper(stack))
        rows, columns = stack.geometry.shape[1:]
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        return self._snapper[1](row, column, slice_, radius_mm)

    def home(self) -> Wells | None:
        """Return the wells on the grid of the images that they are found in."""
        known = self._model.snapshot
        if known is None or known.found is None:
            return None
        # Where none were found, they are added on that grid.
        return known.wells[self._home_quantity(known)] if known.wells else known.found

    def _home_quantity(self, known: Snapshot) -> str:
        wanted = known.recipe.wells.find_in
        return wanted if wanted is not None and wanted in known.stacks else next(iter(known.stacks))

    def at_home(self, quantity: str, row: float, column: float, slice_: float) -> tuple[float, float]:
        """Return row and column in the images that wells are found in."""
        there = self.to_home(quantity, row, column, slice_)
        return float(there[0]), float(there[1])

    def to_home(self, quantity: str, row: float, column: float, slice_: float) -> tuple[float, float, float]:
        """Return row, column and slice in the images that wells are found in."""
        known, home = self._model.snapshot, self.home()
        assert known is not None
        assert home is not None
        geometry = known.stacks[quantity].geometry
        if geometry == home.geometry:
            return row, column, slice_
        there = home.geometry.to_pixels(geometry.to_mm((row, column, slice_)))
        return float(there[0]), float(there[1]), float(there[2])

    def least_radius(self) -> float:
        """Return the radius in mm below which nothing can be measured."""
        home = self.home()
        return _LEAST_PIXELS * max(home.geometry.spacing[1:]) if home else 0.1
