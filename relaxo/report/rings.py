"""Wells drawn upon an image: their edges, their names, and the marker that checks these."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Ellipse, Polygon
from matplotlib.patheffects import withStroke

from relaxo.report.look import look
from relaxo.wells import hit_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

    from relaxo.data import Geometry, Well
    from relaxo.recipe import MarkerPart

MARKER_COLOUR = "#ff3fc8"
_WIDER = 1.12
#: A name stays inside its well; below this size it cannot be read.
_LEAST_NAME_PT = 4.0
_MM_PER_POINT = 25.4 / 72


def ring(axes: Axes, well: Well, geometry: Geometry, **how: Any) -> Patch:  # noqa: ANN401 - as matplotlib's
    """Draw the edge of a well, round or as a person drew it.

    Parameters
    ----------
    axes
        In pixels.
    well
        In pixels of `geometry`.
    geometry
        Its grid.
    how
        As matplotlib's patches.
    """
    _, row_mm, column_mm = geometry.spacing
    style: dict[str, Any] = {"fill": False, "linewidth": 0.8, **how}
    patch: Patch
    if well.outline is None:
        patch = Ellipse((well.column, well.row), 2 * well.radius_mm / column_mm, 2 * well.radius_mm / row_mm, **style)
    else:
        patch = Polygon(
            [(well.column + right / column_mm, well.row + down / row_mm) for down, right in well.outline], **style
        )
    return axes.add_patch(patch)


def name(axes: Axes, well: Well, scale: float, text: str | None = None) -> None:
    """Write the name of a well into it.

    Parameters
    ----------
    axes
        In pixels.
    well
        In these pixels.
    scale
        How many mm of the page a mm of the phantom has.
    text
        In place of its name.
    """
    text = text or well.name
    room = 2 * well.radius_mm * scale / _MM_PER_POINT
    points = min(look().page.text_pt, room / (0.75 * len(text) + 0.6))
    axes.text(
        well.column,
        well.row,
        text,
        ha="center",
        va="center",
        fontsize=max(points, _LEAST_NAME_PT),
        color="white",
        path_effects=[withStroke(linewidth=1.4, foreground="black")],
    )


def mark(axes: Axes, marker: MarkerPart, wells: Sequence[Well], geometry: Geometry) -> bool:
    """Draw a second ring around the well that a person knows by sight; return whether it is among those shown.

    Parameters
    ----------
    axes
        In pixels.
    marker
        Where it was seen.
    wells
        That are shown.
    geometry
        Of these pixels.
    """
    index = hit_test(wells, geometry, marker.row, marker.column)
    if index is None:
        return False
    well = dataclasses.replace(wells[index], radius_mm=_WIDER * wells[index].radius_mm, outline=None)
    ring(axes, well, geometry, edgecolor=MARKER_COLOUR, linewidth=1.6)
    return True
