from __future__ import annotations

from relaxo.wells.circles import Circle
from relaxo.wells.overlap import apart, at_one_place, clear_of

SURE, UNSURE, AWAY = Circle(20, 20, 5, 0.9, 1.0), Circle(21, 22, 5, 1.0, 0.6), Circle(20, 40, 5, 0.9, 0.8)


def test_the_surest_of_those_upon_one_another_is_kept() -> None:
    assert apart([UNSURE, AWAY, SURE]) == [SURE, AWAY]


def test_neighbours_that_nearly_touch_do_not_lie_upon_one_another() -> None:
    assert len(apart([SURE, Circle(20, 29, 5, 0.9, 1.0)])) == 2
    assert len(apart([SURE, Circle(20, 27, 5, 0.9, 1.0)])) == 1


def test_candidates_upon_what_is_known_are_dropped() -> None:
    assert clear_of([SURE], [UNSURE, AWAY]) == [AWAY]
    assert clear_of([], [UNSURE]) == [UNSURE]
    assert clear_of([SURE], []) == []


def test_a_place_in_several_slices_is_one() -> None:
    assert at_one_place([UNSURE, SURE, AWAY]) == [UNSURE, AWAY]
