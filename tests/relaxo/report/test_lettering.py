"""Names give way to figures, and never the other way round."""

from __future__ import annotations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from relaxo.report.lettering import shortened, width_mm
from relaxo.report.style import inches, style

LONG = "[Gd6(L1)2(O)4(OAc)6(H2O)4] in DMSO and phosphate-buffered saline, batch 3"


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("text", ["Gd-DTPA, r₁ = 4.55 ± 0.02 mM⁻¹ s⁻¹", LONG, "Ωμ", "a"])
def test_the_width_is_that_of_the_drawn_text(text: str, weight: str) -> None:
    with style():
        figure = Figure(dpi=600)
        canvas = FigureCanvasAgg(figure)
        drawn = figure.text(0, 0, text, fontsize=7, fontweight=weight)
        extent = drawn.get_window_extent(canvas.get_renderer()).width / 600
        assert inches(width_mm(text, 7, weight)) == pytest.approx(extent, rel=0.02, abs=0.005)


def test_a_name_that_fits_stays_whole() -> None:
    with style():
        assert shortened("Gd-DTPA", 40, 7) == "Gd-DTPA"


@pytest.mark.parametrize("room", [12.0, 20.0, 45.0])
def test_a_name_that_does_not_keeps_both_ends(room: float) -> None:
    with style():
        short = shortened(LONG, room, 7)
        assert width_mm(short, 7) <= room
        assert width_mm(short, 7) > room - 6
    assert short[:2] == LONG[:2]
    assert short[-2:] == LONG[-2:]
    assert short.count("…") == 1


def test_some_letters_always_stay() -> None:
    with style():
        short = shortened(LONG, 0.0, 7)
    assert short == "[G…3"
