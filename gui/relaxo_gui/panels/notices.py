"""What a person must know about the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from relaxo_gui.resources.icons import warning_icon
from relaxo_gui.resources.theme import Theme

if TYPE_CHECKING:
    from relaxo_gui.actions import Commands

_WELL = Qt.ItemDataRole.UserRole


class NoticesPanel(QWidget):
    """A list; a click on a notice of a well selects that well."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = commands.model
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setAccessibleName("Notices")
        self.list.itemClicked.connect(self._select)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        self._model.snapshot_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the notices as they stand."""
        known = self._model.snapshot
        sign = warning_icon(Theme.of(self.palette()).amber)
        self.list.clear()
        for notice in known.notices if known else ():
            place = f"{notice.well}: " if notice.well else ""
            item = QListWidgetItem(sign, f"{place}{notice.message}", self.list)
            item.setData(_WELL, notice.well)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def _select(self, item: QListWidgetItem) -> None:
        if item.data(_WELL) is not None:
            self._model.select(item.data(_WELL))
