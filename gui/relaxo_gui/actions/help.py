"""The shipped guide: where its pages lie, and which of them is about what."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

#: Name of the property of a widget that says what it is about: one of `TOPICS`.
PROPERTY = "help"

#: What a part of the window is about, to the page of the guide, without its ending.
TOPICS = {
    "": "index",
    "images": "reading",
    "wells": "wells",
    "concentrations": "how-to/plate",
    "maps": "fitting",
    "signal": "fitting",
    "relaxivity": "relaxivity",
    "report": "results",
    "figure": "figures",
}


def guide() -> Path | None:
    """Return the folder of the guide: inside an installed Relaxo, beside the package in a checkout; None without."""
    package = Path(str(files("relaxo")))
    return next((home for home in (package / "docs", package.parent / "docs") if (home / "index.md").is_file()), None)


def page_about(topic: str) -> Path | None:
    """Return the page about a topic, the first page where it has none of its own; None where no guide came along."""
    home = guide()
    if home is None:
        return None
    page = home / f"{TOPICS.get(topic, 'index')}.md"
    return page if page.is_file() else home / "index.md"


def topic_here() -> str:
    """Return what the widget under the pointer is about, else the one that has the focus; empty for neither."""
    for widget in (QApplication.widgetAt(QCursor.pos()), QApplication.focusWidget()):
        if topic := topic_of(widget):
            return topic
    return ""


def topic_of(widget: QWidget | None) -> str:
    """Return what a widget is about: what it says, or what it is in says; empty where nothing does."""
    while widget is not None:
        said = widget.property(PROPERTY)
        if isinstance(said, str) and said:
            return said
        widget = widget.parentWidget()
    return ""
