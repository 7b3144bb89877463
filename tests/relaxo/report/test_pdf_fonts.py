"""Every sign of a name that some font can write is written in the PDF, whatever the script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo.report import pdf_fonts
from relaxo.report.pdf_fonts import BOLD, FONT, marked

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def _no_fonts_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pdf_fonts, "FAMILIES", ())
    pdf_fonts._other_font.cache_clear()
    yield
    pdf_fonts._other_font.cache_clear()


@pytest.mark.parametrize("font", [FONT, BOLD])
def test_what_the_font_has_is_left_to_it(font: str) -> None:
    assert marked("r₁ = 4.5 ± 0.1 mM⁻¹ s⁻¹, µΩ − ж", font) == "r₁ = 4.5 ± 0.1 mM⁻¹ s⁻¹, µΩ − ж"  # noqa: RUF001


@pytest.mark.usefixtures("_no_fonts_installed")
@pytest.mark.parametrize(
    ("text", "name"),
    [("钆喷酸", "STSong-Light"), ("ガドリニウム", "HeiseiKakuGo-W5"), ("가돌리늄", "HYSMyeongJo-Medium")],
)
def test_other_scripts_are_written_in_fonts_that_have_them(text: str, name: str) -> None:
    assert marked(f"a & {text}, 1 < 2") == f'a &amp; <font name="{name}">{text}</font>, 1 &lt; 2'


@pytest.mark.usefixtures("_no_fonts_installed")
def test_a_sign_that_no_font_has_stays() -> None:
    assert marked("Gd ገ") == "Gd ገ"


def test_a_family_that_is_not_installed_is_none() -> None:
    assert pdf_fonts._installed("No such family") is None


def test_an_installed_family_is_used_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_fonts, "FAMILIES", ("No such family", "DejaVu Sans Mono"))  # comes with matplotlib
    pdf_fonts._other_font.cache_clear()
    try:
        assert marked("x ⌺") == 'x <font name="DejaVu Sans Mono">⌺</font>'
    finally:
        pdf_fonts._other_font.cache_clear()
