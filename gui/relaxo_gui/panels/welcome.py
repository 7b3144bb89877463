"""The empty window: what Relaxo does in one sentence, and the ways to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from relaxo_gui.actions.settings import recent, recent_words
from relaxo_gui.resources.icons import app_icon
from relaxo_gui.resources.theme import GRID, PADDING

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from relaxo_gui.actions import Commands

_MOST = 4
_WIDTH = 560


class WelcomePanel(QWidget):
    """Shown while nothing is open."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        icon.setPixmap(app_icon().pixmap(64, 64))
        words = QLabel(
            "Relaxo turns a scanner's images of a phantom into T₁ and T₂ maps, the relaxivities r₁ and r₂, "
            "and the figure for the paper.",
            alignment=Qt.AlignmentFlag.AlignCenter,
            wordWrap=True,
        )
        font = words.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        words.setFont(font)
        words.setFixedWidth(_WIDTH)
        words.setMinimumHeight(words.heightForWidth(_WIDTH))
        ways = QLabel(
            "Drop a folder or .zip of DICOM images, or a recipe, here, or", alignment=Qt.AlignmentFlag.AlignCenter
        )
        ways.setProperty("role", "muted")
        self.open_button = QPushButton("Open folder…")
        self.open_button.setProperty("role", "primary")
        self.open_button.clicked.connect(commands.open_folder)
        self.sample_button = QPushButton("Try the sample phantom")
        self.sample_button.setToolTip("A plate of Gd6 and Gd-DTPA whose relaxivities are known")
        self.sample_button.clicked.connect(commands.open_sample)
        buttons = QHBoxLayout()
        buttons.setSpacing(PADDING)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.sample_button)
        buttons.addStretch(1)
        for button in (self.open_button, self.sample_button):
            button.setMinimumHeight(9 * GRID)
        drop = QFrame()
        drop.setProperty("role", "drop")
        drop.setFixedWidth(_WIDTH)
        inside = QVBoxLayout(drop)
        inside.setContentsMargins(2 * PADDING, 2 * PADDING, 2 * PADDING, 2 * PADDING)
        inside.setSpacing(PADDING + GRID)
        inside.addWidget(ways)
        inside.addLayout(buttons)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(GRID)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * PADDING)
        layout.addStretch(2)
        layout.addWidget(icon)
        layout.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(drop, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(self._recent)
        layout.addStretch(3)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's own
        """List what was opened last: it may be more than at the start."""
        super().showEvent(event)
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._list_recent()

    def _list_recent(self) -> None:
        known = recent()[:_MOST]
        if known:
            heading = QLabel("Opened last", alignment=Qt.AlignmentFlag.AlignCenter)
            heading.setProperty("role", "muted")
            self._recent.addWidget(heading)
        for paths in known:
            button = QPushButton(recent_words(paths), flat=True)
            button.setToolTip("\n".join(map(str, paths)))
            button.clicked.connect(lambda _checked=False, paths=paths: self._commands.open_paths(paths))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
