"""`relaxo scan`: what is in a folder, before anything is fitted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaxo.cli.console import print_json, progress
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from relaxo.data import ImageHeader, Inventory, StackSource


@click.command("scan", short_help="Show what a folder holds, and what was left out.")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Show what PATH holds: the stacks that can be fitted, their protocol, and what was left out and why.

    A PATH is a folder, an image, a .zip archive, a table of times that the headers lost, or a recipe.
    """
    from relaxo import io, recipe

    timing: tuple[recipe.TimingPart, ...] = ()
    sources: list[Path] = []
    for path in paths:
        if path.suffix.lower() == ".toml":
            given = recipe.load(path)
            timing += given.timing
            sources += map(Path, given.sources)
        else:
            sources.append(path)
    with progress() as told:
        inventory = io.scan(sources, lambda done, total: told("Looking at files", done, total), timing=timing)
    if as_json:
        print_json(_table(inventory))
        return
    for stack in inventory.stacks:
        _print_stack(stack)
    if not inventory.stacks:
        click.echo("No stack that can be fitted.")
    for reason, count in Counter(entry.reason for entry in inventory.left_out).most_common():
        click.echo(f"left out: {count} file{'s' if count > 1 else ''}: {reason}")


#: How BIDS's times and angles are called on screens, and their unit there.
SHOWN = {
    "InversionTime": ("TI", "ms"),
    "EchoTime": ("TE", "ms"),
    "RepetitionTime": ("TR", "ms"),
    "FlipAngle": ("FA", "degree"),
}


def _shown(name: str, values: NDArray[np.float64]) -> tuple[str, str, list[float]]:
    """Return symbol, unit and values in that unit, without the dust of the conversion."""
    symbol, unit = SHOWN[name]
    converted = s_to_ms(values) if unit == "ms" else values
    return symbol, unit, [round(value, 6) for value in converted.tolist()]


def _print_stack(stack: StackSource) -> None:
    protocol, geometry = stack.protocol, stack.geometry
    symbol, unit, values = _shown(protocol.axis, protocol.values)
    kind = {
        "IRT1": "T1 by inversion recovery",
        "VTR": "T1 by variable repetition time",
        "VFA": "T1 by variable flip angle",
        "MESE": "T2 by spin echoes",
        "MEGRE": "T2* by gradient echoes",
    }.get(protocol.suffix, protocol.suffix)
    click.echo(f"{click.style(stack.name, bold=True)}  {kind}  {protocol.description}".rstrip())
    click.echo(
        f"  {len(values)} {symbol}: {', '.join(f'{value:g}' for value in values)} {unit}"
        + (f" (from {protocol.entered[protocol.axis]})" if protocol.axis in protocol.entered else "")
    )
    for name, given in protocol.companions.items():
        companion, companion_unit, held = _shown(name, given)
        span = f"{held[0]:g}" if len(set(held)) == 1 else f"{min(held):g} to {max(held):g}"
        click.echo(f"  {companion}: {span} {companion_unit}")
    slices, rows, columns = geometry.shape
    through, down, across = geometry.spacing
    click.echo(
        f"  {rows} x {columns} pixels of {down:.3g} x {across:.3g} mm, {slices} slice{'s' if slices > 1 else ''}"
        f" of {through:.3g} mm"
        + (f", {protocol.field_T:.3g} T" if protocol.field_T else "")
        + ("" if protocol.component == "magnitude" else f", {protocol.component} images")
    )
    for notice in stack.notices:
        click.echo(f"  note: {notice.message}")


def _volume(images: Sequence[ImageHeader]) -> dict[str, Any]:
    """Return where a volume is read from, as a table of times would name it."""
    first = images[0]
    return {"path": str(first.path), "member": first.member or None, "series": first.series_number}


def _table(inventory: Inventory) -> dict[str, Any]:
    stacks = []
    for stack in inventory.stacks:
        protocol = stack.protocol
        times = [_shown(name, values) for name, values in protocol.times.items()]
        stacks.append(
            {
                "name": stack.name,
                "suffix": protocol.suffix,
                "quantity": stack.quantity,
                "description": protocol.description,
                "component": protocol.component,
                "axis": times[0][0],
                **{f"{symbol}_{unit}": values for symbol, unit, values in times},
                "entered": {SHOWN[name][0]: origin for name, origin in protocol.entered.items()},
                "field_T": protocol.field_T,
                "shape": list(stack.geometry.shape),
                "spacing_mm": list(stack.geometry.spacing),
                "files": len(stack.paths),
                "volumes": [_volume(images) for images in stack.headers],
                "warnings": [{"code": notice.code, "message": notice.message} for notice in stack.notices],
            }
        )
    left_out = [{"path": str(entry.path), "reason": entry.reason} for entry in inventory.left_out]
    return {"schema": 1, "stacks": stacks, "left_out": left_out}
