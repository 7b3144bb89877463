"""What commands that take images share: a recipe, or a folder that a recipe is made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.recipe import Recipe


def recipe_for(source: Path, concentrations: Path | None = None) -> Recipe:
    """Return the recipe in a ``.toml`` file, or a new one for a folder or file of images.

    Raises
    ------
    InputError
        When the source does not exist, or the recipe or the table cannot be used.
    """
    import msgspec

    from relaxo import io
    from relaxo.recipe import Recipe, load

    if not source.exists():
        raise InputError("there is no such file or folder", where=str(source), hint="Check the path")
    if source.is_file() and source.suffix.lower() == ".toml":
        recipe = load(source)
    else:
        recipe = Recipe(sources=(str(source.absolute()),))
    if concentrations is not None:
        recipe = msgspec.structs.replace(recipe, contents=io.read_contents(concentrations))
    return recipe
