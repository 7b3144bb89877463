"""`relaxo fit`: maps alone."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import print_notices, print_places, progress
from relaxo.cli.source import recipe_for


@click.command("fit", short_help="Fit T1 and T2 maps alone.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the maps.")
def command(path: Path, out: Path) -> None:
    """Fit the images in PATH, a folder or a recipe, voxel by voxel, and write the maps as NIfTI."""
    from relaxo.pipeline import Pipeline
    from relaxo.report import write_maps

    recipe, pipeline = recipe_for(path), Pipeline()
    with progress() as told:
        stacks, notices = pipeline.stacks(recipe, told)
        maps = pipeline.maps(recipe, told)
        written = write_maps(maps, stacks, out)
    print_notices(notices)
    print_places(written)
