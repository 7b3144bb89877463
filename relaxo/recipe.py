"""Recipe: every decision of a person, small enough to read, saved as TOML; results follow from it.

The desktop app edits a recipe, the command line runs one, `relaxo.pipeline` turns it into results. It holds no array
and no result.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import tomli_w

from relaxo.errors import InputError

SCHEMA: Literal[1] = 1

#: Leave the choice of the model to the kind of images.
AUTO = "auto"

NonNegative = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of a recipe."""


class StacksPart(Part, frozen=True):
    """Which stacks are fitted, by the names that `relaxo scan` shows; the better one where nothing is said."""

    T1: str | None = None
    T2: str | None = None


class WellsPart(Part, frozen=True):
    """How wells are found, named and measured."""

    naming: Literal["auto", "reading", "plate"] = "auto"
    """``reading``: 1, 2, ... row by row; ``plate``: A1, A2, ...; ``auto``: plate where the wells stand on a lattice
    and the concentrations table speaks of plate coordinates, else reading."""
    find_in: Literal["T1", "T2"] | None = None
    """The stack that wells are found in; T1 where there is one."""
    margin_mm: NonNegative = 1.0
    """How far inside its edge a well is measured: the rim holds plastic and partial volume."""
    minimum_voxels: Annotated[int, msgspec.Meta(ge=1)] = 5
    """A well with fewer voxels is not measured."""


class FitPart(Part, frozen=True):
    """One fit: a signal model, and the options it declares."""

    model: str = AUTO
    """By its name; ``auto``: the usual one for images of their kind."""
    options: dict[str, bool | int | float | str] = {}


class FitsPart(Part, frozen=True):
    """The fit of each stack."""

    T1: FitPart = FitPart()
    T2: FitPart = FitPart()


class RegressionPart(Part, frozen=True):
    """How rates are regressed on concentration, and what they are compared with."""

    weights: Literal["none", "relative", "standard_error"] = "none"
    """What the error of a rate is taken to be proportional to: nothing (ordinary least squares, as most published
    relaxivities are computed), the rate itself, or its standard error."""
    method: Literal["least_squares", "york", "robust"] = "least_squares"
    """``york``: least squares with the stated errors of rates and of concentrations; ``robust``: a fit that gives wells
    far off the line no weight, with the stated errors where there are any, else with `weights`."""
    intercept: Literal["free", "fixed", "blank"] = "free"
    """The rate without agent: fitted, fixed to the values below, or to that measured in wells of concentration 0."""
    intercept_R1_per_s: NonNegative | None = None
    intercept_R2_per_s: NonNegative | None = None
    rate_error_percent: NonNegative | None = None
    """Standard error of every rate, on top of its well's own: how well a measurement repeats."""
    stock_error_percent: NonNegative | None = None
    """Standard error of the stock solution, which all wells of an agent share."""
    pipetting_error_percent: NonNegative | None = None
    """Standard error of a well's concentration from pipetting."""
    assay_error_percent: NonNegative | None = None
    """Standard error of a well's concentration where each well was assayed (ICP)."""
    beyond_window: Literal["exclude", "warn"] = "exclude"
    """What becomes of a well whose time the protocol cannot measure."""
    per: Literal["ion", "molecule"] = "ion"
    """What the concentrations count."""
    report_per: Literal["ion", "molecule"] | None = None
    """What the relaxivities are to count; as the concentrations where nothing is said."""
    ions_per_molecule: dict[str, Annotated[int, msgspec.Meta(ge=1)]] = {}
    """By agent."""
    molar_mass_g_per_mol: dict[str, Positive] = {}
    """Of the molecule, by agent: relaxivities are then given per mass too."""
    ratio_threshold: Positive | None = None
    """A value of r2/r1 that something is claimed about: whether the agent lies below it is answered with its
    probability."""
    control: str | None = None
    """The agent measured along as a control; recognised by its name where nothing is said."""
    reference: str = "Gd-DTPA"
    """The published agent to compare with."""
    references: str | None = None
    """A CSV file with published relaxivities of your own; absolute once loaded, as the sources."""
    interpolate_reference: bool = False
    """Whether a published relaxivity may be interpolated between two fields; it is then marked so."""


class ConditionsPart(Part, frozen=True):
    """What a paper must state and no header knows."""

    field_T: Positive | None = None
    """In place of the header's."""
    temperature_C: float | None = None
    temperature_measured: str | None = None
    """How: with what, where, when."""
    medium: str | None = None
    pH: Annotated[float, msgspec.Meta(ge=0, le=14)] | None = None
    assay: str | None = None
    """How the concentrations were determined, such as ICP-MS."""


class ContentsPart(Part, frozen=True):
    """What is in one well, which is named by `well`, or by the pixel position of its centre."""

    well: str | None = None
    row: float | None = None
    column: float | None = None
    concentration_mM: NonNegative | None = None
    agent: str = ""
    exclude: str | None = None
    """Why it does not count."""
    concentration_se_mM: NonNegative | None = None
    stock_error_percent: NonNegative | None = None
    """In place of the regression's, as the next two."""
    pipetting_error_percent: NonNegative | None = None
    assay_error_percent: NonNegative | None = None
    T1_reference_ms: Positive | None = None
    """The well's time as another method measured it, to be compared with; as the next."""
    T2_reference_ms: Positive | None = None

    def __post_init__(self) -> None:
        by_position = self.row is not None and self.column is not None
        if (self.well is not None) == by_position or (self.row is None) != (self.column is None):
            raise ValueError("a well is named by `well`, or by `row` and `column`")


class TimingPart(Part, frozen=True):
    """Times that headers lost, of the images that `file`, `series` and `instance` name together."""

    file: str | None = None
    """Name of a file or folder, or the end of a path."""
    series: int | None = None
    instance: int | None = None
    """Of a file that holds several images: the number of the volume or frame, from 1."""
    TI_ms: Positive | None = None
    TE_ms: Positive | None = None
    TR_ms: Positive | None = None
    FA_deg: Positive | None = None

    def __post_init__(self) -> None:
        if self.file is None and self.series is None and self.instance is None:
            raise ValueError("an entry of timing names its images by `file`, `series` or `instance`")


class Recipe(Part, frozen=True, kw_only=True):
    """All decisions of one analysis."""

    schema: Literal[1] = SCHEMA
    sources: tuple[str, ...]
    """Files and folders with images; absolute once loaded, relative to the recipe's own folder in its file."""
    timing: tuple[TimingPart, ...] = ()
    """Times in place of those that the images' headers state, or do not state."""
    stacks: StacksPart = StacksPart()
    wells: WellsPart = WellsPart()
    fit: FitsPart = FitsPart()
    regression: RegressionPart = RegressionPart()
    conditions: ConditionsPart = ConditionsPart()
    contents: tuple[ContentsPart, ...] = ()


def load(path: Path) -> Recipe:
    """Read a recipe from a TOML file; its sources become absolute paths.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML, or holds a key or value that a recipe does not know.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"the recipe cannot be read: {error.strerror}", where=str(path), hint="Check the path"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the recipe is not valid TOML: {error}", where=str(path), hint="Mend that place") from error
    recipe = from_table(table, where=str(path))
    folder = path.absolute().parent
    regression = recipe.regression
    if regression.references is not None:
        own = os.path.normpath(folder / regression.references)
        regression = msgspec.structs.replace(regression, references=own)
    return msgspec.structs.replace(
        recipe,
        sources=tuple(os.path.normpath(folder / source) for source in recipe.sources),
        regression=regression,
    )


def from_table(table: dict[str, Any], *, where: str | None = None) -> Recipe:
    """Build a recipe from nested dicts as TOML gives them.

    Raises
    ------
    InputError
        When a key or value is not one that a recipe knows.
    """
    schema = table.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise InputError(
            f"the recipe has schema {schema}, this version of Relaxo reads schema {SCHEMA}",
            where=where,
            hint="Use the version of Relaxo that wrote it, or write it anew",
        )
    try:
        return msgspec.convert(table, Recipe)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        setting = place.strip("`").removeprefix("$").lstrip(".")
        raise InputError(
            f"{message[:1].lower()}{message[1:]}" + (f" in `{setting}`" if setting else ""),
            where=where,
            hint="docs/recipe.md lists what a recipe can hold",
        ) from error


def to_table(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as nested dicts that TOML and JSON can hold; what is not decided is left out."""

    def without_none(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if isinstance(value, dict):
            return {key: without_none(item) for key, item in value.items() if item is not None}
        if isinstance(value, list | tuple):
            return [without_none(item) for item in value]
        return value

    table = without_none(msgspec.to_builtins(recipe))
    assert isinstance(table, dict)
    return table


def to_toml(recipe: Recipe, folder: Path) -> str:
    """Return a recipe as the text of a TOML file in a folder; sources on the same drive become relative to it."""
    table = to_table(recipe)
    table["sources"] = [_relative(source, folder) for source in recipe.sources]
    if recipe.regression.references is not None:
        table["regression"]["references"] = _relative(recipe.regression.references, folder)
    return tomli_w.dumps(table)


def _relative(source: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(source, folder.absolute())).as_posix()
    except ValueError:  # another drive, on Windows
        return source
