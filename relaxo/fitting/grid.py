"""Find, on a grid of time constants, where the global minimum of every voxel must be sought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.fitting.problem import Array, Problem

    Index = NDArray[np.int64]


#: Multiplications in one matrix product, fewer than make BLAS call for threads of its own: they would fight with ours.
PRODUCT = 250_000


@dataclass(frozen=True, slots=True)
class Start:
    """Where the iteration begins, for v voxels."""

    log_time: Array
    """(v,)."""
    low: Array
    """(v,), the minimum lies above ..."""
    high: Array
    """(v,), ... and below."""
    score: Array
    """(v,), the sum of squares that the fit is expected to explain."""

    def at(self, voxels: Index) -> Start:
        """Return the starts of some voxels."""
        return Start(self.log_time[voxels], self.low[voxels], self.high[voxels], self.score[voxels])

    @classmethod
    def choose(cls, starts: Sequence[Start], second: NDArray[np.bool_]) -> Start:
        """Return, voxel by voxel, the first of two starts, or the second."""
        one, other = starts
        return cls(
            np.where(second, other.log_time, one.log_time),
            np.where(second, other.low, one.low),
            np.where(second, other.high, one.high),
            np.where(second, other.score, one.score),
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """The basis at every node, made orthonormal."""

    log_nodes: Array
    """(nodes,)."""
    dictionary: Array
    """(k, nodes, n)."""

    @classmethod
    def of(cls, problem: Problem, dtype: np.dtype[np.floating]) -> Grid:
        """Lay the grid of a problem."""
        nodes = problem.nodes()
        basis, _ = problem.basis(nodes)
        dictionary = np.ascontiguousarray(_orthonormal(basis).transpose(0, 2, 1), dtype=dtype)
        return cls(np.log(nodes).astype(dtype), dictionary)

    def thinned(self, step: int) -> Grid:
        """Return the grid with every `step`-th node."""
        return Grid(self.log_nodes[::step], np.ascontiguousarray(self.dictionary[:, ::step]))

    def flipped(self, points: int) -> Grid:
        """Return the grid for signals whose first points are to be negative: their signs sit in the dictionary."""
        sign = np.ones(self.dictionary.shape[-1], self.dictionary.dtype)
        sign[:points] = -1
        return Grid(self.log_nodes, self.dictionary * sign)

    def scores(self, signal: Array, weight: Array | None) -> Array:
        """Return the sums of squares (nodes, v) that every node explains of signals (n, v)."""
        count, nodes, points = self.dictionary.shape
        projection = _product(self.dictionary.reshape(-1, points), signal).reshape(count, nodes, -1)
        if weight is None:
            np.multiply(projection, projection, out=projection)
            explained: Array = projection[0]
            for more in projection[1:]:
                explained += more
            return explained
        return self._weighted_scores(projection, weight)

    def _weighted_scores(self, projection: Array, weight: Array) -> Array:
        """Return the scores (nodes, v) where points are left out, one orthogonal function after the other."""
        explained: Array = np.zeros_like(projection[0])
        done: list[tuple[Array, list[Array], Array]] = []
        for j, function in enumerate(self.dictionary):
            inner = [_product(function * other, weight) for other in self.dictionary[: j + 1]]
            norm, coefficient = inner[j], projection[j]
            shares: list[Array] = []
            for i, (norm_i, shares_i, coefficient_i) in enumerate(done):
                overlap = inner[i]
                for h, share in enumerate(shares_i):
                    overlap = overlap - share * shares[h] * done[h][0]
                shares.append(overlap / norm_i)
                norm = norm - shares[i] * overlap
                coefficient = coefficient - shares[i] * coefficient_i
            norm = np.maximum(norm, np.finfo(norm.dtype).eps)
            done.append((norm, shares, coefficient))
            explained += coefficient * coefficient / norm
        return explained

    def best(self, scores: Array) -> Start:
        """Return the start that scores (nodes, v) suggest: the top of the quartic through the best nodes."""
        nodes, voxels = scores.shape
        top = argmax(scores)
        centre = np.clip(top, 2, nodes - 3)
        flat, place = scores.reshape(-1), np.arange(voxels) + (centre - 2) * voxels
        around = [flat.take(place + voxels * i) for i in range(5)]
        offset, score = _top_of_quartic(around, (top - centre).astype(scores.dtype))
        spacing = self.log_nodes[1] - self.log_nodes[0]
        middle = self.log_nodes[centre]
        here = middle + offset * spacing
        low, high = middle - 2 * spacing, middle + 2 * spacing
        return Start(here, np.maximum(low, self.log_nodes[0]), np.minimum(high, self.log_nodes[-1]), score)


def argmax(values: Array) -> Index:
    """Return the index of the largest of values (m, v) that are not negative, nearly.

    The bits of positive floats ascend as they do, so that the last few can carry the index through one maximum: ten
    times faster along the first axis than `numpy.argmax`, and blind only to differences in those bits.
    """
    integer = np.dtype(np.int32 if values.dtype == np.float32 else np.int64)
    low_bits = (1 << (len(values) - 1).bit_length()) - 1
    coded: NDArray[np.signedinteger] = np.bitwise_and(values.view(integer), ~low_bits)
    coded |= np.arange(len(values), dtype=integer)[:, np.newaxis]
    index: Index = (np.maximum.reduce(coded, axis=0) & low_bits).astype(np.int64)
    return index


def _product(matrix: Array, columns: Array) -> Array:
    """Return the matrix product (m, v) of (m, n) and (n, v), computed some columns at a time."""
    rows, points = matrix.shape
    voxels = columns.shape[1]
    width = max(16, PRODUCT // (rows * points) // 16 * 16)
    even = voxels // width * width
    product = np.empty((rows, voxels), columns.dtype)
    if even:
        pieces, places = (
            array[:, :even].reshape(len(array), -1, width).transpose(1, 0, 2) for array in (columns, product)
        )
        np.matmul(matrix, pieces, out=places)
    if even < voxels:
        np.matmul(matrix, columns[:, even:], out=product[:, even:])
    return product


def _orthonormal(basis: Array) -> Array:
    """Return the basis (k, n, v) with its functions made orthonormal over n, by modified Gram-Schmidt."""
    result: list[Array] = []
    for function in basis:
        rest = function
        for known in result:
            rest = rest - known * (known * rest).sum(axis=0)
        norm = np.sqrt((rest * rest).sum(axis=0))
        result.append(np.divide(rest, norm, out=np.zeros_like(rest), where=norm > 0))
    return np.array(result)


def _top_of_quartic(around: list[Array], here: Array) -> tuple[Array, Array]:
    """Return where the quartic through values at -2, -1, 0, 1, 2 is largest near the largest of them, and how large."""
    s0, s1, s2, s3, s4 = around
    near, far = s3 - s1, s4 - s0
    near_even, far_even = s3 + s1 - 2 * s2, s4 + s0 - 2 * s2
    a1 = (8 * near - far) * (1 / 12)
    a3 = (far - 2 * near) * (1 / 12)
    a2 = (16 * near_even - far_even) * (1 / 24)
    a4 = (far_even - 4 * near_even) * (1 / 24)
    low, high = np.maximum(here - 1, -2), np.minimum(here + 1, 2)
    tiny = np.finfo(here.dtype).tiny
    for _ in range(2):
        slope = a1 + here * (2 * a2 + here * (3 * a3 + here * (4 * a4)))
        bend = 2 * a2 + here * (6 * a3 + here * (12 * a4))
        # Where it bends upwards, a large step along the slope ends at the limit.
        here = np.clip(here - slope / np.minimum(bend, -tiny), low, high)
    return here, s2 + here * (a1 + here * (a2 + here * (a3 + here * a4)))
