"""`relaxo agents`: the published relaxivities to compare with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from relaxo.cli.console import log, print_json, print_table


@click.command("agents")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--field", type=click.FloatRange(min=0, min_open=True), help="Only those at this field, T.")
@click.option("--name", help="Only those that go by this name.")
@click.option("--medium", help="Only those in this medium: water, plasma, blood.")
@click.option("--interpolate", is_flag=True, help="With --field: between two fields where there is none; marked so.")
@click.option("--references", type=click.Path(path_type=Path), help="A CSV file with agents of your own, shown first.")
def command(
    *,
    as_json: bool,
    field: float | None,
    name: str | None,
    medium: str | None,
    interpolate: bool,
    references: Path | None,
) -> None:
    """Show the reference agents, each with its citation."""
    from relaxo.errors import UsageError
    from relaxo.relaxivity import published, read_references
    from relaxo.relaxivity import references as shipped

    if interpolate and field is None:
        raise UsageError("--interpolate needs a field", hint="Add --field 1.0")
    own = () if references is None else read_references(references)
    agents = published(name=name, field_T=field, medium=medium, interpolate=interpolate, own=own)
    if not agents and name is not None and not published(name=name, own=own):
        known = ", ".join(sorted({agent.agent for agent in (*own, *shipped())}))
        raise UsageError(f"no published agent goes by the name {name!r}", hint=f"There are {known}")
    if not agents:
        log(
            "note: no published value is known for that; ask for less, or look at all with `relaxo agents`",
            level="warning",
        )
    if as_json:
        print_json([dataclasses.asdict(agent) for agent in agents])
        return

    def pair(value: float | None, error: float | None) -> str:
        return "" if value is None else f"{value:.4g}" if error is None else f"{value:.4g} ± {error:.2g}"

    print_table(
        ["agent", "B0 (T)", "T (°C)", "medium", "r1 (1/s/mM)", "r2 (1/s/mM)", "per", "status", "source"],
        [
            [
                agent.agent,
                f"{agent.field_T:g}",
                "" if agent.temperature_C is None else f"{agent.temperature_C:g}",
                agent.medium,
                pair(agent.r1, agent.r1_se),
                pair(agent.r2, agent.r2_se),
                agent.per,
                agent.status,
                f"{agent.citation} {agent.doi}".strip(),
            ]
            for agent in agents
        ],
        right=["B0 (T)", "T (°C)", "r1 (1/s/mM)", "r2 (1/s/mM)"],
    )
