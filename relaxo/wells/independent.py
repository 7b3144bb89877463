"""How many independent voxels the voxels of a well are worth: interpolated images have fewer than they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 3
"""Pixels over which noise may be correlated: interpolation to four times the pixels, or a filter."""
_LEAST = 0.1
"""Correlation that counts ..."""
_SURE = 3.0
"""... when it is this many standard errors above none."""


def noise_correlation(values: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return (7, 7), how the noise of voxels some rows and columns apart is correlated; None where it is not.

    Each voxel enters with its distance from the mean of its well, in units of the well's standard deviation; all pairs
    within one well and slice count. Taking out the mean makes independent voxels look anticorrelated by
    ``1 / (n - 1)``, which is put back.

    Parameters
    ----------
    values
        (z, y, x), NaN where unknown.
    labels
        (z, y, x), the number of the well of each voxel; 0 for none.
    """
    inside = (labels > 0) & np.isfinite(values)
    owner = np.where(inside, labels, 0)
    at = np.argwhere(inside)
    if not len(at):
        return None
    low, high = at.min(axis=0), at.max(axis=0) + 1
    window = tuple(slice(start, stop) for start, stop in zip(low, high, strict=True))
    owner, known = owner[window], np.where(inside, values, 0)[window]
    count = np.maximum(np.bincount(owner.ravel()), 1)
    mean = np.bincount(owner.ravel(), known.ravel()) / count
    apart = np.where(owner > 0, known - mean[owner], 0)
    deviation = np.sqrt(np.bincount(owner.ravel(), (apart**2).ravel()) / count)
    apart = np.divide(apart, deviation[owner], out=np.zeros_like(apart), where=deviation[owner] > 0)
    taken_out = 1 / max(float(np.average(count[1:], weights=count[1:])) - 1, 1.0)

    padded = np.pad(owner, ((0, 0), (REACH, REACH), (REACH, REACH)))
    shifted = np.pad(apart, ((0, 0), (REACH, REACH), (REACH, REACH)))
    height, width = owner.shape[1:]
    correlation = np.zeros((2 * REACH + 1, 2 * REACH + 1))
    correlation[REACH, REACH] = 1
    for down in range(REACH + 1):
        for right in range(-REACH, REACH + 1):
            if (down, right) <= (0, 0):
                continue
            moved = (
                slice(None),
                slice(REACH + down, REACH + down + height),
                slice(REACH + right, REACH + right + width),
            )
            pairs = (padded[moved] == owner) & (owner > 0)
            number = int(np.count_nonzero(pairs))
            if number < 2:
                continue
            found = float((shifted[moved] * apart)[pairs].sum()) / number + taken_out
            if found > max(_LEAST, _SURE / np.sqrt(number)):
                correlation[REACH + down, REACH + right] = correlation[REACH - down, REACH - right] = min(found, 1.0)
    return correlation if np.count_nonzero(correlation) > 1 else None


def independent_voxels(places: NDArray[Any], correlation: NDArray[Any] | None) -> float:
    """Return the number of independent voxels whose mean is as sure as that of correlated ones: n^2 / sum of all pairs.

    Parameters
    ----------
    places
        (n, 3), slice, row and column.
    correlation
        From `noise_correlation`.
    """
    number = len(places)
    if correlation is None or number < 2:
        return float(number)
    first = places.min(axis=0)
    mask = np.zeros(places.max(axis=0) - first + 1 + np.array([0, 2 * REACH, 2 * REACH]))
    mask[tuple((places - first + np.array([0, REACH, REACH])).T)] = 1
    height, width = mask.shape[1] - 2 * REACH, mask.shape[2] - 2 * REACH
    inner = mask[:, REACH : REACH + height, REACH : REACH + width]
    pairs = 0.0
    for down, right in np.argwhere(correlation > 0):
        there = mask[:, down : down + height, right : right + width]
        pairs += correlation[down, right] * float((inner * there).sum())
    return float(np.clip(number**2 / pairs, 1.0, number))
