"""The figures of a result, each drawn by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from relaxo.errors import AnalysisError, UsageError
from relaxo.report.agreement import draw_agreement
from relaxo.report.composite import draw_composite
from relaxo.report.curves import draw_curves
from relaxo.report.look import look, looking
from relaxo.report.material import material
from relaxo.report.slices import draw_maps
from relaxo.report.style import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from relaxo.pipeline import Result
    from relaxo.report.look import Look
    from relaxo.report.material import Material

#: What each figure shows.
KINDS = {
    "figure": "rates against concentration, and strips of the wells below them",
    "lines": "rates against concentration",
    "strips": "strips of the wells by concentration, and the whole slice with their names",
    "maps": "maps alone",
    "curves": "the fitted curve of every well with its residuals",
    "agreement": "Bland-Altman plots against reference times",
}


def draw(
    result: Result | Material,
    kind: str = "figure",
    *,
    width: Literal["single", "double"] = "double",
    wanted: Look | None = None,
) -> Figure:
    """Draw a figure of a result.

    ``figure`` has rates against concentration first: filled markers are wells in the line, open ones are left out,
    error bars are standard deviations over the voxels of a well, bands the 95 % confidence of the line, and the dashed
    line has the published slope. Below them every well is cut out of one T1-weighted and one T2-weighted image and of
    the maps, all wells of a row in one window; wells left out have a grey label.

    Parameters
    ----------
    result
        What was computed, or what came back from its folder.
    kind
        One of `KINDS`.
    width
        Of a column of a journal, or of two.
    wanted
        How it shall look.

    Raises
    ------
    UsageError
        When there is no such figure.
    AnalysisError
        When the result has nothing to draw, such as wells or reference times.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no figure {kind!r}", hint=f"Choose one of {', '.join(KINDS)}")
    source = material(result)
    if not any(len(wells) for wells in source.wells.values()):
        raise AnalysisError("there are no wells to draw", hint="Look at what `relaxo wells` finds")
    with looking(wanted), style(_words(source)):
        millimetres = look().page.single_mm if width == "single" else look().page.double_mm
        if kind == "maps":
            return draw_maps(source, millimetres)
        if kind == "curves":
            return draw_curves(source, millimetres)
        if kind == "agreement":
            return draw_agreement(source, millimetres)
        return draw_composite(
            source, millimetres, lines=kind != "strips", strips=kind != "lines", whole=kind == "strips"
        )


def _words(source: Material) -> str:
    """Return the names in a figure that a user chose."""
    agents = (agent.name for agent in source.agents)
    contents = (each.agent for each in source.contents.values())
    wells = (well.name for located in source.wells.values() for well in located.wells)
    return " ".join([*agents, *contents, *wells, source.recipe.regression.reference, source.control or ""])
