"""Extended phase graph of a train of refocusing pulses: the echoes that pulses below 180 degrees leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: By how much of the spacing an echo time may be beside its place: headers round.
TOLERANCE = 0.05


def echo_train(
    T2: Array, T1: Array, refocusing: Array, spacing: float, echoes: int, *, tied: bool = False
) -> tuple[Array, Array]:
    """Return the echoes of a Carr-Purcell-Meiboom-Gill train, and their derivative by ln T2.

    Only configurations of odd order at the pulses ever meet in an echo, and the train begins on the axis of its
    pulses, so that transverse states are real and longitudinal ones imaginary. Those are divided by i sin(angle) here:
    what is left is a polynomial in sin^2(angle / 2), smooth up to 180 degrees and beyond.

    Parameters
    ----------
    T2, T1
        Relaxation times (v,) in s.
    refocusing
        (v,), sin^2 of half the refocusing angle: 1 at 180 degrees.
    spacing
        From echo to echo, s.
    echoes
        How many, n.
    tied
        Whether T1 grows with T2 in the derivative.

    Returns
    -------
    Echoes (n, v) of a unit magnetisation that the excitation has tipped down, and their derivative (n, v).

    Notes
    -----
    Hennig, J. Magn. Reson. 78:397 (1988); Weigel, J. Magn. Reson. Imaging 41:266 (2015), doi 10.1002/jmri.24619.
    """
    T2, T1, u = np.broadcast_arrays(T2, T1, refocusing)
    E1, E2, half = np.exp(-spacing / T1), np.exp(-spacing / T2), np.exp(-spacing / T2 / 2)
    # By ln T2.
    dE1, dE2, dhalf = E1 * spacing / T1 * tied, E2 * spacing / T2, half * spacing / T2 / 2
    shape = (echoes, *u.shape)
    signal, slope = np.empty(shape), np.empty(shape)
    # Index 1 along the first axis is the derivative by ln T2.
    dephasing = np.zeros((2, *shape))  # orders 1, 3, 5, ...
    rephasing = np.zeros((2, *shape))  # orders -1, -3, ...
    stored = np.zeros((2, *shape))  # longitudinal
    dephasing[:, 0] = half, dhalf
    for echo in range(echoes):
        # Orders that were not reached yet, or that find no time to come back, are left out.
        reach = min(echo + 1, echoes - echo)
        F, B, Z = dephasing[:, :reach], rephasing[:, :reach], stored[:, :reach]
        mixed = (F - B) * u - 4 * u * (1 - u) * Z
        turned = -0.5 * (F - B) + (1 - 2 * u) * Z
        F, B = F - mixed, B + mixed
        signal[echo] = B[0, 0] * half
        slope[echo] = B[1, 0] * half + B[0, 0] * dhalf
        onward = min(reach, echoes - 1)
        dephasing[0, 1 : onward + 1], dephasing[1, 1 : onward + 1] = (
            F[0, :onward] * E2,
            F[1, :onward] * E2 + F[0, :onward] * dE2,
        )
        dephasing[:, 0] = B[0, 0] * E2, B[1, 0] * E2 + B[0, 0] * dE2
        rephasing[0, : reach - 1], rephasing[1, : reach - 1] = B[0, 1:] * E2, B[1, 1:] * E2 + B[0, 1:] * dE2
        rephasing[:, reach - 1] = 0
        stored[0, :reach], stored[1, :reach] = turned[0] * E1, turned[1] * E1 + turned[0] * dE1
    return signal, slope


def echo_numbers(echo_times: Array) -> tuple[float, NDArray[np.intp]]:
    """Return the spacing of a train in s, and which of its echoes, from 1, were kept at echo times (n,) in s.

    Raises
    ------
    AnalysisError
        When the times are not those of echoes at an even spacing.
    """
    ascending = np.unique(echo_times)
    steps = np.diff(ascending)
    for spacing in (ascending[0], steps.min(initial=np.inf)):
        if not 0 < spacing < np.inf:
            continue
        numbers = np.rint(echo_times / spacing)
        # The mean of what every echo says takes the rounding out of the header's times.
        mean = float((echo_times * numbers).sum() / (numbers * numbers).sum())
        if (numbers > 0).all() and np.abs(echo_times - numbers * mean).max() < TOLERANCE * mean:
            return mean, numbers.astype(np.intp)
    raise AnalysisError(
        "the echoes are not evenly spaced, and an extended phase graph is that of one train",
        hint="Fit spin_echo_decay, or check the echo times",
    )
