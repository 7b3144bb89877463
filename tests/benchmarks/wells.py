"""How often wells are found and named completely right, over generated phantoms of all kinds, and how long it takes.

``python tests/benchmarks/wells.py`` prints the tables that docs/wells.md shows.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

# A core is what is measured: threads of OpenBLAS that wait for work would count as work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import ndimage

from relaxo.data import Geometry, Protocol, Stack, Well
from relaxo.errors import AnalysisError
from relaxo.recipe import WellsPart
from relaxo.wells import find, plate_names
from relaxo.wells.naming import reading_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Wells

#: Rows and columns of the plates that are sold.
PLATES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24)}
KINDS = (*(f"plate of {wells}" for wells in PLATES), "rack", "ring", "hexagons", "free")
#: Radii in pixels.
SMALLEST = 3.0
LARGEST = {"plate of 384": 3.5, "plate of 96": 5.0, "plate of 6": 25.0, "rack": 20.0, "ring": 15.0, "free": 20.0}
#: Signal of the fluid at rest over the noise in each channel.
SNRS = (10.0, 20.0, 40.0, 80.0, 150.0)
#: Parts of a pixel along each side, for partial volume.
FINE = 5


@dataclass
class Made:
    """A phantom and what is true of it."""

    kind: str
    snr: float
    stack: Stack
    places: NDArray[np.float64]
    """(m, 2), row and column in pixels."""
    radii: NDArray[np.float64]
    """(m,), pixels."""
    names: list[str]
    cut: bool
    """Whether the border cuts a well of which more than three quarters of the diameter are there."""
    traits: list[str] = field(default_factory=list)


def make(seed: int) -> Made:
    """Make a phantom: kind and SNR go round, all else is chance."""
    random = np.random.default_rng(seed)
    kind, snr = KINDS[seed % len(KINDS)], SNRS[(seed // len(KINDS)) % len(SNRS)]
    traits: list[str] = []
    radius = SMALLEST * (LARGEST.get(kind, 9.0) / SMALLEST) ** random.random()
    gap = random.uniform(1.0, 1.5) if kind == "plate of 384" else random.uniform(1.5, 5.0)
    bath = random.random() < 0.4
    wall = random.uniform(1.5, 3.0) if bath else 0.0
    if bath:
        traits.append("bath")
    if radius >= 9:
        traits.append("radius >= 9")
    places, numbers = _layout(kind, 2 * radius + gap + 2 * wall, random)
    radii = np.full(len(places), radius)
    if kind in {"rack", "free", "ring"} and random.random() < 0.3:
        radii = np.maximum(radii * random.uniform(0.6, 1.0, len(radii)), SMALLEST)
        traits.append("mixed sizes")
    keep = np.ones(len(places), bool)
    if kind.startswith("plate") and len(places) >= 12 and random.random() < 0.3:
        # The corners tell rows and columns.
        inner = (numbers % (numbers.max(axis=0) + 1) != 0).all(axis=1)
        keep = ~(inner & (random.random(len(places)) < 0.1))
        traits.append("gaps")
    reach = float(np.abs(places).max() + radius + wall + 6)
    side = max(96, int(2 * reach))
    places = places + (side - 1) / 2 + random.uniform(-1, 1, 2)
    relaxation = random.random(len(places))
    size = (side, side)
    if random.random() < 0.15:
        size = _cropped(places[keep], radii[keep], side, random)
    border = np.minimum(places, np.array(size) - 1 - places).min(axis=1)
    there, cut = keep & (border >= radii), keep & (border < radii)
    if cut.any():
        traits.append("cut by the border")
    names = [f"{_letters(row)}{column + 1}" for row, column in numbers[there] - numbers[there].min(axis=0)]
    depth = 1 if random.random() < 0.7 else int(random.integers(3, 6 if side < 200 else 4))
    if depth > 1:
        traits.append("slices")
    quantity = "T1" if random.random() < 0.5 else "T2"
    stack = _images(
        random,
        [*zip(places[keep], radii[keep], relaxation[keep].argsort().argsort(), strict=True)],
        [*zip(places[~keep], radii[~keep], strict=True)],
        side=side,
        size=size,
        depth=depth,
        quantity=quantity,
        snr=snr,
        shading=random.uniform(0, 0.5),
        bath=(reach + 1 if bath else None, wall),
    )
    seen = bool((border[cut] > 0.5 * radii[cut]).any())
    # Fewer wells than the smallest plate has tell no rows and columns.
    told = kind.startswith("plate") and len(names) >= 6
    return Made(kind, snr, stack, places[there], radii[there], names if told else [], seen, traits)


def _cropped(
    places: NDArray[np.float64], radii: NDArray[np.float64], side: int, random: np.random.Generator
) -> tuple[int, int]:
    """Return rows and columns of an image that cuts some wells, and of which it can be said which."""
    axis = int(random.integers(2))
    for _ in range(50):
        kept = int(random.uniform(0.5, 1) * side)
        beyond = places[:, axis] + radii - (kept - 1)
        if np.abs(beyond).min() > 0.7 and (beyond > 0).any() and (beyond < 0).sum() > 1:
            return (kept, side) if axis == 0 else (side, kept)
    return side, side


def _layout(kind: str, pitch: float, random: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return centres (m, 2) about the middle, in pixels, and their rows and columns (m, 2)."""
    if kind.startswith("plate"):
        rows, columns = PLATES[int(kind.removeprefix("plate of "))]
        if random.random() < 0.25:  # on end
            rows, columns = columns, rows
        angle = random.uniform(-42, 42)
    elif kind == "rack":
        rows, columns = int(random.integers(1, 4)), int(random.integers(2, 8))
        angle = random.uniform(-40, 40)
    elif kind == "hexagons":
        rows, columns = int(random.integers(3, 6)), int(random.integers(3, 7))
        angle = random.uniform(-25, 25)
    elif kind == "ring":
        count = int(random.integers(5, 13))
        about = np.radians(random.uniform(0, 360)) + 2 * np.pi * np.arange(count) / count
        radius = max(pitch / (2 * np.sin(np.pi / count)), 1.2 * pitch)
        around = np.stack([np.sin(about), np.cos(about)], axis=1) * radius
        around = np.concatenate([around, np.zeros((1, 2))])
        return around, np.zeros((count + 1, 2), np.int64)
    else:
        wanted, spread = int(random.integers(2, 12)), 2.5 * pitch
        places: list[NDArray[np.float64]] = []
        for _ in range(1000):
            place = random.uniform(-spread, spread, 2)
            if all(np.linalg.norm(place - other) > pitch for other in places):
                places.append(place)
            if len(places) == wanted:
                break
        return np.array(places), np.zeros((len(places), 2), np.int64)
    numbers = np.mgrid[:rows, :columns].reshape(2, -1).T
    row, column = numbers.T.astype(float)
    if kind == "hexagons":
        column = column + 0.5 * (numbers[:, 0] % 2)
        row = row * np.sqrt(0.75)
    at = np.stack([row - row.mean(), column - column.mean()], axis=1) * pitch
    turn = np.radians(angle)
    down = at[:, 0] * np.cos(turn) + at[:, 1] * np.sin(turn)
    across = at[:, 1] * np.cos(turn) - at[:, 0] * np.sin(turn)
    return np.stack([down, across], axis=1), numbers


def _images(
    random: np.random.Generator,
    wells: list[tuple[NDArray[np.float64], float, int]],
    empty: list[tuple[NDArray[np.float64], float]],
    *,
    side: int,
    size: tuple[int, int],
    depth: int,
    quantity: str,
    snr: float,
    shading: float,
    bath: tuple[float | None, float],
) -> Stack:
    times = np.geomspace(0.05, 3.0, 10) if quantity == "T1" else np.arange(1, 33) * 0.01
    signal = np.zeros((len(times), side, side), np.float32)
    reach, wall = bath
    if reach is not None:
        # Water, or an agar gel.
        water = _disc(side, np.full(2, (side - 1) / 2), reach)
        for place, radius in [*((place, radius) for place, radius, _ in wells), *empty]:
            water *= 1 - _disc(side, place, radius + wall)
        signal += _decay(quantity, times, random.choice([1.2, 3.0]))[:, None, None] * water
    constants = np.geomspace(0.05 if quantity == "T1" else 0.03, 1.6, len(wells))
    for place, radius, rank in wells:
        low, high = _window(side, place, radius)
        inside = _disc(side, place, radius)[low[0] : high[0], low[1] : high[1]]
        signal[:, low[0] : high[0], low[1] : high[1]] += (
            _decay(quantity, times, constants[rank])[:, None, None] * inside
        )
    filled = np.ones(depth, np.float32)
    if depth > 1:
        filled[0], filled[-1] = random.uniform(0.0, 0.7, 2)
    volumes = (_coils(side, shading, random) * signal)[:, None, : size[0], : size[1]] * filled[:, None, None]
    noise = random.standard_normal((2, *volumes.shape), np.float32) / np.float32(snr)
    magnitude = 1000 * np.hypot(volumes + noise[0], noise[1])
    protocol = Protocol("IRT1", "InversionTime", times) if quantity == "T1" else Protocol("MESE", "EchoTime", times)
    return Stack(magnitude, protocol, Geometry((depth, *size), np.diag([0.5, 0.5, 3.0, 1.0])))


def _coils(side: int, shading: float, random: np.random.Generator) -> NDArray[np.float32]:
    """Return (side, side), a sensitivity from 1 less the shading to 1 more: a slope, or two coils that overlap."""
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    direction = random.uniform(0, 2 * np.pi)
    down, right = np.cos(direction), np.sin(direction)
    if random.random() < 0.5:
        field = down * rows + right * columns
    else:
        one = np.exp(-((rows - down) ** 2) - (columns - right) ** 2)
        other = np.exp(-((rows - right) ** 2) - (columns + down) ** 2)
        field = np.hypot(one, random.uniform(0.3, 1) * other)
    field = 2 * (field - field.min()) / (field.max() - field.min()) - 1
    return (1 + shading * field).astype(np.float32)


def _decay(quantity: str, times: NDArray[np.float64], constant: float) -> NDArray[np.float64]:
    if quantity == "T1":
        return 1 - 1.9 * np.exp(-times / constant) + np.exp(-6 / constant)
    return np.exp(-times / constant)


def _disc(side: int, centre: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Return (side, side), the share of every pixel that a disc covers."""
    covered = np.zeros((side, side))
    low, high = _window(side, centre, radius)
    fine = (np.arange(FINE) + 0.5) / FINE - 0.5
    down, right = ((np.arange(low[k], high[k])[:, None] + fine).ravel() - centre[k] for k in (0, 1))
    inside = down[:, None] ** 2 + right**2 < radius**2
    shape = high - low
    covered[low[0] : high[0], low[1] : high[1]] = inside.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3))
    return covered


def _window(side: int, centre: NDArray[np.float64], radius: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first rows and columns of an image that a disc reaches, and those beyond."""
    low = np.clip(np.floor(centre - radius - 1), 0, side).astype(np.int64)
    return low, np.clip(np.ceil(centre + radius + 2), 0, side).astype(np.int64)


def _letters(row: int) -> str:
    return chr(ord("A") + row) if row < 26 else "A" + chr(ord("A") + row - 26)


def judge(made: Made) -> tuple[set[str], bool, str]:
    """Return what is wrong, whether a person is told of it, and a line for the list of failures."""
    try:
        wells = find(made.stack, WellsPart())
    except AnalysisError as error:
        return {"count"}, True, str(error)
    wrong: set[str] = set()
    if made.cut and not any(notice.code == "wells_cut" for notice in wells.notices):
        wrong.add("cut")
    at = np.array([(well.row, well.column) for well in wells.wells])
    apart = np.linalg.norm(at[:, None] - made.places, axis=2)
    nearest = apart.argmin(axis=0)
    one_to_one = len(wells) == len(made.places) and len(set(nearest)) == len(nearest)
    if not one_to_one:
        wrong.add("count")
    if apart.min(axis=0).max() >= 0.5:
        wrong.add("centre")
    radii = np.array([well.radius_mm for well in wells.wells])[nearest] / wells.geometry.spacing[2]
    if np.abs(radii / made.radii - 1).max() >= 0.1:
        wrong.add("radius")
    if one_to_one and _names(wells, made, nearest):
        wrong.add("name")
    told = bool(getattr(wells, "notices", ())) or min(well.confidence for well in wells.wells) < 0.7
    line = (
        f"{len(wells)} of {len(made.places)} wells, centre {apart.min(axis=0).max():.2f} px, "
        f"radius {np.abs(radii / made.radii - 1).max():.0%}"
    )
    return wrong, told, line


def _names(wells: Wells, made: Made, nearest: NDArray[Any]) -> bool:
    """Return whether a name is wrong: plate coordinates of plates, else the order of the true places."""
    if made.names:
        names = plate_names(wells)
        return names is None or [names[k] for k in nearest] != made.names
    true = [
        Well("", row, column, 0, (0, 0), radius * wells.geometry.spacing[2])
        for (row, column), radius in zip(made.places, made.radii, strict=True)
    ]
    return [int(nearest[k]) for k in reading_order(true, wells.geometry)] != list(range(len(wells)))


def seconds(repeats: int = 5) -> tuple[float, float, float]:
    """Return CPU seconds to find a plate of 96 in 10 x 256 x 256, for one Gaussian filter of it, and to find 384."""
    spent = []
    for wells in (96, 384):
        random = np.random.default_rng(1)
        rows, columns = PLATES[wells]
        pitch = 18.0 if wells == 96 else 9.5
        numbers = np.mgrid[:rows, :columns].reshape(2, -1).T
        at = (numbers - numbers.mean(axis=0)) * pitch
        turn = np.radians(3.0)
        places = at @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + 127.5
        stack = _images(
            random,
            [(place, 0.36 * pitch, rank) for rank, place in enumerate(places)],
            [],
            side=256,
            size=(256, 256),
            depth=1,
            quantity="T1",
            snr=40.0,
            shading=0.3,
            bath=(None, 0.0),
        )
        assert stack.signal.shape == (10, 1, 256, 256)
        spent.append(min(_timed(lambda: find(stack, WellsPart())) for _ in range(repeats)))  # noqa: B023 - called at once
        filtered = min(_timed(lambda: ndimage.gaussian_filter(stack.signal, (0, 0, 1, 1))) for _ in range(repeats))  # noqa: B023
    return spent[0], filtered, spent[1]


def _timed(call: Any) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--phantoms", type=int, default=250)
    arguments.add_argument("--first", type=int, default=0, help="seed of the first phantom")
    chosen = arguments.parse_args()
    score: dict[str, Counter[str]] = defaultdict(Counter)
    silent = []
    for seed in range(chosen.first, chosen.first + chosen.phantoms):
        made = make(seed)
        wrong, told, line = judge(made)
        for row in (made.kind, f"SNR {made.snr:g}", *made.traits, "all", *(["SNR >= 20"] if made.snr >= 20 else [])):
            score[row].update(["phantoms", *wrong, *([] if wrong else ["right"])])
        if wrong:
            print(f"# seed {seed}: {made.kind}, SNR {made.snr:g}, {made.traits}: {sorted(wrong)}; {line}; told: {told}")
            if "count" in wrong and not told:
                silent.append(seed)
    print("| phantoms | number | count | centre | radius | name | cut | all right |")
    print("|---|---|---|---|---|---|---|---|")
    for row in (*KINDS, *(f"SNR {snr:g}" for snr in SNRS), *sorted(set(score) - set(KINDS) - {"all"}), "all"):
        if row.startswith("SNR ") and row != "SNR >= 20" and row not in {f"SNR {snr:g}" for snr in SNRS}:
            continue
        counted = score.pop(row, None)
        if counted is not None:
            number = counted["phantoms"]
            cells = [f"{1 - counted[what] / number:.1%}" for what in ("count", "centre", "radius", "name", "cut")]
            print(f"| {row} | {number} | {' | '.join(cells)} | {counted['right'] / number:.1%} |")
    print(f"\nWrong counts that nobody is told of: {len(silent)} {silent or ''}")
    of_96, unit, of_384 = seconds()
    print(
        f"A plate of 96 in 10 x 256 x 256: {of_96:.3f} s of CPU, {of_96 / unit:.0f} Gaussian filters of {unit:.4f} s;"
    )
    print(f"a plate of 384: {of_384:.3f} s")


if __name__ == "__main__":
    main()
