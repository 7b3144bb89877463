"""`relaxo relaxivity`: regression from a table of times, without images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relaxo.cli.console import print_json, print_notices
from relaxo.cli.summary import print_agents, print_budget, print_comparisons, print_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import AgentResult, Notice, ReferenceAgent
    from relaxo.recipe import RegressionPart
    from relaxo.report import Comparison

_PERCENT = click.FloatRange(min=0)
_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command("relaxivity", short_help="Regression from a table of times, without images.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the agents as results.json has them.")
@click.option(
    "--method",
    type=click.Choice(["least_squares", "york", "robust"]),
    default="least_squares",
    show_default=True,
    help="york: with the stated errors of rates and concentrations; robust: wells far off the line get no weight.",
)
@click.option(
    "--weights",
    type=click.Choice(["none", "relative", "standard_error"]),
    default="none",
    show_default=True,
    help="What the error of a rate is taken to be proportional to.",
)
@click.option(
    "--intercept",
    type=click.Choice(["free", "fixed", "blank"]),
    default="free",
    show_default=True,
    help="Fitted, fixed to --R10 and --R20, or to the rate of the wells of concentration 0.",
)
@click.option("--R10", "intercept_R1_per_s", type=_PERCENT, help="R1 without agent, 1/s.")
@click.option("--R20", "intercept_R2_per_s", type=_PERCENT, help="R2 without agent, 1/s.")
@click.option("--stock-error", "stock_error_percent", type=_PERCENT, help="Standard error of the stock, %.")
@click.option("--pipetting-error", "pipetting_error_percent", type=_PERCENT, help="Of each well by pipetting, %.")
@click.option("--assay-error", "assay_error_percent", type=_PERCENT, help="Of each well by its own assay, %.")
@click.option("--rate-error", "rate_error_percent", type=_PERCENT, help="Of each rate: how well it repeats, %.")
@click.option(
    "--per", type=click.Choice(["ion", "molecule"]), default="ion", show_default=True, help="What concentrations count."
)
@click.option(
    "--report-per", type=click.Choice(["ion", "molecule"]), help="What relaxivities count; as concentrations."
)
@click.option("--ions", multiple=True, metavar="AGENT=N", help="Ions per molecule of an agent: Gd6=6.")
@click.option("--molar-mass", multiple=True, metavar="AGENT=G_PER_MOL", help="For relaxivities per mass too.")
@click.option("--ratio-threshold", type=_POSITIVE, help="Say how probable it is that r2/r1 lies below this.")
@click.option("--control", help="The agent measured along as a control; recognised by its name where nothing is said.")
@click.option("--field", type=_POSITIVE, help="Field in T, to compare with a reference.")
@click.option("--temperature", type=float, help="Degrees Celsius, to choose the reference by.")
@click.option("--medium", help="Such as water, plasma or blood, to choose the reference by.")
@click.option("--reference", default="Gd-DTPA", show_default=True, help="The published agent to compare with.")
@click.option("--references", type=click.Path(path_type=Path), help="A CSV file with published agents of your own.")
@click.option("--interpolate", "interpolate_reference", is_flag=True, help="Interpolate a reference between fields.")
def command(
    table: Path,
    *,
    as_json: bool,
    ions: Sequence[str],
    molar_mass: Sequence[str],
    field: float | None,
    temperature: float | None,
    medium: str | None,
    references: Path | None,
    **choices: Any,  # noqa: ANN401 - the settings of a RegressionPart, as click has checked them
) -> None:
    """Regress the rates in TABLE on concentration.

    TABLE (CSV or XLSX) has the column concentration_mM, T1_ms and/or T2_ms (or R1_per_s, R2_per_s), and may have
    agent, well, T1_se_ms, T2_se_ms, concentration_se_mM, stock_error_percent, pipetting_error_percent,
    assay_error_percent and exclude.

    Or it holds signals, which are fitted first: a line for each well and time, with the columns well, TI_ms (or TE_ms,
    TR_ms, FA_deg) and signal.
    """
    from relaxo import pipeline, relaxivity
    from relaxo.recipe import RegressionPart
    from relaxo.report import agents_table, compare, comparisons_table, regression_methods

    part = RegressionPart(
        **choices,
        ions_per_molecule={name: int(value) for name, value in _by_agent(ions, "--ions", whole=True).items()},
        molar_mass_g_per_mol=_by_agent(molar_mass, "--molar-mass", whole=False),
        references=None if references is None else str(references),
    )
    own = () if references is None else relaxivity.read_references(references)
    agents, notices = relaxivity.analyse(relaxivity.counted_rates(pipeline.rates_of_table(table), part), part)
    control = relaxivity.control_of(agents, part, own)
    published = {
        name: _published(name, part, own, field, temperature, medium) for name in (part.reference, control) if name
    }
    found = published[part.reference]
    notices += _told(agents, control, published, part, field, temperature, medium)
    comparisons: tuple[Comparison, ...] = compare(agents, found, control)
    if as_json:
        print_json(
            {
                "agents": agents_table(agents),
                "comparisons": comparisons_table(comparisons),
                "control": control,
                "warnings": [
                    {"code": notice.code, "message": notice.message, "well": notice.well} for notice in notices
                ],
                "methods": regression_methods(agents, part),
            }
        )
    else:
        print_agents(agents, reference=found)
        print_ratios(agents)
        print_budget(agents)
        print_comparisons(comparisons)
    print_notices(notices)


def _published(
    name: str,
    part: RegressionPart,
    own: Sequence[ReferenceAgent],
    field: float | None,
    temperature: float | None,
    medium: str | None,
) -> ReferenceAgent | None:
    """Return what is published of an agent, counted as the relaxivities are."""
    from relaxo import relaxivity

    found = relaxivity.reference(
        name, field, temperature_C=temperature, medium=medium, interpolate=part.interpolate_reference, own=own
    )
    return None if found is None else relaxivity.published_per(found, relaxivity.counted_per(part))


def _told(
    agents: Sequence[AgentResult],
    control: str | None,
    published: dict[str, ReferenceAgent | None],
    part: RegressionPart,
    field: float | None,
    temperature: float | None,
    medium: str | None,
) -> tuple[Notice, ...]:
    """Return what there is to say of the reference and of the control."""
    from relaxo import relaxivity
    from relaxo.data import Notice

    told: tuple[Notice, ...] = ()
    found = published[part.reference]
    if found is not None:
        told += relaxivity.differences(found, temperature, medium)
    elif field is not None:
        told += (
            Notice(
                "no_reference",
                f"No published relaxivity of {part.reference} at {field:g} T is known; see `relaxo agents`.",
            ),
        )
    if control is not None and (of_control := published[control]) is not None:
        told += relaxivity.off_band(next(agent for agent in agents if agent.name == control), of_control)
    return told


def _by_agent(pairs: Sequence[str], option: str, *, whole: bool) -> dict[str, float]:
    """Read AGENT=NUMBER pairs."""
    from relaxo.errors import UsageError

    found = {}
    for pair in pairs:
        name, _, text = pair.rpartition("=")
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not name or not 0 < value < float("inf") or (whole and value != int(value)):
            raise UsageError(f"{option} {pair} cannot be understood", hint=f"Write {option} Gd6=6")
        found[name] = value
    return found
