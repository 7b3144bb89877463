"""PointCard: what there is to say of one point, and the question why it should not count, beside the point itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from relaxo_gui.resources.theme import GRID, PADDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QKeyEvent


class PointCard(QFrame):
    """Stands beside a point of the window that it is in; Enter leaves the point out, Esc closes."""

    excluded = Signal(str, str)
    """Name of the point, and the reason."""
    included = Signal(str)
    """Name of the point that is to count again."""
    closed = Signal()

    def __init__(self, reasons: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setAccessibleName("About this point")
        self._reasons = tuple(reasons)
        self.name = ""
        self.title = QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.text = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.reason = QComboBox(editable=True)
        self.reason.setAccessibleName("Reason")
        self.reason.setToolTip("Why it does not count; it stands in the report")
        self.reason.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.out = QPushButton("Leave out")
        self.out.setProperty("role", "primary")
        self.out.setMinimumWidth(34 * GRID)
        self.back = QPushButton("Take back")
        self.close_button = QPushButton("Close")
        self.out.clicked.connect(self._exclude)
        self.back.clicked.connect(self._include)
        self.close_button.clicked.connect(self.dismiss)
        edit = self.reason.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("Why?")
        edit.returnPressed.connect(self._exclude)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addStretch(1)
        for button in (self.close_button, self.back, self.out):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        layout.setSpacing(2 * GRID)
        for widget in (self.title, self.text, self.reason):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.hide()

    def ask(self, name: str, title: str, lines: Sequence[str], reason: str | None, room: QRect) -> None:
        """Show a point where there is room in the parent; `reason` says why it does not count, None where it does."""
        self.name = name
        self.title.setText(title)
        self.text.setText("\n".join(lines))
        self.reason.clear()
        self.reason.addItems([*dict.fromkeys([*([reason] if reason else []), *self._reasons])])
        self.out.setText("Leave out" if reason is None else "Save reason")
        self.back.setVisible(reason is not None)
        layout = self.layout()
        assert layout is not None
        # The style has its say in how wide a button is, and is asked only now.
        layout.activate()
        self.adjustSize()
        self._stand_in(room)
        self.show()
        self.raise_()
        self.reason.setFocus(Qt.FocusReason.PopupFocusReason)
        edit = self.reason.lineEdit()
        assert edit is not None
        edit.selectAll()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def dismiss(self) -> None:
        """Close it; nothing changes."""
        if not self.isHidden():
            self.hide()
            application = QApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's own
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own
        """Take Esc before the window does, and close on a click anywhere else."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined] # a key event
            event.accept()
        elif (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and watched is not self
            and not self.isAncestorOf(watched)
        ):
            self.dismiss()
        return super().eventFilter(watched, event)

    def _exclude(self) -> None:
        name, reason = self.name, self.reason.currentText().strip()
        self.dismiss()
        self.excluded.emit(name, reason)

    def _include(self) -> None:
        name = self.name
        self.dismiss()
        self.included.emit(name)

    def _stand_in(self, room: QRect) -> None:
        """Stand in the middle of a room, and inside the parent."""
        parent = self.parentWidget()
        assert parent is not None
        place = QRect(self.rect())
        place.moveCenter(room.center())
        place.moveRight(min(place.right(), parent.width() - 1))
        place.moveBottom(min(place.bottom(), parent.height() - 1))
        self.move(max(0, place.left()), max(0, place.top()))
