"""A cut-out shows its well, centred, in the colours of the row."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.colors import LogNorm

from relaxo.data import Geometry, Well, Wells
from relaxo.report.cutouts import rows
from relaxo.report.groups import groups
from relaxo.report.material import material

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaxo.pipeline import Result
    from relaxo.report.cutouts import Row


@pytest.fixture(scope="module")
def by_title(result: Result) -> dict[str, Row]:
    return {row.title: row for row in rows(material(result), groups(result))}


def test_the_rows_are_those_of_the_paper(by_title: dict[str, Row]) -> None:
    assert list(by_title) == ["T₁-weighted", "T₂-weighted", "T₁ map", "T₂ map"]
    assert [row.quantity for row in by_title.values()] == [None, None, "T1", "T2"]


@pytest.mark.parametrize("name", ["1", "8", "15"])
def test_the_well_is_in_the_middle(by_title: dict[str, Row], name: str) -> None:
    row = by_title["T₁ map"]
    picture, (left, right, bottom, top) = row.cut(name, 4.0)
    assert left <= -4.0 < 4.0 <= right
    assert top <= -4.0 < 4.0 <= bottom
    filled = picture[..., :3].max(axis=-1) > 0
    across = left + (np.flatnonzero(filled.any(axis=0)) + 0.5) * (right - left) / filled.shape[1]
    down = top + (np.flatnonzero(filled.any(axis=1)) + 0.5) * (bottom - top) / filled.shape[0]
    assert np.mean(across[[0, -1]]) == pytest.approx(0, abs=0.3)
    assert np.mean(down[[0, -1]]) == pytest.approx(0, abs=0.3)
    assert np.ptp(across) == pytest.approx(2 * 3.4, abs=0.5)


def test_what_has_no_value_is_black_and_the_shortest_time_is_not(by_title: dict[str, Row]) -> None:
    picture, _ = by_title["T₂ map"].cut("8", 4.0)
    corner, middle = picture[0, 0], picture[picture.shape[0] // 2, picture.shape[1] // 2]
    assert tuple(corner) == (0, 0, 0, 255)
    assert middle[2] > 60


def test_the_windows_hold_all_wells(by_title: dict[str, Row]) -> None:
    norm = by_title["T₁ map"].norm
    assert isinstance(norm, LogNorm)
    assert norm.vmin == pytest.approx(39, abs=2)
    assert norm.vmax == pytest.approx(3200, abs=200)


def test_times_that_are_much_alike_are_shown_on_a_plain_scale(make_result: Callable[..., Result]) -> None:
    result = make_result({"x": ((0.5, 0.7, 0.9), (4.0, 5.0))}, blank=False)
    norm = rows(material(result), groups(result))[2].norm
    assert not isinstance(norm, LogNorm)
    assert norm.vmin == 0
    assert norm.vmax == pytest.approx(440, abs=20)


def test_signed_images_keep_their_sign(make_result: Callable[..., Result]) -> None:
    result = make_result(component="real")
    row = rows(material(result), groups(result))[0]
    assert row.norm.vmin is not None
    assert row.norm.vmin < 0
    assert row.norm.vmax is not None
    assert row.norm.vmax > 0


def test_a_map_is_not_shown_beyond_the_well(by_title: dict[str, Row]) -> None:
    row = by_title["T₁ map"]
    full = dataclasses.replace(row, volume=np.full(row.volume.shape, 500.0))
    picture, _ = full.cut("4", 4.0)
    assert picture[0, 0, :3].max() == 0
    assert picture[picture.shape[0] // 2, picture.shape[1] // 2, :3].max() > 0


def test_a_well_cut_by_the_edge_of_the_image_stays_where_it_is(by_title: dict[str, Row]) -> None:
    geometry = Geometry((1, 6, 6), np.diag([1.0, 1.0, 1.0, 1.0]))
    wells = Wells(geometry, np.zeros((1, 6, 6), np.int16), (Well("1", 0.0, 5.0, 0.0, (0, 0), 3.0),))
    row = dataclasses.replace(by_title["T₁ map"], volume=np.full((1, 6, 6), 500.0), wells=wells)
    picture, (left, right, bottom, top) = row.cut("1", 3.0)
    assert (left, right, bottom, top) == (-3.5, 0.5, 3.5, -0.5)
    assert picture.shape[0] == picture.shape[1]


def test_a_well_through_several_slices_is_shown_in_its_middle(by_title: dict[str, Row]) -> None:
    geometry = Geometry((4, 3, 3), np.eye(4))
    volume = np.broadcast_to(np.array([1.0, 100.0, 1e3, 1e4])[:, None, None], (4, 3, 3))
    wells = Wells(geometry, np.zeros((4, 3, 3), np.int16), (Well("1", 1.0, 1.0, 1.5, (0, 3), 2.0),))
    row = dataclasses.replace(by_title["T₁ map"], volume=volume, wells=wells)
    picture, _ = row.cut("1", 1.0)
    expected = row.colours(row.norm(100.0), bytes=True)
    assert tuple(picture[0, 0]) == tuple(expected)


def test_voxels_of_no_value_at_all_give_a_black_row(result: Result) -> None:
    from relaxo.data import FitStatus, Maps

    maps = result.maps["T1"]
    nothing = Maps(
        maps.model,
        {name: np.full(maps.shape, np.nan) for name in maps},
        {name: np.full(maps.shape, np.nan) for name in maps},
        maps.units,
        np.full(maps.shape, FitStatus.BELOW_NOISE),
        maps.residual,
        maps.r_squared,
    )
    blind = dataclasses.replace(result, maps={**result.maps, "T1": nothing})
    picture, _ = rows(material(blind), groups(blind))[2].cut("1", 4.0)
    assert picture[..., :3].max() == 0
