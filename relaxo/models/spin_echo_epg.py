"""Spin echoes of a train whose pulses do not refocus fully, as an extended phase graph.

Every spin of a voxel is taken to see the same angle. Across a slice whose profile is no rectangle they do not, and B1
comes out as an average that lies below the true one at the centre.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import UsageError
from relaxo.fitting import Axis, Surface, follows, solve_surface
from relaxo.fitting.blocks import checkpoint
from relaxo.models.epg import echo_numbers, echo_train
from relaxo.models.model import Input, Model, Option, Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting import Solution
    from relaxo.models.model import Array, Options, Times

#: Refocusing angles are sought from this, or from half the nominal one where that is less, to 180; degree.
SMALLEST_ANGLE = 60.0
#: T2 is sought from the spacing of the echoes divided by this ...
BELOW_SPACING = 4
#: ... to the last echo time multiplied by this.
BEYOND_TRAIN = 20
#: Nodes of the curves in ln T2, and in the angle: in radians times the number of echoes, since signals ripple with the
#: angle the faster the more echoes there are; of very many echoes the last ones ripple too little to matter.
NODE_T2, NODE_ANGLE, RIPPLING_ECHOES = 0.08, 0.8, 48
#: Nodes that are simulated together, to keep to the cache.
CHUNK = 1024
#: Every so many nodes, in T2 and angle, a search begins.
SEARCH = (2, 2)


#: Threads wait for the curves that one of them computes.
_one_at_a_time = Lock()


def _t1(time: Array, options: Options) -> Array:
    return np.full_like(time, options["T1"]) if options["T1"] else time * options["T1_to_T2"]


def _basis(time: Array, times: Times, *, options: Options) -> tuple[Array, Array]:
    spacing, numbers = echo_numbers(times["EchoTime"])
    refocusing = np.sin(np.radians(options["refocusing_angle"] * times["TB1map"]) / 2) ** 2
    time = np.broadcast_arrays(time, refocusing)[0]
    tied = not options["T1"]
    echoes, slope = echo_train(time, _t1(time, options), refocusing, spacing, int(numbers.max()), tied=tied)
    return echoes[np.newaxis, numbers - 1], slope[np.newaxis, numbers - 1]


@lru_cache(maxsize=4)
def _surface(spacing: float, numbers: tuple[int, ...], T1: float, T1_to_T2: float, smallest_angle: float) -> Surface:
    """Return the curves of a train over ln T2 and the angle that lacks to 180 degrees, in radians."""
    echoes = max(numbers)
    lower, upper = np.log(spacing / BELOW_SPACING), np.log(spacing * echoes * BEYOND_TRAIN)
    widest = np.pi - np.radians(smallest_angle)
    every = min(NODE_ANGLE / min(echoes, RIPPLING_ECHOES), 0.1)
    chosen = np.array(numbers) - 1
    known = {"T1": T1, "T1_to_T2": T1_to_T2}

    def curves(x: Array, y: Array) -> Array:
        time, refocusing = np.exp(x), np.cos(y / 2) ** 2
        found = np.empty((chosen.size, x.size))
        for start in range(0, x.size, CHUNK):
            checkpoint()
            part = slice(start, start + CHUNK)
            echoed, _ = echo_train(time[part], _t1(time[part], known), refocusing[part], spacing, echoes)
            found[:, part] = echoed[chosen]
        return found

    return Surface.of(
        curves,
        Axis(lower, upper, int(np.ceil((upper - lower) / NODE_T2))),
        Axis(0.0, widest, int(np.ceil(widest / every))),
        search=SEARCH,
    )


def _solve(
    signal: Array, keep: NDArray[np.bool_], times: Times, options: Options, sigma: float | None, *, compiled: bool
) -> Solution:
    spacing, numbers = echo_numbers(times["EchoTime"])
    nominal = float(options["refocusing_angle"])
    train = round(spacing, 9), tuple(int(number) for number in numbers)
    with _one_at_a_time:
        surface = _surface(*train, float(options["T1"]), float(options["T1_to_T2"]), _smallest_angle(nominal))
    found = solve_surface(surface, signal, keep, sigma=sigma if options["rician"] else None, compiled=compiled)
    return _in_b1(found, np.radians(nominal))


def _in_b1(found: Solution, nominal: float) -> Solution:
    """Change the square of the angle that lacks to 180 degrees, in radians, into B1."""
    amplitude, square = found.amplitudes
    lacking = np.sqrt(square)
    error = np.sqrt(found.covariance[1, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        # At 180 degrees the derivative has no end; there the error is how far B1 falls when the square is one error
        # larger.
        slope = np.where(square > error, 0.5 / lacking, (np.sqrt(square + error) - lacking) / error) / -nominal
    covariance = found.covariance.copy()
    covariance[1] *= slope
    covariance[:, 1] *= slope
    b1 = np.minimum((np.pi - lacking) / nominal, np.pi / nominal)
    return replace(found, amplitudes=np.array([amplitude, b1]), covariance=covariance)


def _smallest_angle(nominal: float) -> float:
    return min(SMALLEST_ANGLE, nominal / 2)


def _variant(options: Options) -> Model:
    nominal = float(options["refocusing_angle"])
    if not 0 < nominal <= 180:
        raise UsageError(f"refocusing_angle is {nominal:g} degrees", hint="Give an angle above 0, up to 180 degrees")
    if options["T1"] < 0 or options["T1_to_T2"] <= 0:
        raise UsageError("T1 and T1_to_T2 must be positive")
    b1 = replace(MODEL.parameters[-1], lower=_smallest_angle(nominal) / nominal, upper=np.pi / np.radians(nominal))
    return replace(MODEL, parameters=(*MODEL.parameters[:-1], b1), basis=partial(_basis, options=options))


_OPTIONS = (
    Option("T1", "longitudinal relaxation time that stimulated echoes see; 0 ties it to T2", 0.0, "s"),
    Option(
        "T1_to_T2", "T1 in units of T2, where it is tied; 1.5 to 2 for agents of T1, some 10 for tissue", 2.0, "", 0.1
    ),
    Option("refocusing_angle", "nominal angle of the refocusing pulses", 180.0, "degree", 1.0, 180.0),
    Option("rician", "fit the mean that noise gives to magnitudes, where the noise is known", True),
    Option(
        "noise_floor", "a voxel whose largest signal is below this many sigma of the noise is not fitted", 5.0, "sigma"
    ),
)

MODEL = Model(
    name="spin_echo_epg",
    title="Spin-echo train, extended phase graph",
    suffix="MESE",
    inputs=(Input("EchoTime", "TE", "time from the excitation to the echo"),),
    parameters=(
        Parameter("T2map", "T2", "transverse relaxation time", "s", 1e-4, 100.0),
        Parameter("S0map", "S0", "signal without decay", "arbitrary", 0.0, np.inf),
        Parameter(
            "TB1map",
            "B1",
            "true refocusing angle as a share of the nominal one; angles beyond 180 degrees give the same signal as "
            "those as far below, and count as those",
            "1",
            1 / 3,
            1.0,
            may_reach_upper=True,
        ),
    ),
    equation="S0 * epg(TE, T2, B1)",
    reference="Hennig, J. Magn. Reson. 78:397 (1988); Weigel, J. Magn. Reson. Imaging 41:266 (2015), doi "
    "10.1002/jmri.24619; fit after Lebel and Wilman, Magn. Reson. Med. 64:1005 (2010), doi 10.1002/mrm.22487, and "
    "Prasloski et al., Magn. Reson. Med. 67:1803 (2012), doi 10.1002/mrm.23157",
    basis=partial(_basis, options={option.name: option.default for option in _OPTIONS}),
    nonlinear=1,
    solver=_solve,
    compiled=follows,
    variant=_variant,
    options=_OPTIONS,
)
