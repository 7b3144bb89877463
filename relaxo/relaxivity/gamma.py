"""The line of rates whose relative errors are all the same: a gamma regression, found as one bracketed root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from relaxo.relaxivity.bracket import zero

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

#: logit(t) of `fitted_rate`; the ends stand for rates that differ by a factor of 1e21.
_LOGITS = np.linspace(-50, 50, 101)


def fitted_rate(concentration: Vector, rate: Vector) -> Vector:
    """Return the rates (n,), 1/s, on the line whose relative residuals are those of its own weights.

    The line F solves sum of (R - F) / F² = 0 and sum of concentration (R - F) / F² = 0, where the quasi-deviance, the
    sum of R / F + log F, is smallest. Every line that is positive over the concentrations is F = k g, where
    g = (1 - t) (1 - u) + t u, u runs from 0 at the lowest to 1 at the highest concentration and 0 < t < 1. The best k
    at a given t is the mean of R / g, which leaves one unknown with a root between two known signs: there is always an
    answer, and nothing to iterate from a poor start.

    Parameters
    ----------
    concentration
        (n,), mM, at least 3 different.
    rate
        (n,), 1/s, positive.
    """
    u = (concentration - concentration.min()) / np.ptp(concentration)

    def shape(logit: Vector) -> Vector:
        g: Vector = np.multiply.outer(expit(-logit), 1 - u) + np.multiply.outer(expit(logit), u)
        return g

    def deviance(logit: Vector) -> Vector:
        g = shape(logit)
        total: Vector = rate.size * np.log(np.mean(rate / g, axis=-1)) + np.log(g).sum(axis=-1)
        return total

    def gradient(logit: Vector) -> Vector:
        g = shape(logit)
        turn = np.multiply.outer(expit(logit) * expit(-logit), 2 * u - 1) / g
        rise: Vector = turn.sum(axis=-1) - rate.size * (turn * rate / g).sum(axis=-1) / (rate / g).sum(axis=-1)
        return rise

    rising = gradient(_LOGITS) > 0
    valleys = np.flatnonzero(~rising[:-1] & rising[1:])
    deepest = valleys[np.argmin(deviance(_LOGITS[valleys]))]
    root = zero(lambda logit: float(gradient(np.array(logit))), _LOGITS[deepest], _LOGITS[deepest + 1])
    g = shape(np.array(root))
    fitted: Vector = g * np.mean(rate / g)
    return fitted
