"""Help: F1 opens the page about what is under the pointer, links stay inside, and what this is can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QWidget

import relaxo
from relaxo_gui.actions import help as guide
from relaxo_gui.actions.help import PROPERTY, TOPICS, page_about, topic_of
from relaxo_gui.session_model import STEPS
from relaxo_gui.widgets.guide_text import readable
from relaxo_gui.widgets.help_window import anchor_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from relaxo_gui.main_window import MainWindow


def test_every_topic_has_its_page_and_every_step_its_topic() -> None:
    home = guide.guide()
    assert home is not None
    assert all((home / f"{page}.md").is_file() for page in TOPICS.values())
    assert set(STEPS) <= set(TOPICS)
    assert page_about("nothing known") == home / "index.md"


def test_a_widget_is_about_what_it_is_in(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    inner = QWidget(QWidget(outer))
    assert topic_of(inner) == ""
    outer.setProperty(PROPERTY, "wells")
    assert topic_of(inner) == "wells"
    assert topic_of(None) == ""


def test_f1_opens_the_page_of_what_has_the_focus_or_of_the_step(
    sample: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide.QApplication, "widgetAt", lambda _: None)
    sample.activateWindow()
    sample.wells.table.setFocus()
    qtbot.waitUntil(sample.wells.table.hasFocus)
    qtbot.keyClick(sample, Qt.Key.Key_F1)
    window = sample.help.guide
    assert window is not None
    assert window.isVisible()
    assert window.text.source().fileName() == "plate.md"
    # It is set as text, not shown as Markdown.
    assert "# " not in window.text.toPlainText()[:10]
    monkeypatch.setattr(guide.QApplication, "focusWidget", lambda: None)
    sample.model.go_to("maps")
    sample.help.show_help()
    assert sample.help.guide is window
    assert window.text.source().fileName() == "fitting.md"
    sample.help.show_guide()
    assert window.text.source().fileName() == "index.md"


def test_links_stay_in_the_window_and_others_go_to_the_browser(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    window.help.show_guide()
    shown = window.help.guide
    assert shown is not None
    shown.text.anchorClicked.emit(QUrl("wells.md"))
    assert shown.text.source().fileName() == "wells.md"
    shown.text.anchorClicked.emit(QUrl("https://example.org/paper"))
    assert opened == ["https://example.org/paper"]
    shown.text.backward()
    assert shown.text.source().fileName() == "index.md"


def test_a_page_can_be_searched(window: MainWindow, qtbot: QtBot) -> None:
    window.help.show_guide()
    shown = window.help.guide
    assert shown is not None
    qtbot.keyClicks(shown.search, "relaxo")
    assert shown.text.textCursor().selectedText().lower() == "relaxo"
    first = shown.text.textCursor().position()
    qtbot.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.text.textCursor().selectedText().lower() == "relaxo"
    assert shown.text.textCursor().position() != first


def test_what_is_not_on_this_page_is_found_on_another(window: MainWindow, qtbot: QtBot) -> None:
    window.help.show_guide()
    shown = window.help.guide
    assert shown is not None
    qtbot.keyClicks(shown.search, "stock_error_percent")
    # A page is not left while somebody types.
    assert shown.text.source().fileName() == "index.md"
    met = set()
    for _ in range(30):
        qtbot.keyClick(shown.search, Qt.Key.Key_Return)
        assert shown.text.textCursor().selectedText() == "stock_error_percent"
        met.add(shown.text.source().fileName())
    assert {"recipe-keys.md", "intervals.md"} <= met
    qtbot.keyClicks(shown.search, "no such words")
    qtbot.keyClick(shown.search, Qt.Key.Key_Return)
    assert not shown.text.textCursor().hasSelection()


def test_a_link_to_a_heading_goes_there_and_home_is_the_first_page_of_the_guide(window: MainWindow) -> None:
    home = guide.guide()
    page = page_about("concentrations")
    assert home is not None
    assert page is not None
    window.help.show_guide()
    shown = window.help.guide
    assert shown is not None
    shown.read(page, home)
    shown.text.anchorClicked.emit(QUrl("../wells.md#which-voxels-count"))
    assert shown.text.source().fileName() == "wells.md"
    top = shown.text.cursorForPosition(shown.text.viewport().rect().topLeft() + QPoint(4, 4))
    assert top.block().text() == "Which voxels count"
    next(action for action in shown.actions() if action.text() == "First page").trigger()
    assert shown.text.source() == QUrl.fromLocalFile(str(home / "index.md"))


def test_a_picture_is_no_wider_than_the_page_and_dark_in_a_dark_window(window: MainWindow) -> None:
    home = guide.guide()
    assert home is not None
    window.help.show_guide()
    shown = window.help.guide
    assert shown is not None
    seen = []
    for ground in (Qt.GlobalColor.white, Qt.GlobalColor.black):
        palette = shown.palette()
        palette.setColor(palette.ColorRole.Base, ground)
        palette.setColor(palette.ColorRole.Window, ground)
        text = Qt.GlobalColor.black if ground == Qt.GlobalColor.white else Qt.GlobalColor.white
        palette.setColor(palette.ColorRole.Text, text)
        palette.setColor(palette.ColorRole.WindowText, text)
        shown.text.setPalette(palette)
        shown.read(home / "tutorial" / "app.md", home)
        name = QUrl("../images/wells-1280x800-light.png")
        picture = shown.text.loadResource(QTextDocument.ResourceType.ImageResource.value, name)
        assert isinstance(picture, QImage)
        assert 0 < picture.width() / picture.devicePixelRatioF() <= shown.text.viewport().width()
        seen.append(picture.pixelColor(picture.width() - 5, picture.height() // 2 + 20).lightness())
    assert seen[0] > 200
    assert seen[1] < 60


def test_every_link_of_the_guide_leads_to_a_page_a_heading_or_a_picture_that_is_there() -> None:
    home = guide.guide()
    assert home is not None
    for page in sorted(home.rglob("*.md")):
        for link in re.findall(r"\]\(([^)\s]+)\)", readable(page)):
            if "://" in link:
                continue
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page.name}: {link}"
            if heading:
                titles = re.findall(r"^#+ (.+)$", readable(target), re.MULTILINE)
                assert heading in map(anchor_of, titles), f"{page.name}: {link}"


def test_an_installation_without_its_guide_says_so(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(guide, "files", lambda _: tmp_path / "relaxo")
    window.help.show_guide()
    assert window.help.guide is None
    assert "without its guide" in window.banner.text


def test_about_says_what_it_is_not_for(window: MainWindow) -> None:
    window.help.show_about()
    box = window.help.box
    assert box is not None
    assert "For research use, not for diagnosis." in box.text()
    assert relaxo.__version__ in box.text()
    assert "engine" in box.detailedText()
    box.close()
