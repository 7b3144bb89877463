"""wells.csv and relaxivity.csv: the numbers at full precision, every column named with its unit."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from relaxo.report.rows import DETAILS, details, known, well_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaxo.data import AgentResult
    from relaxo.pipeline import Findings

    Cell = str | float | None

WELL_COLUMNS = (
    "well",
    "agent",
    "concentration_mM",
    "row",
    "column",
    "slice",
    "radius_mm",
    "voxels",
    "T1_ms",
    "T1_sd_ms",
    "T1_se_ms",
    "T2_ms",
    "T2_sd_ms",
    "T2_se_ms",
    "excluded",
    "warnings",
    "concentration_se_mM",
    *DETAILS,
)

RELAXIVITY_COLUMNS = (
    "agent",
    "per",
    "quantity",
    "value",
    "standard_error",
    "ci95_low",
    "ci95_high",
    "unit",
    "intercept_per_s",
    "intercept_standard_error_per_s",
    "intercept_ci95_low_per_s",
    "intercept_ci95_high_per_s",
    "wells",
    "degrees_of_freedom",
)


def wells_csv(result: Findings) -> str:
    """Return the table of wells, one a line; what is not known is left empty.

    `relaxo relaxivity` reads it back and finds the same relaxivities.
    """
    return _csv(WELL_COLUMNS, well_cells(result))


def relaxivity_csv(agents: Sequence[AgentResult]) -> str:
    """Return the table of relaxivities: r1, r2 and r2/r1 of every agent, one a line."""
    return _csv(RELAXIVITY_COLUMNS, relaxivity_cells(agents))


def well_cells(result: Findings) -> list[list[Cell]]:
    """Return the rows of the table of wells; None where something is not known."""
    rows: list[list[Cell]] = []
    for row in well_rows(result):
        times = [row.times.get(quantity) for quantity in ("T1", "T2")]
        rows.append(
            [
                row.well.name,
                row.agent,
                row.concentration_mM,
                row.well.row,
                row.well.column,
                row.well.slice,
                row.well.radius_mm,
                row.voxels,
                *(
                    number
                    for time in times
                    for number in ((time.value, time.spread, time.standard_error) if time else (None,) * 3)
                ),
                row.excluded,
                "; ".join(row.warnings),
                row.concentration_se_mM,
                *details(row).values(),
            ]
        )
    return _known(rows)


def relaxivity_cells(agents: Sequence[AgentResult]) -> list[list[Cell]]:
    """Return the rows of the table of relaxivities; None where something is not known."""
    rows: list[list[Cell]] = []
    for agent in agents:
        for line in (agent.r1, agent.r2):
            if line is not None:
                estimate, intercept = line.relaxivity, line.intercept
                rows.append(
                    [
                        agent.name,
                        agent.per,
                        line.quantity,
                        estimate.value,
                        estimate.standard_error,
                        *estimate.ci95,
                        estimate.unit,
                        intercept.value,
                        intercept.standard_error,
                        *intercept.ci95,
                        len(line.wells),
                        line.degrees_of_freedom,
                    ]
                )
        if agent.ratio is not None:
            ratio = agent.ratio
            figures: list[Cell] = [ratio.value, ratio.standard_error, *ratio.ci95, ratio.unit]
            rows.append([agent.name, agent.per, "r2/r1", *figures, *[None] * 6])
    return _known(rows)


def _known(rows: Iterable[Iterable[Cell]]) -> list[list[Cell]]:
    return [[known(cell) if isinstance(cell, float) else cell for cell in row] for row in rows]


def _csv(columns: Sequence[str], rows: Iterable[Iterable[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # Python writes a float with as many digits as it takes to read the same one back.
    writer.writerows(rows)
    return text.getvalue()
