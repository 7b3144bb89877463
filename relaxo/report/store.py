"""What lies beside results.json so that every figure can be drawn again, and the way back from a folder."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np

from relaxo import relaxivity, wells
from relaxo.data import Geometry, Mark, Notice, Protocol, Rates, ReferenceAgent, Tally, Well, WellRate, Wells
from relaxo.errors import AnalysisError, InputError, RelaxoError
from relaxo.io.nifti import SUFFIX, write_map
from relaxo.models.curve import model_of
from relaxo.recipe import FitPart, from_table
from relaxo.report.material import Material, Picture
from relaxo.report.provenance import Provenance
from relaxo.report.results import RATE_FIELDS, agents_table
from relaxo.report.signals import Signals, fitted
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from relaxo.data import AgentResult, Contents
    from relaxo.recipe import Recipe

    Table = Mapping[str, Any]

#: The file without which a folder holds no result.
RESULTS = "results.json"
CURVES = "curves.csv"
MAPS = "maps"

_COLUMNS = ("well", "quantity", "axis", "value", "unit", "signal", "signal_sd", "fitted", "residual")
_WELL_FIELDS = ("name", "row", "column", "slice", "slices", "radius_mm", "confidence", "outline", "origin")
#: Of a rate, where what is not known is NaN.
_NEVER_NONE = {field.name for field in fields(WellRate) if field.type == "float"}
_TALLY_FIELDS = ("inside", "measured", "rim", "ringing", "void", "shared")
#: How far relaxivities that are computed again may lie from those in the file.
_SAME = 1e-6


def write_pictures(source: Material, quantity: str, folder: Path) -> None:
    """Write the image that the figures show, the labels of the wells and what became of their voxels, as NIfTI."""
    picture, located = source.pictures[quantity], source.wells[quantity]
    about = {"Description": f"{quantity}-weighted image of the figures, {picture.setting}", "Units": "arbitrary"}
    volume = np.asarray(picture.volume, np.float32)
    write_map(folder / f"{_weighted(quantity)}{SUFFIX}", volume, located.geometry, about)
    counted: Sequence[Table | None] = [
        {name: getattr(tally, name) for name in _TALLY_FIELDS} for tally in located.tallies
    ] or [None] * len(located)
    labels = {
        "Description": "voxels that count for each well, by its number",
        "Wells": [
            {"label": number, **{name: getattr(well, name) for name in _WELL_FIELDS}, "voxels": tally}
            for number, (well, tally) in enumerate(zip(located.wells, counted, strict=True), start=1)
        ],
    }
    write_map(folder / f"{_labels(quantity)}{SUFFIX}", np.asarray(located.labels), located.geometry, labels)
    meanings = {
        "Description": "what became of each voxel of the wells",
        "Levels": {str(int(mark)): mark.name.lower() for mark in Mark},
    }
    marks = wells.marks(located, source.recipe.wells)
    write_map(folder / f"{_marks(quantity)}{SUFFIX}", marks, located.geometry, meanings)


def picture_files(quantity: str) -> tuple[str, ...]:
    """Return the names of the files that `write_pictures` writes."""
    stems = (_weighted(quantity), _labels(quantity), _marks(quantity))
    return tuple(f"{stem}{ending}" for stem in stems for ending in (SUFFIX, ".json"))


def curves_csv(source: Material) -> str:
    """Return the signals of all wells with what was fitted to them, a line a point."""
    lines = [",".join(_COLUMNS)]
    for quantity in source.quantities:
        protocol, measured = source.protocols[quantity], source.signals[quantity]
        values, unit = protocol.values, "degree"
        if protocol.axis != "FlipAngle":
            values, unit = s_to_ms(np.asarray(values)), "ms"
        for index, well in enumerate(source.wells[quantity].wells):
            for point, value in enumerate(values):
                mean, fit = measured.mean[point, index], measured.fitted[point, index]
                numbers = [_number(number) for number in (mean, measured.spread[point, index], fit, mean - fit)]
                # Names of wells are numbers and plate coordinates: nothing that a CSV file would have to quote.
                lines.append(",".join([well.name, quantity, protocol.axis, _number(value), unit, *numbers]))
    return "\n".join(lines) + "\n"


def read(folder: Path) -> Material:
    """Return what a folder of results holds, so that figures can be drawn from it without fitting again.

    Only the lines are regressed again from the rates in the file, which takes no time; their figures must be those that
    the file has.

    Parameters
    ----------
    folder
        That a run has written, or its results.json.

    Raises
    ------
    InputError
        When the folder holds no complete result of this kind.
    AnalysisError
        When this version computes other relaxivities from the same rates.
    """
    folder = folder.parent if folder.name == RESULTS else folder
    table = results_of(folder)
    try:
        recipe = from_table(table["provenance"]["recipe"], where=str(folder / RESULTS))
        quantities = list(table["acquisition"])
        located = {quantity: _wells(folder, quantity) for quantity in quantities}
        protocols = {quantity: _protocol(table["acquisition"][quantity]) for quantity in quantities}
        fits = {
            quantity: FitPart(
                model=table["acquisition"][quantity]["model"], options=getattr(recipe.fit, quantity).options
            )
            for quantity in quantities
        }
        maps = {quantity: _maps(folder, fits[quantity]) for quantity in quantities}
        rates = {name: Rates(name, tuple(map(_rate, known))) for name, known in table["rates"].items()}
        return Material(
            recipe=recipe,
            protocols=protocols,
            maps=maps,
            fits=fits,
            wells=located,
            pictures={
                quantity: Picture(
                    _volume(folder, _weighted(quantity))[0], table["acquisition"][quantity]["shown_image"]
                )
                for quantity in quantities
            },
            signals=_signals(folder, located, protocols, maps, fits),
            contents=_contents(table, next(iter(located.values())), recipe),
            rates=rates,
            agents=_agents(table, rates, recipe, folder),
            field_T=table["conditions"]["field_T"],
            reference=_reference(table["reference"]),
            control=table["control"],
            notices=tuple(Notice(each["code"], each["message"], each["well"]) for each in table["warnings"]),
            created=datetime.fromisoformat(table["provenance"]["created"]),
            provenance=_provenance(table),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError(
            f"the results cannot be drawn again: {error} is missing or wrong",
            where=str(folder),
            hint="Run the recipe in that folder again with this version of Relaxo",
        ) from error


def _contents(table: Table, located: Wells, recipe: Recipe) -> dict[str, Contents]:
    try:
        return relaxivity.counted(wells.match(located, recipe.contents), recipe.regression)
    except RelaxoError:
        if table["failure"] is not None:  # they could not be used then either
            return {}
        raise


def results_of(folder: Path) -> dict[str, Any]:
    """Return the results.json of a folder.

    Raises
    ------
    InputError
        When there is none of this kind.
    """
    path = folder / RESULTS
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"there are no results here: {error.strerror}", where=str(path), hint="Name a folder that `relaxo run` made"
        ) from error
    except ValueError as error:
        raise InputError(f"this is no results.json: {error}", where=str(path), hint="Run the recipe again") from error
    if not isinstance(table, dict) or table.get("schema") != 1:
        raise InputError("this is no results.json of schema 1", where=str(path), hint="Run the recipe again")
    return table


def _volume(folder: Path, stem: str) -> tuple[NDArray[Any], Geometry]:
    path = folder / MAPS / f"{stem}{SUFFIX}"
    try:
        image: Any = nib.load(path)
        array = np.asanyarray(image.dataobj).transpose(2, 1, 0)
    except (OSError, nib.filebasedimages.ImageFileError) as error:
        raise InputError(
            "a file of the results is missing or damaged", where=str(path), hint="Run the recipe again"
        ) from error
    slices, rows, columns = array.shape
    return array, Geometry((slices, rows, columns), image.affine)


def _maps(folder: Path, part: FitPart) -> dict[str, NDArray[Any]]:
    return {
        one.name: _volume(folder, one.name)[0].astype(np.float64)
        for one in model_of(part.model, part.options).parameters
    }


def _wells(folder: Path, quantity: str) -> Wells:
    labels, geometry = _volume(folder, _labels(quantity))
    about = json.loads((folder / MAPS / f"{_labels(quantity)}.json").read_text(encoding="utf-8"))
    tallies = [each.get("voxels") for each in about["Wells"]]
    return Wells(
        geometry,
        labels,
        tuple(_well(each) for each in about["Wells"]),
        tuple(Tally(**tally) for tally in tallies if tally is not None),
    )


def _well(about: Table) -> Well:
    known = {name: about[name] for name in _WELL_FIELDS if name in about}
    if known.get("outline") is not None:
        known["outline"] = tuple((down, right) for down, right in known["outline"])
    return Well(**{**known, "slices": tuple(known["slices"])})


def _protocol(about: Table) -> Protocol:
    times = {name: np.array(values, np.float64) for name, values in about["times"].items()}
    return Protocol(
        suffix=about["suffix"],
        axis=about["axis"],
        values=times.pop(about["axis"]),
        companions=times,
        component=about["component"],
        field_T=about["field_T"],
        description=about["description"],
        entered=about["entered"],
    )


def _signals(
    folder: Path,
    located: Mapping[str, Wells],
    protocols: Mapping[str, Protocol],
    maps: Mapping[str, Mapping[str, NDArray[Any]]],
    fits: Mapping[str, FitPart],
) -> dict[str, Signals]:
    try:
        with (folder / CURVES).open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(
            "a file of the results is missing", where=str(folder / CURVES), hint="Run the recipe again"
        ) from error
    found = {}
    for quantity, of_quantity in located.items():
        shape = (len(of_quantity), len(protocols[quantity]))
        columns = [
            np.array([float(line[name] or "nan") for line in lines if line["quantity"] == quantity]).reshape(shape).T
            for name in ("signal", "signal_sd")
        ]
        protocol, part = protocols[quantity], fits[quantity]
        curves = fitted(protocol, of_quantity, maps[quantity], part, protocol.values)
        found[quantity] = Signals(columns[0], columns[1], curves)
    return found


def _rate(known: Table) -> WellRate:
    given: dict[str, Any] = {field: known[name] for field, name in RATE_FIELDS.items() if name in known}
    unknown = {field: math.nan for field, value in given.items() if value is None and field in _NEVER_NONE}
    return WellRate(**{**given, **unknown})


def _agents(table: Table, rates: Mapping[str, Rates], recipe: Recipe, folder: Path) -> tuple[AgentResult, ...]:
    if not table["agents"]:
        return ()
    agents, _ = relaxivity.analyse(rates, recipe.regression)
    for mine, stated in zip(agents_table(agents), table["agents"], strict=True):
        for name in ("r1", "r2"):
            one, other = mine[name], stated[name]
            if (one is None) != (other is None) or (
                one is not None and not math.isclose(one["value"], other["value"], rel_tol=_SAME)
            ):
                raise AnalysisError(
                    f"this version of Relaxo finds another {name} of {stated['name'] or 'the agent'} in the same rates",
                    where=str(folder / RESULTS),
                    hint="Run the recipe in that folder again, so that figure and numbers are of one version",
                )
    return agents


def _reference(about: Table | None) -> ReferenceAgent | None:
    if about is None:
        return None
    return ReferenceAgent(
        agent=about["agent"],
        synonyms=(),
        field_T=about["field_T"],
        temperature_C=about["temperature_C"],
        medium=about["medium"],
        per=about["per"],
        r1=about["r1"],
        r1_se=about["r1_standard_error"],
        r2=about["r2"],
        r2_se=about["r2_standard_error"],
        citation=about["citation"],
        doi=about["doi"],
        status=about["status"],
    )


def _provenance(table: Table) -> Provenance:
    about = table["provenance"]
    return Provenance(
        relaxo=about["relaxo"],
        versions=about["versions"],
        sources=tuple((each["path"], each["sha256"]) for each in about["sources"]),
        left_out=tuple((each["path"], each["reason"]) for each in table["left_out"]),
        stacks={
            quantity: each["series"] for quantity, each in table["acquisition"].items() if each["series"] is not None
        },
    )


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""


def _weighted(quantity: str) -> str:
    return f"{quantity}_weighted"


def _labels(quantity: str) -> str:
    return f"{quantity}_wells"


def _marks(quantity: str) -> str:
    return f"{quantity}_wells_voxels"
