"""`relaxo wells`: the wells found in the images."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import print_json, print_notices, print_table, progress
from relaxo.cli.source import recipe_for


@click.command("wells", short_help="Show the wells that are found.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(path: Path, *, as_json: bool) -> None:
    """Show the wells found in PATH, a folder of images or a recipe: name, centre, radius, voxels."""
    from relaxo.pipeline import Pipeline

    with progress() as told:
        located = Pipeline().wells(recipe_for(path), told)
    wells = next(iter(located.values()))
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
        print_json({"schema": 1, "found_in": next(iter(located)), "wells": rows, "notices": notices})
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
