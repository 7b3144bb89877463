"""What commands share: progress and the log on standard error, tables and where results lie on standard output."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relaxo.data import Notice

    StageProgress = Callable[[str, int, int], bool]


class Log:
    """What is said on standard error: sentences for a person, or JSON objects, one a line, for a program."""

    def __init__(self) -> None:
        self.as_json = False
        self.quiet = False
        self._lock = threading.Lock()

    def __call__(self, message: str, *, level: str = "info", event: str = "message", **facts: object) -> None:
        """Say something.

        Parameters
        ----------
        message
            For a person.
        level
            ``debug`` is only for programs; with `quiet`, a person sees nothing but ``error``.
        event
            A stable word for programs.
        **facts
            What else a program may want to know.
        """
        if self.quiet and level != "error":
            return
        if not self.as_json:
            if level != "debug":
                with self._lock:
                    click.echo(message, err=True)
            return
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": moment, "level": level, "event": event, "message": message, **facts}
        with self._lock:
            click.echo(json.dumps(line, ensure_ascii=False, default=str), err=True)


#: The log of this command; `relaxo.cli.app` sets it up.
log = Log()


def shows_bars() -> bool:
    """Return whether progress bars are drawn: for a person at a terminal who wants to see them."""
    return sys.stderr.isatty() and not log.quiet and not log.as_json


@contextmanager
def progress() -> Iterator[StageProgress]:
    """Show a progress bar a stage on standard error, or log each stage for programs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shows_bars()) as bars:
        tasks: dict[str, TaskID] = {}
        finished: set[str] = set()

        def told(stage: str, done: int, total: int) -> bool:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
                log(f"{stage}: begins", level="debug", event="stage_started", stage=stage, total=total)
            if done >= total and stage not in finished:
                finished.add(stage)
                log(f"{stage}: done", level="debug", event="stage_finished", stage=stage, total=total)
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
        log(f"note: {place}{notice.message}", level="warning", event="notice", code=notice.code, well=notice.well)


def print_places(places: Mapping[str, Path]) -> None:
    """Print where things lie."""
    width = max(map(len, places))
    for what, path in places.items():
        click.echo(f"{what:<{width}}  {path}")
