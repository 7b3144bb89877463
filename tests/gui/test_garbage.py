"""Garbage is collected on the thread of the window, and only while somebody sees to it."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from relaxo_gui.garbage import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    assert qtbot is not None
    parent = QObject()
    collector = Collector(parent)
    yield collector
    collector.end()
    assert gc.isenabled()


class Ring:
    """Refers to itself, so that only a collection takes it away."""

    def __init__(self) -> None:
        self.itself = self


def test_python_does_not_collect_by_itself_and_the_collector_does(collector: Collector) -> None:
    assert not gc.isenabled()
    ring = weakref.ref(Ring())
    many = [[] for _ in range(2 * gc.get_threshold()[0])]
    assert ring() is not None
    collector.collect()
    assert ring() is None
    assert many


def test_too_little_is_left_for_later(collector: Collector) -> None:
    gc.collect()
    ring = weakref.ref(Ring())
    collector.collect()
    assert ring() is not None


def test_what_is_kept_is_looked_at_no_more_until_the_end(collector: Collector) -> None:
    ring = weakref.ref(Ring())
    collector.keep()
    gc.collect()
    assert ring() is not None
    collector.end()
    gc.collect()
    assert ring() is None


def test_it_looks_by_itself(collector: Collector, qtbot: QtBot) -> None:
    collector._timer.setInterval(1)
    ring = weakref.ref(Ring())
    many = [[] for _ in range(2 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: ring() is None)
    assert many
