"""What all decays of echoes share: one exponential in the echo time, and an amplitude that is a parameter itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Option

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times

#: From so many echoes on, spaced evenly but for so many roundings, some values are taken as products of others.
FEWEST_EVEN, ROUNDINGS = 4, 8

NOISE_FLOOR = Option(
    "noise_floor",
    "leave out echoes from where the decay sinks below this many sigma of the noise, and take out of the others what "
    "noise adds to magnitudes; 0 keeps all as they are",
    3.0,
    "sigma",
)


def decay_basis(time: Array, times: Times) -> tuple[Array, Array]:
    """Return exp(-TE / T) (1, n, v) at time constants (v,) in s, and its derivative by ln T."""
    te, rate = times["EchoTime"], 1 / time
    decay = np.empty((te.size, rate.size), np.result_type(te, rate))
    evenly = _are_even(te)
    done = FEWEST_EVEN if evenly else te.size
    np.exp(te[:done, np.newaxis] * -rate, out=decay[:done])
    while done < te.size:
        # An exponential takes as long as ten products.
        more = min(done, te.size - done)
        np.multiply(decay[:more], np.exp((te[done] - te[0]) * -rate), out=decay[done : done + more])
        done += more
    derivative = te[:, np.newaxis] * rate
    derivative *= decay
    return decay[np.newaxis], derivative[np.newaxis]


def decay_form(times: Times) -> Form:
    """Return what the compiled engine must know of the basis."""
    te = times["EchoTime"]
    return Form("decay", (te, te - te[0]) if _are_even(te) else (te,))


def _are_even(te: Array) -> bool:
    """Return whether echo times (n,) are so evenly spaced that decays at some are products of those at others."""
    if te.size < FEWEST_EVEN:
        return False
    spacing = te[1:] - te[:-1]
    return bool(np.abs(spacing - spacing[0]).max() <= ROUNDINGS * np.finfo(te.dtype).eps * te[-1])
