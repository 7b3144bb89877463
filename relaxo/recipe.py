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
from relaxo.keys import complaint

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


class WellEditPart(Part, frozen=True):
    """One change by hand to the wells as they were named; changes are made one after the other."""

    do: Literal["add", "change", "delete"]
    well: str | None = None
    """The well to change or delete, by its name at that point; or the one at a place:"""
    at: tuple[float, float] | None = None
    """Row and column in pixels, counted from 0, of the images that wells are found in."""
    name: str | None = None
    """Its new name; of an added well the next free one where nothing is said."""
    row: float | None = None
    """Of its new centre, in pixels."""
    column: float | None = None
    radius_mm: Positive | None = None
    """Of a circle."""
    semi_axes_mm: tuple[Positive, Positive] | None = None
    """Of an ellipse: the one that points down at an angle of 0, and the one that points right."""
    angle_deg: float = 0.0
    """By which an ellipse is turned clockwise on the screen."""
    corners: tuple[tuple[float, float], ...] | None = None
    """Of a polygon: row and column of each in pixels; its centre follows from them."""
    slices: tuple[Annotated[int, msgspec.Meta(ge=0)], Annotated[int, msgspec.Meta(ge=0)]] | None = None
    """First and last slice, counted from 0."""

    def __post_init__(self) -> None:
        shapes = sum(shape is not None for shape in (self.radius_mm, self.semi_axes_mm, self.corners))
        if shapes > 1:
            raise ValueError("a well has one of `radius_mm`, `semi_axes_mm` and `corners`")
        if self.corners is not None and len(self.corners) < 3:
            raise ValueError("a polygon has at least three `corners`")
        if (self.row is None) != (self.column is None):
            raise ValueError("a centre has a `row` and a `column`")
        if self.corners is not None and self.row is not None:
            raise ValueError("the centre of a polygon follows from its `corners`")
        if self.slices is not None and self.slices[0] > self.slices[1]:
            raise ValueError("the first of the `slices` comes before the last")
        if self.do == "add":
            if self.well is not None or self.at is not None:
                raise ValueError("an added well has a `name`, `row` and `column`")
            if shapes == 0 or (self.row is None and self.corners is None):
                raise ValueError("an added well needs `row`, `column` and a radius, or `corners`")
        elif (self.well is None) == (self.at is None):
            raise ValueError("the well to change or delete is given by `well`, or by `at`")


class TemplateWellPart(Part, frozen=True):
    """A well of a template."""

    name: str
    down_mm: float
    """From the origin of the template."""
    right_mm: float
    radius_mm: Positive


class TemplatePart(Part, frozen=True, kw_only=True):
    """Wells whose places are known, and where they lie in the images."""

    plate: Literal[6, 12, 24, 48, 96, 384] | None = None
    """A plate of ANSI/SLAS pitch, its origin in the middle; or the wells themselves:"""
    wells: tuple[TemplateWellPart, ...] = ()
    radius_mm: Positive | None = None
    """Of the wells of a plate; as usual for it where nothing is said."""
    row: float
    """Of the template's origin, in pixels of the images that wells are found in."""
    column: float
    angle_deg: float = 0.0
    """By which it is turned clockwise on the screen."""
    mirrored: bool = False
    """Left and right exchanged, before it is turned."""
    scale: Positive = 1.0
    slices: tuple[Annotated[int, msgspec.Meta(ge=0)], Annotated[int, msgspec.Meta(ge=0)]] | None = None
    """First and last slice; all where nothing is said."""

    def __post_init__(self) -> None:
        if (self.plate is None) == (not self.wells):
            raise ValueError("a template is a `plate`, or has `wells`")


class MarkerPart(Part, frozen=True):
    """A well that a person knows by sight, to check how wells are named."""

    well: str
    """Its name."""
    row: float
    """Where it is seen, in pixels of the images that wells are found in."""
    column: float


class WellsPart(Part, frozen=True):
    """How wells are found, named and measured."""

    naming: Literal["auto", "reading", "plate", "ring"] = "auto"
    """``reading``: 1, 2, ... row by row; ``plate``: A1, A2, ...; ``ring``: 1, 2, ... clockwise from the top, the outer
    ring first; ``auto``: plate where the wells stand on a lattice and the concentrations table speaks of plate
    coordinates, else reading."""
    rotation: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise by which the image must be turned to show the wells as they are labelled."""
    mirrored: bool = False
    """Whether left and right of the image must be exchanged first: the wells are seen from below."""
    first: str | None = None
    """Plate coordinate of the first row and column with a well; A1 where nothing is said."""
    marker: MarkerPart | None = None
    find_in: Literal["T1", "T2"] | None = None
    """The stack that wells are found in; T1 where there is one."""
    labels: str | None = None
    """A NIfTI file with the number of a well in each voxel, in place of finding them; absolute once loaded."""
    template: TemplatePart | None = None
    """Places of wells in place of finding them."""
    margin_mm: NonNegative = 1.0
    """How far inside its edge a well is measured: the rim holds plastic and partial volume."""
    minimum_voxels: Annotated[int, msgspec.Meta(ge=1)] = 5
    """A well with fewer voxels is not measured."""
    voids: Literal["cut", "keep"] = "cut"
    """Whether voxels are left out whose own signal is that of a bubble or void, not of the fluid."""
    partial_slices: Literal["leave_out", "keep"] = "leave_out"
    """What becomes of end slices that a well fills only in part."""
    edit: tuple[WellEditPart, ...] = ()
    """What a person changed of the wells that were found."""

    def __post_init__(self) -> None:
        if self.labels is not None and self.template is not None:
            raise ValueError("wells come from `labels` or from a `template`")


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
    read_from: str | None = None
    """The table and its line, as an error names them; None where no table was read."""

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
    regression, wells = recipe.regression, recipe.wells
    if regression.references is not None:
        own = os.path.normpath(folder / regression.references)
        regression = msgspec.structs.replace(regression, references=own)
    if wells.labels is not None:
        wells = msgspec.structs.replace(wells, labels=os.path.normpath(folder / wells.labels))
    return msgspec.structs.replace(
        recipe,
        sources=tuple(os.path.normpath(folder / source) for source in recipe.sources),
        regression=regression,
        wells=wells,
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
        what, hint = complaint(error, table, Recipe)
        raise InputError(what, where=where, hint=hint) from error


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
    if recipe.wells.labels is not None:
        table["wells"]["labels"] = _relative(recipe.wells.labels, folder)
    return tomli_w.dumps(table)


def _relative(source: str, folder: Path) -> str:
    try:
        return Path(os.path.relpath(source, folder.absolute())).as_posix()
    except ValueError:  # another drive, on Windows
        return source


# msgspec learns a type when it first meets it, and crashes when two threads make it learn the same one (seen in 0.22);
# while a module is imported there is only one.
msgspec.convert({"sources": ()}, Recipe)
