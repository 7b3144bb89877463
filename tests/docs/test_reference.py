"""The pages of the reference that the app shows are what would be written from the code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"
KEPT = DOCS / "reference" / "generated"


@pytest.fixture(scope="module")
def made(script: Callable[[Path], ModuleType]) -> dict[str, str]:
    pages: dict[str, str] = script(DOCS / "_extensions" / "reference_pages.py").pages()
    return pages


def test_the_pages_are_those_that_the_code_gives(made: dict[str, str]) -> None:
    assert {page.stem for page in KEPT.glob("*.md")} == set(made), "python docs/_extensions/reference_pages.py"
    for name, text in made.items():
        kept = (KEPT / f"{name}.md").read_text(encoding="utf-8")
        compared = _without_examples if name in {"results-json", "tables"} else str
        assert compared(kept) == compared(text), f"{name}: python docs/_extensions/reference_pages.py"


def _without_examples(text: str) -> str:
    """Leave out the last column, measured numbers: their last digit may differ between engines and machines."""
    return "\n".join(
        line.rstrip("| ").rpartition(" | ")[0] if line.startswith("| `") else line for line in text.splitlines()
    )


def test_every_key_says_what_it_holds_and_every_command_has_its_help(made: dict[str, str]) -> None:
    assert "| `stock_error_percent` | number, at least 0 |" in made["recipe-keys"]
    assert "-h, --help" in made["commands"]
    assert "### relaxo phantom make" in made["commands"]
    assert "| 3 | A file, folder, table or recipe could not be used. |" in made["exit-codes"]
