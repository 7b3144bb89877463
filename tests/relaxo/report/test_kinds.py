"""Every kind of figure keeps to its width, and its words clear of one another, in one column and in two."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.text import Text

from relaxo.errors import UsageError
from relaxo.report import KINDS, Look, draw, material
from relaxo.report.look import MapsPart, Page
from relaxo.report.style import map_colours, style

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from relaxo.pipeline import Result
    from relaxo.report import Material

NAME = "[Gd6(L1)2(O)4(OAc)6(H2O)4] in DMSO and phosphate-buffered saline, batch 3 of March"


@pytest.fixture(scope="module", params=["plain", "long names"])
def source(request: pytest.FixtureRequest, make_result: Callable[..., Result]) -> Material:
    agents = {NAME: ((0.1, 0.5, 1.0), (12.06, 24.1)), f"{NAME} & <b>": ((0.1, 0.5, 1.0), (4.55, 5.77))}
    made = material(make_result() if request.param == "plain" else make_result(agents))
    contents = {
        name: dataclasses.replace(each, T1_reference=0.5, T2_reference=0.1) for name, each in made.contents.items()
    }
    return dataclasses.replace(made, contents=contents)


def shown(figure: Figure) -> list[tuple[str, object]]:
    """Return every text that is to be seen, with its box."""
    hidden = set()
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    hidden |= {tick.label1, tick.label2}
    found = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent()) for text in found if text not in hidden]


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_words_stay_on_the_page_and_clear_of_one_another(source: Material, kind: str, width: str) -> None:
    figure = draw(source, kind, width=width)  # type: ignore[arg-type]
    with style():
        figure.draw_without_rendering()
        boxes = shown(figure)
    page = figure.bbox
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(Page().single_mm if width == "single" else 180)
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= page.x1 + 0.5, text
        assert box.y1 <= page.y1 + 0.5, text
    for (first, one), (second, other) in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 0.5 or along <= 1.5, (first, second)


def test_every_well_is_named_on_the_slice_and_has_its_curve(result: Result) -> None:
    source = material(result)
    names = [well.name for well in source.wells["T1"].wells]
    words = [text.get_text() for text in draw(source, "strips").findobj(Text)]
    assert set(names) <= set(words)
    labels = [text.get_text() for text in draw(source, "curves").findobj(Text)]
    for name in names:
        assert sum(label.startswith(f"{name}, ") or label == f"Well {name}" for label in labels) == 2, name


def test_maps_of_rates_are_reversed_and_say_their_unit(result: Result) -> None:
    wanted = Look(maps=MapsPart(show="rates", R1_window_per_s=(0.5, 10.0), scale="linear"))
    figure = draw(result, "maps", wanted=wanted)
    words = [text.get_text() for text in figure.findobj(Text)]
    assert {"R₁ map", "R₂ map", "R₁ (s⁻¹)"} <= set(words)
    picture = np.asarray(figure.axes[0].images[0].get_array())
    well = material(result).wells["T1"].wells[0]
    rate = 1 / result.maps["T1"]["T1map"][0, round(well.row), round(well.column)]
    expected = map_colours("R1")((rate - 0.5) / 9.5, bytes=True)
    scale = picture.shape[0] // result.maps["T1"]["T1map"].shape[1]
    assert tuple(picture[round(well.row) * scale, round(well.column) * scale]) == tuple(expected)
    assert tuple(picture[0, 0]) == (0, 0, 0, 255)


def test_a_figure_that_does_not_exist_is_refused(result: Result) -> None:
    with pytest.raises(UsageError, match="pie"):
        draw(result, "pie")
