"""Wells that do not lie on the line of the others: found by a loss that lets go of them, on logarithms of rates."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

#: Where the Cauchy loss has 95 % of the efficiency of least squares on normal errors.
_CAUCHY = 2.3849

#: Ratio of the standard deviation of a normal variable to its median absolute value.
_NORMAL = 1.4826022185056018

#: A well is suspected beyond so many robust standard deviations.
SUSPECT = 4.0

#: No dilution series repeats better: smaller deviations are never suspected on account of an even smaller scatter.
_LEAST_SCATTER = 0.015

#: Fewer wells cannot say which of them is wrong.
FEWEST_WELLS = 5

_ROUNDS = 200


class ResistantLine(NamedTuple):
    """A line that wells far off do not move."""

    intercept: float
    slope: float
    scatter: float
    """Robust standard deviation of the logarithms of rates about it."""

    def deviation(self, concentration: Vector, rate: Vector) -> Vector:
        """Return (n,), ln of rate over that of the line."""
        logarithm: Vector = np.log(rate / (self.intercept + self.slope * concentration))
        return logarithm


def resistant_line(
    concentration: Vector, rate: Vector, known: float = 0.0, intercept: float | None = None
) -> ResistantLine:
    """Fit ln rate = ln (intercept + slope concentration) with a Cauchy loss.

    Rates span decades and err in proportion, so that on a linear scale the largest well decides which others look
    wrong. The loss redescends (Dennis & Welsch, Commun. Stat. B 7, 345, 1978): a well far off loses its pull, so that
    two bad ones do not hide each other. Starts are the lines through two wells; the one with the least median
    deviation (Rousseeuw, J. Am. Stat. Assoc. 79, 871, 1984) is refined. Lines with a negative intercept are no
    candidates: no solvent has a negative rate, and such a line may well pass through the wells that are wrong.

    Parameters
    ----------
    concentration
        (n,), mM, at least 2 different.
    rate
        (n,), 1/s, positive.
    known
        Relative standard error of rates that was stated; the scatter is not taken to be less.
    intercept
        1/s, where it is not to be fitted.
    """
    a, b = _through_two(concentration, rate, intercept)
    free = intercept is None
    lost = 2 if free else 1
    n = rate.size
    scatter = 0.0
    for _ in range(_ROUNDS):
        fitted = a + b * concentration
        deviation = np.log(rate / fitted)
        median = float(np.median(np.abs(deviation)))
        # Few wells show too small a median: Rousseeuw & Leroy, Robust Regression, 1987, section 5.1.
        shown = _NORMAL * (1 + 5 / max(n - lost, 1)) * median
        scatter = max(shown, known, _LEAST_SCATTER)
        weight = 1 / (1 + (deviation / (_CAUCHY * scatter)) ** 2)
        # Gauss-Newton: d ln F = (da + db concentration) / F.
        design = np.column_stack([1 / fitted, concentration / fitted] if free else [concentration / fitted])
        root = np.sqrt(weight)
        step, *_ = np.linalg.lstsq(design * root[:, None], deviation * root, rcond=None)
        da, db = (step[0], step[1]) if free else (0.0, step[0])
        if free and a + da < 0:
            # The best with an intercept of zero, which is where it is held.
            only = design[:, 1] * root
            da, db = -a, float(only @ ((deviation + a * design[:, 0]) * root) / (only @ only))
        share = 1.0
        while share > 1e-6 and ((a + share * da) + (b + share * db) * concentration < 0.2 * fitted).any():
            share /= 2
        a, b = max(a + share * da, 0.0) if free else a, b + share * db
        if np.max(np.abs(share * (da + db * concentration) / fitted)) < 1e-10:
            break
    return ResistantLine(float(a), float(b), float(scatter))


def _through_two(concentration: Vector, rate: Vector, intercept: float | None) -> tuple[float, float]:
    """Return intercept and slope of the line, through two wells and positive at all, of least median deviation."""
    lines = []
    if intercept is None:
        pairs = [(i, j) for i, j in combinations(range(rate.size), 2) if concentration[i] != concentration[j]]
        # Evenly fewer of them where there are very many: their number grows with the square of the wells.
        for i, j in pairs[:: max(1, len(pairs) // 20_000)]:
            b = (rate[j] - rate[i]) / (concentration[j] - concentration[i])
            lines.append((rate[i] - b * concentration[i], b))
    else:
        above = concentration > 0
        lines = [(intercept, b) for b in (rate[above] - intercept) / concentration[above]]
    # A line that no rate contradicts and that is always positive.
    lines.append((float(np.median(rate)) if intercept is None else intercept, 0.0))
    a, b = np.array(lines, np.float64).T
    fitted = a[:, None] + b[:, None] * concentration
    with np.errstate(divide="ignore", invalid="ignore"):
        possible = (fitted > 0).all(axis=1) & (a >= 0 if intercept is None else True)
        deviation = np.where(possible[:, None], np.abs(np.log(rate / fitted)), np.inf)
    # Just above the middle, so that two parameters cannot make half of the wells fit by themselves.
    order = min(rate.size - 1, (rate.size + 1) // 2)
    best = int(np.argmin(np.sort(deviation, axis=1)[:, order]))
    return float(a[best]), float(b[best])
