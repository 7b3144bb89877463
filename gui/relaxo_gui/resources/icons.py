"""The app's icon (wells of a dilution series, and the line through them), and its signs: Material Design Icons."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

#: Sides of the pictures that a sign is kept in, in px: for menus, buttons and tools, at up to four times the scale.
_SIDES = (16, 20, 24, 32, 40, 48, 64, 96)


def app_icon() -> QIcon:
    """Return the icon of the app."""
    picture = QPixmap()
    picture.loadFromData(files("relaxo_gui.resources").joinpath("relaxo.png").read_bytes())
    return QIcon(picture)


def sign(name: str, colour: str) -> QIcon:
    """Return a sign in a colour, dimmed where it is disabled.

    Parameters
    ----------
    name
        Of the icon in Material Design Icons, with underscores: ``folder_open_outline``.
    colour
        As Qt reads it.
    """
    return _sign(name, QColor(colour).name())


@cache
def _sign(name: str, colour: str) -> QIcon:
    # Imported on first use: it is a class of seven thousand names.
    from fonticon_mdi7 import MDI7  # noqa: PLC0415

    icon = QIcon()
    letter = getattr(MDI7, name).rpartition(".")[2]
    faint = QColor(colour)
    faint.setAlphaF(0.35)
    for side in _SIDES:
        icon.addPixmap(_picture(letter, QColor(colour), side), QIcon.Mode.Normal)
        icon.addPixmap(_picture(letter, faint, side), QIcon.Mode.Disabled)
    return icon


def _picture(letter: str, colour: QColor, side: int) -> QPixmap:
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    font = QFont(_family())
    font.setPixelSize(side)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(QRect(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return picture


@cache
def _family() -> str:
    from fonticon_mdi7 import MDI7  # noqa: PLC0415

    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(MDI7.__font_file__))[0]
