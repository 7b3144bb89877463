"""The picture of the wells shows what was found, what was left out of it, and the marker."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.patches import Ellipse, Polygon

from relaxo.recipe import MarkerPart, WellsPart
from relaxo.report import draw_locations
from relaxo.wells import rasterise

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from relaxo.data import Wells
    from relaxo.pipeline import Result


@pytest.fixture(scope="module")
def found(result: Result) -> Wells:
    """Return wells of which the second is unsure and the third was drawn by hand."""
    wells = list(result.wells["T1"].wells)
    wells[1] = dataclasses.replace(wells[1], confidence=0.55)
    wells[2] = dataclasses.replace(wells[2], outline=((-2.0, -2.0), (2.5, -2.0), (0.0, 3.0)), origin="changed")
    return rasterise(wells, result.wells["T1"].geometry, WellsPart())


def axes_of(figure: Figure) -> Axes:
    (axes,) = [each for each in figure.axes if each.images]
    return axes


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_every_well_has_its_edge_and_its_name(result: Result, found: Wells) -> None:
    figure = draw_locations(result.stacks["T1"], found, WellsPart())
    axes = axes_of(figure)
    rings = [patch for patch in axes.patches if isinstance(patch, Ellipse)]
    assert len(rings) == len(found) - 1
    (drawn,) = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    assert len(drawn.get_xy()) == 4  # closed
    assert rings[0].center == (found.wells[0].column, found.wells[0].row)
    assert rings[0].width == pytest.approx(2 * found.wells[0].radius_mm / found.geometry.spacing[2])
    names = [text.get_text() for text in axes.texts]
    assert names == [found.wells[0].name, f"{found.wells[1].name}?", *(well.name for well in found.wells[2:])]
    assert {"unsure", "by hand", "measured", "left out: rim"} <= set(texts(figure))


def test_voxels_are_tinted_by_what_became_of_them(result: Result, found: Wells) -> None:
    figure = draw_locations(result.stacks["T1"], found, WellsPart())
    picture = np.asarray(axes_of(figure).images[0].get_array())
    factor = picture.shape[0] // found.geometry.shape[1]
    picture = picture[::factor, ::factor]
    well = found.wells[0]
    green = picture[round(well.row), round(well.column)]
    assert green[1] > green[0]
    assert green[1] > green[2]
    grey = picture[found.labels[0] == 0]
    assert np.ptp(grey[0]) == pytest.approx(0)


def test_the_marker_is_ringed_and_named(result: Result, found: Wells) -> None:
    well = found.wells[4]
    part = WellsPart(marker=MarkerPart(well=well.name, row=well.row + 1, column=well.column))
    figure = draw_locations(result.stacks["T1"], found, part)
    wider = [patch for patch in axes_of(figure).patches if patch.get_linewidth() > 1]
    assert [(patch.center, patch.width > 2 * well.radius_mm / found.geometry.spacing[2]) for patch in wider] == [
        ((well.column, well.row), True)
    ]
    assert f"marker: seen to be {well.name}" in texts(figure)
    assert not any("marker" in text for text in texts(draw_locations(result.stacks["T1"], found, WellsPart())))


def test_wells_above_each_other_are_shown_in_a_slice_each(make_result: Callable[..., Result]) -> None:
    made = make_result(slices=4)
    first = [dataclasses.replace(well, slice=0.5, slices=(0, 1)) for well in made.wells["T1"].wells]
    second = [dataclasses.replace(well, name=f"{well.name}b", slice=3.0, slices=(3, 3)) for well in first]
    wells = rasterise([*first, *second], made.wells["T1"].geometry, WellsPart())
    assert wells.labels[3].any()
    figure = draw_locations(made.stacks["T1"], wells, WellsPart())
    shown = [each for each in figure.axes if each.images]
    assert [len(each.texts) for each in shown] == [len(first), len(second)]
