"""HelpWindow: pages of Markdown to read beside the main window, with links, a way back and a search."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QImage, QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from relaxo_gui.resources import Theme, sign
from relaxo_gui.resources.theme import GRID, PADDING
from relaxo_gui.widgets.guide_text import readable

_SIZE = (860, 780)
#: Pages of the guide that are no text to read: how Sphinx builds it.
_NO_PAGES = ("_build", "_extensions")


class _Pages(QTextBrowser):
    """Reads pages that are written for Sphinx."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's own
        """Return a page as Markdown, and all else as it is."""
        path = Path(self.source().resolved(QUrl(name)).toLocalFile())
        if path.suffix == ".md" and path.is_file():
            return readable(path)
        if kind == QTextDocument.ResourceType.ImageResource.value and path.is_file():
            return self._picture(path)
        return super().loadResource(kind, name)

    def _picture(self, path: Path) -> QImage:
        """Return a picture in the look of the window, no wider than the page."""
        theme = Theme.of(self.palette())
        dark = path.with_name(path.name.replace("-light.", "-dark."))
        picture = QImage(str(dark if theme.dark and dark.is_file() else path))
        ratio = self.devicePixelRatioF()
        beside = self.verticalScrollBar().sizeHint().width() + 2 * GRID
        room = int((self.width() - beside - 2 * self.document().documentMargin()) * ratio)
        if picture.width() > room > 0:
            picture = picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture


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
        self.search.setPlaceholderText("Search the guide (Ctrl+F); Enter goes on to the next place, from page to page")
        self.search.setAccessibleName("Search the guide")
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
        self._guide: Path | None = None
        self.resize(*_SIZE)

    def read(self, page: Path, home: Path) -> None:
        """Show a page of the guide in a folder, and come to the front."""
        theme = Theme.of(self.palette())
        for button, name in self._tools:
            button.defaultAction().setIcon(sign(name, theme.text))
        self._guide = home
        self.show()
        self._show(QUrl.fromLocalFile(str(page)))
        self.raise_()
        self.activateWindow()

    def look_for(self, *, again: bool = False) -> None:
        """Mark the next place of what is searched; from here on, and on this page alone, if `again`.

        Where no more is on this page, the next page that has it is shown; after the last page comes the first.
        """
        words = self.search.text()
        cursor = self.text.textCursor()
        if again:
            cursor.setPosition(cursor.selectionStart())
            self.text.setTextCursor(cursor)
        if not words or self.text.find(words):
            return
        page = None if again else self._next_page_with(words)
        if page is not None:
            self._show(QUrl.fromLocalFile(str(page)))
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self.text.find(words)

    def _next_page_with(self, words: str) -> Path | None:
        if self._guide is None:
            return None
        pages = sorted(page for page in self._guide.rglob("*.md") if not set(_NO_PAGES) & set(page.parts))
        here = Path(self.text.source().toLocalFile())
        at = pages.index(here) + 1 if here in pages else 0
        return next((page for page in pages[at:] + pages[:at] if words.lower() in _plain(page).lower()), None)

    def _follow(self, link: QUrl) -> None:
        target = self.text.source().resolved(link)
        if target.isLocalFile() and target.toLocalFile().endswith(".md"):
            self._show(target)
        else:
            QDesktopServices.openUrl(target)

    def _show(self, page: QUrl) -> None:
        self.text.setSource(page, QTextDocument.ResourceType.MarkdownResource)
        self._go_to(page.fragment())

    def _go_to(self, anchor: str) -> None:
        """Bring the heading that a link names to the top: Qt's Markdown has headings, but no anchors."""
        block = self.text.document().begin()
        while anchor and block.isValid():
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                top = self.text.document().documentLayout().blockBoundingRect(block).top()
                self.text.verticalScrollBar().setValue(int(top))
                return
            block = block.next()

    def _go_home(self) -> None:
        if self._guide is not None:
            self._show(QUrl.fromLocalFile(str(self._guide / "index.md")))

    def _add_key(self, keys: str, do: object) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(do)
        self.addAction(action)


def _plain(page: Path) -> str:
    """Return the text of a page as it is shown."""
    document = QTextDocument()
    document.setMarkdown(readable(page))
    return document.toPlainText()


def anchor_of(heading: str) -> str:
    """Return the name by which links speak of a heading, as GitHub and Sphinx make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
