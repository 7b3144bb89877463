"""Light or dark: the palette of the whole app, by what the person chose or what the system says."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Appearance = Literal["system", "light", "dark"]
APPEARANCES: tuple[Appearance, ...] = get_args(Appearance)

_Role = QPalette.ColorRole
_LIGHT = {
    _Role.Window: "#f3f4f6",
    _Role.WindowText: "#1b1f24",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f7f8f9",
    _Role.Text: "#1b1f24",
    _Role.Button: "#fbfbfc",
    _Role.ButtonText: "#1b1f24",
    _Role.ToolTipBase: "#1b1f24",
    _Role.ToolTipText: "#f3f4f6",
    _Role.PlaceholderText: "#6d747d",
    _Role.Highlight: "#1f6fb2",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#1f6fb2",
    _Role.Link: "#1f6fb2",
}
_DARK = {
    _Role.Window: "#202328",
    _Role.WindowText: "#e3e6ea",
    _Role.Base: "#181a1e",
    _Role.AlternateBase: "#1d2024",
    _Role.Text: "#e3e6ea",
    _Role.Button: "#2c3037",
    _Role.ButtonText: "#e3e6ea",
    _Role.ToolTipBase: "#343941",
    _Role.ToolTipText: "#e3e6ea",
    _Role.PlaceholderText: "#8f969f",
    _Role.Highlight: "#2f6ea3",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#4ea3e0",
    _Role.Link: "#4ea3e0",
}
_FAINT = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText)


def palette(*, dark: bool) -> QPalette:
    """Return the palette of one of the two."""
    colours = _DARK if dark else _LIGHT
    made = QPalette(QColor(colours[_Role.Button]), QColor(colours[_Role.Window]))
    for role, name in colours.items():
        made.setColor(role, QColor(name))
    for role in _FAINT:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours[_Role.PlaceholderText]))
    made.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(colours[_Role.Button]))
    return made


def wear(appearance: Appearance) -> None:
    """Give the app its palette: the same style on every system, so that what was looked at is what is seen."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = QGuiApplication.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(appearance, Qt.ColorScheme.Unknown)
    # For what the system draws: the frame of the window and its dialogs.
    hints.setColorScheme(scheme)
    dark = appearance == "dark" or (appearance == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(dark=dark))
