"""The box that says what a program is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QWidget

_SIDE = 64


def show_about(parent: QWidget, title: str, icon: QIcon, text: str, details: str) -> QMessageBox:
    """Show what a program is, with details that can be copied; it stands in nobody's way, and goes when closed."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setIconPixmap(icon.pixmap(_SIDE, _SIDE))
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(text)
    box.setDetailedText(details)
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setModal(False)
    box.show()
    return box
