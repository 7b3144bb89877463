"""The table of r1, r2 and r2/r1 that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.cli.console import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, Estimate, ReferenceAgent

#: What is known of an agent's figures: name, r1, r2.
Known = tuple[str, float | None, float | None]


def print_agents(
    agents: Sequence[AgentResult], *, reference: ReferenceAgent | None = None, truth: Sequence[Known] = ()
) -> None:
    """Print what was measured of every agent, with its interval, and below it what it is compared with.

    Parameters
    ----------
    agents
        What was measured.
    reference
        The published agent to compare with.
    truth
        What a phantom's agents truly have, in 1/s/mM.
    """
    from relaxo.report import rounded

    def figures(estimate: Estimate | None) -> list[str]:
        if estimate is None:
            return ["not measured", ""]
        low, high = (rounded(end, estimate.standard_error).partition(" ")[0] for end in estimate.ci95)
        return [rounded(estimate.value, estimate.standard_error), f"{low} to {high}"]

    def plain(name: str, r1: float | None, r2: float | None) -> list[str]:
        ratio = f"{r2 / r1:.4g}" if r1 and r2 else ""
        return [name, *(cell for value in (r1, r2) for cell in ("" if value is None else f"{value:g}", "")), ratio, ""]

    known = {name: (r1, r2) for name, r1, r2 in truth}
    rows = []
    for agent in agents:
        lines = [None if line is None else line.relaxivity for line in (agent.r1, agent.r2)]
        rows.append([agent.name or "agent", *(cell for line in (*lines, agent.ratio) for cell in figures(line))])
        if agent.name in known:
            rows.append(plain("  truth", *known[agent.name]))
    if reference is not None:
        rows.append(plain(f"{reference.agent}, published, {reference.field_T:g} T", reference.r1, reference.r2))
    per = f"per {agents[0].per}" if agents else ""
    columns = [f"1/s/mM {per}".strip(), "r1", "95 %", "r2", "95 %", "r2/r1", "95 %"]
    print_table(columns, rows, right=columns[1:])
    if reference is not None:
        print_source(reference)


def print_source(reference: ReferenceAgent) -> None:
    """Print where a published figure is from, as it must be cited."""
    import click

    temperature = "" if reference.temperature_C is None else f", {reference.temperature_C:g} °C"
    click.echo(
        f"published: {reference.agent}, {reference.medium}{temperature}, {reference.citation} "
        f"{reference.doi} ({reference.status})"
    )
