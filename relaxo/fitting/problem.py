"""What a separable least-squares problem is, and what its solution holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    #: Single or double precision: a fit computes in the precision of its signal.
    Array = NDArray[Any]

#: Neighbouring nodes differ by this ratio: close enough that the best node lies in the basin of the minimum.
NODE_RATIO = 1.33


class Basis(Protocol):
    """The functions that amplitudes multiply."""

    def __call__(self, time: Array) -> tuple[Array, Array]:
        """Return the basis (k, n, v) at time constants (v,), and its derivative by their logarithm (k, n, v)."""
        ...


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Problem:
    """What is common to all voxels of a fit."""

    basis: Basis
    lower: float
    """Smallest time constant considered."""
    upper: float
    """Largest one."""
    search_signs: bool = False
    """Whether the signal is the magnitude of a signed one that rises through zero along the axis; the first amplitude
    is positive then."""
    inside: Callable[[Array, tuple[Array, ...]], NDArray[np.bool_]] | None = None
    """From time constants (v,) and amplitudes (v,) each to whether they can be the answer, (v,): of the signs of a
    signal, those go first whose minimum can."""

    def nodes(self) -> NDArray[np.float64]:
        """Return time constants from the smallest to the largest, evenly spaced in their logarithm."""
        count = int(np.ceil(np.log(self.upper / self.lower) / np.log(NODE_RATIO))) + 1
        return np.geomspace(self.lower, self.upper, max(count, 5))


@dataclass(frozen=True, slots=True)
class Solution:
    """The minimum of every voxel, v of them, with k amplitudes each."""

    time: Array
    """(v,), the time constant."""
    amplitudes: Array
    """(k, v)."""
    covariance: Array
    """(k + 1, k + 1, v), of the amplitudes and, last, the logarithm of the time constant; NaN without a degree of
    freedom left."""
    sum_of_squares: Array
    """(v,), of the residuals."""
    total_sum_of_squares: Array
    """(v,), of the signed signal about its mean."""
    points: NDArray[np.int64]
    """(v,), how many points were fitted."""
    at_bound: NDArray[np.bool_]
    """(v,), where the minimum lies at a bound of the time constant."""
    converged: NDArray[np.bool_]
    """(v,)."""
