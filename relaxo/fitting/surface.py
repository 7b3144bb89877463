"""A family of curves f(x, y), computed once on a grid and interpolated between its nodes by cubic splines.

The family is even in y, so that nothing changes with y to first order at 0. Derivatives are therefore those by the
square of y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: At 0 itself the derivative by the square is that at this y.
SMALLEST = 1e-6
#: Curves for the kernel fill whole registers of so many numbers, the widest that it knows.
WIDTH = 16
#: From powers 0 to 3 of the place in an interval to the weights of the four B-splines there, and their derivatives.
SPLINE = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
_DERIVE = np.diag([1.0, 2.0, 3.0], k=1)
SPLINE_SLOPE = _DERIVE @ SPLINE
SPLINE_BEND = _DERIVE @ SPLINE_SLOPE


@dataclass(frozen=True, slots=True)
class Axis:
    """Evenly spaced nodes of a grid."""

    lower: float
    upper: float
    intervals: int

    @property
    def step(self) -> float:
        """From node to node."""
        return (self.upper - self.lower) / self.intervals

    @property
    def nodes(self) -> Array:
        """(intervals + 1,)."""
        return np.linspace(self.lower, self.upper, self.intervals + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A family of curves f(x, y), where x is the logarithm of a time constant."""

    x: Axis
    y: Axis
    """From 0 on."""
    spline: NDArray[np.float32]
    """(intervals of x + 3, intervals of y + 3, n), coefficients of the cubic B-splines."""
    padded: NDArray[np.float32]
    """The same for the kernel: (intervals of x + 3, intervals of y + 3, width), zeros after the first n."""
    nodes: NDArray[np.float32]
    """(s of x, n, s of y), the curves at which a search begins, each of unit length."""
    starts: Array
    """(3, s of x, s of y), how long those were, and x and y."""

    @classmethod
    def of(cls, curves: Callable[[Array, Array], Array], x: Axis, y: Axis, *, search: tuple[int, int]) -> Surface:
        """Compute the surface of `curves`, from x and y (v,) to (n, v).

        A search for the best node takes every so many of x, and of y.
        """
        places = np.array(np.meshgrid(x.nodes, y.nodes, indexing="ij"))
        table = np.ascontiguousarray(curves(*places.reshape(2, -1)).T).reshape(*places.shape[1:], -1)
        spline = _coefficients(_coefficients(table).transpose(1, 0, 2), even=True).transpose(1, 0, 2)
        coarse = tuple(slice(None, None, every) for every in search)
        chosen = table[coarse]
        length = np.sqrt((chosen * chosen).sum(axis=2, keepdims=True))
        nodes = np.ascontiguousarray((chosen / length).transpose(0, 2, 1), np.float32)
        starts = np.concatenate([length.transpose(2, 0, 1), places[:, *coarse]])
        single = np.ascontiguousarray(spline, np.float32)
        beyond = -single.shape[2] % WIDTH
        return cls(x, y, single, np.pad(single, ((0, 0), (0, 0), (0, beyond))), nodes, starts)

    def curves(self, x: Array, y: Array) -> NDArray[np.float32]:
        """Return f, df/dx, df/d(y^2), d2f/d(y^2)2 and a row to be filled (v, 5, n) at places (v,) within the axes.

        The second derivative is that of a cubic spline: good enough to find the way, not to judge the result.
        """
        across, slope_across, _, column = _weights(self.x, x)
        y = np.maximum(y, SMALLEST)[:, None]
        along, slope_along, bend_along, row = _weights(self.y, y[:, 0])
        for weights in (along, slope_along, bend_along):
            # The coefficient before the first is the one after it: taken together before single precision sees them.
            beyond = np.where(row == 0, weights[:, 0], 0.0)
            weights[:, 0] -= beyond
            weights[:, 2] += beyond
        slope_square = slope_along / (2 * y)
        bend_square = (bend_along - slope_along / y) / (4 * y * np.maximum(y, self.y.step))
        offsets = np.arange(4)
        width = self.spline.shape[1]
        index = ((column[:, None] + offsets) * width)[:, :, None] + (row[:, None] + offsets)[:, None, :]
        # `take` is twice as fast as an index here.
        around = self.spline.reshape(-1, self.spline.shape[2]).take(index.reshape(len(x), 16), axis=0)
        factor = np.empty((len(x), 4, 16), np.float32)
        pairs = ((across, along), (slope_across, along), (across, slope_square), (across, bend_square))
        for which, (a, b) in enumerate(pairs):
            np.multiply(a[:, :, None], b[:, None, :], out=factor[:, which].reshape(len(x), 4, 4), casting="same_kind")
        rows = np.empty((len(x), 5, around.shape[2]), np.float32)
        np.matmul(factor, around, out=rows[:, :4])
        return rows


def _coefficients(values: Array, *, even: bool = False) -> Array:
    """Return the coefficients (k + 2, ...) of the uniform cubic B-splines that go through values (k, ...).

    The third derivative does not jump at the nodes next to the ends, so that nothing is assumed about the ends; unless
    the values are those of an even function from 0 on.
    """
    size = len(values)
    matrix = np.zeros((size + 2, size + 2))
    matrix[0, :5] = matrix[-1, -5:] = 1, -4, 6, -4, 1
    if even:
        matrix[0, :5] = 1, 0, -1, 0, 0
    for node in range(size):
        matrix[node + 1, node : node + 3] = 1 / 6, 4 / 6, 1 / 6
    right = np.zeros((size + 2, *values.shape[1:]))
    right[1:-1] = values
    solved: Array = np.tensordot(np.linalg.inv(matrix), right, axes=1)
    return solved


def _weights(axis: Axis, values: Array) -> tuple[Array, Array, Array, NDArray[np.intp]]:
    """Return the weights (v, 4) of four neighbouring coefficients, their two derivatives, and the first of the four."""
    place = (values - axis.lower) / axis.step
    node = np.minimum(place.astype(np.intp), axis.intervals - 1)
    t = (place - node)[:, None]
    powers = np.concatenate([np.ones_like(t), t, t * t, t * t * t], axis=1)
    return powers @ SPLINE, powers @ SPLINE_SLOPE / axis.step, powers @ SPLINE_BEND / axis.step**2, node
