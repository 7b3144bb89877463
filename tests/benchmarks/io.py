"""How fast images are read: 10 TI x 20 slices x 256 x 256 of classic DICOM, side by side with what else there is.

    python tests/benchmarks/io.py [REPEATS]

prints a table of medians; the files lie in the system's cache, and the ways to read them take turns.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import pydicom

from relaxo.data import Geometry, Protocol, Stack
from relaxo.io import Identity, load, scan, write_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TIMES, SLICES, SIZE = 10, 20, 256


def main() -> None:
    """Write the files, read them in every way, and print the table."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder))
        (source,) = scan([Path(folder)]).stacks
        ways: dict[str, Callable[[], object]] = {
            "bytes of the files, plus one NumPy copy": lambda: only_bytes(files),
            "relaxo: load (pixels into the stack)": lambda: load(source),
            "relaxo: scan (headers, grouped)": lambda: scan([Path(folder)]),
            "relaxo: scan and load": lambda: load(scan([Path(folder)]).stacks[0]),
            "pydicom: dcmread(...) in a loop": lambda: [pydicom.dcmread(file) for file in files],
            "pydicom: dcmread(...).pixel_array in a loop": lambda: with_pydicom(files),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats + 1):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - start)
    print(f"{len(files)} files, {TIMES} TI x {SLICES} slices x {SIZE} x {SIZE}, median of {repeats}\n")
    print("| way | ms |\n|---|---|")
    for name, times in taken.items():  # the first turn warms up
        print(f"| {name} | {1e3 * median(times[1:]):.0f} |")


def write(folder: Path) -> list[Path]:
    """Write the stack and return its files."""
    signal = np.random.default_rng(0).integers(0, 4096, (TIMES, SLICES, SIZE, SIZE)).astype(np.float32)
    protocol = Protocol("IRT1", "InversionTime", np.geomspace(0.02, 4, TIMES), {"RepetitionTime": np.full(TIMES, 10.0)})
    stack = Stack(signal, protocol, Geometry((SLICES, SIZE, SIZE), np.diag([1.0, 1.0, 5.0, 1.0])))
    return write_stack(stack, folder, identity=Identity("Bench^Mark", "1", "benchmark", "benchmark"))


def only_bytes(files: Sequence[Path]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Read the files and copy their last bytes into one array: less than this no reader can do."""
    signal = np.empty((len(files), SIZE * SIZE), np.float32)
    for image, file in zip(signal, files, strict=True):
        content = file.read_bytes()
        image[...] = np.frombuffer(content, "<u2", SIZE * SIZE, len(content) - 2 * SIZE * SIZE)
    return signal


def with_pydicom(files: Sequence[Path]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Read the files as one would in a script."""
    return np.stack([pydicom.dcmread(file).pixel_array.astype(np.float32) for file in files])


if __name__ == "__main__":
    main()
