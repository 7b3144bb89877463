"""One file says how the figures look, and what it says wrongly is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest

from relaxo.errors import InputError
from relaxo.report.look import Look, load_look, look, looking
from relaxo.report.style import style

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "style.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_what_is_not_said_stays(written) -> None:
    wanted = load_look(
        written('[page]\nsingle_mm = 85\n[series]\ncolours = ["black"]\n[matplotlib]\n"axes.linewidth" = 2.0')
    )
    assert wanted.page.single_mm == 85
    assert wanted.page.double_mm == Look().page.double_mm
    with looking(wanted), style():
        assert look() is wanted
        assert mpl.rcParams["axes.linewidth"] == 2.0
        assert mpl.rcParams["font.size"] == wanted.page.text_pt
    assert look() == Look()
    assert mpl.rcParams["axes.linewidth"] != 2.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[page]\nwidth = 3", "width"),
        ("[page]\nsingle_mm = 3", "single_mm"),
        ('[series]\ncolours = ["Gd"]', "Gd"),
        ("[series]\ncolours = []", "colours"),
        ("[maps]\nT1_window_ms = [2000, 100]", "T1_window_ms"),
        ("[maps]\nscale = 'rainbow'", "rainbow"),
        ('[matplotlib]\n"axes.linewith" = 2', "axes.linewith"),
        ('[matplotlib]\n"axes.linewidth" = "thick"', "axes.linewidth"),
        ("[page", "style"),
    ],
)
def test_what_is_wrong_is_named(written, text: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        load_look(written(text))
    assert word in str(caught.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_look(tmp_path / "none.toml")
