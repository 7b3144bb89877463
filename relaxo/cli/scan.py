"""`relaxo scan`: what is in a folder, before anything is fitted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaxo.cli.console import print_json, progress
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from relaxo.data import Inventory, StackSource


@click.command("scan")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(path: Path, *, as_json: bool) -> None:
    """Show what PATH holds: the stacks that can be fitted, their protocol, and what was left out and why."""
    from relaxo import io

    with progress() as told:
        inventory = io.scan([path], lambda done, total: told("Looking at files", done, total))
    if as_json:
        print_json(_table(inventory))
        return
    for stack in inventory.stacks:
        _print_stack(stack)
    if not inventory.stacks:
        click.echo("No stack that can be fitted.")
    for reason, count in Counter(entry.reason for entry in inventory.left_out).most_common():
        click.echo(f"left out: {count} file{'s' if count > 1 else ''}: {reason}")


def _axis(stack: StackSource) -> tuple[str, list[float]]:
    """Return the symbol of the varying axis and its values in ms or degree."""
    protocol = stack.protocol
    if protocol.axis == "FlipAngle":
        return "FA", protocol.values.tolist()
    symbol = {"InversionTime": "TI", "EchoTime": "TE", "RepetitionTime": "TR"}[protocol.axis]
    return symbol, [round(time, 6) for time in s_to_ms(protocol.values).tolist()]


def _print_stack(stack: StackSource) -> None:
    symbol, values = _axis(stack)
    protocol, geometry = stack.protocol, stack.geometry
    kind = {
        "IRT1": "T1 by inversion recovery",
        "VTR": "T1 by variable repetition time",
        "VFA": "T1 by variable flip angle",
        "MESE": "T2 by spin echoes",
        "MEGRE": "T2* by gradient echoes",
    }.get(protocol.suffix, protocol.suffix)
    click.echo(f"{click.style(stack.name, bold=True)}  {kind}  {protocol.description}".rstrip())
    unit = "degree" if symbol == "FA" else "ms"
    click.echo(f"  {len(values)} {symbol}: {', '.join(f'{value:g}' for value in values)} {unit}")
    for name, given in protocol.companions.items():
        shown = given if name == "FlipAngle" else s_to_ms(given)
        low, high = float(shown.min()), float(shown.max())
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        click.echo(f"  {name}: {span} {'degree' if name == 'FlipAngle' else 'ms'}")
    slices, rows, columns = geometry.shape
    through, down, across = geometry.spacing
    click.echo(
        f"  {rows} x {columns} pixels of {down:.3g} x {across:.3g} mm, {slices} slice{'s' if slices > 1 else ''}"
        f" of {through:.3g} mm" + (f", {protocol.field_T:.3g} T" if protocol.field_T else "")
    )
    for notice in stack.notices:
        click.echo(f"  note: {notice.message}")


def _table(inventory: Inventory) -> dict[str, Any]:
    stacks = []
    for stack in inventory.stacks:
        symbol, values = _axis(stack)
        protocol = stack.protocol
        stacks.append(
            {
                "name": stack.name,
                "suffix": protocol.suffix,
                "quantity": stack.quantity,
                "description": protocol.description,
                "component": protocol.component,
                f"{symbol}_degree" if symbol == "FA" else f"{symbol}_ms": values,
                **{
                    f"{name}_degree" if name == "FlipAngle" else f"{name}_ms": (
                        given if name == "FlipAngle" else s_to_ms(given)
                    ).tolist()
                    for name, given in protocol.companions.items()
                },
                "field_T": protocol.field_T,
                "shape": list(stack.geometry.shape),
                "spacing_mm": list(stack.geometry.spacing),
                "files": len(stack.paths),
                "warnings": [{"code": notice.code, "message": notice.message} for notice in stack.notices],
            }
        )
    left_out = [{"path": str(entry.path), "reason": entry.reason} for entry in inventory.left_out]
    return {"schema": 1, "stacks": stacks, "left_out": left_out}
