"""The app's icon: wells of a dilution series, and the line through them."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtGui import QIcon, QPixmap


def app_icon() -> QIcon:
    """Return the icon of the app."""
    picture = QPixmap()
    picture.loadFromData(files("relaxo_gui.resources").joinpath("relaxo.png").read_bytes())
    return QIcon(picture)
