"""Which image of a stack shows best that an agent works: brighter with concentration by T1, darker by T2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: A step of this share of the brightest well is plain to see; a larger one earns no more.
_PLAIN = 0.1
#: The first image that comes this near to the best is taken: it has more signal by T2, more contrast by T1.
_AS_GOOD = 0.95


def clearest(series: Sequence[NDArray[np.float64]], direction: int) -> int:
    """Return the index of the image in which the signal follows concentration best.

    Every step from a well to the next stronger one counts by its share of the brightest well, but no more than what is
    plain to see: an echo so late that the strong wells are all black earns little. A step in the wrong direction counts
    in full by T1, where it shows that a magnitude image lies near the null of its weak wells. By T2 it shows no more
    than that the blank had not recovered, in all echoes alike, and counts like any other.

    Parameters
    ----------
    series
        For each agent the mean signal (n, wells), by rising concentration.
    direction
        1 where the signal should rise with concentration, -1 where it should fall.
    """
    scores = np.sum([_score(means[:, np.isfinite(means).all(axis=0)], direction) for means in series], axis=0)
    best = scores.max()
    return int(np.argmax(scores >= (_AS_GOOD * best if best > 0 else best)))


def _score(means: NDArray[np.float64], direction: int) -> NDArray[np.float64]:
    if means.shape[1] == 0:
        return np.zeros(len(means))
    brightest = np.abs(means).max(axis=1, keepdims=True)
    steps = direction * np.diff(means, axis=1)
    steps = np.divide(steps, brightest, out=np.zeros_like(steps), where=brightest > 0)
    score: NDArray[np.float64] = np.clip(steps, -np.inf if direction > 0 else -_PLAIN, _PLAIN).sum(axis=1)
    return score
