"""Pages written for Sphinx read as Markdown: contents are links, and nothing of its markup is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relaxo_gui.actions.help import guide
from relaxo_gui.widgets.guide_text import readable

if TYPE_CHECKING:
    from pathlib import Path


def test_a_list_of_contents_becomes_links_with_titles(tmp_path: Path) -> None:
    (tmp_path / "how").mkdir()
    (tmp_path / "one.md").write_text("# The first\n\nText.\n", encoding="utf-8")
    (tmp_path / "how" / "b.md").write_text("# Of b\n", encoding="utf-8")
    (tmp_path / "how" / "a.md").write_text("no title\n", encoding="utf-8")
    page = tmp_path / "index.md"
    page.write_text(
        "# Guide\n\n```{toctree}\n:caption: Begin\n:maxdepth: 1\n\none\nhow/*\n```\n\n```python\nx = 1\n```\n\n"
        "```{eval-rst}\n.. automodule:: relaxo\n```\nEnd.\n",
        encoding="utf-8",
    )
    assert readable(page) == (
        "# Guide\n\n\n**Begin**\n\n- [The first](one.md)\n- [a](how/a.md)\n- [Of b](how/b.md)\n\n"
        "```python\nx = 1\n```\n\nEnd.\n"
    )


def _pages() -> list[Path]:
    home = guide()
    assert home is not None
    return sorted(home.rglob("*.md"))


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_no_page_of_the_guide_shows_markup_of_sphinx(page: Path) -> None:
    text = readable(page)
    assert "```{" not in text
    assert "<!--" not in text
    assert "$$" not in text
