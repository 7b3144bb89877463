"""What commands share: progress on standard error, tables on standard output, and where results lie."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relaxo.data import Notice

    StageProgress = Callable[[str, int, int], bool]


@contextmanager
def progress() -> Iterator[StageProgress]:
    """Show a progress bar a stage on standard error; nothing when that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def told(stage: str, done: int, total: int) -> bool:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)
            return True

        yield told


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print a table; columns named in `right` are aligned to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    # A file or a pipe gets the whole width of the table: a cut number is a wrong number.
    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200)
    console.print(table)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print JSON, strict: no NaN."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_notices(notices: Sequence[Notice]) -> None:
    """Print what a person must know, on standard error."""
    for notice in dict.fromkeys(notices):
        place = f"well {notice.well}: " if notice.well else ""
        click.echo(f"note: {place}{notice.message}", err=True)


def print_places(places: Mapping[str, Path]) -> None:
    """Print where things lie."""
    width = max(map(len, places))
    for what, path in places.items():
        click.echo(f"{what:<{width}}  {path}")
