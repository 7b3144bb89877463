"""`relaxo phantom`: digital phantoms with known truth."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import progress


@click.group("phantom")
def command() -> None:
    """Make digital phantoms, with their truth beside them."""


@command.command("list")
def list_phantoms() -> None:
    """Show the phantoms there are."""
    from relaxo.phantoms import CATALOGUE

    width = max(map(len, CATALOGUE))
    for name, design in CATALOGUE.items():
        click.echo(f"{name:<{width}}  {design.title}")


@command.command("make")
@click.argument("name")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the phantom.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the noise; the shipped phantom's when left out.")
def make(name: str, out: Path, seed: int | None) -> None:
    """Make the phantom NAME: DICOM files, concentrations, a recipe, and the truth.

    `relaxo phantom list` shows the names.
    """
    from relaxo import phantoms, samples

    with progress() as told:
        phantom = phantoms.make(
            name,
            seed=phantoms.SEED if seed is None else seed,
            progress=lambda done, total: told("Scanning the phantom", done, total),
        )
        samples.write_phantom(phantom, out, progress=lambda done, total: told("Writing images", done, total))
    click.echo(
        f"{phantom.design.title}\nwritten to {out}; analyse it with: relaxo run {out / samples.RECIPE} --out results"
    )
