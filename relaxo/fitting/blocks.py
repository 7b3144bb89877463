"""Work through many voxels block by block on several threads, so that memory stays bounded and a cancel is prompt."""

from __future__ import annotations

import os
import threading
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


def work_through(
    blocks: Iterator[Block],
    work: Callable[[Block], int],
    total: int,
    *,
    threads: int | None = None,
    progress: Callable[[int, int], bool] | None = None,
) -> None:
    """Call `work` with every block; it returns how many voxels it has done, `total` in all.

    `progress` is called from this thread, about fifty times a second and once at the end.

    Raises
    ------
    Cancelled
        When `progress` answers False; no further block is begun.
    """
    take = threading.Lock()
    stop = threading.Event()
    done = 0

    def labour() -> None:
        nonlocal done
        while not stop.is_set():
            with take:
                block = next(blocks, None)
            if block is None:
                return
            try:
                finished = work(block)
            except BaseException:
                stop.set()
                raise
            with take:
                done += finished

    workers = max(1, threads or os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(labour) for _ in range(workers)}
        try:
            while running:
                finished, running = wait(running, timeout=PULSE, return_when=FIRST_EXCEPTION)
                for one in finished:
                    one.result()
                if progress is not None and not progress(done, total):
                    raise Cancelled
        finally:
            stop.set()
