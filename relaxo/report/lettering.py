"""Words in figures: symbols, and how much room a text takes before it is drawn."""

from __future__ import annotations

import unicodedata

SYMBOL = {"T1": "T₁", "T2": "T₂"}
RELAXIVITY = {"T1": "r₁", "T2": "r₂"}
UNIT = "mM⁻¹ s⁻¹"

_MM_PER_POINT = 25.4 / 72
#: Mean advance of DejaVu Sans, the widest of the families, in bold and with some to spare; in units of the size.
_ADVANCE = 0.66
_FEWEST_LETTERS = 5


def width_mm(text: str, points: float) -> float:
    """Return about how long a text is at most, in mm."""
    ems = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else _ADVANCE for letter in text)
    return ems * points * _MM_PER_POINT


def shortened(text: str, room_mm: float, points: float) -> str:
    """Return a text that fits, with an ellipsis in its middle: names of agents differ at both ends."""
    short = text
    letters = len(text)
    while width_mm(short, points) > room_mm and letters > _FEWEST_LETTERS:
        letters -= 1
        head = (letters - 1) // 2
        short = f"{text[:head].rstrip()}…{text[len(text) - (letters - 1 - head) :].lstrip()}"
    return short
