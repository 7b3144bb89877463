"""Take the pictures of the guide: of every panel of the app, in two sizes, light and dark; and the sample's figure.

Run: xvfb-run -s "-screen 0 1920x1200x24" python packaging/screenshots.py docs/images
Without Xvfb: QT_QPA_PLATFORM=offscreen python packaging/screenshots.py docs/images
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from pydicom import dcmread
from PySide6.QtCore import QBuffer, QIODevice, QSettings
from PySide6.QtTest import QTest

from relaxo.recipe import ContentsPart, Recipe
from relaxo.samples import sample_phantom
from relaxo_gui.actions import commands
from relaxo_gui.actions.settings import forget_recent, set_appearance
from relaxo_gui.app import application
from relaxo_gui.drafts import Drafts
from relaxo_gui.main_window import MainWindow
from relaxo_gui.resources import wear
from relaxo_gui.session_model import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication, QWidget

    from relaxo_gui.resources import Appearance

SIZES = ((1280, 800), (1920, 1080))
_LOOKS: tuple[Appearance, ...] = ("light", "dark")
_FIGURE_WIDTH = 1200
#: Nothing may happen for so long, in s, before a picture is taken.
_STILL_S = 0.4


def main(folder: Path) -> None:
    """Write every picture to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        _draw_figure(Path(home), folder / "figure.png")
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, home)
        commands.drafts_folder = lambda: Path(home) / "unsaved"
        app = application()
        untimed = _untimed(Path(home))
        for look in _LOOKS:
            set_appearance(look)
            wear(look)
            for width, height in SIZES:
                _take(app, folder, (width, height), look, untimed)


def _draw_figure(home: Path, path: Path) -> None:
    """Write the figure that the sample phantom gives."""
    command = [sys.executable, "-m", "relaxo", "demo", "--quiet", "--out", str(home / "demo")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    picture = Image.open(home / "demo" / "figure.png").convert("RGB")
    picture.thumbnail((_FIGURE_WIDTH, picture.height))
    picture.save(path, optimize=True)


def _leave_draft(images: Path) -> None:
    """Leave what a killed app leaves: a draft that nobody holds."""
    contents = tuple(ContentsPart(well=str(k), concentration_mM=k / 10) for k in range(1, 10))
    drafts = Drafts(commands.drafts_folder())
    drafts.keep(Recipe(sources=(str(images),), contents=contents), None)
    drafts.release()


def _take(app: QApplication, folder: Path, size: tuple[int, int], look: str, untimed: Path) -> None:
    """Take all pictures in one size and look."""

    def keep(name: str, of: QWidget | None = None) -> None:
        _settle(app, window)
        if name not in _POINTED:
            # Wherever the pointer of the screen happens to be.
            window.model.hover(None)
            app.processEvents()
        _save(of or window, folder / f"{name}-{size[0]}x{size[1]}-{look}.png")

    forget_recent()
    window = MainWindow()
    window.resize(*size)
    window.show()
    window.commands.warm_up()
    keep("empty")
    _leave_draft(untimed)
    window.commands.autosave.look()
    keep("recovery")
    window.recovery.lines[0].discard.click()
    window.commands.open_paths([untimed])
    _settle(app, window)
    window.model.go_to("images")
    keep("times-missing")
    window.commands.open_sample()
    _settle(app, window)
    for step in STEPS:
        window.model.go_to(step)
        _STAGED.get(step, lambda _: None)(window)
        keep(step)
    window.commands.autosave.end()
    window.commands.finish()
    window.model.mark_saved(folder / "none.toml")
    window.close()
    window.deleteLater()
    app.processEvents()


def _look_at_wells(window: MainWindow) -> None:
    window.image.views.click("T1w")
    window.model.select("4")


def _look_at_maps(window: MainWindow) -> None:
    window.image.views.click("T1map")
    window.model.select("4")
    known = window.model.snapshot
    if known is not None and known.located is not None:
        well = known.located.wells[8]
        view = window.image.image
        QTest.mouseMove(view, view.to_screen(well.row, well.column).toPoint())


#: Pictures of what lies under the pointer.
_POINTED = ("maps", "relaxivity")

#: What is looked at in a step's picture.
_STAGED: dict[str, Callable[[MainWindow], object]] = {"wells": _look_at_wells, "maps": _look_at_maps}


def _untimed(home: Path) -> Path:
    """Return a folder of images that say nothing of their inversion times."""
    source, folder = sample_phantom() / "dicom", home / "console export"
    for path in sorted(source.rglob("*.dcm")):
        dataset = dcmread(path)
        if "InversionTime" in dataset:
            del dataset.InversionTime, dataset.SeriesDescription
        copy = folder / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(copy)
    return folder


def _settle(app: QApplication, window: MainWindow) -> None:
    """Wait until nothing is computed or drawn any more."""
    since = time.monotonic()
    while time.monotonic() < since + _STILL_S:
        app.processEvents()
        on = window.commands
        undrawn = window.model.step == "report" and window.model.current and not on.exports.pages_current
        jobs = (on.warming, on.analysis, on.exporting, on.exports.drawing)
        while undrawn or any(job.running for job in jobs):
            app.processEvents()
            undrawn = undrawn and not on.exports.pages_current
            since = time.monotonic()
            time.sleep(0.002)


def _save(widget: QWidget, path: Path) -> None:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    widget.grab().save(buffer, "PNG")
    picture = Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")
    # Every colour is kept: with a palette of 256, the bars of the maps would show steps.
    picture.save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
