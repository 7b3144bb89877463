"""Help: F1 opens the page about what is under the pointer, links stay inside, and what this is can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

import relaxo
from relaxo_gui.actions import help as guide
from relaxo_gui.actions.help import PROPERTY, TOPICS, page_about, topic_of
from relaxo_gui.session_model import STEPS

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
