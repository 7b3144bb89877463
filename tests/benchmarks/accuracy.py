"""How exact the fit is: against the optimum that an exhaustive search in double precision finds."""

from __future__ import annotations

import numpy as np
from cases import CASES, Case

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError
from relaxo.fitting import engine_name
from relaxo.models import CATALOGUE, fit

VOXELS = 2000
GOLDEN = (np.sqrt(5) - 1) / 2

#: Name, case, range of the time constant, SNR.
ROWS = [
    *((f"{name}, inside", name, None, None, snr) for name in ("IR 10 TI", "T2 16 echoes") for snr in (5, 20, 50, 200)),
    *(
        (f"{name}, inside", name, None, None, snr)
        for name in ("IR 10 TI, TR varies", "SR 8 TR", "VFA 6 FA")
        for snr in (20, 50)
    ),
    ("IR, T1 beyond the longest TI", "IR 10 TI", 4.0, 12.0, 50),
    ("IR, T1 below the shortest TI", "IR 10 TI", 0.01, 0.05, 50),
    ("T2 below the first echo", "T2 16 echoes", 0.003, 0.01, 50),
    ("T2 beyond the last echo", "T2 16 echoes", 0.16, 1.0, 50),
]


def print_accuracy() -> None:
    """Print, row by row, how near to the optimum both engines come."""
    print(f"Against the exhaustive optimum in double precision, {VOXELS} voxels each (float32 input):\n")
    print("| | SNR | engine | ok | dT/T median | 99 % | largest | > 1e-4 | costs more | SE off, largest |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, key, low, high, snr in ROWS:
        case = CASES[key]
        signal, _ = case.measured(VOXELS, snr, low, high, seed=7)
        signal = signal.astype(np.float32)
        best = exhaustive(case, signal.astype(np.float64))
        for engine in ("c++", "numpy") if engine_name() != "NumPy" else ("numpy",):
            maps = fit(case.model, signal, engine=engine, noise=None, **case.protocol)
            time = maps[CATALOGUE[case.model].parameters[0].name]
            error = maps.error[CATALOGUE[case.model].parameters[0].name]
            ok = (maps.status == FitStatus.OK) & best["inside"]
            off = np.abs(time / best["time"] - 1)[ok]
            cost = cost_at(case, signal.astype(np.float64), time)[ok]
            more = cost > best["cost"][ok] * (1 + 1e-6)
            wrong_error = np.abs(error / best["error"] - 1)[ok & (np.abs(time / best["time"] - 1) < 1e-4)]
            cells = [
                name,
                str(snr),
                engine,
                f"{ok.mean():.1%}",
                f"{np.median(off):.0e}",
                f"{np.quantile(off, 0.99):.0e}",
            ]
            cells += [
                f"{off.max():.0e}",
                f"{np.mean(off > 1e-4):.2%}",
                f"{more.mean():.2%}",
                f"{wrong_error.max():.0e}",
            ]
            print(f"| {' | '.join(cells)} |", flush=True)
    print()
    print_hard_voxels()
    print_noise()
    print_refocusing()


def print_hard_voxels() -> None:
    """Print what becomes of voxels that have no answer."""
    ti = CASES["IR 10 TI"].protocol
    air = np.hypot(*np.random.default_rng(0).normal(0, 10, (2, 10, VOXELS))).astype(np.float32)
    for words, noise in (("no noise floor", None), ("its sigma known", 10.0)):
        maps = fit("inversion_recovery", air, noise=noise, **ti)
        print(f"Noise only, {words}: {_shares(maps.status)}  ")
    odd = np.abs(1000 * (1 - 1.9 * np.exp(-CASES["IR 10 TI"].axis / 0.5)))[:, np.newaxis].repeat(6, axis=1)
    odd[:, 1], odd[:, 2], odd[3, 3], odd[4, 4] = 500, 0, np.nan, np.inf
    clean = fit("inversion_recovery", odd[:, :1], noise=None, **ti)
    maps = fit("inversion_recovery", odd, noise=None, **ti)
    same = all(maps["T1map"][place] == clean["T1map"][0] for place in (0, 5))
    names = [FitStatus(int(status)).name for status in maps.status[1:5]]
    print(f"Constant, zero, with a NaN, with an infinity: {', '.join(names)}; neighbours as alone: {same}  ")
    try:
        fit("inversion_recovery", -odd[:, :1], noise=None, **ti)
    except AnalysisError as error:
        print(f"Negative magnitudes: {error}\n")


def _shares(status: np.ndarray) -> str:
    found = [each for each in FitStatus if (status == each).any()]
    return ", ".join(f"{each.name} {np.mean(status == each):.1%}" for each in found)


def print_noise() -> None:
    """Print how far noise shifts the median R2 of a voxel, with its sigma known, by what is done about it."""
    te = np.arange(1, 33) * 0.01
    print(f"Median R2 of {20 * VOXELS:,} voxels against the truth, 32 echoes 10 ms apart:\n")
    print("| SNR | T2 (ms) | every echo | noise floor (default) | rician | ok, default |")
    print("|---|---|---|---|---|---|")
    for snr, time in ((20, 0.06), (20, 0.12), (60, 0.03), (60, 0.06), (60, 0.12), (200, 0.02)):
        sigma = 1000 / snr
        rng = np.random.default_rng(3)
        clean = np.broadcast_to(1000 * np.exp(-te[:, np.newaxis] / time), (te.size, 20 * VOXELS))
        noisy = np.hypot(clean + rng.normal(0, sigma, clean.shape), rng.normal(0, sigma, clean.shape))
        cells = []
        for options in ({"noise_floor": 0.0}, {}, {"rician": True}):
            maps = fit("spin_echo_decay", noisy, noise=sigma, EchoTime=te, **options)
            cells.append(f"{np.nanmedian(time / maps['T2map']) - 1:+.2%}")
            if not options:
                ok = np.mean(maps.status == FitStatus.OK)
        print(f"| {snr} | {time * 1e3:g} | {' | '.join(cells)} | {ok:.1%} |", flush=True)
    print()


def print_refocusing() -> None:
    """Print the mean T2 of the extended phase graph against the truth, over angles, and what one exponential finds."""
    te = np.arange(1, 33) * 0.01
    model = CATALOGUE["spin_echo_epg"]
    times = (0.02, 0.05, 0.1, 0.2, 0.5)
    print("Mean T2 against the truth, SNR 100, 32 echoes 10 ms apart: extended phase graph (one exponential)\n")
    print("| angle (degree) | " + " | ".join(f"T2 = {time * 1e3:g} ms" for time in times) + " |")
    print("|---|" + "---|" * len(times))
    for angle in (100, 120, 140, 160, 180):
        cells = []
        for time in times:
            rng = np.random.default_rng(5)
            truth = {"T2map": np.full(VOXELS, time), "S0map": 1000.0, "TB1map": angle / 180}
            clean = model.signal(truth, {"EchoTime": te})
            noisy = np.hypot(clean + rng.normal(0, 10, clean.shape), rng.normal(0, 10, clean.shape))
            both = (fit(name, noisy, noise=10.0, EchoTime=te) for name in ("spin_echo_epg", "spin_echo_decay"))
            epg, single = (np.nanmean(maps["T2map"]) / time - 1 for maps in both)
            cells.append(f"{epg:+.2%} ({single:+.0%})")
        print(f"| {angle} | {' | '.join(cells)} |", flush=True)
    print()


def exhaustive(case: Case, signal: np.ndarray) -> dict[str, np.ndarray]:
    """Return time, cost, error (v,) of the best fit within the model's bounds, of all signs, and whether it exists."""
    model = CATALOGUE[case.model]
    low, high = np.log(case.axis[case.axis > 0].min() / 20), np.log(case.axis.max() * 50)
    if model.search_range is not None:
        low, high = np.log(model.search_range(model.complete(case.times())))
    nodes = np.linspace(low, min(high, np.log(100)), 600)
    voxels = signal.shape[1]
    best = {"time": np.full(voxels, np.nan), "cost": np.full(voxels, np.inf), "error": np.full(voxels, np.nan)}
    outside = np.full(voxels, np.inf)
    orthonormal = _orthonormal(case, np.exp(nodes))
    for flipped in range(len(signal) if model.rises_through_zero else 1):
        signed = np.where(np.arange(len(signal))[:, np.newaxis] < flipped, -signal, signal)
        explained = sum((q.T @ signed) ** 2 for q in orthonormal)
        place = np.clip(explained.argmax(axis=0), 1, nodes.size - 2)
        left, right = nodes[place - 1], nodes[place + 1]
        for _ in range(50):
            width = right - left
            a, b = right - GOLDEN * width, left + GOLDEN * width
            lower = _cost(case, signed, np.exp(a)) < _cost(case, signed, np.exp(b))
            left, right = np.where(lower, left, a), np.where(lower, b, right)
        time = _polished(case, signed, np.exp((left + right) / 2))
        cost = _cost(case, signed, time)
        amplitudes, error = _amplitudes_and_error(case, signed, time, cost)
        if model.rises_through_zero:
            amplitudes = amplitudes * np.sign(amplitudes[0])
        values = [time, *model.to_parameters(tuple(amplitudes))]
        edge = (np.log(time) < nodes[0] + 1e-3) | (np.log(time) > nodes[-1] - 1e-3)
        inside = ~edge & np.logical_and.reduce(
            [
                (value > known.lower) & (value < known.upper)
                for value, known in zip(values, model.parameters, strict=True)
            ]
        )
        take = inside & (cost < best["cost"])
        for name, array in (("time", time), ("cost", cost), ("error", error)):
            best[name] = np.where(take, array, best[name])
        outside = np.where(inside, outside, np.minimum(outside, cost))
    return best | {"inside": np.isfinite(best["cost"])}


def _polished(case: Case, signed: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Step by secants on the slope: a golden section cannot tell costs that differ in their last digits."""

    def slope(log_time: np.ndarray) -> np.ndarray:
        step = 1e-4
        return (_cost(case, signed, np.exp(log_time + step)) - _cost(case, signed, np.exp(log_time - step))) / (
            2 * step
        )

    old = np.log(time) - 1e-3
    here = np.log(time)
    old_slope = slope(old)
    for _ in range(4):
        now = slope(here)
        bend = (now - old_slope) / np.where(here == old, 1, here - old)
        step = np.where(bend > 0, -now / np.where(bend > 0, bend, 1), 0)
        old, old_slope, here = here, now, here + np.clip(step, -1e-3, 1e-3)
    return np.exp(here)


def cost_at(case: Case, signal: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return the least sum of squares (v,) at time constants (v,), of all signs."""
    count = len(signal) if CATALOGUE[case.model].rises_through_zero else 1
    order = np.arange(len(signal))[:, np.newaxis]
    return np.min([_cost(case, np.where(order < flipped, -signal, signal), time) for flipped in range(count)], axis=0)


def _basis(case: Case, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    model = CATALOGUE[case.model]
    return model.basis(time, model.complete(case.times()))


def _orthonormal(case: Case, time: np.ndarray) -> list[np.ndarray]:
    result: list[np.ndarray] = []
    for function in _basis(case, time)[0]:
        rest = function.copy()
        for _ in range(2):
            for known in result:
                rest -= known * (known * rest).sum(axis=0)
        result.append(rest / np.sqrt((rest * rest).sum(axis=0)))
    return result


def _cost(case: Case, signed: np.ndarray, time: np.ndarray) -> np.ndarray:
    rest = signed
    for function in _orthonormal(case, time):
        rest = rest - function * (function * rest).sum(axis=0)
    return (rest * rest).sum(axis=0)


def _amplitudes_and_error(
    case: Case, signed: np.ndarray, time: np.ndarray, cost: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return amplitudes (k, v) and the standard error of the time constant (v,), voxel by voxel from (J'J)^-1 s2."""
    basis, derivative = _basis(case, time)
    amplitudes, error = np.empty((len(basis), time.size)), np.empty(time.size)
    for voxel in range(time.size):
        columns = basis[:, :, voxel].T
        amplitudes[:, voxel] = np.linalg.lstsq(columns, signed[:, voxel], rcond=None)[0]
        tangent = derivative[:, :, voxel].T @ amplitudes[:, voxel]
        jacobian = np.column_stack([columns, tangent])
        scale = np.sqrt((jacobian**2).sum(axis=0)) + 1e-300
        inverse = np.linalg.pinv((jacobian / scale).T @ (jacobian / scale))
        error[voxel] = time[voxel] * np.sqrt(inverse[-1, -1] * cost[voxel] / (len(signed) - len(basis) - 1)) / scale[-1]
    return amplitudes, error


if __name__ == "__main__":
    print_accuracy()
