"""`relaxo run`: from images to relaxivities and the figure."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import print_notices, print_places, progress
from relaxo.cli.source import recipe_for
from relaxo.cli.summary import print_agents, print_budget, print_comparisons, print_missing, print_ratios


@click.command("run", short_help="From images to relaxivities and the figure.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--concentrations",
    type=click.Path(path_type=Path),
    help="Table of wells: well (1 or A1) or row and column, concentration_mM, agent, exclude (CSV or XLSX).",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
def command(source: Path, concentrations: Path | None, out: Path) -> None:
    """Fit, measure and regress SOURCE, a folder of images or a recipe (.toml), and write everything to a folder.

    The recipe that was run is in the folder as recipe.toml; running that gives the same numbers. Where only the
    concentrations or the regression cannot be used, maps and wells are written all the same, and the command fails.
    """
    from relaxo import report
    from relaxo.pipeline import Pipeline

    recipe = recipe_for(source, concentrations)
    report.check(out, recipe)
    with progress() as told:
        result = Pipeline().run(recipe, told, despite_failure=True)
        written = report.write(result, out, lambda done, total: told("Writing results", done, total))
    if result.agents:
        print_agents(result.agents, reference=result.reference)
        print_ratios(result.agents)
        print_budget(result.agents)
        print_comparisons(report.compare(result.agents, result.reference, result.control))
    print_missing(report.missing(report.record(result)))
    # Why nothing was regressed is the error that the command ends with.
    print_notices([notice for notice in result.notices if notice.code != "no_relaxivities"])
    print_places(written)
    if result.failure is not None:
        raise result.failure
