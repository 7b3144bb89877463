"""Words in figures: symbols, and how much room a text takes before it is drawn."""

from __future__ import annotations

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

SYMBOL = {"T1": "T₁", "T2": "T₂", "R1": "R₁", "R2": "R₂"}
RELAXIVITY = {"T1": "r₁", "T2": "r₂"}
UNIT = "mM⁻¹ s⁻¹"

MM_PER_POINT = 25.4 / 72
_FEWEST_LETTERS = 5


def width_mm(text: str, points: float, weight: str = "normal") -> float:
    """Return how long a text is in mm, in the family of the style that is in force."""
    font = FontProperties(size=points, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * MM_PER_POINT


def shortened(text: str, room_mm: float, points: float, weight: str = "normal") -> str:
    """Return a text that fits, with an ellipsis in its middle: names of agents differ at both ends."""
    short = text
    letters = len(text)
    while letters > _FEWEST_LETTERS and width_mm(short, points, weight) > room_mm:
        letters -= 1
        head = letters // 2
        short = f"{text[:head].rstrip()}…{text[len(text) - (letters - 1 - head) :].lstrip()}"
    return short
