"""One table of all studies of a batch: r1, r2 and r2/r1 of each, and for those that failed the reason."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from relaxo.io.files import staged
from relaxo.report.workbook import write_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from relaxo.batch.run import Outcome

    Row = dict[str, str | float | None]

SUMMARY = "summary"

_FIGURES = {"r1": "r1_per_s_per_mM", "r2": "r2_per_s_per_mM", "r2_over_r1": "r2_over_r1"}
COLUMNS = (
    "study",
    "status",
    "agent",
    "per",
    *(f"{column}{end}" for column in _FIGURES.values() for end in ("", "_se", "_ci95_low", "_ci95_high")),
    "r1_wells",
    "r2_wells",
    "field_T",
    "temperature_C",
    "medium",
    "warnings",
    "reason",
)
_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.3rem; } .wide { overflow-x: auto; }
table { border-collapse: collapse; } th, td { padding: .3rem .7rem; text-align: left; border-bottom: 1px solid #ccc; }
th { border-bottom: 2px solid #333; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.failed td { background: #fdf0ed; }
@media print { body { margin: 0; font-size: 10px; } tr { break-inside: avoid; } }
"""


def write_summary(outcomes: Sequence[Outcome], out: Path) -> tuple[Path, ...]:
    """Write ``summary.csv``, ``summary.xlsx`` and ``summary.html`` into the folder of a batch.

    The same results give the same files, whether they were computed now or were there already.

    Raises
    ------
    InputError
        When they cannot be written.
    """
    rows = [row for outcome in outcomes for row in _rows(outcome, out)]
    names = tuple(f"{SUMMARY}.{kind}" for kind in ("csv", "xlsx", "html"))
    with staged(out, owned=names) as staging:
        (staging / names[0]).write_text(_csv(rows), encoding="utf-8", errors="backslashreplace", newline="\n")
        write_sheets(
            staging / names[1], {"Summary": (COLUMNS, [[row.get(column) for column in COLUMNS] for row in rows])}
        )
        (staging / names[2]).write_text(_html(rows, outcomes, out), encoding="utf-8", errors="backslashreplace")
    return tuple(out / name for name in names)


def _rows(outcome: Outcome, out: Path) -> list[Row]:
    """Return a row an agent; one without numbers for a study that has none."""
    name = outcome.study.name
    if not outcome.worked:
        return [{"study": name, "status": outcome.status, "reason": outcome.reason}]
    results = json.loads((out / name / "results.json").read_text(encoding="utf-8"))
    common: Row = {
        "study": name,
        "status": "done",
        "warnings": len(results["warnings"]),
        **{key: results["conditions"][key] for key in ("field_T", "temperature_C", "medium")},
    }
    if not results["agents"]:
        return [{**common, "reason": "no concentrations were given, so nothing was regressed"}]
    return [{**common, **_agent(agent)} for agent in results["agents"]]


def _agent(agent: dict[str, Any]) -> Row:
    row: Row = {"agent": agent["name"], "per": agent["per"]}
    for figure, column in _FIGURES.items():
        estimate = agent[figure]
        if estimate is not None:
            row[column], row[f"{column}_se"] = estimate["value"], estimate["standard_error"]
            row[f"{column}_ci95_low"], row[f"{column}_ci95_high"] = estimate["ci95"]
            if "wells" in estimate:
                row[f"{figure}_wells"] = estimate["wells"]
    return row


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _html(rows: Sequence[Row], outcomes: Sequence[Outcome], out: Path) -> str:
    """Return one page that needs no other file; the figures are linked."""
    worked = sum(outcome.worked for outcome in outcomes)
    shown = ("study", "agent", "r1 (1/s/mM)", "r2 (1/s/mM)", "r2/r1", "wells", "field (T)", "notes")
    body = "\n".join(_html_row(row, out) for row in rows)
    head = "".join(f"<th>{title}</th>" for title in shown)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Relaxivities of {len(outcomes)} studies</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Relaxivities of {len(outcomes)} studies, {worked} with results</h1>\n"
        "<p>Each with its standard error; intervals and all digits are in summary.csv and summary.xlsx.</p>\n"
        f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}\n</table></div>\n</body>\n</html>\n'
    )


def _html_row(row: Row, out: Path) -> str:
    from relaxo.report import rounded  # noqa: PLC0415 - brings matplotlib, which the other tables do not need

    def figure(column: str) -> str:
        value, error = row.get(column), row.get(f"{column}_se")
        if not isinstance(value, float | int):
            return ""
        return rounded(value, error) if isinstance(error, float | int) else f"{value:.4g}"

    name = str(row["study"])
    target = f"{name}/figure.png"
    shown = html.escape(name)
    linked = f'<a href="{quote(target)}">{shown}</a>' if (out / target).exists() else shown
    wells = [str(row[key]) for key in ("r1_wells", "r2_wells") if row.get(key) is not None]
    warnings = f"{row['warnings']} warnings" if row.get("warnings") else ""
    cells = [
        ("", linked),
        ("", html.escape(str(row.get("agent") or ""))),
        *(("number", html.escape(figure(column))) for column in _FIGURES.values()),
        ("number", " / ".join(wells)),
        ("number", "" if row.get("field_T") is None else f"{row['field_T']:.3g}"),
        ("", html.escape(str(row.get("reason") or warnings))),
    ]
    inside = "".join(f'<td class="{kind}">{cell}</td>' if kind else f"<td>{cell}</td>" for kind, cell in cells)
    return f'<tr class="{row["status"]}">{inside}</tr>'
