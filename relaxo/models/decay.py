"""What all decays of echoes share: one exponential in the echo time, and an amplitude that is a parameter itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting import Form
from relaxo.models.model import Option

if TYPE_CHECKING:
    from relaxo.models.model import Array, Times

#: From so many echoes on, spaced evenly to such a share, the kernel takes some values as products of others.
FEWEST_EVEN, ROUNDING = 4, 1e-12

NOISE_FLOOR = Option(
    "noise_floor",
    "leave out echoes from where the decay sinks below this many sigma of the noise, and take out of the others what "
    "noise adds to magnitudes; 0 keeps all as they are",
    3.0,
    "sigma",
)


def decay_basis(time: Array, times: Times) -> tuple[Array, Array]:
    """Return exp(-TE / T) (1, n, v) at time constants (v,) in s, and its derivative by ln T."""
    te = times["EchoTime"][:, np.newaxis] / time
    decay = np.exp(-te)
    return decay[np.newaxis], (te * decay)[np.newaxis]


def decay_form(times: Times) -> Form:
    """Return what the compiled engine must know of the basis."""
    te = times["EchoTime"]
    spacing = np.diff(te)
    evenly = te.size >= FEWEST_EVEN and np.allclose(spacing, spacing.mean(), rtol=ROUNDING, atol=0)
    return Form("decay", (te, te - te[0]) if evenly else (te,))


def unchanged(values: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return amplitudes as the parameters that they are."""
    return values
