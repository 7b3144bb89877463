"""Work through many voxels block by block on several threads, so that memory stays bounded and a cancel is prompt."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Block = slice | NDArray[np.intp]

#: Seconds between two questions to `progress`.
PULSE = 0.02
#: Voxels of a mask that are looked at together.
STRETCH = 1 << 20


def ranges(voxels: int, size: int) -> Iterator[slice]:
    """Yield slices that cover `voxels` voxels, `size` at a time."""
    for start in range(0, voxels, size):
        yield slice(start, min(start + size, voxels))


def chosen(mask: NDArray[np.bool_], size: int) -> Iterator[NDArray[np.intp]]:
    """Yield the indices of the voxels that a mask (voxels,) chooses, `size` at a time."""
    rest = np.empty(0, np.intp)
    for stretch in ranges(mask.size, STRETCH):
        rest = np.concatenate([rest, np.flatnonzero(mask[stretch]) + stretch.start])
        while rest.size >= size:
            yield rest[:size]
            rest = rest[size:]
    if rest.size:
        yield rest


def workers(threads: int | None) -> int:
    """Return how many threads work when so many are asked for; one for every processor where that is None."""
    return max(1, threads or os.cpu_count() or 1)


def work_through(
    blocks: Iterator[Block],
    work: Callable[[Block], int],
    total: int,
    *,
    threads: int | None = None,
    progress: Callable[[int, int], bool] | None = None,
    brisk: bool = False,
) -> None:
    """Call `work` with every block; it returns how many voxels it has done, `total` in all.

    `progress` is called from this thread, about fifty times a second and once at the end. Where every block is done
    sooner than that, `brisk`, this thread works too: small fits then start no other.

    Raises
    ------
    Cancelled
        When `progress` answers False; no further block is begun, and those that are end at the next `checkpoint`.
    """
    shift = _Shift(blocks, work, total, progress)
    count = workers(threads)
    with ThreadPoolExecutor(count) as pool:
        running = {pool.submit(shift.labour) for _ in range(count - brisk)}
        try:
            if brisk:
                shift.labour(asking=True)
            while running:
                finished, running = wait(running, timeout=PULSE, return_when=FIRST_EXCEPTION)
                for one in finished:
                    one.result()
                if running:
                    shift.ask()
            shift.ask()
        finally:
            shift.stop.value = 1


def checkpoint() -> None:
    """Leave the work that this thread does, where that is to end: solvers come by here between their passes.

    Raises
    ------
    Cancelled
        When it is.
    """
    if stop_flag().value:
        raise Cancelled


def stop_flag() -> ctypes.c_int32:
    """Return what is 1 once the work that this thread does is to end: for the kernel, which looks now and then."""
    flag: ctypes.c_int32 = getattr(_here, "stop", _NEVER)
    return flag


#: Of each thread, the flag of the work that it does.
_here = threading.local()
_NEVER = ctypes.c_int32(0)


class _Shift:
    """What threads share that work through the same blocks."""

    def __init__(
        self,
        blocks: Iterator[Block],
        work: Callable[[Block], int],
        total: int,
        progress: Callable[[int, int], bool] | None,
    ) -> None:
        self.blocks = blocks
        self.work = work
        self.total = total
        self.progress = progress
        self.done = 0
        self.take = threading.Lock()
        self.stop = ctypes.c_int32(0)

    def labour(self, *, asking: bool = False) -> None:
        """Take block after block, and ask now and then whether to go on."""
        before, _here.stop = stop_flag(), self.stop
        try:
            self._labour(asking=asking)
        finally:
            _here.stop = before

    def _labour(self, *, asking: bool) -> None:
        asked = time.monotonic()
        while not self.stop.value:
            with self.take:
                block = next(self.blocks, None)
            if block is None:
                return
            try:
                finished = self.work(block)
            except BaseException:
                self.stop.value = 1
                raise
            with self.take:
                self.done += finished
            if asking and time.monotonic() - asked >= PULSE:
                asked = time.monotonic()
                self.ask()

    def ask(self) -> None:
        """Tell how far the work is; raise where it is to end."""
        if self.progress is not None and not self.progress(self.done, self.total):
            raise Cancelled
