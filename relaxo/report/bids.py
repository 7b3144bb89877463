"""A result as a BIDS dataset: the images without identity, and below derivatives/relaxo maps, errors, wells, tables."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np

from relaxo import __version__
from relaxo.data import FitStatus
from relaxo.errors import Cancelled, UsageError
from relaxo.io.files import staged
from relaxo.io.nifti import SUFFIX, write_map
from relaxo.models import CATALOGUE
from relaxo.report.rate_maps import rate_map
from relaxo.report.rows import well_rows
from relaxo.report.tables import relaxivity_csv, wells_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relaxo.data import Maps, Stack
    from relaxo.pipeline import Result

    Progress = Callable[[int, int], bool]
    Sidecar = dict[str, object]

BIDS_VERSION = "1.10.0"
DERIVATIVES = "derivatives/relaxo"

_ENTITY = {"IRT1": "inv", "MESE": "echo", "MEGRE": "echo", "VFA": "flip"}
#: Maps that BIDS has a suffix for, beside the rates; what else a model has stays with `relaxo run`.
_SUFFIXES = frozenset({"T1map", "T2map", "T2starmap", "M0map", "S0map", "TB1map"})
_ERROR = "_desc-standarderror"
#: What BIDS calls the repetition time of each kind of image.
_REPETITION = {"VFA": "RepetitionTimeExcitation", "MEGRE": "RepetitionTimeExcitation"}
_SINGLE = frozenset({"InversionTime", "RepetitionTimeExcitation"})
_GENERATED_BY = [{"Name": "Relaxo", "Version": __version__}]
_DESCRIPTION = "dataset_description.json"
_LABEL = re.compile(r"[A-Za-z0-9]+")
_TABLES = ("wells", "relaxivity")


def write_bids(result: Result, folder: Path, *, subject: str = "phantom01", progress: Progress | None = None) -> Path:
    """Write a result as one subject of a BIDS dataset; other subjects that lie there stay.

    The images come along as NIfTI, so that the maps can name what they were computed from, and whoever gets the dataset
    can compute them again. Nothing of the patient leaves: only times, angles and the field go into a sidecar.

    Parameters
    ----------
    result
        What was computed.
    folder
        The dataset; made when missing.
    subject
        Label of the phantom: letters and digits.
    progress
        Told what is done of how much; the writing stops when it answers False.

    Returns
    -------
    The folder of the derivatives.

    Raises
    ------
    UsageError
        When the label is none, or the folder is a file or another dataset.
    InputError
        When the folder cannot be written.
    Cancelled
        When `progress` answers False.
    """
    label = subject.removeprefix("sub-")
    if not _LABEL.fullmatch(label):
        raise UsageError(f"{subject!r} is no label of a BIDS subject", hint="Use letters and digits, as in phantom01")
    name, home = f"sub-{label}", folder / f"sub-{label}"
    derived = folder / DERIVATIVES / name
    owned = [path.relative_to(folder).as_posix() for top in (home, derived) for path in top.rglob("*")]
    fresh = [_DESCRIPTION] if (folder / _DESCRIPTION).exists() and not (folder / DERIVATIVES).exists() else []
    if fresh:
        raise UsageError(
            "a dataset lies here that Relaxo did not make",
            where=str(folder / _DESCRIPTION),
            hint="Choose an empty folder; the derivatives can be copied from there",
        )
    total = sum(len(stack.protocol) + 2 for stack in result.stacks.values()) + 1
    with staged(folder, owned=owned) as staging:
        for done, _ in enumerate(_steps(result, staging, name)):
            if progress is not None and not progress(done, total):
                raise Cancelled
        _write_dataset(staging, folder, name)
    if progress is not None:
        progress(total, total)
    return folder / DERIVATIVES


def _steps(result: Result, dataset: Path, name: str) -> Iterator[None]:
    anatomy, derived = (_made(top / name / "anat") for top in (dataset, dataset / DERIVATIVES))
    for quantity, stack in result.stacks.items():
        sources = []
        for source in _write_images(stack, anatomy, name):
            sources.append(source)
            yield
        _write_maps(result.maps[quantity], quantity, stack, derived, name, sources)
        yield
        _write_labels(result, quantity, derived, name)
        yield
    _write_tables(result, derived, name)
    yield


def _write_images(stack: Stack, folder: Path, name: str) -> Iterator[str]:
    """Write the images that were fitted, and yield the BIDS URI of each; none where BIDS has no suffix for them."""
    protocol = stack.protocol
    entity = _ENTITY.get(protocol.suffix)
    if entity is None:
        return
    parts = {"": stack.signal}
    if protocol.component == "complex":
        parts = {"_part-real": stack.signal.real, "_part-imag": stack.signal.imag}
    elif protocol.component == "real":
        parts = {"_part-real": stack.signal}
    width = len(str(len(protocol)))
    for index in range(len(protocol)):
        for part, signal in parts.items():
            stem = f"{name}_{entity}-{index + 1:0{width}}{part}_{protocol.suffix}"
            about = {key: float(values[index]) for key, values in protocol.times.items() if np.isfinite(values[index])}
            write_map(folder / f"{stem}{SUFFIX}", signal[index], stack.geometry, _sidecar(stack, about))
            yield f"bids:raw:{name}/anat/{stem}{SUFFIX}"


def _write_maps(maps: Maps, quantity: str, stack: Stack, folder: Path, name: str, sources: Sequence[str]) -> None:
    """Write each parameter and the rate, with their standard errors."""
    model = CATALOGUE[maps.model]
    times = {key: _numbers(values.tolist()) for key, values in stack.protocol.times.items()}
    common: Sidecar = {
        "EstimationAlgorithm": f"{model.title}: {model.equation}",
        "EstimationReference": model.reference,
        **_sidecar(stack, times),
        **({"Sources": list(sources)} if sources else {}),
        "SkullStripped": False,  # asked of every derived image, whatever it shows
    }
    meanings = {parameter.name: parameter.meaning for parameter in model.parameters}
    rate, values, errors = rate_map(maps, quantity)
    written = {key: (maps[key], maps.error[key], maps.units[key], meanings[key]) for key in maps if key in _SUFFIXES}
    written[rate] = (values, errors, "1/s", f"reciprocal of the {meanings[f'{quantity}map']}")
    for suffix, (value, error, unit, meaning) in written.items():
        # BIDS has no unit for a ratio.
        units = {} if unit == "1" else {"Units": unit}
        for entity, array, what in (("", value, meaning), (_ERROR, error, f"standard error of the {meaning}")):
            about = {"Description": what, **units, **common}
            write_map(folder / f"{name}{entity}_{suffix}{SUFFIX}", array, stack.geometry, about)


def _write_labels(result: Result, quantity: str, folder: Path, name: str) -> None:
    """Write the wells as labels, and why voxels have no value."""
    reference: Sidecar = {"SpatialReference": f"bids::{name}/anat/{name}_{quantity}map{SUFFIX}"}
    stack, wells = result.stacks[quantity], result.wells[quantity]
    rows = [(number, well.name) for number, well in enumerate(wells.wells, start=1)]
    about: Sidecar = {"Description": f"voxels that count for each well, on the grid of the {quantity} map", **reference}
    status: Sidecar = {"Description": f"why voxels have a {quantity} or none", **reference}
    meanings = [(int(each), each.name.lower().replace("_", " ")) for each in FitStatus]
    for what, labels, sidecar, named in (
        (f"{quantity}wells", wells.labels, about, rows),
        (f"{quantity}status", result.maps[quantity].status, status, meanings),
    ):
        stem = f"{name}_desc-{what}_dseg"
        write_map(folder / f"{stem}{SUFFIX}", labels, stack.geometry, sidecar)
        _write_tsv(folder / f"{stem}.tsv", [("index", "name"), *named])


def _write_tables(result: Result, folder: Path, name: str) -> None:
    texts = {"wells": wells_csv(result), "relaxivity": relaxivity_csv(result.agents)}
    for what in _TABLES:
        rows = list(csv.reader(io.StringIO(texts[what])))
        _write_tsv(folder / f"{name}_{what}.tsv", [[cell or "n/a" for cell in row] for row in rows])
    left_out = {row.well.name: row.excluded for row in well_rows(result) if row.excluded is not None}
    _write_json(
        folder / f"{name}_relaxivity.json",
        {
            "Description": "slope of the relaxation rate on concentration: r1 of R1, r2 of R2",
            "MagneticFieldStrength": result.field_T,
            "Temperature_C": result.recipe.conditions.temperature_C,
            "Medium": result.recipe.conditions.medium,
            "ExcludedWells": left_out,
            "Warnings": [notice.message for notice in result.notices],
        },
    )


def _write_dataset(staging: Path, folder: Path, name: str) -> None:
    """Write what stands above the subjects: descriptions, the list of subjects, and what there is to know."""
    subjects = sorted({name, *(path.name for path in folder.glob("sub-*") if path.is_dir())})
    _write_json(
        staging / _DESCRIPTION,
        {
            "Name": "Phantoms measured for relaxivity",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": _GENERATED_BY,
        },
    )
    _write_tsv(staging / "participants.tsv", [("participant_id", "species"), *((each, "n/a") for each in subjects)])
    _write_json(
        staging / "participants.json",
        {"species": {"Description": "not applicable: each participant is a phantom of wells with a contrast agent"}},
    )
    _text(
        staging / "README.md",
        "# Phantoms measured for relaxivity\n\nThe images that relaxation times were fitted to, written by Relaxo from "
        "the scanner's files without names, identifiers or dates. Maps, wells and relaxivities lie in "
        f"`{DERIVATIVES}`. Images of a kind that BIDS has no suffix for (variable repetition time) are not here.\n",
    )
    derived = staging / DERIVATIVES
    _write_json(
        derived / _DESCRIPTION,
        {
            "Name": "Relaxation maps and relaxivities",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "derivative",
            "GeneratedBy": _GENERATED_BY,
            "SourceDatasets": [{"URL": "../.."}],
            "DatasetLinks": {"raw": "../.."},
        },
    )
    # BIDS has no suffix for relaxivities.
    _text(derived / ".bidsignore", "".join(f"*_{what}.*\n" for what in _TABLES))
    _text(
        derived / "README.md",
        "# Relaxation maps and relaxivities\n\n`T1map`, `T2map` (s), `R1map`, `R2map` (1/s), `M0map`, `S0map`: what "
        "was fitted; `desc-standarderror`: its standard error; `dseg`: the wells, and why voxels have no value (NaN); "
        "`relaxivity.tsv`: r1, r2 and r2/r1; `wells.tsv`: the wells they come from.\n",
    )


def _sidecar(stack: Stack, times: Mapping[str, object]) -> Sidecar:
    """Return times and field as BIDS names them; a list of what BIDS takes as one number has its name in the plural."""
    suffix = stack.protocol.suffix
    named: Sidecar = {}
    for key, value in times.items():
        bids = _REPETITION.get(suffix, "RepetitionTimePreparation") if key == "RepetitionTime" else key
        named[f"{bids}s" if isinstance(value, list) and bids in _SINGLE else bids] = value
    if suffix == "VFA":
        named["PulseSequenceType"] = "SPGR"
    if stack.protocol.field_T is not None:
        named["MagneticFieldStrength"] = stack.protocol.field_T
    return named


def _numbers(values: Sequence[float]) -> object:
    numbers = [value if math.isfinite(value) else None for value in values]
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _write_json(path: Path, table: Mapping[str, object]) -> None:
    _text(path, json.dumps(table, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _write_tsv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    # Tabs and line ends have no way to be written in BIDS's tables.
    _text(path, "".join("\t".join(" ".join(str(cell).split()) for cell in row) + "\n" for row in rows))


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
