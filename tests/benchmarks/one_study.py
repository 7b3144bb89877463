"""Where the time of one warm study goes, from DICOM files to results.json and the figure.

10 inversion times and 32 echoes, 256 x 256 pixels, one slice. Run: python tests/benchmarks/one_study.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from studies import write_study

from relaxo import report
from relaxo.pipeline import Pipeline
from relaxo.recipe import load

ROUNDS = 5


def main() -> None:
    """Print CPU and wall time of every stage: the best of some rounds, after one that warms up."""
    imports = _imports()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        write_study(folder / "study", 1, pixels=256)
        rounds = [_measured(folder / "study" / "recipe.toml", folder / f"out{number}") for number in range(ROUNDS + 1)]
    best = {stage: min((each[stage] for each in rounds[1:]), key=sum) for stage in rounds[0]}
    # Writing draws the figure too.
    best["all other files"] = tuple(
        max(0.0, both - figure) for both, figure in zip(best["all other files"], best["figure"], strict=True)
    )
    total = sum(cpu for cpu, _ in best.values())
    click.echo(f"{'stage':<16}{'CPU s':>8}{'wall s':>8}{'share':>8}")
    for stage, (cpu, wall) in best.items():
        click.echo(f"{stage:<16}{cpu:>8.2f}{wall:>8.2f}{cpu / total:>8.0%}")
    click.echo(f"{'all':<16}{total:>8.2f}{sum(wall for _, wall in best.values()):>8.2f}")
    click.echo(f"{'import, once':<16}{imports:>8.2f}")
    figure = best["figure"][0]
    click.echo(f"The figure is {figure / total:.0%} of a study whose libraries are loaded.")
    click.echo(f"Import and figure are {(imports + figure) / (imports + total):.0%} of a process that runs one study.")


def _imports() -> float:
    """Return the CPU time in s of loading the libraries, once Python has compiled them as an installation has."""
    code = "import time; t = time.process_time(); import relaxo.pipeline, relaxo.report; print(time.process_time() - t)"
    with tempfile.TemporaryDirectory() as compiled:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        times = [
            float(subprocess.check_output([sys.executable, "-c", code], env=environment)) for _ in range(ROUNDS + 1)
        ]
    return min(times[1:])


def _measured(path: Path, out: Path) -> dict[str, tuple[float, float]]:
    """Return CPU and wall time in s of every stage of a run."""
    pipeline, recipe = Pipeline(), load(path)
    result = None
    stages = {
        "scan": lambda: pipeline.scan(recipe),
        "load": lambda: pipeline.stacks(recipe),
        "wells": lambda: pipeline.wells(recipe),
        "fit": lambda: pipeline.maps(recipe),
        "measure, regress": lambda: pipeline.run(recipe),
    }
    times = {}
    for stage, run in stages.items():
        cpu, wall = time.process_time(), time.perf_counter()
        result = run()
        times[stage] = time.process_time() - cpu, time.perf_counter() - wall
    # Hashes of the files, means and fitted curves of the wells: the report needs them as much as the figure does.
    source = report.material(result)
    for stage, write in {
        "figure": lambda: _figure(source, out),
        "all other files": lambda: report.write(result, out),
    }.items():
        cpu, wall = time.process_time(), time.perf_counter()
        write()
        times[stage] = time.process_time() - cpu, time.perf_counter() - wall
    return times


def _figure(source: report.Material, out: Path) -> None:
    from relaxo.report.page import SCREEN_DPI, pixels, save

    folder = out.with_name(f"{out.name}-figure")
    folder.mkdir()
    figure = report.draw(source)
    save(figure, folder, drawn=pixels(figure, at_most=SCREEN_DPI))


if __name__ == "__main__":
    main()
