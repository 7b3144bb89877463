"""Which studies a batch has, and what each is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from relaxo import io
from relaxo.errors import InputError
from relaxo.io.files import STAGING
from relaxo.recipe import Recipe, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: The table of wells that is taken where images come without a recipe.
CONCENTRATIONS = ("concentrations.csv", "concentrations.xlsx")

_RECIPE = "recipe"
_RESULTS = "results.json"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class Study:
    """One analysis of a batch."""

    name: str
    """Of its folder of results: no other study of the batch has it."""
    source: Path
    """A recipe, or a folder of images; absolute."""

    def recipe(self) -> Recipe:
        """Return its recipe; for a folder of images a new one, with the table of concentrations that lies in it.

        Raises
        ------
        InputError
            When the recipe or the table cannot be used.
        """
        if self.source.is_file():
            return load(self.source)
        recipe = Recipe(sources=(str(self.source),))
        table = next((self.source / name for name in CONCENTRATIONS if (self.source / name).is_file()), None)
        return recipe if table is None else msgspec.structs.replace(recipe, contents=io.read_contents(table))


def find_studies(paths: Sequence[Path], out: Path) -> tuple[Study, ...]:
    """Return the studies that paths name.

    A ``.toml`` file is a study. So is every one below a folder, but not those that results were written with, and none
    in `out`. A folder without any is a study of its images.

    Raises
    ------
    InputError
        When a path does not exist, or is a file that is no recipe.
    """
    found: dict[Path, str] = {}
    for path in paths:
        for source, name in _below(path.absolute(), out.absolute()):
            found.setdefault(source.resolve(), name)
    taken: set[str] = set()
    studies = []
    for source, wanted in found.items():
        plain = _FORBIDDEN.sub("-", wanted).strip(". ") or "study"
        name, count = plain, 1
        # Some disks do not tell capital letters from small ones.
        while name.casefold() in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name.casefold())
        studies.append(Study(name, source))
    return tuple(studies)


def _below(path: Path, out: Path) -> Iterator[tuple[Path, str]]:
    if not path.exists():
        raise InputError("there is no such file or folder", where=str(path), hint="Check the path")
    if path.is_file():
        if path.suffix.lower() != ".toml":
            raise InputError("this file is no recipe", where=str(path), hint="Give recipes (.toml) or folders")
        yield path, path.parent.name if path.stem == _RECIPE else path.stem
        return
    recipes = [recipe for recipe in sorted(path.rglob("*.toml")) if _counts(recipe, path, out)]
    for recipe in recipes:
        parts = [*recipe.relative_to(path).parent.parts, *([] if recipe.stem == _RECIPE else [recipe.stem])]
        yield recipe, "-".join(parts) or path.name
    if not recipes:
        yield path, path.name


def _counts(recipe: Path, top: Path, out: Path) -> bool:
    parts = recipe.relative_to(top).parent.parts
    return (
        not recipe.is_relative_to(out)
        and not (recipe.parent / _RESULTS).exists()
        and not any(part.startswith(STAGING) for part in parts)
    )
