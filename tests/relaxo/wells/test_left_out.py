from __future__ import annotations

import dataclasses

from relaxo.wells.circles import Circle
from relaxo.wells.left_out import cut_by_border, how_small, partial, too_small, unsure

CIRCLE = Circle(20, 30, 5, 0.9, 1.0)


def test_nothing_left_out_is_nothing_said() -> None:
    assert cut_by_border([], 1, 1) == too_small([], 1, 1) == unsure([CIRCLE], 1, 1) == ()
    assert partial([(CIRCLE, (0, 1))], [[CIRCLE], [CIRCLE]]) == ()


def test_places_are_in_pixels_of_the_images() -> None:
    (notice,) = cut_by_border([CIRCLE], 0.5, 1)
    assert "row 10, column 30" in notice.message


def test_few_places_are_listed_and_all_are_counted() -> None:
    small = [Circle(20.0 * k, 30, 1.6, 0.9, 1.0) for k in range(9)]
    said = how_small(small, 1, 1)
    assert said.startswith("9 that have a radius of 1.6 pixels, where 2.4 is the least: row 0, column 30;")
    assert said.endswith("and 4 more")
    assert how_small(small[:1], 1, 1).startswith("one that has")


def test_what_is_unsure_is_told_of_on_both_sides_of_the_bar() -> None:
    out, doubtful, hopeless = (dataclasses.replace(CIRCLE, confidence=share) for share in (0.4, 0.6, 0.3))
    assert [notice.code for notice in unsure([out, doubtful, hopeless, CIRCLE], 1, 1)] == [
        "wells_left_out",
        "wells_unsure",
    ]
    assert unsure([hopeless], 1, 1) == ()


def test_slices_filled_in_part_are_counted() -> None:
    (notice,) = partial([(CIRCLE, (1, 2))], [[CIRCLE], [CIRCLE], [CIRCLE], []])
    assert "slice 0 for 1 of the wells" in notice.message
