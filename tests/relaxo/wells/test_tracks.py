from __future__ import annotations

import dataclasses

import pytest

from relaxo.wells.circles import Circle
from relaxo.wells.tracks import columns_of_circles


def circle(row: float = 20.0, column: float = 20.0, radius: float = 6.0, confidence: float = 1.0) -> Circle:
    return Circle(row, column, radius, 1.0, confidence)


def test_circles_at_one_place_are_one_well() -> None:
    sections = [[circle(20 + 0.1 * z), circle(60)] for z in range(5)]
    first, second = columns_of_circles(sections)
    assert first[1] == second[1] == (0, 4)
    assert first[0].row == pytest.approx(20.2)
    assert first[0].confidence == 1


def test_a_column_may_miss_one_slice() -> None:
    ((mean, slices),) = columns_of_circles([[circle()], [circle()], [], [circle()], [circle()]])
    assert slices == (0, 4)
    assert mean.confidence == pytest.approx(0.8)


def test_wells_above_each_other_are_two() -> None:
    sections = [[circle()], [circle()], [], [], [], [circle()], [circle()]]
    assert [slices for _, slices in columns_of_circles(sections)] == [(0, 1), (5, 6)]


def test_the_ends_of_a_sphere_do_not_count() -> None:
    sections = [[circle(radius=radius)] for radius in (3.5, 6.0, 7.3, 7.5, 7.2, 6.1, 3.0)]
    ((mean, slices),) = columns_of_circles(sections)
    assert slices == (2, 4)
    assert mean.radius == pytest.approx(7.3)


def test_neighbours_stay_apart() -> None:
    sections = [[circle(20, 20), circle(20, 34)] for _ in range(3)]
    assert [mean.column for mean, _ in columns_of_circles(sections)] == [20, 34]


def test_another_size_makes_a_circle_less_sure() -> None:
    usual = [circle(20.0 * k, 20, 6.0, 0.81) for k in range(1, 6)]
    columns = columns_of_circles([[*usual, circle(20, 100, 2.5), circle(60, 100, 7.5, 0.81), circle(90, 90, 15.0)]])
    confidence = [mean.confidence for mean, _ in columns]
    assert confidence[:5] == pytest.approx([0.9] * 5)
    assert confidence[5] == pytest.approx(0.6)
    assert confidence[6] == pytest.approx(0.81)
    assert confidence[7] == pytest.approx(0.6)


def test_a_column_much_shorter_than_the_others_is_less_sure() -> None:
    sections = [[circle(20), circle(60), *([circle(100)] if z == 3 else [])] for z in range(8)]
    confidence = [mean.confidence for mean, _ in columns_of_circles(sections)]
    assert confidence == pytest.approx([1, 1, 0.6])


def test_no_circles_are_no_columns() -> None:
    assert columns_of_circles([[], []]) == []


def test_a_wall_in_a_slice_filled_in_part_is_not_the_size_of_the_well() -> None:
    sections = [[dataclasses.replace(circle(), strength=100.0)] for _ in range(3)]
    sections.append([dataclasses.replace(circle(radius=11.0), strength=15.0)])
    ((mean, slices),) = columns_of_circles(sections)
    assert slices == (0, 2)
    assert mean.radius == pytest.approx(6.0)
