"""A batch that is killed half way and resumed, and what a second worker brings.

Run: python tests/benchmarks/batch.py [--studies 40] [--timed 10]
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from studies import BREAKAGES, write_study

TABLES = ("summary.csv", "summary.xlsx", "summary.html")
SOME_FAILED = 5


def main() -> None:
    """Print what was measured; end with 1 when the resumed batch gives other tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--timed", type=int, default=10, help="studies for the comparison of one and two workers")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        for number in range(arguments.studies):
            write_study(home / "studies" / f"p{number:02}", number)
        broken = [number * arguments.studies // 4 for number in (1, 2, 3)]
        for number, breakage in zip(broken, BREAKAGES, strict=True):
            breakage(home / "studies" / f"p{number:02}")
        same = _killed_and_resumed(home, arguments.studies)
        _two_over_one(home, arguments.timed)
    sys.exit(0 if same else 1)


def _killed_and_resumed(home: Path, count: int) -> bool:
    click.echo(f"{count} studies, three of them broken, 2 workers")
    whole = _finished(home / "whole", home / "studies", "--workers", "2")
    click.echo(f"  uninterrupted: {whole:.0f} s")
    out = home / "killed"
    process = subprocess.Popen(_command(out, home / "studies", "--workers", "2"), stderr=subprocess.DEVNULL)
    while len(list(out.glob("p*/study.json"))) < count // 2:
        if process.poll() is not None:
            sys.exit("the batch ended before it could be killed")
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    complete = len(list(out.glob("p*/study.json")))
    rest = _finished(out, home / "studies", "--workers", "2", "--resume")
    same = [(out / name).read_bytes() == (home / "whole" / name).read_bytes() for name in TABLES]
    click.echo(f"  killed with SIGKILL after {complete} studies, resumed in {rest:.0f} s")
    click.echo(f"  the same {', '.join(TABLES)}: {'yes' if all(same) else same}")
    return all(same)


def _two_over_one(home: Path, count: int) -> None:
    studies = sorted((home / "studies").iterdir())[:count]
    seconds = {workers: _finished(home / f"by{workers}", *studies, "--workers", str(workers)) for workers in (1, 2)}
    for workers, took in seconds.items():
        click.echo(
            f"{count} studies with {workers} worker{'s' if workers > 1 else ''}: {took:.0f} s, {count / took:.2f}/s"
        )
    load = os.getloadavg()[0]
    click.echo(
        f"throughput of 2 workers over 1: {seconds[1] / seconds[2]:.2f} ({os.cpu_count()} processors, load {load:.1f})"
    )


def _finished(out: Path, *arguments: str | Path) -> float:
    began = time.monotonic()
    done = subprocess.run(_command(out, *arguments), capture_output=True, text=True, check=False)
    if done.returncode not in {0, SOME_FAILED}:
        sys.exit(f"the batch ended with {done.returncode}:\n{done.stderr}")
    return time.monotonic() - began


def _command(out: Path, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "relaxo", "batch", *map(str, arguments), "--out", str(out)]


if __name__ == "__main__":
    main()
