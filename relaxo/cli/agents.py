"""`relaxo agents`: the published relaxivities to compare with."""

from __future__ import annotations

import dataclasses

import click

from relaxo.cli.console import print_json, print_table


@click.command("agents")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(*, as_json: bool) -> None:
    """Show the reference agents, each with its citation."""
    from relaxo.relaxivity import references

    agents = references()
    if as_json:
        print_json([dataclasses.asdict(agent) for agent in agents])
        return

    def pair(value: float | None, error: float | None) -> str:
        return "" if value is None else f"{value:g}" if error is None else f"{value:g} ± {error:g}"

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
