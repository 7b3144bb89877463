"""Student's intervals, also where several errors of different degrees of freedom add up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

# scipy.stats has these under plainer names, and takes a second of processor time to import.
from scipy.special import ndtri, stdtrit

from relaxo.data import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence


def quantile(degrees_of_freedom: float, probability: float = 0.975) -> float:
    """Return the quantile of Student's distribution; the normal one for infinite degrees of freedom."""
    if math.isinf(degrees_of_freedom):
        return float(ndtri(probability))
    return float(stdtrit(degrees_of_freedom, probability))


def degrees_of_freedom(parts: Sequence[tuple[float, float]]) -> float:
    """Return the effective degrees of freedom of a sum of errors (Welch & Satterthwaite; GUM, annex G.4).

    Parameters
    ----------
    parts
        Standard error and its degrees of freedom, independent of each other.
    """
    total = sum(error**2 for error, _ in parts)
    if total == 0:
        return min((degrees for _, degrees in parts), default=math.inf)
    shares = sum((error**2 / total) ** 2 / degrees for error, degrees in parts if not math.isinf(degrees))
    return 1 / shares if shares > 0 else math.inf


def combined(value: float, parts: Sequence[tuple[float, float]], unit: str) -> Estimate:
    """Return an estimate whose error is the sum of independent ones, each with its degrees of freedom."""
    error = math.hypot(*(each for each, _ in parts))
    half = quantile(degrees_of_freedom(parts)) * error
    return Estimate(value, error, (value - half, value + half), unit)
