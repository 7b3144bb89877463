"""Colours and spacing: one accent, amber and red only for their meaning, and one colour an agent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtGui import QColor, QPalette

#: Steps of the grid that everything stands on, in px.
GRID = 4
PADDING = 12

#: Images lie on near-black in both themes.
IMAGE_BACKGROUND = "#0d0f12"

# Okabe & Ito's colours, which the colour-blind tell apart, made lighter where they lie on a dark ground.
_AGENTS_ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#b0508c", "#a87900", "#2f8fc4")
_AGENTS_ON_DARK = ("#56b4e9", "#f0803c", "#2fc79a", "#d98cb8", "#e6b43c", "#7fc9f2")
SYMBOLS = ("o", "s", "t1", "d", "p", "h")


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours that follow from the palette of the system."""

    dark: bool
    text: str
    muted: str
    line: str
    base: str
    accent: str
    accent_strong: str
    """Of what is accented and under the pointer."""
    amber: str
    red: str

    @classmethod
    def of(cls, palette: QPalette) -> Theme:
        """Return the theme that goes with a palette."""
        return _theme(palette.color(QPalette.ColorRole.Base).name(), palette.color(QPalette.ColorRole.Text).name())

    def agent(self, index: int | None) -> str:
        """Return the colour of an agent by its place in the order of agents; of a well without one for None."""
        if index is None:
            return self.muted
        colours = _AGENTS_ON_DARK if self.dark else _AGENTS_ON_LIGHT
        return colours[index % len(colours)]

    def tint(self, colour: str) -> str:
        """Return a ground that is a shade of a colour."""
        return _between(QColor(colour), QColor(self.base), 0.86).name()


def agent_on_image(index: int | None) -> str:
    """Return the colour of an agent where it is drawn on an image."""
    return "#d8dde2" if index is None else _AGENTS_ON_DARK[index % len(_AGENTS_ON_DARK)]


def symbol(index: int | None) -> str:
    """Return the symbol of an agent in a plot, in pyqtgraph's letters, for colour is never alone."""
    return "x" if index is None else SYMBOLS[index % len(SYMBOLS)]


def style_sheet(theme: Theme) -> str:
    """Return what the system's own style leaves to be said."""
    # Fusion draws the boxes of a dark theme dark on dark.
    tick = files("relaxo_gui.resources").joinpath(f"check_{'dark' if theme.dark else 'light'}.svg")
    return f"""
        QCheckBox::indicator, QAbstractItemView::indicator {{ width: {GRID * 3 + 2}px; height: {GRID * 3 + 2}px;
            border: 1px solid {theme.muted}; border-radius: 3px; background: {theme.base}; }}
        QCheckBox::indicator:hover, QCheckBox::indicator:focus, QAbstractItemView::indicator:hover {{
            border-color: {theme.accent}; }}
        QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ background: {theme.accent};
            border-color: {theme.accent}; image: url("{Path(str(tick)).as_posix()}"); }}
        QCheckBox::indicator:disabled, QAbstractItemView::indicator:disabled {{ border-color: {theme.line}; }}
        QCheckBox::indicator:checked:disabled {{ background: {theme.line}; }}
        QLineEdit {{ border: 1px solid {theme.line}; border-radius: {GRID}px; padding: {GRID - 1}px {GRID + 2}px;
            background: {theme.base}; }}
        QLineEdit:focus {{ border-color: {theme.accent}; }}
        QAbstractItemView QLineEdit, QSpinBox QLineEdit, QDoubleSpinBox QLineEdit, QComboBox QLineEdit {{ border: none;
            border-radius: 0px; padding: 0px; }}
        QMenuBar {{ background: transparent; border: none; padding: 2px {GRID}px; }}
        QMenuBar::item {{ background: transparent; padding: {GRID}px {GRID * 2}px; border-radius: {GRID}px; }}
        QMenuBar::item:selected {{ background: {theme.tint(theme.accent)}; }}
        QMainWindow::separator {{ width: {GRID}px; height: {GRID}px; background: transparent; }}
        QDockWidget {{ font-weight: 600; }}
        QDockWidget::title {{ padding: {GRID * 2}px {PADDING}px {GRID}px {PADDING}px; background: transparent; }}
        QTableView, QTreeView {{ border: none; }}
        QTableView::item {{ padding: 0px {GRID + 1}px; }}
        QTreeView, QListView {{ padding: {GRID}px {GRID * 2}px; border: none; background: {theme.base}; }}
        QHeaderView::section {{ border: none; border-bottom: 1px solid {theme.line}; padding: {GRID}px {GRID * 2}px;
            background: {theme.base}; color: {theme.muted}; font-weight: normal; }}
        QFrame[role="drop"] {{ border: 1px dashed {theme.muted}; border-radius: {GRID * 2}px; }}
        QLabel[role="head"] {{ font-weight: 600; }}
        QLabel[role="muted"] {{ color: {theme.muted}; }}
        QToolBar {{ border: none; border-bottom: 1px solid {theme.line}; padding: 0px; }}
        QToolButton[segment="true"] {{ border: 1px solid {theme.line}; border-radius: {GRID}px;
            padding: {GRID}px {PADDING}px; background: transparent; }}
        QToolButton[segment="true"]:hover {{ border-color: {theme.accent}; }}
        QToolButton[segment="true"]:focus {{ border-color: {theme.accent}; }}
        QToolButton[segment="true"]:checked {{ background: {theme.accent}; border-color: {theme.accent};
            color: {theme.base}; }}
        QPushButton[role="primary"] {{ background: {theme.accent}; color: {theme.base};
            border: 2px solid {theme.accent}; border-radius: {GRID}px;
            padding: {GRID * 2}px {PADDING * 2}px; font-weight: 600; }}
        QPushButton[role="primary"]:hover {{ background: {theme.accent_strong}; }}
        QPushButton[role="primary"]:disabled {{ background: {theme.line}; border-color: {theme.line};
            color: {theme.muted}; }}
        QPushButton[role="primary"]:focus {{ border-color: {theme.accent_strong}; }}
        Banner {{ border: none; }}
        QFrame#card {{ background: {theme.base}; border: 1px solid {theme.muted}; border-radius: {GRID}px; }}
        NoticeList {{ border: none; border-left: {GRID}px solid {theme.amber}; }}
        NoticeList, NoticeList QScrollArea, QWidget#notices {{ background: {theme.tint(theme.amber)}; }}
        NoticeList QLabel {{ background: transparent; }}
    """


def _between(first: QColor, second: QColor, share: float) -> QColor:
    """Return the colour that lies this share of the way from the first to the second."""
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in zip(
                (first.red(), first.green(), first.blue()),
                (second.red(), second.green(), second.blue()),
                strict=True,
            )
        )
    )


@cache
def _theme(base_name: str, text_name: str) -> Theme:
    base = QColor(base_name)
    text = QColor(text_name)
    dark = base.lightness() < text.lightness()
    accent = QColor("#4ea3e0" if dark else "#1f6fb2")
    return Theme(
        dark=dark,
        text=text.name(),
        muted=_between(text, base, 0.34).name(),
        line=_between(text, base, 0.82).name(),
        base=base.name(),
        accent=accent.name(),
        accent_strong=_between(accent, text, 0.15).name(),
        amber="#e0a83a" if dark else "#9a6200",
        red="#f0766a" if dark else "#b3261e",
    )
