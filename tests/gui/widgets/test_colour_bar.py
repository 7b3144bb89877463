"""Numbers as colours: what is not known is dark, and the numbers of the bar are round."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from relaxo_gui.resources.colour_maps import lookup_table
from relaxo_gui.resources.theme import IMAGE_BACKGROUND
from relaxo_gui.widgets.colour_bar import coloured, ticks


def test_values_take_the_colours_between_the_levels_and_none_the_ground() -> None:
    table = lookup_table("lipari")
    image = coloured(np.array([[-5.0, 0.0, 100.0, 200.0, np.nan, np.inf]]), (0.0, 100.0), table)
    colours = [QColor(image.pixel(column, 0)) for column in range(6)]
    first, last = QColor(*table[0].tolist()), QColor(*table[255].tolist())
    ground = QColor(IMAGE_BACKGROUND)
    assert colours == [first, first, last, last, ground, ground]


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 1000, 5, [0, 200, 400, 600, 800, 1000]), (0, 3300, 4, [0, 1000, 2000, 3000]), (-0.3, 0.3, 3, [-0.2, 0, 0.2])],
)
def test_numbers_are_round_and_lie_within_the_levels(low: float, high: float, most: int, expected: list[float]) -> None:
    assert ticks(low, high, most) == pytest.approx(expected)


def test_equal_levels_have_no_numbers() -> None:
    assert ticks(1.0, 1.0, 5) == []
