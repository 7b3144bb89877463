"""How fast and how exact the fit is: ``python tests/benchmarks/fit.py``, with ``--help`` for more.

Everything that is compared runs in turn, round after round, and what is printed is the median of rounds and the median
of the ratios within rounds: on a machine that others use too, only such ratios mean something.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
import tracemalloc
import warnings
from contextlib import suppress
from pathlib import Path
from statistics import median

import numpy as np
from accuracy import print_accuracy
from cases import CASES, Case
from scipy.optimize import curve_fit

from relaxo.errors import Cancelled
from relaxo.fitting import engine_name
from relaxo.fitting.blocks import ranges, work_through
from relaxo.models import fit

try:
    import qmrpy
except ImportError:
    qmrpy = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--voxels", nargs="+", type=float, default=[1e4, 1e5, 1e6], help="sizes, up to 1e7 and beyond")
    parser.add_argument("--rounds", type=int, default=7, help="5 to 50")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--snr", type=float, default=50.0)
    parser.add_argument("--memory", type=float, default=0, help="voxels of the memory-mapped volume; 0 leaves it out")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--no-cancel", action="store_true")
    parser.add_argument("--no-accuracy", action="store_true")
    given = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"engine {engine_name()}, NumPy {np.__version__}; float32 magnitudes, SNR {given.snr:g}; Mvoxel/s\n")
    if not given.no_speed:
        for size in given.voxels:
            print_speed([CASES[name] for name in given.cases], int(size), given.snr, given.threads, given.rounds)
    if not given.no_cancel:
        print_cancel([CASES[name] for name in given.cases], given.threads)
    if given.memory:
        print_memory(CASES["IR 10 TI"], int(given.memory))
    if not given.no_accuracy:
        print_accuracy()


def print_speed(cases: list[Case], voxels: int, snr: float, threads: list[int], rounds: int) -> None:
    """Print, for volumes of a size, voxels a second of everyone and ratios to scipy's loop and to the stream."""
    print(
        f"{voxels:,} voxels, median of {rounds} rounds: Mvoxel/s, x = times scipy's loop by the clock, (x) = by "
        "processor time, for each core, % = share of the stream\n"
    )
    heads = [f"{engine} {count}t" for engine in ("C++", "NumPy") for count in threads]
    print("| | scipy 1t | qmrpy 1t | " + " | ".join(heads) + f" | stream {threads[-1]}t |")
    print("|---|" + "---|" * (len(heads) + 3))
    for case in cases:
        runs = contenders(case, voxels, snr, threads)
        clock: dict[str, list[float]] = {name: [] for name in runs}
        processor: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds + 1):
            for name, (count, run) in runs.items():
                began, worked = time.perf_counter(), time.process_time()
                run()
                clock[name].append(count / (time.perf_counter() - began) / 1e6)
                processor[name].append(count / (time.process_time() - worked) / 1e6)
        stream = f"stream {threads[-1]}t"
        columns = ["scipy 1t", "qmrpy 1t", *heads, stream]
        cells = [_cell(name, clock, processor, stream) for name in columns]
        print(f"| {case.name} | " + " | ".join(cells) + " |", flush=True)
    print()


def _cell(name: str, clock: dict[str, list[float]], processor: dict[str, list[float]], stream: str) -> str:
    """Return what a table says of one contender; the first round warmed up."""
    if name not in clock:
        return "-"

    def ratio(rates: dict[str, list[float]], other: str) -> float:
        return median(mine / theirs for mine, theirs in zip(rates[name][1:], rates[other][1:], strict=True))

    words = [f"{median(clock[name][1:]):.2g}"]
    if name != "scipy 1t":
        words.append(f"{ratio(clock, 'scipy 1t'):,.3g}x")
    if name.startswith(("C++", "NumPy")):
        words += [f"({ratio(processor, 'scipy 1t'):,.3g}x)", f"{ratio(clock, stream):.1%}"]
    return " ".join(words)


def contenders(case: Case, voxels: int, snr: float, threads: list[int]) -> dict[str, tuple[int, object]]:
    """Return, by name, how many voxels each fits in one round, and how."""
    signal, truth = case.measured(voxels, snr)
    signal = signal.astype(np.float32)
    few = min(voxels, 40 if case.slow else 150)
    runs = {"scipy 1t": (few, lambda: scipy_loop(case, signal[:, :few], truth))}
    if qmrpy is not None and case.qmrpy is not None:
        runs["qmrpy 1t"] = (few // 3, lambda: qmrpy_loop(case, signal[:, : few // 3]))
    for engine, name in _engines():
        part = signal[:, : min(voxels, 20_000)] if case.slow else signal
        for count in threads:

            def run(engine: str = engine, count: int = count, part: np.ndarray = part) -> None:
                fit(case.model, part, engine=engine, threads=count, noise=case.noise(snr), **case.protocol)

            runs[f"{name} {count}t"] = (part.shape[1], run)
    runs[f"stream {threads[-1]}t"] = (voxels, lambda: stream(signal, threads[-1], case.maps))
    return runs


def scipy_loop(case: Case, signal: np.ndarray, truth: np.ndarray) -> None:
    """Fit voxel after voxel with one call of curve_fit each, started at the truth: the best that a loop can do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for voxel, start in zip(signal.T.astype(float), truth, strict=False):
            try:
                curve_fit(case.equation, case.axis, voxel, p0=case.start(start))
            except RuntimeError:
                continue


def qmrpy_loop(case: Case, signal: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function, keywords = case.qmrpy
        for voxel in signal.T.astype(float):
            getattr(qmrpy, function)(voxel, **keywords)


def stream(signal: np.ndarray, threads: int, maps: int) -> None:
    """Read the signal once and write as many maps as a fit does: no fit can be faster."""
    out = np.empty((maps, signal.shape[1]))
    status = np.empty(signal.shape[1], np.uint8)

    def work(block: slice) -> int:
        out[:, block] = signal[:, block].sum(axis=0)
        status[block] = 0
        return block.stop - block.start

    work_through(ranges(signal.shape[1], 16400), work, signal.shape[1], threads=threads)


def print_cancel(cases: list[Case], threads: list[int]) -> None:
    """Print how long a fit of nothing but noise, the slowest there is, goes on once it is told to stop."""
    moments = (0.0, 0.03, 0.06, 0.1, 0.15)
    print(f"Pure noise: ms from the cancel to the end, median and longest of {len(moments)} moments\n")
    runs = [(engine, name, count) for engine, name in _engines() for count in threads]
    print("| | " + " | ".join(f"{name} {count}t" for _, name, count in runs) + " |")
    print("|---|" + "---|" * len(runs))
    for case in cases:
        air = np.hypot(*np.random.default_rng(0).normal(0, 10, (2, case.axis.size, 200_000))).astype(np.float32)
        cells = []
        for engine, _, count in runs:
            took = [_cancelled(case, air, engine, count, moment) for moment in moments]
            cells.append(f"{median(took) * 1e3:.0f}, {max(took) * 1e3:.0f}")
        print(f"| {case.name} | {' | '.join(cells)} |", flush=True)
    print()


def _cancelled(case: Case, air: np.ndarray, engine: str, threads: int, moment: float) -> float:
    """Return how long after a moment a fit ends that is to stop then; 0 where it has ended before."""
    end = time.perf_counter() + moment
    with suppress(Cancelled):
        fit(
            case.model,
            air,
            engine=engine,
            threads=threads,
            noise=None,
            progress=lambda *_: time.perf_counter() < end,
            **case.protocol,
        )
    return max(0.0, time.perf_counter() - end)


def _engines() -> list[tuple[str, str]]:
    """Return the engines of this installation, as `fit` and as the tables call them."""
    return [("numpy", "NumPy")] if engine_name() == "NumPy" else [("c++", "C++"), ("numpy", "NumPy")]


def print_memory(case: Case, voxels: int) -> None:
    """Fit a volume mapped from a file, and print what the fit holds beyond its results."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "signal.npy")
        mapped = np.lib.format.open_memmap(path, "w+", np.float32, (case.axis.size, voxels))
        part, _ = case.measured(100_000, 50)
        for start in range(0, voxels, part.shape[1]):
            width = min(part.shape[1], voxels - start)
            mapped[:, start : start + width] = part[:, :width]
        mapped.flush()
        del mapped
        for engine, _ in _engines():
            tracemalloc.start()
            began = time.perf_counter()
            maps = fit(case.model, np.load(path, mmap_mode="r"), engine=engine, noise=None, **case.protocol)
            took = time.perf_counter() - began
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            held = sum(array.nbytes for group in (maps.values, maps.error) for array in group.values())
            held += maps.status.nbytes + maps.residual.nbytes + maps.r_squared.nbytes
            print(
                f"{voxels:,} voxels mapped from a file, {engine}: {took:.1f} s, at most {(peak - held) / 1e6:.0f} MB "
                f"beyond {held / 1e6:.0f} MB of results\n"
            )


if __name__ == "__main__":
    main()
