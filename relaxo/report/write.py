"""Everything that a run leaves behind, in one folder: results, tables, recipe, maps and figure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from relaxo.errors import Cancelled, InputError
from relaxo.io.files import check_folder, staged
from relaxo.recipe import load, to_toml
from relaxo.report.figure import draw
from relaxo.report.maps import map_files, write_fit
from relaxo.report.material import material
from relaxo.report.page import ALL_FORMATS, FORMATS, SCREEN_DPI, pixels, save
from relaxo.report.results import results_table
from relaxo.report.sections import document
from relaxo.report.store import CURVES, MAPS, RESULTS, curves_csv, picture_files, write_pictures
from relaxo.report.tables import relaxivity_csv, wells_csv
from relaxo.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relaxo.pipeline import Result
    from relaxo.recipe import Recipe
    from relaxo.report.material import Material

_RECIPE = "recipe.toml"
_WORKBOOK = "results.xlsx"
_HTML = "report.html"
_PDF = "report.pdf"
_OWNED = (
    "wells.csv",
    "relaxivity.csv",
    _WORKBOOK,
    _HTML,
    _PDF,
    # Those that a run does not write may be of an older result.
    *(f"figure.{name}" for name in ALL_FORMATS),
    CURVES,
    *(f"{MAPS}/{name}" for quantity in ("T1", "T2") for name in (*map_files(quantity), *picture_files(quantity))),
)


def write(result: Result, folder: Path, progress: Callable[[int, int], bool] | None = None) -> dict[str, Path]:
    """Write a result: all of it, or nothing.

    An older result in the folder is replaced once the new one is complete, but not one with relaxivities by one whose
    regression failed; what is not a result's stays. A recipe.toml there that decides the same as the one that was run
    is not written again, so that its comments live.

    Parameters
    ----------
    result
        What was computed.
    folder
        Made when missing.
    progress
        Told what is done of how much; the writing stops when it answers False.

    Returns
    -------
    Where things lie, by what they are.

    Raises
    ------
    UsageError
        As `check`.
    InputError
        When the folder cannot be written.
    RelaxoError
        The failure of the result, when the folder holds relaxivities.
    Cancelled
        When `progress` answers False.
    """
    if result.failure is not None and _has_relaxivities(folder):
        raise result.failure
    source = material(result)
    steps: list[Callable[[Path], object]] = [
        *(
            lambda staging, quantity=quantity, maps=maps: write_fit(
                quantity, maps, result.stacks[quantity], _made(staging / MAPS)
            )
            for quantity, maps in result.maps.items()
        ),
        *(
            lambda staging, quantity=quantity: write_pictures(source, quantity, _made(staging / MAPS))
            for quantity in source.quantities
        ),
        lambda staging: _text(staging / "wells.csv", wells_csv(result)),
        lambda staging: _text(staging / "relaxivity.csv", relaxivity_csv(result.agents)),
        lambda staging: write_workbook(result, staging / _WORKBOOK),
        lambda staging: _text(staging / CURVES, curves_csv(source)),
        lambda staging: _figure_and_report(result, source, staging),
        lambda staging: _text(
            staging / RESULTS,
            json.dumps(results_table(result, source), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        ),
    ]
    owned = _owned(folder, result.recipe)
    if _RECIPE in owned:
        steps.append(lambda staging: _text(staging / _RECIPE, to_toml(result.recipe, folder)))
    with staged(folder, seal=RESULTS, owned=owned) as staging:
        for done, step in enumerate(steps):
            if progress is not None and not progress(done, len(steps)):
                raise Cancelled
            step(staging)
    if progress is not None:
        progress(len(steps), len(steps))
    return {
        "results": folder / RESULTS,
        "wells": folder / "wells.csv",
        "relaxivity": folder / "relaxivity.csv",
        "workbook": folder / _WORKBOOK,
        "recipe": folder / _RECIPE,
        "maps": folder / MAPS,
        "figure": folder / f"figure.{FORMATS[0]}",
        "report": folder / _HTML,
        "report, PDF": folder / _PDF,
    }


def check(folder: Path, recipe: Recipe) -> None:
    """Refuse a folder that `write` would refuse after all the work.

    Raises
    ------
    UsageError
        When the folder is a file, or holds files of somebody else's with the names of a result.
    """
    check_folder(folder, seal=RESULTS, owned=_owned(folder, recipe))


def _owned(folder: Path, recipe: Recipe) -> tuple[str, ...]:
    """Return the names of a result's files; without the recipe where the same lies there already."""
    try:
        same = load(folder / _RECIPE) == recipe
    except InputError:
        same = False
    return _OWNED if same else (*_OWNED, _RECIPE)


def _figure_and_report(result: Result, source: Material, staging: Path) -> None:
    # A report brings reportlab, which nothing else needs.
    from relaxo.report.html import html  # noqa: PLC0415
    from relaxo.report.pdf import pdf  # noqa: PLC0415

    figure = draw(source)
    drawn = pixels(figure, at_most=SCREEN_DPI)
    save(figure, staging, drawn=drawn)
    report = document(result, source)
    _text(staging / _HTML, html(report, (staging / "figure.svg").read_text(encoding="utf-8")))
    (staging / _PDF).write_bytes(pdf(report, drawn))


def _has_relaxivities(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / RESULTS).read_bytes())["agents"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _text(path: Path, text: str) -> None:
    # Paths may hold bytes that are no text; JSON then reads their escapes.
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
