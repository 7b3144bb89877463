"""`relaxo wells`: the wells found in the images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaxo.cli.console import print_json, print_notices, print_table, progress
from relaxo.cli.source import recipe_for
from relaxo.errors import UsageError

if TYPE_CHECKING:
    from relaxo.data import Stack, Wells
    from relaxo.recipe import WellsPart


@click.command("wells", short_help="Show the wells that are found.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="Draw them upon the images, with the voxels that count, into this file (.png, .svg, .pdf or .tiff).",
)
def command(path: Path, *, as_json: bool, picture: Path | None) -> None:
    """Show the wells found in PATH, a folder of images or a recipe: name, centre, radius, voxels."""
    from relaxo.pipeline import Pipeline

    if picture is not None:
        _check(picture)
    recipe, pipeline = recipe_for(path), Pipeline()
    with progress() as told:
        located = pipeline.wells(recipe, told)
        quantity: str = recipe.wells.find_in or next(iter(located))
        wells = located[quantity]
        if picture is not None:
            stacks, _ = pipeline.stacks(recipe, told)
            _draw(stacks[quantity], wells, recipe.wells, quantity, picture)
    rows = [
        {
            "name": well.name,
            "row": round(well.row, 3),
            "column": round(well.column, 3),
            "slice": round(well.slice, 3),
            "slices": list(well.slices),
            "centre_mm": [round(x, 3) for x in wells.geometry.to_mm([well.row, well.column, well.slice]).tolist()],
            "radius_mm": round(well.radius_mm, 3),
            "voxels": int(count),
            "confidence": round(well.confidence, 3),
            "origin": well.origin,
            "voxels_inside": tally.inside,
            "voxels_rim": tally.rim,
            "voxels_ringing": tally.ringing,
            "voxels_void": tally.void,
            "voxels_shared": tally.shared,
        }
        for well, count, tally in zip(wells.wells, wells.voxel_counts(), wells.tallies, strict=True)
    ]
    if as_json:
        notices = [{"code": notice.code, "message": notice.message, "well": notice.well} for notice in wells.notices]
        print_json({"schema": 1, "found_in": quantity, "wells": rows, "notices": notices})
        return
    columns = [
        "well",
        "row",
        "column",
        "slice",
        "centre, RAS+ (mm)",
        "radius (mm)",
        "voxels",
        "rim",
        "ringing",
        "void",
        "confidence",
        "origin",
    ]
    print_table(
        columns,
        [
            [
                str(row["name"]),
                f"{well.row:.2f}",
                f"{well.column:.2f}",
                f"{well.slice:g}",
                ", ".join(f"{x:.2f}" for x in wells.geometry.to_mm([well.row, well.column, well.slice])),
                f"{well.radius_mm:.2f}",
                str(row["voxels"]),
                str(row["voxels_rim"]),
                str(row["voxels_ringing"]),
                str(row["voxels_void"]),
                f"{well.confidence:.2f}",
                well.origin,
            ]
            for row, well in zip(rows, wells.wells, strict=True)
        ],
        right=columns[1:],
    )
    print_notices(wells.notices)


def _check(picture: Path) -> None:
    """Refuse a picture that could not be written, before the work."""
    from relaxo.report import ALL_FORMATS

    if picture.suffix.lower().removeprefix(".") not in ALL_FORMATS:
        raise UsageError(
            f"a picture of the kind {picture.suffix!r} cannot be written",
            where=str(picture),
            hint=f"Name it with one of .{', .'.join(ALL_FORMATS)}",
        )


def _draw(stack: Stack, wells: Wells, part: WellsPart, quantity: str, picture: Path) -> None:
    from relaxo import report
    from relaxo.io import staged

    figure = report.draw_locations(stack, wells, part, quantity)
    with staged(picture.parent) as staging:
        report.save(figure, staging, [picture.suffix.lower().removeprefix(".")], picture.stem)
