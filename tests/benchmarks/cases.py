"""What is measured: protocols, signals with noise, and the equation as a user would give it to curve_fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.models import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable

TI = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 1.8, 2.6, 4.0])
TR = np.geomspace(0.1, 6.0, 8)
FA = np.array([2.0, 4.0, 8.0, 12.0, 18.0, 25.0])
TR_VFA = 0.008


@dataclass(frozen=True)
class Case:
    """A model with a protocol."""

    name: str
    model: str
    protocol: dict[str, Any]
    low: float
    """The time constant is drawn from `low` to `high`, evenly in its logarithm, s."""
    high: float
    more: dict[str, tuple[float, float]]
    """The other parameters and the ranges they are drawn from."""
    equation: Callable[..., np.ndarray]
    """As for curve_fit: the axis, the time constant, and the rest."""
    extra: tuple[float, ...]
    """The start of the parameters after the time constant."""
    qmrpy: tuple[str, dict[str, Any]] | None = None
    slow: bool = False
    knows_noise: bool = False
    """Whether the fit is told sigma."""

    @property
    def axis(self) -> np.ndarray:
        return np.asarray(self.protocol[CATALOGUE[self.model].axis.name], float)

    @property
    def maps(self) -> int:
        """How many arrays a fit writes: parameters with their errors, residuals, R2."""
        return 2 * len(CATALOGUE[self.model].parameters) + 2

    def noise(self, snr: float) -> float | None:
        """Return sigma for a model that uses it."""
        return 1000 / snr if self.knows_noise else None

    def start(self, time: float) -> tuple[float, ...]:
        return (time, *self.extra)

    def times(self) -> dict[str, np.ndarray]:
        model = CATALOGUE[self.model]
        size = self.axis.size
        return {
            given.name: np.broadcast_to(np.asarray(self.protocol[given.name], float), size)
            for given in model.inputs
            if given.name in self.protocol
        }

    def truth(self, voxels: int, low: float, high: float, seed: int = 0) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        model = CATALOGUE[self.model]
        values = {model.parameters[0].name: np.exp(rng.uniform(np.log(low), np.log(high), voxels))}
        return values | {name: rng.uniform(*limits, voxels) for name, limits in self.more.items()}

    def measured(self, voxels: int, snr: float, low: float | None = None, high: float | None = None, seed: int = 0):
        """Return magnitudes (n, voxels), SNR as 1000 / sigma, and the true time constants (voxels,)."""
        model = CATALOGUE[self.model]
        drawn = min(voxels, 100_000)
        truth = self.truth(drawn, low or self.low, high or self.high, seed)
        clean = model.signal(truth, self.times())
        # The largest signal is what the SNR refers to.
        clean *= 1000 / np.abs(clean).max() if self.model == "spoiled_gradient_echo" else 1.0
        rng = np.random.default_rng(seed + 1)
        sigma = 1000 / snr
        noisy = np.hypot(clean + rng.normal(0, sigma, clean.shape), rng.normal(0, sigma, clean.shape))
        repeats = -(-voxels // drawn)
        noisy = noisy if repeats == 1 else np.tile(noisy.astype(np.float32), (1, repeats))
        return noisy[:, :voxels], np.tile(truth[model.parameters[0].name], repeats)[:voxels]


def _inversion(ti: np.ndarray, t1: float, a: float, b: float) -> np.ndarray:
    return np.abs(a - b * np.exp(-ti / t1))


def _repeated_inversion(ti: np.ndarray, t1: float, m0: float, e: float) -> np.ndarray:
    return np.abs(m0 * (1 + np.exp(-(ti + 2.0) / t1) - (1 + e) * np.exp(-ti / t1)))


def _decay(te: np.ndarray, t2: float, s0: float) -> np.ndarray:
    return s0 * np.exp(-te / t2)


def _recovery(tr: np.ndarray, t1: float, m0: float) -> np.ndarray:
    return m0 * (1 - np.exp(-tr / t1))


def _spoiled(angle: np.ndarray, t1: float, m0: float) -> np.ndarray:
    left, turned = np.exp(-TR_VFA / t1), np.radians(angle)
    return m0 * np.sin(turned) * (1 - left) / (1 - left * np.cos(turned))


def _echo_trains(count: int, *, knows_noise: bool = False) -> Case:
    te = np.arange(1, count + 1) * 0.16 / count
    return Case(
        f"T2 {count} echoes{', sigma known' if knows_noise else ''}",
        "spin_echo_decay",
        {"EchoTime": te, "skip_first_echo": False},
        0.015,
        0.15,
        {"S0map": (800, 1000)},
        _decay,
        (900,),
        ("fit_t2_mono", {"te_ms": te * 1e3}),
        knows_noise=knows_noise,
    )


def _inversions(ti: np.ndarray) -> Case:
    return Case(
        f"IR {ti.size} TI",
        "inversion_recovery",
        {"InversionTime": ti},
        0.06,
        3.0,
        _INVERTED,
        _inversion,
        (900, 1750),
        ("fit_t1_inversion_recovery", {"ti_ms": ti * 1e3}),
    )


_INVERTED = {"M0map": (800, 1000), "efficiency": (0.85, 1.0)}

CASES = {
    case.name: case
    for case in (
        _inversions(TI),
        Case(
            "IR 10 TI, TR varies",
            "inversion_recovery",
            {"InversionTime": TI, "RepetitionTime": TI + 2.0},
            0.06,
            3.0,
            _INVERTED,
            _repeated_inversion,
            (900, 0.95),
        ),
        _echo_trains(16),
        _echo_trains(32),
        _echo_trains(16, knows_noise=True),
        Case(
            "SR 8 TR",
            "saturation_recovery",
            {"RepetitionTime": TR},
            0.1,
            4.0,
            {"M0map": (800, 1000)},
            _recovery,
            (900,),
        ),
        Case(
            "VFA 6 FA",
            "spoiled_gradient_echo",
            {"FlipAngle": FA, "RepetitionTime": TR_VFA},
            0.2,
            2.5,
            {"M0map": (800, 1000)},
            _spoiled,
            (15_000,),
            ("fit_t1_vfa", {"flip_angle_deg": FA, "tr_ms": TR_VFA * 1e3}),
        ),
        Case(
            "EPG 32 echoes",
            "spin_echo_epg",
            {"EchoTime": np.arange(1, 33) * 0.01},
            0.02,
            0.5,
            {"S0map": (800, 1000), "TB1map": (0.8, 1.0)},
            _decay,
            (900,),
            slow=True,
            knows_noise=True,
        ),
        *(_inversions(np.geomspace(0.05, 4.0, count)) for count in (5, 50)),
        *(_echo_trains(count) for count in (5, 50)),
    )
}
