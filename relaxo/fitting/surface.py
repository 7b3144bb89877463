"""Least squares for signals that are one amplitude times a curve from a family f(x, y) with two parameters.

The curves are computed once, on a grid. The best node for a voxel is found by a matrix product; from there a damped
Gauss-Newton iteration goes to the minimum, on curves interpolated between the nodes by cubic splines. The mean that
noise gives to magnitudes is part of the fit where sigma is known.

The family is even in y, so that nothing changes with y to first order at 0. The fit therefore uses its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting.problem import Solution
from relaxo.fitting.rician import MagnitudeTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Voxels at a time: what one step needs of them stays in the processor's cache.
BLOCK = 2048
MAX_ITERATIONS = 50
#: Share of the least curvature along y squared that a negative bend may take away.
LARGEST_RELIEF = 0.7
#: A step is negligible below the root of this, in standard errors.
NEGLIGIBLE = 1e-9
#: Accepted change of x and of y squared.
TOLERANCE = 1e-8
#: A minimum this near to the end of the range lies at the bound.
MARGIN = 1e-6
#: At 0 itself the derivative by the square is that at this y.
SMALLEST = 1e-6
FIRST_DAMPING = 1e-6
#: A damping above this means that no step makes the sum of squares smaller.
STUCK = 1e10

#: From powers 0 to 3 of the place in an interval to the weights of the four B-splines there, and their derivatives.
SPLINE = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
_DERIVE = np.diag([1.0, 2.0, 3.0], k=1)
SPLINE_SLOPE = _DERIVE @ SPLINE
SPLINE_BEND = _DERIVE @ SPLINE_SLOPE

_magnitude = MagnitudeTable()


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
    spline: Array
    """(intervals of x + 3, intervals of y + 3, n), coefficients of the cubic B-splines."""
    nodes: NDArray[np.float32]
    """(s, n), the curves at which a search begins, each of unit length."""
    starts: Array
    """(3, s), how long those were, and x and y."""

    @classmethod
    def of(cls, curves: Callable[[Array, Array], Array], x: Axis, y: Axis, *, search: tuple[int, int]) -> Surface:
        """Compute the surface of `curves`, from x and y (v,) to (n, v).

        A search for the best node takes every so many of x, and of y.
        """
        places = np.array(np.meshgrid(x.nodes, y.nodes, indexing="ij"))
        table = np.ascontiguousarray(curves(*places.reshape(2, -1)).T).reshape(*places.shape[1:], -1)
        spline = _coefficients(_coefficients(table).transpose(1, 0, 2), even=True).transpose(1, 0, 2).copy()
        coarse = tuple(slice(None, None, every) for every in search)
        chosen = table[coarse].reshape(-1, table.shape[-1])
        length = np.sqrt((chosen * chosen).sum(axis=1))
        starts = np.vstack([length, places[:, *coarse].reshape(2, -1)])
        return cls(x, y, spline, (chosen / length[:, None]).astype(np.float32), starts)

    def curves(self, x: Array, y: Array) -> Array:
        """Return f, df/dx, df/d(y^2), d2f/d(y^2)2 and a row to be filled (v, 5, n) at places (v,) within the axes.

        The second derivative is that of a cubic spline: good enough to find the way, not to judge the result.
        """
        across, slope_across, _, column = _weights(self.x, x)
        y = np.maximum(y, SMALLEST)[:, None]
        along, slope_along, bend_along, row = _weights(self.y, y[:, 0])
        slope_square = slope_along / (2 * y)
        bend_square = (bend_along - slope_along / y) / (4 * np.maximum(y, self.y.step) ** 2)
        offsets = np.arange(4)
        width = self.spline.shape[1]
        index = ((column[:, None] + offsets) * width)[:, :, None] + (row[:, None] + offsets)[:, None, :]
        around = self.spline.reshape(-1, self.spline.shape[2])[index.reshape(len(x), 16)]
        factor = np.empty((len(x), 4, 16))
        pairs = ((across, along), (slope_across, along), (across, slope_square), (across, bend_square))
        for which, (a, b) in enumerate(pairs):
            np.multiply(a[:, :, None], b[:, None, :], out=factor[:, which].reshape(len(x), 4, 4))
        rows = np.empty((len(x), 5, around.shape[2]))
        np.matmul(factor, around, out=rows[:, :4])
        return rows


def solve_surface(surface: Surface, signal: Array, keep: NDArray[np.bool_], *, sigma: float | None = None) -> Solution:
    """Fit every voxel.

    Parameters
    ----------
    surface
        The curves.
    signal
        (n, v), finite.
    keep
        (n, v), the points that count.
    sigma
        Noise of each of the two channels that the magnitude was taken of, in units of the signal; None for a signal
        whose noise has no mean.

    Returns
    -------
    Its time constant is exp(x), its amplitudes are the amplitude and y squared. A minimum at y = 0 is none at a bound:
    what lies beyond is the same again.
    """
    signal, keep = np.ascontiguousarray(signal.T), np.ascontiguousarray(keep.T)
    data = _Data(surface, signal, None if keep.all() else keep, sigma)
    everyone = np.arange(len(signal))
    here = _State.joined([data.evaluate(_start(data, block), block) for block in _blocks(everyone)])
    damping = np.full(len(signal), FIRST_DAMPING)
    converged = np.zeros(len(signal), bool)
    active = everyone
    for _ in range(MAX_ITERATIONS):
        for block in _blocks(active):
            converged[block] = _advance(data, here, damping, block)
        active = active[~converged[active] & (damping[active] < STUCK)]
        if active.size == 0:
            break
    return _solution(data, here, keep, converged)


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


def _blocks(voxels: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [voxels[start : start + BLOCK] for start in range(0, len(voxels), BLOCK)]


@dataclass(slots=True)
class _State:
    """Where the iteration stands: v voxels, three parameters (amplitude, x, y squared)."""

    place: Array
    """(v, 3)."""
    cost: Array
    """(v,), sum of squares."""
    normal: Array
    """(v, 3, 3), J'J."""
    gradient: Array
    """(v, 3), J'r with the residual r = signal - model."""
    bend: Array
    """(v,), what the curvature of the model along y squared adds to the last element of J'J."""

    @classmethod
    def joined(cls, parts: list[_State]) -> _State:
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    def of(self, voxels: NDArray[np.intp]) -> _State:
        return _State(*(getattr(self, name)[voxels] for name in self.__dataclass_fields__))

    def put(self, voxels: NDArray[np.intp], other: _State, which: NDArray[np.bool_]) -> None:
        for name in self.__dataclass_fields__:
            getattr(self, name)[voxels[which]] = getattr(other, name)[which]


@dataclass(frozen=True, slots=True)
class _Data:
    """What is fitted."""

    surface: Surface
    signal: Array
    """(v, n)."""
    weight: NDArray[np.bool_] | None
    """(v, n), the points that count; None where all of them do."""
    sigma: float | None

    def evaluate(self, place: Array, voxels: NDArray[np.intp]) -> _State:
        """Return the sum of squares of some voxels at places (v, 3), and its derivatives."""
        rows = self.surface.curves(place[:, 1], np.sqrt(place[:, 2]))
        curves, residual = rows[:, :4], rows[:, 4]
        model = place[:, :1] * curves[:, 0]
        curves[:, 1:] *= place[:, :1, None]
        if self.sigma is not None:
            # Noise makes no difference between a signal and its negative.
            mean, slope = _magnitude(np.abs(model) / self.sigma)
            curves *= np.copysign(slope, model)[:, None, :]
            model = mean * self.sigma
        np.subtract(self.signal[voxels], model, out=residual)
        if self.weight is not None:
            rows *= self.weight[voxels, None, :]
        products = rows @ rows.transpose(0, 2, 1)
        return _State(
            place=place,
            cost=products[:, 4, 4],
            normal=products[:, :3, :3],
            gradient=products[:, :3, 4],
            bend=-products[:, 3, 4],
        )


def _start(data: _Data, voxels: NDArray[np.intp]) -> Array:
    """Return the amplitude and the place (v, 3) of the best node."""
    signal, nodes = data.signal[voxels], data.surface.nodes
    if data.sigma is not None:
        # The mean square of a magnitude is that of the signal and of two channels of noise.
        signal = np.sqrt(np.maximum(signal * signal - 2 * data.sigma**2, 0.0))
    single = signal.astype(np.float32)
    if data.weight is None:
        product = single @ nodes.T
        best = product.argmax(axis=1)
        length = np.ones(best.shape)
    else:
        weight = data.weight[voxels].astype(np.float32)
        seen = np.sqrt(weight @ (nodes * nodes).T)
        product = (single * weight) @ nodes.T / np.maximum(seen, 1e-6)
        best = product.argmax(axis=1)
        length = np.take_along_axis(seen, best[:, None], 1)[:, 0].astype(np.float64)
    norm, x, y = data.surface.starts[:, best]
    found = np.take_along_axis(product, best[:, None], 1)[:, 0] / np.maximum(length * norm, 1e-300)
    return np.array([found, x, y * y]).T


def _advance(data: _Data, here: _State, damping: Array, voxels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Go one step with some voxels, where it makes the sum of squares smaller; return which have arrived."""
    now = here.of(voxels)
    # A step that damping made short says nothing of how far it still is.
    free = damping[voxels] <= 1
    step = _step(data.surface, now, damping[voxels])
    proposed = now.place + step
    proposed[:, 0] = np.maximum(proposed[:, 0], 0.0)
    trial = data.evaluate(proposed, voxels)
    # Rounding decides about steps as small as the last one.
    better = trial.cost <= now.cost * (1 + 1e-13)
    here.put(voxels, trial, better)
    # A step that gained far less than it promised was too long.
    gained = (now.cost - trial.cost) > 0.5 * np.einsum("va,va->v", step, now.gradient)
    damping[voxels] = np.where(better & gained, damping[voxels] * 0.1, np.maximum(damping[voxels] * 4, 0.1))
    length = np.einsum("va,vab,vb->v", step, now.normal, step)
    short = (np.abs(step[:, 1:]) < TOLERANCE).all(axis=1) | (length < NEGLIGIBLE * now.cost / data.signal.shape[1])
    arrived: NDArray[np.bool_] = free & short
    return arrived


def _step(surface: Surface, state: _State, damping: Array) -> Array:
    """Return the damped step (v, 3), which stops at the ends of the axes."""
    normal = state.normal.copy()
    # Near y = 0 Gauss and Newton's approximation leaves out more than it holds; what is added keeps it positive.
    normal[:, 2, 2] += np.maximum(state.bend, -LARGEST_RELIEF / _inverse(normal)[:, 2, 2])
    diagonal = np.einsum("vii->vi", normal)
    diagonal += damping[:, None] * diagonal + 1e-300
    step = _solve_symmetric(normal, state.gradient)
    lower, upper = np.array([surface.x.lower, 0.0]), np.array([surface.x.upper, surface.y.upper**2])
    room = np.stack([lower - state.place[:, 1:], upper - state.place[:, 1:]])
    stop = np.clip(step[:, 2], room[0, :, 1], room[1, :, 1])
    crossing = stop != step[:, 2]
    if crossing.any():
        # With y squared stopped at its end, the others go where they are best beside it.
        fixed = normal[crossing]
        right = state.gradient[crossing] - fixed[:, :, 2] * stop[crossing, None]
        right[:, 2] = stop[crossing]
        fixed[:, 2, :] = fixed[:, :, 2] = 0
        fixed[:, 2, 2] = 1
        step[crossing] = _solve_symmetric(fixed, right)
    step[:, 1:] = np.clip(step[:, 1:], *room)
    return step


def _solve_symmetric(matrix: Array, right: Array) -> Array:
    """Solve positive definite systems (v, 3, 3) for (v, 3), by elimination; singular ones give 0."""
    a, b, c = matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 2, 2]
    d, e, f = matrix[:, 1, 0], matrix[:, 2, 0], matrix[:, 2, 1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        l10, l20 = d / a, e / a
        s11 = b - l10 * d
        l21 = (f - l20 * d) / s11
        s22 = c - l20 * e - l21 * (f - l20 * d)
        y1 = right[:, 1] - l10 * right[:, 0]
        y2 = right[:, 2] - l20 * right[:, 0] - l21 * y1
        x2 = y2 / s22
        x1 = y1 / s11 - l21 * x2
        x0 = right[:, 0] / a - l10 * x1 - l20 * x2
        solved = np.stack([x0, x1, x2], axis=1)
    return np.where(np.isfinite(solved).all(axis=1, keepdims=True), solved, 0.0)


def _inverse(matrix: Array) -> Array:
    """Return the inverses of positive definite matrices (v, 3, 3)."""
    return np.stack([_solve_symmetric(matrix, np.broadcast_to(unit, (len(matrix), 3))) for unit in np.eye(3)], axis=2)


def _solution(data: _Data, here: _State, keep: NDArray[np.bool_], converged: NDArray[np.bool_]) -> Solution:
    signal = data.signal
    points = keep.sum(axis=1)
    freedom = points - 3
    variance = np.divide(here.cost, freedom, out=np.full_like(here.cost, np.nan), where=freedom > 0)
    # The covariance of a solution has the amplitudes first and the time constant last.
    order = np.array([0, 2, 1])
    covariance = _inverse(here.normal)[:, order[:, None], order].transpose(1, 2, 0)
    x = here.place[:, 1]
    mean = (signal * keep).sum(axis=1, keepdims=True) / np.maximum(points, 1)[:, None]
    return Solution(
        time=np.exp(x),
        amplitudes=here.place[:, [0, 2]].T,
        covariance=covariance * variance,
        sum_of_squares=here.cost,
        total_sum_of_squares=(((signal - mean) * keep) ** 2).sum(axis=1),
        points=points,
        at_bound=(x < data.surface.x.lower + MARGIN)
        | (x > data.surface.x.upper - MARGIN)
        | (here.place[:, 2] > data.surface.y.upper**2 - MARGIN),
        converged=converged,
    )
