"""Pages of a guide that is written for Sphinx, as plain Markdown: lists of contents become links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = re.compile(r"^```\{(?P<kind>[a-z-]+)\}[^\n]*\n(?P<body>.*?)^```[ ]*$\n?", re.MULTILINE | re.DOTALL)
#: Tells the tests what to do with the block below it.
_COMMENT = re.compile(r"^[ ]*<!--.*?-->[ ]*\n", re.MULTILINE)
_TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)


def readable(page: Path) -> str:
    """Return a page as Markdown that needs no Sphinx.

    A list of contents becomes links with the titles of its pages; what Sphinx would generate is left
    out, and so are comments.
    """

    def write(block: re.Match[str]) -> str:
        return "\n".join(_contents(page.parent, block["body"])) + "\n" if block["kind"] == "toctree" else ""

    return _BLOCK.sub(write, _COMMENT.sub("", page.read_text(encoding="utf-8")))


def _contents(folder: Path, body: str) -> Iterator[str]:
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    for line in lines:
        if line.startswith(":caption:"):
            yield f"\n**{line.removeprefix(':caption:').strip()}**\n"
        elif not line.startswith(":"):
            # A name, or a pattern that stands for several.
            for page in sorted(folder.glob(f"{line}.md")):
                found = _TITLE.search(page.read_text(encoding="utf-8"))
                title = found[1] if found else page.stem
                yield f"- [{title}]({page.relative_to(folder).as_posix()})"
