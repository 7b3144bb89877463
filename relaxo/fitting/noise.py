"""The noise of an image, from the air around the object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Edge of a corner patch, as a share of rows and columns.
CORNER = 0.1
#: Median of a Rayleigh distribution of unit scale, sqrt(2 ln 2).
RAYLEIGH_MEDIAN = np.sqrt(2 * np.log(2))
#: Coefficient of variation of a Rayleigh distribution is 0.523; air with ghosts or rounding comes this near to it.
RAYLEIGH_VARIATION = (0.35, 0.75)


def background_sigma(signal: ArrayLike) -> float | None:
    """Estimate the standard deviation of the noise of magnitude images from their corners.

    Air has no signal, so its magnitude is Rayleigh distributed (Gudbjartsson and Patz, Magn. Reson. Med. 34:910,
    1995) and sigma = median / sqrt(2 ln 2). The quietest corner counts: an object or a ghost may reach the others.

    Parameters
    ----------
    signal
        (n, ..., y, x), magnitude, arbitrary units.

    Returns
    -------
    Sigma in units of the signal; None where no corner looks like air, or the scanner has blanked it.
    """
    images = np.asarray(signal)
    if images.ndim < 3:
        return None
    rows, columns = (max(2, round(CORNER * extent)) for extent in images.shape[-2:])
    if images.shape[-2] < 2 * rows or images.shape[-1] < 2 * columns:
        return None
    estimates = []
    for row in (slice(None, rows), slice(-rows, None)):
        for column in (slice(None, columns), slice(-columns, None)):
            patch = images[..., row, column].astype(np.float64)
            median, mean = float(np.median(patch)), float(patch.mean())
            low, high = RAYLEIGH_VARIATION
            if np.isfinite(mean) and median > 0 and low < patch.std() / mean < high:
                estimates.append(median / RAYLEIGH_MEDIAN)
    return float(min(estimates)) if estimates else None
