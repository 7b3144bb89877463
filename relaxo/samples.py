"""Phantoms as folders: writes one with its truth beside it, finds the shipped ones, reads the truth back."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import tomli_w

from relaxo.errors import InputError
from relaxo.io.dicom_write import Identity, write_stack
from relaxo.io.files import check_folder, staged
from relaxo.phantoms import TrueAgent, TrueWell, Truth
from relaxo.recipe import Recipe, RegressionPart, to_table
from relaxo.units import ms_to_s, s_to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from relaxo.phantoms import Phantom

DICOM = "dicom"
TRUTH = "truth.csv"
AGENTS = "truth_agents.csv"
CONCENTRATIONS = "concentrations.csv"
RECIPE = "recipe.toml"

_WELL_COLUMNS = ("well", "agent", "concentration_mM", "T1_ms", "T2_ms", "row", "column", "radius_mm")
_AGENT_COLUMNS = ("agent", "per", "r1_per_s_per_mM", "r2_per_s_per_mM", "R10_per_s", "R20_per_s")


def sample_phantom(name: str = "gd6_plate") -> Path:
    """Return the folder of a phantom that Relaxo ships.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    package = Path(str(files("relaxo")))
    # An installed Relaxo carries them inside, a checkout beside the package.
    homes = [package / "sample_phantoms", package.parent / "sample_phantoms"]
    for home in homes:
        if (home / name / TRUTH).is_file():
            return home / name
    shipped = sorted({path.parent.name for home in homes for path in home.glob(f"*/{TRUTH}")})
    raise InputError(
        f"no phantom named {name!r} came with this installation",
        hint=f"There is {', '.join(shipped)}" if shipped else "Make one: relaxo phantom make",
    )


def write_phantom(
    phantom: Phantom, folder: Path, *, progress: Callable[[int, int], bool] | None = None
) -> tuple[Path, ...]:
    """Write a phantom as a study to analyse: images, concentrations and recipe, and its truth.

    An older phantom in `folder` is replaced; other files in it stay. The same phantom gives the same files, byte for
    byte.

    Parameters
    ----------
    phantom
        What to write.
    folder
        Receives ``dicom/``, ``concentrations.csv``, ``recipe.toml``, ``truth.csv`` and ``truth_agents.csv``.
    progress
        Called with the images written and their total; answers whether to go on.

    Returns
    -------
    tuple[Path, ...]
        The files, sorted.

    Raises
    ------
    UsageError
        When `folder` is a file, or holds such files that are no phantom.
    InputError
        When it cannot be written.
    Cancelled
        When `progress` answers False; then nothing is written.
    """
    owned = {CONCENTRATIONS, RECIPE, AGENTS, TRUTH}
    owned |= {path.relative_to(folder).as_posix() for path in (folder / DICOM).rglob("*") if path.is_file()}
    check_folder(folder, seal=TRUTH, owned=owned)
    with staged(folder, seal=TRUTH, owned=owned) as staging:
        _write_images(phantom, staging / DICOM, progress)
        _write_csv(staging / CONCENTRATIONS, *_concentrations(phantom))
        _write_csv(staging / AGENTS, _AGENT_COLUMNS, map(_agent_row, phantom.truth.agents))
        _write_csv(staging / TRUTH, _WELL_COLUMNS, map(_well_row, phantom.truth.wells))
        (staging / RECIPE).write_text(_recipe(phantom), encoding="utf-8", newline="\n")
        names = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    return tuple(folder / name for name in names)


def truth(folder: Path) -> Truth:
    """Read what is true of a phantom from the folder that `write_phantom` wrote.

    Raises
    ------
    InputError
        When its truth is missing or damaged.
    """
    try:
        agents = tuple(map(_agent, _read_csv(folder / AGENTS, _AGENT_COLUMNS)))
        wells = tuple(map(_well, _read_csv(folder / TRUTH, _WELL_COLUMNS)))
        return Truth(wells, agents)
    except OSError as error:
        raise InputError(
            f"the truth of this phantom cannot be read: {error.strerror}",
            where=str(folder),
            hint="Give a folder that `relaxo phantom make` wrote",
        ) from error
    except ValueError as error:
        raise InputError(
            f"the truth of this phantom is damaged: {error}", where=str(folder), hint="Make the phantom anew"
        ) from error


def _write_images(phantom: Phantom, folder: Path, progress: Callable[[int, int], bool] | None) -> None:
    identity = Identity(
        patient_name=f"Phantom^{phantom.name}",
        patient_id=f"PHANTOM-{phantom.name}-{phantom.seed}",
        study_description=f"Relaxo digital phantom {phantom.name}",
        key=f"relaxo phantom {phantom.name} {phantom.seed}",
    )
    counts = [len(stack.protocol) * stack.geometry.shape[0] for stack in phantom.stacks.values()]
    first_series, before = 1, 0
    for stack, count in zip(phantom.stacks.values(), counts, strict=True):

        def further(done: int, _: int, before: int = before) -> bool:
            return progress is None or progress(before + done, sum(counts))

        paths = write_stack(stack, folder, identity=identity, first_series=first_series, progress=further)
        first_series += len({path.parent for path in paths})
        before += count


def _concentrations(phantom: Phantom) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    by_name = phantom.design.contents_by == "well"
    columns = (*(("well",) if by_name else ("row", "column")), "concentration_mM", "agent")
    rows = [msgspec.to_builtins(part) for part in phantom.contents]
    return columns, [[_text(row[column]) for column in columns] for row in rows]


def _well_row(well: TrueWell) -> list[str]:
    times = [s_to_ms(well.T1_s), s_to_ms(well.T2_s)]
    values = [well.concentration_mM, *times, well.row, well.column, well.radius_mm]
    return [well.name, well.agent, *map(_text, values)]


def _agent_row(agent: TrueAgent) -> list[str]:
    return [agent.name, agent.per, *map(_text, (agent.r1, agent.r2, agent.R10, agent.R20))]


def _well(row: Mapping[str, str]) -> TrueWell:
    return TrueWell(
        name=row["well"],
        agent=row["agent"],
        concentration_mM=float(row["concentration_mM"]),
        T1_s=ms_to_s(float(row["T1_ms"])),
        T2_s=ms_to_s(float(row["T2_ms"])),
        row=float(row["row"]),
        column=float(row["column"]),
        radius_mm=float(row["radius_mm"]),
    )


def _agent(row: Mapping[str, str]) -> TrueAgent:
    r1, r2, R10, R20 = (float(row[column]) for column in _AGENT_COLUMNS[2:])
    return TrueAgent(row["agent"], r1=r1, r2=r2, R10=R10, R20=R20, per=row["per"])


def _recipe(phantom: Phantom) -> str:
    """Return the recipe as TOML with only what differs from what is taken where nothing is said."""
    recipe = Recipe(
        sources=(DICOM,),
        regression=RegressionPart(control=phantom.design.control),
        conditions=phantom.design.conditions,
        contents=phantom.contents,
    )
    silent = to_table(Recipe(sources=()))
    decided: dict[str, Any] = {"schema": recipe.schema}
    for name, part in to_table(recipe).items():
        if isinstance(part, dict):
            said = {key: value for key, value in part.items() if value != silent[name].get(key)}
            decided |= {name: said} if said else {}
        elif part != silent[name]:
            decided[name] = part
    return tomli_w.dumps(decided)


def _text(value: object) -> str:
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _read_csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or any(row.get(column) is None for row in rows for column in columns):
        raise ValueError(f"{path.name} must have the columns {', '.join(columns)}")
    return rows
