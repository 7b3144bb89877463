"""Maps as files: every parameter with its standard error, and why voxels have none, as NIfTI with BIDS sidecars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo import __version__
from relaxo.data import FitStatus
from relaxo.io import patients
from relaxo.io.files import staged
from relaxo.io.nifti import SUFFIX, write_map
from relaxo.models import CATALOGUE
from relaxo.report.provenance import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from relaxo.data import Maps, Stack

_ERROR = "_se"
_STATUS = "_status"


def write_maps(maps: Mapping[str, Maps], stacks: Mapping[str, Stack], folder: Path) -> dict[str, Path]:
    """Write the maps of each fit; return the file of every parameter by its name.

    ``T1map.nii.gz`` is a parameter, ``T1map_se.nii.gz`` its standard error, ``T1_status.nii.gz`` the reason wherever
    these are NaN.

    Parameters
    ----------
    maps
        By ``T1`` and ``T2``, or one of them; arrays (z, y, x).
    stacks
        What they were fitted to; the same keys.
    folder
        Made when missing. Maps of another quantity that lie there stay.

    Raises
    ------
    UsageError, InputError
        When the folder cannot be written.
    """
    with staged(folder, owned=[name for quantity in maps for name in map_files(quantity)]) as staging:
        for quantity, fitted in maps.items():
            write_fit(quantity, fitted, stacks[quantity], staging)
    return {name: folder / f"{name}{SUFFIX}" for fitted in maps.values() for name in fitted}


def write_fit(quantity: str, maps: Maps, stack: Stack, folder: Path) -> None:
    """Write the maps of one fit into a folder that exists."""
    model = CATALOGUE[maps.model]
    meanings = {parameter.name: parameter.meaning for parameter in model.parameters}
    common = {
        "EstimationAlgorithm": f"{model.title}: {model.equation}",
        "EstimationReference": model.reference,
        **_protocol(stack),
        "Sources": _sources(stack),
        "GeneratedBy": [{"Name": "Relaxo", "Version": __version__}],
    }
    for name in maps:
        about = {"Description": meanings[name], "Units": maps.units[name], **common}
        write_map(folder / f"{name}{SUFFIX}", maps[name], stack.geometry, about)
        about["Description"] = f"standard error of the {meanings[name]}"
        write_map(folder / f"{name}{_ERROR}{SUFFIX}", maps.error[name], stack.geometry, about)
    levels = {str(int(status)): status.name.lower().replace("_", " ") for status in FitStatus}
    about = {"Description": f"why voxels have a {quantity} or none", "Levels": levels, **common}
    write_map(folder / f"{quantity}{_STATUS}{SUFFIX}", maps.status, stack.geometry, about)


def map_files(quantity: str) -> Iterator[str]:
    """Return the names of all files that the fit of a quantity can have, whatever its model."""
    models = [model for model in CATALOGUE.values() if model.parameters[0].name == f"{quantity}map"]
    names = dict.fromkeys(parameter.name for model in models for parameter in model.parameters)
    for stem in (*names, *(f"{name}{_ERROR}" for name in names), f"{quantity}{_STATUS}"):
        yield from (f"{stem}{SUFFIX}", f"{stem}.json")


def _sources(stack: Stack) -> list[str]:
    if stack.source is None:
        return []
    known = patients(stack.source.images)
    return [known.taken_out(name) for name in names_of([str(path) for path in stack.source.paths])]


def _protocol(stack: Stack) -> dict[str, object]:
    """Return the times and angles of a stack under their BIDS names; a number where all images have the same."""
    protocol = stack.protocol
    about: dict[str, object] = {name: _numbers(values) for name, values in protocol.times.items()}
    return about if protocol.field_T is None else {**about, "MagneticFieldStrength": protocol.field_T}


def _numbers(values: Iterable[float]) -> object:
    numbers = [float(value) if math.isfinite(value) else None for value in values]
    return numbers[0] if len(set(numbers)) == 1 else numbers
