"""Every kind of figure keeps to its width, and its words clear of one another, in one column and in two."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.text import Text

from relaxo.errors import UsageError
from relaxo.report import KINDS, Look, draw, material
from relaxo.report.look import MapsPart, Page
from relaxo.report.style import map_colours

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


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_words_stay_on_the_page_and_clear_of_one_another(
    source: Material, kind: str, width: str, legible: Callable[[Figure], None]
) -> None:
    figure = draw(source, kind, width=width)  # type: ignore[arg-type]
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(Page().single_mm if width == "single" else 180)
    legible(figure)


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
