"""ErrorWindow: the one window for mistakes of the program, with a report that can be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from relaxo_gui.resources.theme import PADDING


class ErrorWindow(QDialog):
    """Shows reports, the newest last; it does not stand in the way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setWindowModality(Qt.WindowModality.NonModal)
        words = QLabel(
            "This is a mistake in Relaxo, not yours. Your analysis is still there and you can go on. "
            "Please send this report to the people who make Relaxo: it holds no images."
        )
        words.setWordWrap(True)
        self._report = QPlainTextEdit(readOnly=True)
        self._report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._report.setAccessibleName("Report")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._copy = buttons.addButton("Copy report", QDialogButtonBox.ButtonRole.ActionRole)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        layout.setSpacing(PADDING)
        layout.addWidget(words)
        layout.addWidget(self._report, 1)
        layout.addWidget(buttons)
        self.resize(720, 400)

    @property
    def report(self) -> str:
        """All that was reported."""
        return self._report.toPlainText()

    def add(self, report: str) -> None:
        """Append a report and show the window."""
        self._report.appendPlainText(report)
        self.show()
        self.raise_()
