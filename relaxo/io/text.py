"""Text that comes from a file, made fit to be shown: it moves no cursor, changes no colour and hides nothing."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 200


def printable(text: str | Path, longest: int | None = None) -> str:
    """Return text on one line, without control codes, at most `longest` characters of it.

    Control codes would act on the terminal, and bidirectional overrides (category Cf, U+202A and on) show text in
    another order than it has. Names in any script stay as they are.
    """
    shown = str(text)
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_shown(character) for character in shown)
    shown = " ".join(shown.split())
    if longest is not None and len(shown) > longest:
        return shown[: longest - 1] + "…"
    return shown


def article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":  # a byte of a file name that is not text
        return "\N{REPLACEMENT CHARACTER}"
    if "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069":
        return ""
    return character
