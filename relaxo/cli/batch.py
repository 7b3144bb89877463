"""`relaxo batch`: many studies without a screen, and what failed and why in the morning."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from relaxo.cli.console import log, print_places, shows_bars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relaxo.batch import Happening, Outcome

#: Exit codes: some studies failed; none worked.
SOME, NONE = 5, 6
_STOPPED = 130


@click.command("batch", short_help="Analyse many studies, each in its own process.")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for all results.")
@click.option("--workers", type=click.IntRange(min=1), help="Studies at the same time; as many as processors.")
@click.option("--resume", is_flag=True, help="Do only what is missing, failed or changed since.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    help="Give a study up, as failed, when it takes longer.",
)
@click.option("--scheduler", help="Address of a Dask scheduler, to run on its cluster; this machine when left out.")
@click.pass_context
def command(
    context: click.Context,
    sources: tuple[Path, ...],
    out: Path,
    workers: int | None,
    timeout: float | None,
    scheduler: str | None,
    *,
    resume: bool,
) -> None:
    """Analyse every study that SOURCES name: recipes, folders that hold recipes, or folders of images.

    Images without a recipe take the table concentrations.csv or .xlsx that lies with them. Each study gets a folder of
    results, failed.txt in it says why there are none, and summary.csv, .xlsx and .html hold r1, r2 and r2/r1 of all.
    It may be killed at any moment and resumed.

    Exit codes: 0 all studies worked, 5 some failed, 6 none worked.
    """
    from relaxo.batch import find_studies, run_batch, write_summary
    from relaxo.errors import UsageError

    if workers is not None and scheduler is not None:
        raise UsageError("a cluster has its own workers", hint="Give --workers or --scheduler, not both")
    if out.is_file():
        raise UsageError("a folder is needed here, and this is a file", where=str(out), hint="Choose another name")
    studies = find_studies(sources, out)
    try:
        with _shown(len(studies)) as told:
            outcomes = run_batch(
                studies,
                out,
                workers=workers,
                scheduler=scheduler,
                resume=resume,
                timeout_s=None if timeout is None else 60 * timeout,
                told=told,
            )
    except KeyboardInterrupt:
        log("stopped; what is complete stays, go on with --resume", level="warning", event="stopped")
        context.exit(_STOPPED)
    written = write_summary(outcomes, out)
    failed = [outcome for outcome in outcomes if not outcome.worked]
    unchanged = sum(outcome.status == "unchanged" for outcome in outcomes)
    click.echo(
        f"{len(outcomes) - len(failed)} of {len(outcomes)} studies worked"
        + (f", {unchanged} of them unchanged since the last time" if unchanged else "")
    )
    for outcome in failed:
        click.echo(f"failed: {outcome.study.name}: {outcome.reason}")
    print_places({path.suffix.removeprefix("."): path for path in written})
    if failed:
        context.exit(NONE if len(failed) == len(outcomes) else SOME)


@contextmanager
def _shown(total: int) -> Iterator[Callable[[Happening], None]]:
    """Show what runs and how long is left; a line a study where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    running: dict[str, None] = {}
    done = 0
    began = time.monotonic()
    lock = threading.Lock()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shows_bars()) as bars:
        task = bars.add_task("starting", total=total)

        def told(happening: Happening) -> None:
            nonlocal done
            name, outcome = happening.study.name, happening.outcome
            with lock:
                if outcome is None:
                    running[name] = None
                    log(f"{name}: begins", level="debug", event="study_started", study=name)
                else:
                    running.pop(name, None)
                    done += 1
                    left = (time.monotonic() - began) / done * (total - done)
                    _log_outcome(outcome, done, total, left)
                bars.update(task, completed=done, description=", ".join(running))

        yield told


def _log_outcome(outcome: Outcome, done: int, total: int, left_s: float) -> None:
    name = outcome.study.name
    words = {
        "done": f"done in {outcome.seconds:.1f} s",
        "unchanged": "unchanged",
    }.get(outcome.status, f"failed: {outcome.reason}")
    rest = f", about {_duration(left_s)} left" if done < total else ""
    log(
        f"[{done}/{total}] {name}: {words}{rest}",
        level="info" if outcome.worked else "error",
        event="study_finished",
        study=name,
        status=outcome.status,
        seconds=round(outcome.seconds, 3),
        reason=outcome.reason or None,
        done=done,
        total=total,
        left_seconds=round(left_s, 1),
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
