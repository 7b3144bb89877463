"""Labels as panels have them: plain text, a heading, or muted words beside something."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def text_label(text: str = "", *, bold: bool = False, muted: bool = False, selectable: bool = False) -> QLabel:
    """Return a label of plain text; it wraps, and what is `bold` keeps to one line."""
    made = QLabel(text, wordWrap=not bold)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if muted:
        made.setProperty("role", "muted")
    if bold:
        font = made.font()
        font.setBold(True)
        made.setFont(font)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made
