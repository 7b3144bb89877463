"""Edits of a recipe's wells by hand: each takes a recipe and gives another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relaxo.errors import InputError
from relaxo.recipe import MarkerPart, WellEditPart
from relaxo_gui.core import wells as stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaxo.data import Well, Wells
    from relaxo.recipe import Recipe, WellsPart
    from relaxo.wells import Trace


def move(recipe: Recipe, found: Wells, name: str, row: float, column: float) -> Recipe:
    """Return a recipe in which a well has another centre.

    Parameters
    ----------
    recipe
        Any.
    found
        The wells as they were found and named, before any change by hand.
    name
        Of the well, as it is called now.
    row, column
        In pixels of the images that wells are found in.

    Raises
    ------
    InputError
        When there is no such well.
    """
    well = _now(recipe, found, name)
    entry = _last_entry(recipe, found, name)
    if entry is not None and entry.corners is not None:
        # The centre of a polygon follows from its corners.
        down, right = row - well.row, column - well.column
        corners = tuple((_rounded(y + down), _rounded(x + right)) for y, x in entry.corners)
        fields: dict[str, Any] = {"corners": corners}
    else:
        fields = {"row": _rounded(row), "column": _rounded(column)}
    # Contents that speak of its place would no longer find it.
    return _with_contents(_change(recipe, found, name, fields), recipe, found, {well.name: well.name})


def resize(recipe: Recipe, found: Wells, name: str, radius_mm: float) -> Recipe:
    """Return a recipe in which a well has another size, and the same outline; raises as `move` does.

    Parameters
    ----------
    recipe, found, name
        As of `move`.
    radius_mm
        Of the circle of the same area.
    """
    well = _now(recipe, found, name)
    if well.outline is None:
        return _change(recipe, found, name, {"radius_mm": _rounded(radius_mm)})
    larger = radius_mm / well.radius_mm
    entry = _last_entry(recipe, found, name)
    if entry is not None and entry.semi_axes_mm is not None:
        one, other = entry.semi_axes_mm
        return _change(recipe, found, name, {"semi_axes_mm": (_rounded(one * larger), _rounded(other * larger))})
    _, row_spacing, column_spacing = found.geometry.spacing
    corners = tuple(
        (_rounded(well.row + larger * down / row_spacing), _rounded(well.column + larger * right / column_spacing))
        for down, right in well.outline
    )
    return _change(recipe, found, name, {"corners": corners, "row": None, "column": None, "semi_axes_mm": None})


def rename(recipe: Recipe, found: Wells, name: str, new: str) -> Recipe:
    """Return a recipe in which a well has another name, in its contents too.

    Raises
    ------
    InputError
        When there is no such well, or another of the new name.
    """
    well = _now(recipe, found, name)
    renamed = _change(recipe, found, name, {"name": new.strip()})
    return _with_contents(renamed, recipe, found, {well.name: new.strip()})


def add(recipe: Recipe, found: Wells, well: Well, outline: Mapping[str, Any]) -> Recipe:
    """Return a recipe with another well.

    Parameters
    ----------
    recipe, found
        As of `move`.
    well
        With its name, its centre and its slices.
    outline
        Fields of `WellEditPart`: ``radius_mm``, ``semi_axes_mm`` with ``angle_deg``, or ``corners``.

    Raises
    ------
    InputError
        Where its name is taken, or the outline encloses nothing or crosses itself.
    """
    corners = outline.get("corners")
    centre: dict[str, Any] = {} if corners is not None else {"row": _rounded(well.row), "column": _rounded(well.column)}
    entry = WellEditPart(
        do="add",
        name=well.name,
        **centre,
        **{name: _all_rounded(value) for name, value in outline.items()},
        slices=None if well.slices == (0, found.geometry.shape[0] - 1) else well.slices,
    )
    return _checked(recipe, found, (*recipe.wells.edit, entry))


def remove(recipe: Recipe, found: Wells, name: str) -> Recipe:
    """Return a recipe without a well and without its contents; raises as `move` does."""
    mine = _trace(recipe, found, name)
    if mine.found is None:
        kept = tuple(entry for number, entry in enumerate(recipe.wells.edit) if number not in mine.changes)
    else:
        kept = (*recipe.wells.edit, WellEditPart(do="delete", well=name))
    return _with_contents(_checked(recipe, found, kept), recipe, found, {name: None})


def restore(recipe: Recipe, found: Wells, trace: Trace) -> Recipe:
    """Return a recipe in which a well is as it was found: an added one goes, a removed one comes back.

    Raises
    ------
    InputError
        When another well has its name by now.
    """
    kept = tuple(entry for number, entry in enumerate(recipe.wells.edit) if number not in trace.changes)
    restored = _checked(recipe, found, kept)
    if trace.now is None:
        return restored
    return _with_contents(restored, recipe, found, {trace.now.name: trace.found.name if trace.found else None})


def restore_all(recipe: Recipe, found: Wells) -> Recipe:
    """Return a recipe in which all wells are as they were found; contents of wells that were added go."""
    names = {
        each.now.name: each.found.name if each.found else None
        for each in stage.trace(found, recipe.wells)
        if each.changes and each.now is not None
    }
    bare = msgspec.structs.replace(recipe, wells=msgspec.structs.replace(recipe.wells, edit=()))
    return _with_contents(bare, recipe, found, names)


def name_by(recipe: Recipe, found: Wells, fields: Mapping[str, Any], *, by_plate: bool) -> Recipe:
    """Return a recipe that names wells in another way; what was changed by hand stays at its place.

    Where all names of before are still there, contents stay with their names: the plate was turned, not its labels.
    Else they go with their wells.

    Parameters
    ----------
    recipe, found
        As of `move`.
    fields
        Of `WellsPart`: naming, rotation, mirrored, first, marker.
    by_plate
        As of `relaxo.wells.name`.

    Raises
    ------
    AnalysisError
        When the wells cannot be named so.
    InputError
        When names that were given by hand stand in the way.
    """
    part = msgspec.structs.replace(recipe.wells, **fields)
    after = stage.name(found, msgspec.structs.replace(part, edit=()), by_plate=by_plate)
    places = {(well.row, well.column, well.slice): well.name for well in after.wells}
    fresh = {well.name: places[well.row, well.column, well.slice] for well in found.wells}
    edits = []
    given: set[str] = set()
    for entry in part.edit:
        known = entry.well is not None and entry.well not in given and entry.well in fresh
        edits.append(msgspec.structs.replace(entry, well=fresh[entry.well]) if known and entry.well else entry)
        if entry.name is not None:
            given.add(entry.name)
    checked = msgspec.structs.replace(part, edit=tuple(edits))
    stage.trace(after, checked)
    contents = recipe.contents
    if set(fresh) != set(fresh.values()):
        contents = tuple(
            msgspec.structs.replace(entry, well=fresh[entry.well]) if entry.well in fresh else entry
            for entry in contents
        )
    return msgspec.structs.replace(recipe, wells=checked, contents=contents)


def mark(well: Well, name: str) -> MarkerPart:
    """Return the note that a well was seen to have a name."""
    return MarkerPart(well=name, row=_rounded(well.row), column=_rounded(well.column))


def _change(recipe: Recipe, found: Wells, name: str, fields: Mapping[str, Any]) -> Recipe:
    """Return a recipe with a change to a well; it goes into the last one about that well, where it can."""
    changes = recipe.wells.edit
    mine = _trace(recipe, found, name).changes
    last = mine[-1] if mine else None
    later = changes[last + 1 :] if last is not None else ()
    # A later change may speak of a place, or need the name as it was.
    if last is not None and not any(entry.at is not None for entry in later) and not ("name" in fields and later):
        entry = msgspec.structs.replace(changes[last], **fields)
        return _checked(recipe, found, (*changes[:last], entry, *later))
    plain = {field: value for field, value in fields.items() if value is not None}
    return _checked(recipe, found, (*changes, WellEditPart(do="change", well=name, **plain)))


def _with_contents(after: Recipe, before: Recipe, found: Wells, names: Mapping[str, str | None]) -> Recipe:
    """Return a recipe whose contents go with their wells: to the names that follow, away for None."""
    located = stage.edit(found, before.wells)
    contents = []
    for entry in after.contents:
        try:
            name = next(iter(stage.match(located, (entry,))))
        except InputError:
            # It speaks of no well as it is; the change may be what mends that.
            contents.append(entry)
            continue
        if name not in names:
            contents.append(entry)
        elif (fresh := names[name]) is not None:
            same = entry.well is not None and fresh == name
            contents.append(entry if same else msgspec.structs.replace(entry, well=fresh, row=None, column=None))
    return msgspec.structs.replace(after, contents=tuple(contents))


def _checked(recipe: Recipe, found: Wells, changes: Sequence[WellEditPart]) -> Recipe:
    part: WellsPart = msgspec.structs.replace(recipe.wells, edit=tuple(changes))
    stage.trace(found, part)
    return msgspec.structs.replace(recipe, wells=part)


def _trace(recipe: Recipe, found: Wells, name: str) -> Trace:
    traces = stage.trace(found, recipe.wells)
    for each in traces:
        if each.now is not None and each.now.name == name:
            return each
    raise InputError(f"there is no well {name}", where="the wells", hint="Choose one that is in the picture")


def _now(recipe: Recipe, found: Wells, name: str) -> Well:
    well = _trace(recipe, found, name).now
    assert well is not None
    return well


def _last_entry(recipe: Recipe, found: Wells, name: str) -> WellEditPart | None:
    changes = _trace(recipe, found, name).changes
    return recipe.wells.edit[changes[-1]] if changes else None


def _all_rounded(value: Any) -> Any:  # noqa: ANN401 - a number, or tuples of them
    return _rounded(value) if isinstance(value, float | int) else tuple(_all_rounded(each) for each in value)


def _rounded(value: float) -> float:
    """Return a place or a size as a recipe states it: to a thousandth."""
    return round(float(value), 3)
