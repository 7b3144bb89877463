"""What the app remembers from one day to the next: nothing that a result depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from relaxo_gui.resources import APPEARANCES

if TYPE_CHECKING:
    from relaxo_gui.resources import Appearance

_RECENT = "recent"
_APPEARANCE = "appearance"
_MOST_RECENT = 8


def settings() -> QSettings:
    """Return the settings of the person, as an INI file on every system, which they can read and delete."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Relaxo", "Relaxo")


def recent() -> list[Path]:
    """Return what was opened last, newest first, as far as it is still there."""
    stored = settings().value(_RECENT, [])
    names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
    return [Path(name) for name in names if Path(name).exists()]


def remember(path: Path) -> None:
    """Put a path at the head of what was opened last."""
    names = [str(path), *(str(known) for known in recent() if known != path)]
    settings().setValue(_RECENT, names[:_MOST_RECENT])


def appearance() -> Appearance:
    """Return what the person chose: light, dark, or as the system."""
    stored = settings().value(_APPEARANCE, "system")
    return next((each for each in APPEARANCES if each == stored), "system")


def set_appearance(chosen: Appearance) -> None:
    """Remember what the person chose."""
    settings().setValue(_APPEARANCE, chosen)
