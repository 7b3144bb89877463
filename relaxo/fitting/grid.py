"""Find, on a grid of time constants, where the global minimum of every voxel must be sought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from relaxo.fitting.blocks import checkpoint, ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.problem import Array, Problem

    Index = NDArray[np.int64]


#: Multiplications in one matrix product, fewer than make BLAS call for threads of its own: they would fight with ours.
PRODUCT = 250_000
#: Voxels that are scored together: few enough that the scores stay in the cache.
CHUNK = 8192
#: A polynomial goes through so many nodes to either side of the best.
REACH = 4
#: Steps of Newton's to the top of that polynomial.
STEPS = 3


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
    curvature: Array
    """(v,), second derivative of the cost by the logarithm of the time constant, nearly."""

    def at(self, voxels: Index | slice) -> Start:
        """Return the starts of some voxels."""
        return Start(*(getattr(self, name)[voxels] for name in self.__dataclass_fields__))

    def or_where(self, other: NDArray[np.bool_], starts: Start) -> Start:
        """Return these starts, and the others where (v,) those are chosen."""
        # By bits: four times as fast as numpy.where.
        integer = _integer(self.log_time)
        chosen = np.negative(other, dtype=integer)
        fields = []
        for name in self.__dataclass_fields__:
            mine, theirs = (getattr(each, name).view(integer) for each in (self, starts))
            mixed = mine ^ theirs
            mixed &= chosen
            mixed ^= mine
            fields.append(mixed.view(self.log_time.dtype))
        return Start(*fields)


@dataclass(frozen=True, slots=True)
class Grid:
    """The basis at every node, made orthonormal."""

    log_nodes: Array
    """(nodes,)."""
    dictionary: Array
    """(k, nodes, n)."""
    shared: int
    """How many of the functions, but not all, are the first and the same at every node."""

    @classmethod
    def of(cls, problem: Problem, dtype: np.dtype[np.floating]) -> Grid:
        """Lay the grid of a problem, once for all blocks of its voxels."""
        known = _laid.setdefault(problem, {})
        if dtype not in known:
            known[dtype] = cls._lay(problem, dtype)
        return known[dtype]

    @classmethod
    def _lay(cls, problem: Problem, dtype: np.dtype[np.floating]) -> Grid:
        nodes = problem.nodes()
        basis, _ = problem.basis(nodes)
        dictionary = np.ascontiguousarray(orthonormal(basis).transpose(0, 2, 1), dtype=dtype)
        differs = (dictionary != dictionary[:, :1]).any(axis=(1, 2))
        return cls(np.log(nodes).astype(dtype), dictionary, int(np.argmax(differs)) if differs.any() else 0)

    @property
    def spacing(self) -> float:
        """From node to node, in the logarithm."""
        return float(self.log_nodes[1] - self.log_nodes[0])

    def scores(self, signal: Array, weight: Array | None) -> Array:
        """Return the sums of squares (nodes, v) that nodes explain of signals (n, v), but for what all of them do."""
        count, nodes, points = self.dictionary.shape
        if weight is not None:
            projection = _product(self.dictionary.reshape(-1, points), signal).reshape(count, nodes, -1)
            return self._weighted_scores(projection, weight)
        projection = _product(self.dictionary[self.shared :].reshape(-1, points), signal)
        np.multiply(projection, projection, out=projection)
        explained, *others = projection.reshape(count - self.shared, nodes, -1)
        for more in others:
            explained += more
        return explained

    def _weighted_scores(self, projection: Array, weight: Array) -> Array:
        """Return the scores (nodes, v) where points are left out, one orthogonal function after the other."""
        explained: Array | None = None
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
            np.maximum(norm, np.finfo(norm.dtype).eps, out=norm)
            done.append((norm, shares, coefficient))
            term = coefficient * coefficient
            term /= norm
            explained = term if explained is None else explained + term
        assert explained is not None
        return explained

    def best(self, signal: Array, weight: Array | None) -> Start:
        """Return the start that signals (n, v) suggest: the top of the polynomial through their best nodes."""
        nodes, voxels = self.log_nodes.size, signal.shape[1]
        reach = min(REACH, (nodes - 1) // 2)
        offsets = np.arange(-reach, reach + 1)[:, np.newaxis]
        top, centre = np.empty((2, voxels), np.intp)
        around = np.empty((offsets.size, voxels), signal.dtype)
        for part in ranges(voxels, CHUNK):
            checkpoint()
            scores = self.scores(signal[:, part], None if weight is None else weight[:, part])
            top[part] = argmax(scores)
            centre[part] = np.minimum(np.maximum(top[part], reach), nodes - 1 - reach)
            width = scores.shape[1]
            place = centre[part] * width
            place += np.arange(width)
            scores.reshape(-1).take(place + offsets * width, out=around[:, part], mode="clip")
        offset, score, bend = _top_of_polynomial(around, (top - centre).astype(signal.dtype))
        if self.shared and weight is None:
            same = _product(self.dictionary[: self.shared, 0], signal)
            score += np.einsum("kv,kv->v", same, same)
        here = self.log_nodes[centre] + offset * self.spacing
        middle = self.log_nodes[top]
        low, high = middle - 2 * self.spacing, middle + 2 * self.spacing
        return Start(
            here,
            np.maximum(low, self.log_nodes[0]),
            np.minimum(high, self.log_nodes[-1]),
            score,
            bend * (-0.5 / self.spacing**2),
        )


#: Gone with the problem, whose functions may hold on to much.
_laid: WeakKeyDictionary[Problem, dict[np.dtype[np.floating], Grid]] = WeakKeyDictionary()


def argmax(values: Array) -> Index:
    """Return the index of the largest of values (m, v) that are not negative, nearly."""
    return _index_of(values, np.maximum)


def argmin(values: Array) -> Index:
    """Return the index of the smallest of values (m, v) that are not negative, nearly."""
    return _index_of(values, np.minimum)


def _index_of(values: Array, extreme: np.ufunc) -> Index:
    """Return the index of the largest or smallest of values (m, v).

    The bits of positive floats ascend as they do, so that the last few can carry the index through one maximum: ten
    times faster along the first axis than `numpy.argmax`, and blind only to differences in those bits.
    """
    integer = _integer(values)
    low_bits = (1 << (len(values) - 1).bit_length()) - 1
    coded: NDArray[np.signedinteger] = np.bitwise_and(values.view(integer), ~low_bits)
    coded |= np.arange(len(values), dtype=integer)[:, np.newaxis]
    index: Index = (extreme.reduce(coded, axis=0) & low_bits).astype(np.int64)
    return index


def _integer(values: Array) -> np.dtype[np.signedinteger]:
    """Return the type of whole numbers that are as wide as values."""
    return np.dtype(np.int32 if values.dtype == np.float32 else np.int64)


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


def orthonormal(basis: Array) -> Array:
    """Return the basis (k, n, v) with its functions made orthonormal over n, by modified Gram-Schmidt."""
    result: list[Array] = []
    for function in basis:
        rest = function
        for known in result:
            rest = rest - known * (known * rest).sum(axis=0)
        norm = np.sqrt((rest * rest).sum(axis=0))
        result.append(np.divide(rest, norm, out=np.zeros_like(rest), where=norm > 0))
    return np.array(result)


def _top_of_polynomial(around: Array, here: Array) -> tuple[Array, Array, Array]:
    """Return where the polynomial through values (2 m + 1, v) at -m, ..., m is largest near the largest of them.

    And how large (v,), and its second derivative (v,). `here` (v,) is the place of the largest value.
    """
    size = len(around)
    reach = size // 2
    level = around[reach]
    value, slope, bend = (rows.astype(around.dtype) for rows in _polynomial(size))
    # Of differences, so that single precision is spent on what differs.
    coefficients = _product(np.concatenate([value, slope, bend]), around - level)
    values, slopes, bends = np.split(coefficients, [size, 2 * size])
    low, high = np.maximum(here - 1, -reach), np.minimum(here + 1, reach)
    powers = np.ones_like(around)
    tiny = np.finfo(here.dtype).tiny
    for _ in range(STEPS):
        _fill_powers(powers, here)
        bent = np.einsum("nv,nv->v", bends, powers)
        # Where it bends upwards, a large step along the slope ends at the limit.
        step = np.einsum("nv,nv->v", slopes, powers) / np.minimum(bent, -tiny)
        here = np.minimum(np.maximum(here - step, low), high)
    _fill_powers(powers, here)
    return here, level + np.einsum("nv,nv->v", values, powers), bent


def _fill_powers(powers: Array, base: Array) -> None:
    for below, power in pairwise(powers):
        np.multiply(below, base, out=power)


@cache
def _polynomial(size: int) -> tuple[NDArray[np.float64], ...]:
    """Return what turns values at -m, ..., m into the coefficients of their polynomial, and of its two derivatives.

    Each is (size, size), coefficients by ascending power; those of the derivatives end with zeros.
    """
    reach = size // 2
    value = np.linalg.inv(np.vander(np.arange(-reach, reach + 1.0), increasing=True))
    derive = np.diag(np.arange(1.0, size), k=1)
    return value, derive @ value, derive @ derive @ value
