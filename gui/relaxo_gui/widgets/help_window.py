"""HelpWindow: pages of Markdown to read beside the main window, with links, a way back and a search."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.resources import Theme, sign
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.widgets.guide_text import readable

_SIZE = (760, 720)


class _Pages(QTextBrowser):
    """Reads pages that are written for Sphinx."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's own
        """Return a page as Markdown, and all else as it is."""
        path = Path(self.source().resolved(QUrl(name)).toLocalFile())
        if path.suffix == ".md" and path.is_file():
            return readable(path)
        return super().loadResource(kind, name)


class HelpWindow(QWidget):
    """A window of its own; links within the guide stay in it, others go to the system's browser."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(title)
        self.text = _Pages()
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(title)
        self.text.document().setDocumentMargin(2 * PADDING)
        self.text.anchorClicked.connect(self._follow)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search this page (Ctrl+F)")
        self.search.setAccessibleName("Search this page")
        self.search.setClearButtonEnabled(True)
        self.search.textEdited.connect(lambda _: self.look_for(again=True))
        self.search.returnPressed.connect(self.look_for)
        self._tools: list[tuple[QToolButton, str]] = []
        bar = QHBoxLayout()
        bar.setContentsMargins(PADDING, 2 * GRID, PADDING, 0)
        bar.setSpacing(GRID)
        for name, tip, keys, do in (
            ("arrow_left", "Back", QKeySequence.StandardKey.Back, self.text.backward),
            ("arrow_right", "Forward", QKeySequence.StandardKey.Forward, self.text.forward),
            ("home_outline", "First page", QKeySequence("Alt+Home"), self._go_home),
        ):
            action = QAction(tip, self)
            action.setShortcut(QKeySequence(keys))
            action.setToolTip(f"{tip} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
            action.triggered.connect(do)
            self.addAction(action)
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            bar.addWidget(button)
            self._tools.append((button, name))
        bar.addSpacing(PADDING)
        bar.addWidget(self.search, 1)
        self._add_key("Ctrl+F", self.search.setFocus)
        self._add_key("Esc", self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(bar)
        layout.addWidget(self.text, 1)
        self._home: QUrl | None = None
        self.resize(*_SIZE)

    def read(self, page: Path) -> None:
        """Show a page, and come to the front."""
        theme = Theme.of(self.palette())
        for button, name in self._tools:
            button.defaultAction().setIcon(sign(name, theme.text))
        self._home = QUrl.fromLocalFile(str(page.parent / "index.md"))
        self._show(QUrl.fromLocalFile(str(page)))
        self.show()
        self.raise_()
        self.activateWindow()

    def look_for(self, *, again: bool = False) -> None:
        """Mark the next place of what is searched, from the top where none is below; from here on if `again`."""
        words = self.search.text()
        cursor = self.text.textCursor()
        if again:
            cursor.setPosition(cursor.selectionStart())
            self.text.setTextCursor(cursor)
        if words and not self.text.find(words):
            self.text.moveCursor(cursor.MoveOperation.Start)
            self.text.find(words)

    def _follow(self, link: QUrl) -> None:
        target = self.text.source().resolved(link)
        if target.isLocalFile() and target.toLocalFile().endswith(".md"):
            self._show(target)
        else:
            QDesktopServices.openUrl(target)

    def _show(self, page: QUrl) -> None:
        self.text.setSource(page, QTextDocument.ResourceType.MarkdownResource)

    def _go_home(self) -> None:
        if self._home is not None:
            self._show(self._home)

    def _add_key(self, keys: str, do: object) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(do)
        self.addAction(action)
