"""What a study's results follow from, as one hash: its files, its recipe and the version of Relaxo."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from relaxo import __version__
from relaxo.io import fingerprint
from relaxo.recipe import to_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaxo.recipe import Recipe


def content_key(recipe: Recipe, out: Path) -> str:
    """Return a hash of all that results follow from; it stays the same when a study is moved.

    Parameters
    ----------
    recipe
        As loaded: its sources are absolute.
    out
        A folder that does not count, should it lie among the sources: that of the results.

    Raises
    ------
    InputError
        When a file cannot be read.
    """
    table = to_table(recipe)
    table["sources"] = len(recipe.sources)
    names: dict[Path, str] = {}
    for number, source in enumerate(recipe.sources):
        for path in _files(Path(source), out.absolute()):
            names[path] = f"{number}/{path.relative_to(source).as_posix()}"
    if recipe.regression.references is not None:
        table["regression"]["references"] = "references"
        names[Path(recipe.regression.references)] = "references"
    files = [(names[path], digest) for path, digest in fingerprint(list(names))]
    held = json.dumps({"relaxo": __version__, "recipe": table, "files": sorted(files)}, sort_keys=True)
    return hashlib.sha256(held.encode("utf-8", "surrogateescape")).hexdigest()


def _files(source: Path, out: Path) -> Iterator[Path]:
    if not source.is_dir():
        yield source
        return
    yield from (path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_relative_to(out))
