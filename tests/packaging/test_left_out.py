"""What the frozen app leaves behind, and what it must not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

FROZEN = Path(__file__).parents[2] / "packaging" / "frozen"
pytestmark = pytest.mark.skipif(not FROZEN.is_dir(), reason="packaging/ lies in a checkout only")


@pytest.fixture(scope="module")
def left_out(script: Callable[[Path], ModuleType]) -> ModuleType:
    return script(FROZEN / "left_out.py")


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", False),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", True),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", False),
        ("PySide6/Qt/plugins/imageformats/libqtiff.so", True),
        ("PySide6\\translations\\qt_de.qm", True),
        ("libQt6Network.so.6", True),
        ("PySide6/Qt/lib/libQt6Core.so.6", False),
        ("relaxo/docs/images/maps-1280x800-light.png", False),
        ("relaxo/docs/images/maps-1280x800-dark.png", False),
        ("relaxo/docs/images/maps-1920x1080-dark.png", True),
        ("matplotlib/mpl-data/fonts/ttf/DejaVuSans-Oblique.ttf", False),
        ("matplotlib/mpl-data/fonts/ttf/DejaVuSerif.ttf", True),
        ("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf", False),
        ("matplotlib/mpl-data/fonts/afm/cmex10.afm", True),
        ("cmcrameri/cmaps/lipari.txt", False),
        ("relaxo/sample_phantoms/gd6_plate/recipe.toml", False),
        ("scipy/fft/tests/test.py", True),
    ],
)
def test_files_are_left_out_by_their_place(left_out: ModuleType, place: str, *, left: bool) -> None:
    assert left_out.is_left_out(place) is left


def test_libraries_that_nothing_needs_any_more_go_with_what_needed_them(left_out: ModuleType) -> None:
    binaries = [
        (place, f"/somewhere/{place}", "BINARY") for place in ("libgtk.so", "libgdk.so", "libxcb.so", "a/qt.so")
    ]
    binaries += [("libpython3.11.so.1.0", "/usr/lib/libpython3.11.so.1.0", "BINARY")]
    needs = {"libgtk.so": {"libgdk.so"}, "a/qt.so": {"libxcb.so", "libc.so.6"}}
    kept = {place for place, _, _ in left_out.without_orphans(binaries, needs)}
    assert kept == {"libxcb.so", "a/qt.so", "libpython3.11.so.1.0"}
