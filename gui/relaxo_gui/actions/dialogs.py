"""The questions that only a dialog can ask: where files lie, and whether to save before they are left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from relaxo_gui.actions.settings import recent

if TYPE_CHECKING:
    from collections.abc import Sequence
#: Most DICOM files have no ending.
_IMAGES = "All files (*);;Archives (*.zip);;DICOM (*.dcm *.ima);;NIfTI (*.nii *.nii.gz)"

Leave = Literal["save", "discard", "stay"]


class Dialogs:
    """Asks the person, with the window as the parent of what it shows."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def folder_to_open(self) -> Path | None:
        """Ask for a folder of images."""
        name = QFileDialog.getExistingDirectory(self._parent, "Open a folder of images", _start())
        return Path(name) if name else None

    def files_to_open(self) -> list[Path]:
        """Ask for images, or for an archive of them."""
        names, _ = QFileDialog.getOpenFileNames(self._parent, "Open images or an archive", _start(), _IMAGES)
        return [Path(name) for name in names]

    def recipe_to_open(self) -> Path | None:
        """Ask for a recipe."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open a recipe", _start(), "Recipes (*.toml)")
        return Path(name) if name else None

    def recipe_to_save(self, proposal: Path) -> Path | None:
        """Ask where to save the recipe."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save the recipe", str(proposal), "Recipes (*.toml)")
        return Path(name).with_suffix(".toml") if name else None

    def folder_to_export(self, proposal: Path) -> Path | None:
        """Ask for the folder that receives the results."""
        name = QFileDialog.getExistingDirectory(self._parent, "Export the results to a folder", str(proposal))
        return Path(name) if name else None

    def file_to_export(self, title: str, proposal: Path, endings: Sequence[str]) -> Path | None:
        """Ask for the file that something is written to, in one of the formats that the endings name."""
        filters = ";;".join(f"{ending.upper()} (*.{ending})" for ending in endings)
        name, chosen = QFileDialog.getSaveFileName(self._parent, title, str(proposal), filters)
        if not name:
            return None
        path = Path(name)
        known = path.suffix.removeprefix(".").lower() in endings
        return path if known else path.with_name(f"{path.name}.{chosen.partition(' ')[0].lower() or endings[0]}")

    def leave(self, what: str) -> Leave:
        """Ask whether to save a recipe that is about to be left."""
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"Save the changes to {what}?")
        box.setInformativeText("Without saving, concentrations and other decisions since the last time are lost.")
        save = box.addButton(QMessageBox.StandardButton.Save)
        discard = box.addButton(QMessageBox.StandardButton.Discard)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.exec()
        answer = box.clickedButton()
        box.deleteLater()
        return "save" if answer is save else "discard" if answer is discard else "stay"


def _start() -> str:
    last = next(iter(recent()), None)
    return str(last[0].parent if last else Path.home())
