"""Sorting things into groups: by equal keys, and by numbers that differ by no more than rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

Item = TypeVar("Item")


def split(items: Iterable[Item], *keys: Iterable[Hashable]) -> list[list[Item]]:
    """Return items in groups of equal keys, in order of first appearance; `keys` hold one value an item each."""
    groups: dict[tuple[Hashable, ...], list[Item]] = {}
    for item, *key in zip(items, *keys, strict=True):
        groups.setdefault(tuple(key), []).append(item)
    return list(groups.values())


def cluster(numbers: Sequence[float | None], absolute: float, relative: float = 0.0) -> list[int]:
    """Return for every number the index, ascending from 0, of the cluster it belongs to; -1 where it is None.

    A new cluster begins where a number exceeds the one before it by more than ``absolute + relative * number``.
    """
    known = sorted({number for number in numbers if number is not None})
    label: dict[float | None, int] = {None: -1}
    current = 0
    for before, number in zip([*known[:1], *known], known, strict=False):
        current += number - before > absolute + relative * abs(number)
        label[number] = current
    return [label[number] for number in numbers]
