"""`relaxo relaxivity`: regression from a table of times, without images."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from relaxo.cli.console import print_json, print_notices
from relaxo.cli.summary import print_agents


@click.command("relaxivity")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the agents as results.json has them.")
@click.option(
    "--weights",
    type=click.Choice(["none", "relative", "standard_error"]),
    default="none",
    show_default=True,
    help="What the error of a rate is taken to be proportional to.",
)
@click.option(
    "--per", type=click.Choice(["ion", "molecule"]), default="ion", show_default=True, help="What concentrations count."
)
@click.option("--field", type=click.FloatRange(min=0, min_open=True), help="Field in T, to compare with a reference.")
def command(
    table: Path,
    *,
    as_json: bool,
    weights: Literal["none", "relative", "standard_error"],
    per: Literal["ion", "molecule"],
    field: float | None,
) -> None:
    """Regress the rates in TABLE on concentration.

    TABLE (CSV or XLSX) has the column concentration_mM, T1_ms and/or T2_ms (or R1_per_s, R2_per_s), and may have
    agent, T1_se_ms, T2_se_ms, concentration_se_mM and exclude.
    """
    from relaxo import io, relaxivity
    from relaxo.recipe import RegressionPart
    from relaxo.report import agents_table

    part = RegressionPart(weights=weights, per=per)
    agents, notices = relaxivity.analyse(io.read_rates(table), part)
    if as_json:
        print_json({"agents": agents_table(agents)})
    else:
        print_agents(agents, reference=relaxivity.reference(part.reference, field) if field else None)
    print_notices(notices)
