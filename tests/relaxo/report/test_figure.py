"""The figure shows what was measured, with text that stays text and stands clear of other text."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib import colors
from matplotlib.legend import Legend
from matplotlib.text import Text
from PIL import Image

from relaxo.data import Rates, Wells
from relaxo.errors import AnalysisError
from relaxo.report import draw, rounded, save
from relaxo.report.groups import groups
from relaxo.report.lines import draw_lines
from relaxo.report.look import Page, Series
from relaxo.report.page import ALL_FORMATS, pixels
from relaxo.report.style import style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

    from relaxo.pipeline import Result

    ResultFactory = Callable[..., Result]

SERIES = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
NAME = "[Gd6(L1)2(O)4(OAc)6(H2O)4] in DMSO and phosphate-buffered saline, batch 3 of March"

CASES: dict[str, dict[str, object]] = {
    "two agents": {},
    "one agent": {"agents": {"Gd6": (SERIES, (12.06, 24.1))}},
    "T1 alone": {"quantities": ("T1",)},
    "T2 alone": {"quantities": ("T2",), "reference": None},
    "14 wells": {"agents": {"NiCl2": (np.geomspace(0.6, 63, 14).round(1).tolist(), (0.67, 0.7))}, "blank": False},
    "24 wells": {"agents": {"x": (np.linspace(0.0125, 2, 24).round(4).tolist(), (4.0, 6.0))}},
    "unnamed": {"agents": {"": (SERIES, (12.06, 24.1))}, "control": None},
    "long names": {"agents": {NAME: (SERIES, (12.06, 24.1)), f"{NAME}$x$ & <b>": (SERIES[:3], (4.55, 5.77))}},
    "four agents": {"agents": {f"Agent {i}": (SERIES, (3.0 + i, 4.0 + i)) for i in range(4)}},
    "ten agents": {"agents": {f"Agent {i}": ((0.1, 0.5, 1.0), (3.0 + i, 4.0 + i)) for i in range(10)}},
    "left out": {"exclude": {"1": "contaminated", "5": "a bubble"}},
    "unknown concentration": {"agents": {"Gd6": ((0.1, 0.5, 1.0, None), (12.06, 24.1))}},
    "signed, many slices": {"component": "real", "slices": 4},
    "per molecule": {"per": "molecule"},
}


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


@pytest.fixture(scope="module", params=CASES)
def odd_figure(make_result: ResultFactory, request: pytest.FixtureRequest) -> Figure:
    """Return a figure that may look wrong, laid out as it is printed."""
    figure = draw(make_result(**CASES[request.param]))
    with style():
        figure.draw_without_rendering()
    return figure


@pytest.fixture(scope="module")
def figure(result: Result) -> Figure:
    return draw(result)


def test_no_text_touches_another_or_leaves_the_page(odd_figure: Figure, legible: Callable[[Figure], None]) -> None:
    legible(odd_figure)


def test_legends_cover_nothing(odd_figure: Figure) -> None:
    with style():
        for legend in odd_figure.findobj(Legend):
            box = legend.get_window_extent()
            for axes in odd_figure.axes:
                assert not box.overlaps(axes.get_window_extent()), axes


def test_the_page_is_a_double_column_and_no_longer_than_one(make_result: ResultFactory) -> None:
    for case in ("two agents", "24 wells", "four agents"):
        width, height = draw(make_result(**CASES[case])).get_size_inches() * 25.4
        assert width == pytest.approx(Page().double_mm)
        assert height <= Page().height_mm


def test_the_legend_gives_every_relaxivity_with_its_error(figure: Figure, result: Result) -> None:
    shown = words(figure)
    for agent in result.agents:
        for symbol, line in (("r₁", agent.r1), ("r₂", agent.r2)):
            assert line is not None
            figures = rounded(line.relaxivity.value, line.relaxivity.standard_error)
            assert f"{agent.name}, {symbol} = {figures} mM⁻¹ s⁻¹" in shown
        assert agent.ratio is not None
        assert f"r₂/r₁ = {rounded(agent.ratio.value, agent.ratio.standard_error)}" in shown
    assert "Gd-DTPA, published, r₁ = 4.55 mM⁻¹ s⁻¹" in shown


def test_axes_name_what_is_counted(make_result: ResultFactory) -> None:
    assert "Ion concentration (mM)" in words(draw(make_result()))
    per_molecule = words(draw(make_result(per="molecule")))
    assert "Agent concentration (mM)" in per_molecule
    # The published figure counts ions.
    assert not any("published" in text for text in per_molecule)


def test_panels_are_lettered(make_result: ResultFactory) -> None:
    assert [text for text in words(draw(make_result())) if re.fullmatch("[a-d]", text)] == ["a", "b", "c"]
    assert [text for text in words(draw(make_result(quantities=("T1",)))) if re.fullmatch("[a-d]", text)] == ["a", "b"]


def test_the_weighted_images_state_their_times(figure: Figure) -> None:
    shown = words(figure)
    assert sum(bool(re.fullmatch(r"TI \d+ ms", text)) for text in shown) == 1
    assert sum(bool(re.fullmatch(r"TE \d+ ms", text)) for text in shown) == 1


def test_points_lines_and_reference_are_where_they_were_measured(figure: Figure, result: Result) -> None:
    axes = figure.axes[0]
    drawn = [point for line in axes.lines if line.get_marker() not in {"None", "|", "_"} for point in line.get_xydata()]
    for rate in result.rates["R1"].wells:
        assert any(np.allclose(point, (rate.concentration, rate.rate)) for point in drawn), rate.well
    fitted = [line for line in axes.lines if line.get_color() == Series().colours[0] and line.get_linestyle() == "-"]
    gd6 = result.agents[0].r1
    assert gd6 is not None
    (line,) = fitted
    expected = gd6.intercept.value + gd6.relaxivity.value * np.asarray(line.get_xdata())
    np.testing.assert_allclose(line.get_ydata(), expected)
    assert max(line.get_xdata()) == 1.0
    (dashed,) = [line for line in axes.lines if line.is_dashed()]
    (x0, y0), (x1, y1) = dashed.get_xydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(4.55)


def test_a_steep_reference_does_not_squeeze_what_was_measured(make_result: ResultFactory) -> None:
    result = make_result({"NiCl2": ((5.0, 20.0, 60.0), (0.67, 0.7))})
    for axes, highest in zip(draw(result).axes, (0.67, 0.7), strict=False):
        assert axes.get_ylim()[1] < 1.2 * 60 * highest


def test_the_band_is_the_confidence_of_the_line(figure: Figure, result: Result) -> None:
    axes = figure.axes[0]
    line = result.agents[0].r1
    assert line is not None
    band = axes.collections[0].get_paths()[0].vertices
    at_zero = band[np.isclose(band[:, 0], 0), 1]
    assert (at_zero.min(), at_zero.max()) == pytest.approx(line.intercept.ci95)


def test_wells_left_out_are_open(make_result: ResultFactory) -> None:
    result = make_result(exclude={"5": "a bubble"})
    axes = draw(result).axes[0]
    left_out = next(rate for rate in result.rates["R1"].wells if rate.well == "5")
    faces = {
        colors.to_hex(line.get_markerfacecolor())
        for line in axes.lines
        if line.get_marker() == "o"
        and any(np.allclose(point, (left_out.concentration, left_out.rate)) for point in line.get_xydata())
    }
    assert faces == {"#ffffff"}


def test_a_rate_that_is_not_known_has_no_point(result: Result) -> None:
    first, *rest = result.rates["R1"].wells
    unknown = Rates("R1", (dataclasses.replace(first, rate=float("nan"), excluded="no signal"), *rest))
    axes = draw(dataclasses.replace(result, rates={**result.rates, "R1": unknown})).axes[0]
    assert not any(np.isnan(np.asarray(line.get_ydata(), float)).any() for line in axes.lines)


def test_the_entries_of_a_legend_fit_their_room(make_result: ResultFactory) -> None:
    from matplotlib.figure import Figure

    from relaxo.report.lettering import width_mm

    result = make_result(**CASES["long names"])
    with style():
        entries = draw_lines(Figure().add_axes((0, 0, 1, 1)), result, groups(result), "T1", 70.0)
        assert all(width_mm(label, 7) <= 70.5 for _, label in entries)
    assert entries[0][1].startswith("[Gd6")
    assert entries[0][1].endswith("mM⁻¹ s⁻¹")


def test_without_concentrations_the_wells_are_shown_by_name(
    result: Result, without_contents: Callable[[Result], Result]
) -> None:
    shown = words(draw(without_contents(result)))
    assert "Well" in shown
    assert {str(number) for number in range(1, 16)} <= set(shown)


def test_no_wells_are_no_figure(result: Result) -> None:
    wells = result.wells["T1"]
    none = Wells(wells.geometry, np.zeros_like(wells.labels), ())
    with pytest.raises(AnalysisError, match="no wells"):
        draw(dataclasses.replace(result, wells={"T1": none, "T2": none}, contents={}, agents=()))


def test_text_is_text_in_svg_and_pdf_and_files_are_small(figure: Figure, tmp_path: Path) -> None:
    paths = {path.suffix: path for path in save(figure, tmp_path, ALL_FORMATS)}
    svg = paths[".svg"].read_text(encoding="utf-8")
    for text in ("1/T₁ (s⁻¹)", "Ion concentration (mM)", "T₁-weighted", "Gd-DTPA", "0.05"):
        assert f">{text}</text>" in svg
    pdf = paths[".pdf"].read_bytes()
    assert b"/Subtype /Type0" in pdf
    assert b"/Type3" not in pdf
    assert b"/CreationDate" not in pdf
    assert all(path.stat().st_size < 2e6 for path in paths.values() if path.suffix != ".tiff")
    with Image.open(paths[".png"]) as picture:
        assert picture.info["dpi"] == pytest.approx((600, 600), abs=0.1)
        assert picture.width == pytest.approx(180 / 25.4 * 600, abs=1)
        assert picture.mode == "RGB"  # journals refuse an alpha channel


def test_a_tiff_holds_the_pixels_of_the_png(figure: Figure, tmp_path: Path) -> None:
    (png,) = save(figure, tmp_path, ["png"])
    (tiff,) = save(figure, tmp_path, ["tiff"], drawn=pixels(figure))
    with Image.open(png) as one, Image.open(tiff) as other:
        assert other.mode == "RGB"
        assert float(other.info["dpi"][0]) == pytest.approx(600)
        assert other.info["compression"] == "tiff_lzw"
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_a_name_in_another_script_is_drawn_without_complaint(make_result: ResultFactory, tmp_path: Path) -> None:
    result = make_result({"钆喷酸葡胺 ገዶሊኒየም": (SERIES, (4.55, 5.77))})
    assert all(path.exists() for path in save(draw(result), tmp_path, ALL_FORMATS))


def test_fonts_of_other_scripts_are_looked_for_only_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    monkeypatch.setattr("relaxo.report.style.FAMILIES", ("DejaVu Sans Mono",))
    with style("Gd6 in µL, ж"):
        assert mpl.rcParams["font.family"][-1] == "DejaVu Sans"
    with style("Gd6, 钆"):
        assert mpl.rcParams["font.family"][-1] == "DejaVu Sans Mono"


def test_a_matplotlibrc_does_not_get_into_the_figure(result: Result, tmp_path: Path) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"axes.facecolor": "pink", "font.size": 30, "savefig.dpi": 10}):
        (mine,) = save(draw(result), tmp_path, ["svg"])
        mine = mine.rename(tmp_path / "mine.svg")
        assert mpl.rcParams["font.size"] == 30
    (plain,) = save(draw(result), tmp_path, ["svg"])
    assert mine.read_bytes() == plain.read_bytes()


def test_drawing_leaves_no_figure_to_pyplot(result: Result) -> None:
    from matplotlib import _pylab_helpers

    draw(result)
    assert not _pylab_helpers.Gcf.get_all_fig_managers()
