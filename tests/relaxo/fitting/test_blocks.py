"""Blocks cover every voxel once, threads share them, and a cancel is heard at once."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from relaxo.errors import Cancelled
from relaxo.fitting.blocks import STRETCH, checkpoint, chosen, ranges, stop_flag, work_through


def test_ranges_cover_every_voxel_once():
    blocks = list(ranges(1003, 100))
    assert [index for block in blocks for index in range(block.start, block.stop)] == list(range(1003))


@pytest.mark.parametrize("voxels", [0, 1, 5000, STRETCH + 5000])
def test_a_mask_is_covered_in_order_by_blocks_of_the_size_asked_for(voxels):
    mask = np.random.default_rng(0).random(voxels) < 0.01
    blocks = list(chosen(mask, 100))
    assert all(block.size == 100 for block in blocks[:-1])
    np.testing.assert_array_equal(np.concatenate([*blocks, np.empty(0, int)]), np.flatnonzero(mask))


@pytest.mark.parametrize("threads", [1, 3, None])
def test_every_block_is_worked_on_once(threads):
    seen = np.zeros(1000, int)

    def work(block):
        seen[block] += 1
        return block.stop - block.start

    reported = []
    work_through(ranges(1000, 7), work, 1000, threads=threads, progress=lambda *state: reported.append(state) is None)
    assert (seen == 1).all()
    assert reported[-1] == (1000, 1000)


def test_a_cancel_is_heard_within_50_ms():
    asked = threading.Event()
    worked = []

    def work(block):
        time.sleep(0.005)
        worked.append(block)
        return 1

    def progress(done, _):
        if done > 10:
            asked.set()
        return not asked.is_set()

    began = time.monotonic()
    with pytest.raises(Cancelled):
        work_through(ranges(100_000, 1), work, 100_000, threads=2, progress=progress)
    assert asked.is_set()
    assert time.monotonic() - began < 5
    assert len(worked) < 100


def test_a_block_that_takes_long_ends_at_its_next_checkpoint():
    begun = threading.Event()
    passes = []

    def work(_):
        while True:
            checkpoint()
            begun.set()
            passes.append(stop_flag().value)
            time.sleep(0.001)

    with pytest.raises(Cancelled):
        work_through(ranges(2, 1), work, 2, threads=2, progress=lambda *_: not begun.is_set())
    assert len(passes) < 1000
    assert not any(passes[:-2])
    assert stop_flag().value == 0


def test_outside_any_work_a_checkpoint_lets_pass():
    checkpoint()


def test_an_error_in_one_thread_stops_all_and_comes_out():
    worked = []

    def work(block):
        worked.append(block)
        if block.start == 5:
            raise ValueError("no")
        time.sleep(0.001)
        return 1

    with pytest.raises(ValueError, match="no"):
        work_through(ranges(10_000, 1), work, 10_000, threads=2)
    assert len(worked) < 1000


@pytest.mark.parametrize("threads", [1, 3])
def test_brisk_work_is_shared_with_the_thread_that_asks_for_it(threads):
    here, seen = threading.get_ident(), set()

    def work(block):
        seen.add(threading.get_ident())
        time.sleep(0.001)
        return block.stop - block.start

    told = []

    def progress(*far):
        told.append(far)
        return True

    work_through(ranges(1000, 10), work, 1000, threads=threads, brisk=True, progress=progress)
    assert here in seen
    assert len(seen) <= threads
    assert told[-1] == (1000, 1000)


def test_brisk_work_is_cancelled_between_blocks():
    begun = []

    def work(block):
        begun.append(block)
        time.sleep(0.005)
        return 1

    with pytest.raises(Cancelled):
        work_through(ranges(1000, 1), work, 1000, threads=1, brisk=True, progress=lambda *_: False)
    assert len(begun) < 100


def test_an_error_of_brisk_work_comes_out():
    def work(block):
        raise ValueError(f"wrong at {block.start}")

    with pytest.raises(ValueError, match="wrong at"):
        work_through(ranges(10, 1), work, 10, threads=2, brisk=True)
