"""Project signals on a basis: the best amplitudes for given time constants, what is left, and how that changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.fitting.blocks import checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.problem import Array, Problem

    Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Projection:
    """The best fit at given time constants (v,); the cost is half the sum of squares of the residuals."""

    norms: list[Array]
    """k times (v,), sums of squares of the basis once modified Gram-Schmidt has made it orthogonal."""
    mixing: list[list[Array]]
    """``basis[j] = orthogonal[j] + sum over i < j of mixing[j][i] * orthogonal[i]``."""
    amplitudes: list[Array]
    """k times (v,), of the basis itself."""
    carried: list[Array]
    """k times (v,), of the tangent in the basis: how amplitudes make up for a change of the time constant."""
    sum_of_squares: Array
    """(v,), of the residuals."""
    slope: Array
    """(v,), derivative of the cost by the logarithm of the time constant; exact, as the amplitudes are the best."""
    curvature: Array
    """(v,), its second derivative as Gauss and Newton have it."""

    def put(self, voxels: Index, other: Projection, which: Index) -> None:
        """Take, at some voxels, what another projection has at `which` of its own."""
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine[voxels] = theirs[which]

    def _arrays(self) -> list[Array]:
        mixing = [share for shares in self.mixing for share in shares]
        return [
            *self.norms,
            *mixing,
            *self.amplitudes,
            *self.carried,
            self.sum_of_squares,
            self.slope,
            self.curvature,
        ]

    def covariance(self, variance: Array) -> Array:
        """Return (k + 1, k + 1, v), the inverse of J'J times a variance (v,); J holds the basis, then the tangent."""
        size = len(self.norms)
        covariance = np.empty((size + 1, size + 1, variance.size), variance.dtype)
        known = np.divide(variance, self.curvature, out=covariance[size, size])
        inverses = [variance / norm for norm in self.norms]
        # Column j of the inverse of the mixing matrix says what one unit of function j is in the basis: zeros and ones
        # are numbers, the rest arrays.
        columns: list[list[Any]] = [unmix(self.mixing, [float(i == j) for i in range(size)]) for j in range(size)]
        for a, carried in enumerate(self.carried):
            along = carried * known
            for b in range(a, size):
                shared = np.multiply(along, self.carried[b], out=covariance[a, b])
                for column, inverse in zip(columns, inverses, strict=True):
                    share = column[a] * column[b]
                    if not (isinstance(share, float) and share == 0):
                        shared += share * inverse
                covariance[b, a] = shared
            covariance[size, a] = np.negative(along, out=covariance[a, size])
        return covariance


def project(problem: Problem, log_time: Array, signal: Array, weight: Array | None) -> Projection:
    """Fit the amplitudes of signals (n, v) at logarithms of time constants (v,).

    `signal` is 0 where `weight` (n, v), 0 or 1, is; a weight of None counts every point.
    """
    checkpoint()
    basis, derivative = problem.basis(np.exp(log_time))
    if weight is not None:
        basis, derivative = basis * weight, derivative * weight
    # Keeps a function that vanishes at every point from dividing by zero.
    tiny = np.finfo(signal.dtype).tiny
    functions: list[Array] = []
    norms: list[Array] = []
    mixing: list[list[Array]] = []
    for function in basis:
        rest = function
        mixing.append([])
        for known, norm in zip(functions, norms, strict=True):
            share = _dot(known, rest) / norm
            rest = _less(rest, share, known)
            mixing[-1].append(share)
        functions.append(rest)
        norms.append(np.maximum(_dot(rest, rest), tiny))
    coefficients, residual = _coefficients(functions, norms, signal)
    amplitudes = unmix(mixing, coefficients)
    tangent = amplitudes[0] * derivative[0]
    for amplitude, change in zip(amplitudes[1:], derivative[1:], strict=True):
        tangent += amplitude * change
    carried, free = _coefficients(functions, norms, tangent)
    return Projection(
        norms,
        mixing,
        amplitudes,
        unmix(mixing, carried),
        sum_of_squares=_dot(residual, residual),
        slope=-_dot(residual, free),
        curvature=np.maximum(_dot(free, free), tiny),
    )


def unmix(mixing: list[list[Array]], coefficients: list[Any]) -> list[Any]:
    """Turn coefficients of the orthogonal functions into those of the basis."""
    result = list(coefficients)
    for j in range(len(mixing) - 1, 0, -1):
        for i, share in enumerate(mixing[j]):
            result[i] = result[i] - share * result[j]
    return result


def _coefficients(functions: list[Array], norms: list[Array], values: Array) -> tuple[list[Array], Array]:
    """Return the coefficients of values (n, v) on orthogonal functions, and what is left of them."""
    coefficients = []
    for function, norm in zip(functions, norms, strict=True):
        coefficient = _dot(function, values) / norm
        values = _less(values, coefficient, function)
        coefficients.append(coefficient)
    return coefficients, values


def _less(values: Array, share: Array, function: Array) -> Array:
    """Return values (n, v) without their share (v,) of a function (n, v)."""
    rest: Array = share * function
    return np.subtract(values, rest, out=rest)


def _dot(a: Array, b: Array) -> Array:
    """Return the sums over points (v,) of the products of (n, v)."""
    product: Array = np.einsum("nv,nv->v", a, b)
    return product
