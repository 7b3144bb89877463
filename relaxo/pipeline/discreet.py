"""Notices without the patient, whom names of files and folders may tell."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from relaxo import io
from relaxo.data import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import Inventory
    from relaxo.recipe import Recipe

_WARNING = Notice(
    "patient_in_path",
    "Files or folders are called after the patient. Results, tables, report and sidecars say [patient] instead, but "
    "recipe.toml must say where the images lie: rename them, or keep recipe.toml, before you pass the results on.",
)


def discreet(notices: Sequence[Notice], recipe: Recipe, inventory: Inventory) -> tuple[Notice, ...]:
    """Return notices that do not name the patient, and one more where files do."""
    known = io.patients(inventory.images, spared=(entry.agent for entry in recipe.contents))
    told = tuple(replace(notice, message=known.taken_out_of_prose(notice.message)) for notice in notices)
    decided = (*recipe.sources, recipe.wells.labels, recipe.regression.references)
    paths = {str(path) for path in (*decided, *(left.path for left in inventory.left_out)) if path}
    paths |= {str(image.path) for image in inventory.images}
    # Of thousands of files in a folder its name is looked at once.
    names = {name for path in paths for name in os.path.split(path)}
    return (*told, _WARNING) if any(map(known.named_in, names)) else told
