from __future__ import annotations

from relaxo.io.clusters import cluster, split


def test_split_keeps_the_order_of_appearance() -> None:
    assert split("bacbd", [1, 2, 1, 1, 2]) == [["b", "c", "b"], ["a", "d"]]
    assert split("abcd", [1, 1, 2, 2], [1, 2, 1, 1]) == [["a"], ["b"], ["c", "d"]]
    assert split("") == []


def test_numbers_that_differ_by_rounding_are_one_cluster() -> None:
    assert cluster([2.00000012, 0.5, None, 2.0, 0.5], absolute=1e-5, relative=1e-3) == [1, 0, -1, 1, 0]
    assert cluster([1.0, 1.2, 1.5], absolute=0.25) == [0, 0, 1]
    assert cluster([None], absolute=1) == [-1]
    assert cluster([], absolute=1) == []
    assert cluster([-3.0, 0.0, 3.0], absolute=1) == [0, 1, 2]
