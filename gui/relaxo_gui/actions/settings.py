"""What the app remembers from one day to the next: nothing that a result depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QStandardPaths

from relaxo_gui.resources import APPEARANCES

if TYPE_CHECKING:
    from relaxo_gui.resources import Appearance

_RECENT = "recent"
_APPEARANCE = "appearance"
_MOST_RECENT = 8
#: No path holds it.
_BETWEEN = "\n"


def settings() -> QSettings:
    """Return the settings of the person, as an INI file on every system, which they can read and delete."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Relaxo", "Relaxo")


def drafts_folder() -> Path:
    """Return the folder for what is not saved yet, in the person's data."""
    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "unsaved"


def recent() -> list[tuple[Path, ...]]:
    """Return what was opened last, newest first, as far as it is still there: a folder, a recipe, or several files."""
    stored = settings().value(_RECENT, [])
    names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
    known = [tuple(map(Path, name.split(_BETWEEN))) for name in names]
    return [paths for paths in known if all(path.exists() for path in paths)]


def remember(*paths: Path) -> None:
    """Put what was opened together at the head of what was opened last."""
    kept = [paths, *(known for known in recent() if known != paths)]
    settings().setValue(_RECENT, [_BETWEEN.join(map(str, each)) for each in kept[:_MOST_RECENT]])


def forget_recent() -> None:
    """Forget what was opened."""
    settings().remove(_RECENT)


def recent_words(paths: tuple[Path, ...]) -> str:
    """Return what was opened in a line: what it is called, and where it lies."""
    first = paths[0]
    name = first.name if len(paths) == 1 else f"{first.name} and {len(paths) - 1} more"
    return f"{name}  —  {first.parent}"


def appearance() -> Appearance:
    """Return what the person chose: light, dark, or as the system."""
    stored = settings().value(_APPEARANCE, "system")
    return next((each for each in APPEARANCES if each == stored), "system")


def set_appearance(chosen: Appearance) -> None:
    """Remember what the person chose."""
    settings().setValue(_APPEARANCE, chosen)
