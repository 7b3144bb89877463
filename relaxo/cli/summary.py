"""The table of r1, r2 and r2/r1 that commands print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.cli.console import log, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, Estimate, ReferenceAgent
    from relaxo.report import Comparison, Item

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


def print_ratios(agents: Sequence[AgentResult]) -> None:
    """Print r2/r1 in its other two ways, the verdict on a threshold, and relaxivities counted otherwise."""
    import click

    from relaxo.report import rounded

    for agent in agents:
        name = agent.name or "agent"
        if agent.ratio is not None and agent.ratio_of_rates is not None and agent.ratio_fieller is not None:
            low, high = (rounded(end, agent.ratio.standard_error).partition(" ")[0] for end in agent.ratio_fieller)
            of_rates = agent.ratio_of_rates
            ends = (rounded(end, of_rates.standard_error).partition(" ")[0] for end in of_rates.ci95)
            click.echo(
                f"{name}: r2/r1 {low} to {high} (Fieller); {rounded(of_rates.value, of_rates.standard_error)}, "
                f"{' to '.join(ends)} (R2 against R1, free of concentrations)"
            )
        if agent.verdict is not None:
            click.echo(
                f"{name}: r2/r1 below {agent.verdict.threshold:g}: {agent.verdict.answer}, "
                f"probability {_probability(agent.verdict.probability_below)}"
            )
        for per, (r1, r2) in agent.conversions.items():
            if per == agent.per:
                continue
            figures = [
                f"{label} {rounded(each.value, each.standard_error)} {each.unit}"
                for label, each in (("r1", r1), ("r2", r2))
                if each is not None
            ]
            click.echo(f"{name}, per {per}: {', '.join(figures)}")


def print_budget(agents: Sequence[AgentResult]) -> None:
    """Print what the interval of every relaxivity is made of, where it is more than the scatter about the line."""
    rows = []
    for agent in agents:
        for line in (agent.r1, agent.r2):
            if line is None or not line.relaxivity.value:
                continue
            shares = {share.source: 100 * share.standard_error / abs(line.relaxivity.value) for share in line.budget}
            if len([share for share in shares.values() if share > 0]) > 1:
                parts = ", ".join(f"{source} {share:.2g} %" for source, share in shares.items() if share > 0)
                total = 100 * line.relaxivity.standard_error / abs(line.relaxivity.value)
                rows.append([f"{agent.name or 'agent'} {line.quantity}", f"{total:.2g} %", parts])
    if rows:
        print_table(["standard error", "all", "of which"], rows, right=["all"])


def print_comparisons(comparisons: Sequence[Comparison]) -> None:
    """Print how the agents compare with the reference and with the control."""
    from relaxo.report import rounded

    rows = []
    for comparison in comparisons:
        cells = []
        for figure in ("r1", "r2", "r2_over_r1"):
            quotient = comparison.quotients.get(figure)
            if quotient is None:
                cells += ["", ""]
                continue
            probability = "" if math.isnan(quotient.p_equal) else _probability(quotient.p_equal)
            cells += [rounded(quotient.value, quotient.standard_error), probability]
        kind = {"reference": "published", "control": "control"}[comparison.kind]
        rows.append([f"{comparison.agent or 'agent'} / {comparison.name} ({kind})", *cells])
    if rows:
        columns = ["ratio", "r1", "p equal", "r2", "p equal", "r2/r1", "p equal"]
        print_table(columns, rows, right=columns[1:])


def print_missing(items: Sequence[Item]) -> None:
    """Print on standard error what a paper must state and nobody stated yet, with the recipe's setting for it."""
    if items:
        words = ", ".join(item.name if item.setting is None else f"{item.name} ({item.setting})" for item in items)
        log(f"note: not stated yet, and a paper needs it: {words}", level="warning", event="missing")


def print_source(reference: ReferenceAgent) -> None:
    """Print where a published figure is from, as it must be cited."""
    import click

    from relaxo.relaxivity import conditions

    click.echo(
        f"published: {reference.agent}, {conditions(reference)}; {reference.citation}, doi "
        f"{reference.doi} ({reference.status})"
    )


def _probability(value: float) -> str:
    """Return a probability that is never rounded to 0 or 1."""
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.999 else f"{value:.3f}"
