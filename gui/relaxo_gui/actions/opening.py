"""What is opened and where what follows from it may be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relaxo import recipe as recipes
from relaxo.errors import InputError, UsageError
from relaxo.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence


def recipe_for(paths: Sequence[Path]) -> tuple[Recipe, Path | None]:
    """Return the recipe among paths with its path, or a new one for images.

    Raises
    ------
    InputError
        When there is nothing at a path, or the recipe cannot be read.
    UsageError
        When a recipe is not alone.
    """
    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise InputError("there is no such file or folder", where=str(missing), hint="Check the path")
    given = [path for path in paths if path.is_file() and path.suffix.lower() == ".toml"]
    if not given:
        return Recipe(sources=tuple(str(path.absolute()) for path in paths)), None
    if len(paths) > 1:
        raise UsageError("a recipe is opened alone", hint="Open the recipe, or the images, not both")
    return recipes.load(given[0]), given[0].absolute()


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Write a recipe, as a whole or not at all.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    from relaxo.io.files import staged  # noqa: PLC0415 - with it come the readers, which the empty window does without

    with staged(path.parent) as folder:
        (folder / path.name).write_text(recipes.to_toml(recipe, path.parent), encoding="utf-8", newline="\n")


def check_export(folder: Path, recipe: Recipe) -> None:
    """Refuse to write results among the images: these are left as the scanner wrote them.

    Raises
    ------
    UsageError
        When the folder is one of the sources, or lies in one.
    """
    place = folder.resolve()
    for source in map(Path, recipe.sources):
        if source.is_dir() and place.is_relative_to(source.resolve()):
            raise UsageError(
                "this folder holds the images, and Relaxo writes nothing there",
                where=str(folder),
                hint="Choose a folder beside it",
            )
