"""`relaxo demo`: the whole way, on the phantom that comes with Relaxo."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import print_notices, print_places, progress
from relaxo.cli.summary import print_agents


@click.command("demo", short_help="Analyse the shipped phantom beside its truth.")
@click.option(
    "--out",
    default="relaxo-demo",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the results.",
)
def command(out: Path) -> None:
    """Analyse the shipped phantom and compare r1, r2 and r2/r1 with the truth and with Gd-DTPA.

    The phantom is a plate at 1 T with a dilution series of a Gd6 cluster, one of Gd-DTPA as the control, and water.
    """
    from relaxo import report, samples
    from relaxo.pipeline import run
    from relaxo.recipe import load

    folder = samples.sample_phantom()
    recipe = load(folder / samples.RECIPE)
    report.check(out, recipe)
    with progress() as told:
        result = run(recipe, told)
        written = report.write(result, out, lambda done, total: told("Writing results", done, total))
    truth = [(agent.name, agent.r1, agent.r2) for agent in samples.truth(folder).agents]
    print_agents(result.agents, reference=result.reference, truth=truth)
    print_notices(result.notices)
    print_places(written)
