"""`relaxo figure`: figures of results that are there, without fitting again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from relaxo.cli.console import print_places

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = ("figure", "lines", "strips", "maps", "curves", "agreement")
_FORMATS = ("png", "svg", "pdf", "tiff")


@click.command("figure", short_help="Draw figures of results again.")
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    default=("figure",),
    show_default=True,
    help="figure: lines and strips; strips: with the whole slice; curves: every well's fit; agreement: Bland-Altman "
    "against reference times. May be given several times.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(_FORMATS),
    default=("png",),
    show_default=True,
    help="May be given several times.",
)
@click.option(
    "--width",
    type=click.Choice(["single", "double"]),
    default="double",
    show_default=True,
    help="Columns of a journal.",
)
@click.option("--style", type=click.Path(path_type=Path), help="Sizes, colours and windows (TOML; docs/figures.md).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the figures; that of the results if none.")
def command(
    results: Path,
    kinds: Sequence[str],
    formats: Sequence[str],
    width: Literal["single", "double"],
    style: Path | None,
    out: Path | None,
) -> None:
    """Draw figures of RESULTS, a folder that `relaxo run` wrote, without fitting again.

    Each is named after its kind. A figure of the same name is replaced.
    """
    from relaxo import report
    from relaxo.io import staged

    wanted = report.load_look(style) if style is not None else report.Look()
    source = report.read(results)
    folder = out or (results.parent if results.is_file() else results)
    # All are drawn before any is written: a folder has every figure that was asked for, or keeps what it had.
    drawn = {kind: report.draw(source, kind, width=width, wanted=wanted) for kind in dict.fromkeys(kinds)}
    endings = tuple(dict.fromkeys(formats))
    with staged(folder) as staging:
        for kind, figure in drawn.items():
            report.save(figure, staging, endings, kind, wanted)
    print_places({f"{kind}, {ending}": folder / f"{kind}.{ending}" for kind in drawn for ending in endings})
