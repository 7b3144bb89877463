"""Least squares for signals that are one amplitude times a curve from a family with two parameters.

The best node of the family for a voxel is found by a matrix product; from there a damped Gauss-Newton iteration goes
to the minimum. The mean that noise gives to magnitudes is part of the fit where sigma is known.

Signals are divided by their peak and fitted in single precision, with the explicit residual in every step: what that
loses is far below what noise does. Normal equations are solved in double precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting.blocks import checkpoint, ranges
from relaxo.fitting.problem import Solution
from relaxo.fitting.rician import MagnitudeTable
from relaxo.fitting.surface_kernel import follow, follows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from relaxo.fitting.surface import Surface

    Array = NDArray[np.float64]

#: Voxels at a time: what one step needs of them stays in the processor's cache.
BLOCK = 2048
MAX_ITERATIONS = 50
#: Share of the least curvature along y squared that a negative bend may take away.
LARGEST_RELIEF = 0.7
#: A step is negligible below the root of this, in standard errors.
NEGLIGIBLE = 1e-7
#: Accepted change of x and of y squared.
TOLERANCE = 1e-6
#: A step that changes a signal of peak 1 by less than the root of this is lost in single precision.
LOST = 1e-13
#: Rounding of residuals of a signal of peak 1: a sum of squares is uncertain by this times its root.
ROUNDING = 5e-7
#: A minimum this near to the end of the range lies at the bound.
MARGIN = 1e-6
#: Voxels that are searched together.
GROUP = 32
FIRST_DAMPING = 1e-6
#: A second start is tried where it explains less by no more than this share of what the first leaves unexplained.
NEARLY = 0.3
#: A damping above this means that no step makes the sum of squares smaller.
STUCK = 1e10

_magnitude_single = MagnitudeTable(np.float32)
_magnitude = MagnitudeTable()


def solve_surface(
    surface: Surface,
    signal: Array,
    keep: NDArray[np.bool_],
    *,
    sigma: float | None = None,
    compiled: bool = True,
) -> Solution:
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
    compiled
        Whether the kernel may do the iteration, where there is one.

    Returns
    -------
    Its time constant is exp(x), its amplitudes are the amplitude and y squared. A minimum at y = 0 is none at a bound:
    what lies beyond is the same again.
    """
    signal, keep = np.ascontiguousarray(signal.T), np.ascontiguousarray(keep.T)
    peak = np.abs(signal * keep).max(axis=1, keepdims=True)
    data = _Data(
        surface=surface,
        signal=(signal / peak).astype(np.float32),
        weight=None if keep.all() else keep,
        sigma=None if sigma is None else (sigma / peak).astype(np.float32),
    )
    found = [_starts(data, block) for block in _blocks(np.arange(len(signal)))]
    voxel, place = np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])
    if compiled and follows():
        here, converged = _followed(data, voxel, place)
    else:
        here, converged = _iterated(data, voxel, place)
    # Of all starts of a voxel, the one with the smallest sum of squares.
    order = np.lexsort((here.cost, voxel))
    best = order[np.searchsorted(voxel[order], np.arange(len(signal)))]
    return _solution(data, here.of(best), peak[:, 0], converged[best])


def _followed(data: _Data, voxel: NDArray[np.intp], place: Array) -> tuple[_State, NDArray[np.bool_]]:
    """Return where the kernel ends, from starts (s, 3) of some voxels (s,), and whether it arrived."""
    place, cost, normal, converged = follow(data.surface, data.signal, data.weight, data.sigma, voxel, place)
    return _State(place, cost, normal, np.zeros_like(place), np.zeros_like(cost)), converged


def _iterated(data: _Data, voxel: NDArray[np.intp], place: Array) -> tuple[_State, NDArray[np.bool_]]:
    """Return where the iteration ends, from starts (s, 3) of some voxels (s,), and whether it arrived."""
    active = np.arange(voxel.size)
    here = _State.joined([data.evaluate(place[block], voxel[block]) for block in _blocks(active)])
    damping = np.full(voxel.size, FIRST_DAMPING)
    converged = np.zeros(voxel.size, bool)
    for _ in range(MAX_ITERATIONS):
        for block in _blocks(active):
            converged[block] = _advance(data, here, damping, block, voxel[block])
        active = active[~converged[active] & (damping[active] < STUCK)]
        if active.size == 0:
            break
    return here, converged


def _blocks(voxels: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for block in ranges(len(voxels), BLOCK):
        checkpoint()
        yield voxels[block]


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
    signal: NDArray[np.float32]
    """(v, n), of peak 1."""
    weight: NDArray[np.bool_] | None
    """(v, n), the points that count; None where all of them do."""
    sigma: NDArray[np.float32] | None
    """(v, 1), in the same units; None where the noise has no mean."""

    def evaluate(self, place: Array, voxels: NDArray[np.intp]) -> _State:
        """Return the sum of squares of some voxels at places (v, 3), and its derivatives."""
        rows = self.surface.curves(place[:, 1], np.sqrt(place[:, 2]))
        curves, residual = rows[:, :4], rows[:, 4]
        amplitude = place[:, :1].astype(np.float32)
        model: NDArray[np.float32] = amplitude * curves[:, 0]
        curves[:, 1:] *= amplitude[:, :, None]
        if self.sigma is not None:
            sigma = self.sigma[voxels]
            # Noise makes no difference between a signal and its negative.
            mean, slope = _magnitude_single(np.abs(model) / sigma)
            curves *= np.copysign(slope, model)[:, None, :]
            model = mean * sigma
        np.subtract(self.signal[voxels], model, out=residual)
        if self.weight is not None:
            rows *= self.weight[voxels, None, :]
        products = (rows @ rows.transpose(0, 2, 1)).astype(np.float64)
        return _State(
            place=place,
            cost=products[:, 4, 4],
            normal=products[:, :3, :3],
            gradient=products[:, :3, 4],
            bend=-products[:, 3, 4],
        )

    def spread(self, place: Array, voxels: NDArray[np.intp]) -> tuple[Array, Array, Array]:
        """Return J'J (v, 3, 3), J'VJ (v, 3, 3) and the mean V of the points (v,), in double precision.

        V is the variance of a point in units of that of a strong signal: the magnitude of a weak one varies less, by up
        to 4 - pi against 2.
        """
        jacobian = self.surface.curves(place[:, 1], np.sqrt(place[:, 2]))[:, :3].astype(np.float64)
        signal = place[:, :1] * jacobian[:, 0]
        jacobian[:, 1:] *= place[:, :1, None]
        if self.weight is not None:
            jacobian *= self.weight[voxels][:, None, :]
        if self.sigma is None:
            normal = jacobian @ jacobian.transpose(0, 2, 1)
            return normal, normal, np.ones(len(place))
        ratio = np.abs(signal) / self.sigma[voxels]
        mean, slope = _magnitude(ratio)
        variance = np.maximum(2 + ratio * ratio - mean * mean, 2 - np.pi / 2)
        jacobian *= slope[:, None, :]
        average = np.average(variance, axis=1, weights=None if self.weight is None else self.weight[voxels])
        turned = jacobian.transpose(0, 2, 1)
        return jacobian @ turned, (jacobian * variance[:, None, :]) @ turned, average


def _starts(data: _Data, voxels: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array]:
    """Return where to begin, one or more times for every voxel: the voxels (s,), and amplitude, x, y^2 (s, 3)."""
    signal, nodes = data.signal[voxels], data.surface.nodes
    if data.sigma is not None:
        # The mean square of a magnitude is that of the signal and of two channels of noise.
        signal = np.sqrt(np.maximum(signal * signal - 2 * data.sigma[voxels] ** 2, np.float32(0)))
    single = signal
    length = None
    if data.weight is not None:
        weight = data.weight[voxels].astype(np.float32)
        single = single * weight
        length = np.sqrt(np.maximum(_products(weight, nodes * nodes), 1e-12))
    score = _products(single, nodes)
    if length is not None:
        score /= length
    profile = score.max(axis=1).reshape(-1, nodes.shape[2])[: len(voxels)]
    which, column = np.nonzero(_peaks(profile, (single * single).sum(axis=1)))
    group, member = np.divmod(which, GROUP)
    row = score[group, :, member, column].argmax(axis=1)
    norm, x, y = data.surface.starts[:, row, column]
    if length is not None:
        norm = norm * length[group, row, member, column]
    amplitude = score[group, row, member, column] / np.maximum(norm, 1e-300)
    return voxels[which], np.array([amplitude, x, y * y]).T


def _products(rows: NDArray[np.float32], nodes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the products (groups, s of x, members, s of y) of rows (v, n) with nodes, groups of rows at a time.

    Products this small are made without threads, which would fight with ours.
    """
    groups = -(-len(rows) // GROUP)
    padded = np.zeros((groups, 1, GROUP, rows.shape[1]), np.float32)
    padded.reshape(-1, rows.shape[1])[: len(rows)] = rows
    products: NDArray[np.float32] = np.matmul(padded, nodes)
    return products


def _peaks(profile: NDArray[np.float32], total: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (v, s), where profiles (v, s) of the best score along y may lead to the least sum of squares.

    Those are the highest peak and whatever other one is nearly as high, in comparison with the sum of squares that
    the highest leaves of the `total` (v,).
    """
    edge = np.full((len(profile), 1), -np.inf, np.float32)
    left, right = np.hstack([edge, profile[:, :-1]]), np.hstack([profile[:, 1:], edge])
    best = profile.max(axis=1, keepdims=True)
    explained = np.maximum(best, 0) ** 2
    near = profile**2 > explained - NEARLY * np.maximum(total[:, None] - explained, 0)
    peaks: NDArray[np.bool_] = (profile > left) & (profile >= right) & near & (profile > 0)
    peaks[np.arange(len(profile)), profile.argmax(axis=1)] = True
    return peaks


def _advance(
    data: _Data, here: _State, damping: Array, some: NDArray[np.intp], voxels: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Go one step from `some` states, of `voxels`, if it makes the sum of squares smaller; return which arrived."""
    now = here.of(some)
    step = _step(data.surface, now, damping[some])
    proposed = now.place + step
    proposed[:, 0] = np.maximum(proposed[:, 0], 0.0)
    length = np.einsum("va,vab,vb->v", step, now.normal, step)
    short = length < np.maximum(NEGLIGIBLE * now.cost / data.signal.shape[1], LOST)
    short |= (np.abs(step[:, 1:]) < TOLERANCE).all(axis=1)
    # A step that damping made short says nothing of how far it still is.
    arrived: NDArray[np.bool_] = short & (damping[some] <= 1)
    # The last step is too short to change anything but the place.
    here.place[some[arrived]] = proposed[arrived]
    onward = np.flatnonzero(~arrived)
    if onward.size == 0:
        return arrived
    going = some[onward]
    trial = data.evaluate(proposed[onward], voxels[onward])
    cost = now.cost[onward]
    better = trial.cost <= cost + ROUNDING * np.sqrt(cost)
    here.put(going, trial, better)
    # A step after which it goes back at half the slope or more was too long. Rounding would blind the sum of squares.
    slope, slope_after = (np.einsum("va,va->v", step[onward], rows) for rows in (now.gradient[onward], trial.gradient))
    enough = better & (slope_after > -0.5 * slope)
    damping[going] = np.where(enough, damping[going] * 0.3, np.maximum(damping[going] * 5, 0.01))
    return arrived


def _step(surface: Surface, state: _State, damping: Array) -> Array:
    """Return the damped step (v, 3), which stops at the ends of the axes."""
    normal = state.normal.copy()
    # Near y = 0 Gauss and Newton's approximation leaves out more than it holds; what is added keeps it positive.
    normal[:, 2, 2] += np.maximum(state.bend, -LARGEST_RELIEF * _last_pivot(normal))
    diagonal = np.einsum("vii->vi", normal)
    diagonal += damping[:, None] * diagonal + 1e-300
    step = _solve_symmetric(normal, state.gradient)
    gradient = state.gradient.copy()
    for parameter, axis in ((1, (surface.x.lower, surface.x.upper)), (2, (0.0, surface.y.upper**2))):
        place = state.place[:, parameter]
        stop = np.clip(step[:, parameter], axis[0] - place, axis[1] - place)
        crossing = np.flatnonzero(stop != step[:, parameter])
        if crossing.size == 0:
            continue
        # With this one stopped at its end, the others go where they are best beside it.
        held, amount = normal[crossing], stop[crossing]
        right = gradient[crossing] - held[:, :, parameter] * amount[:, None]
        held[:, parameter, :] = held[:, :, parameter] = 0
        held[:, parameter, parameter] = 1
        right[:, parameter] = amount
        normal[crossing], gradient[crossing] = held, right
        step[crossing] = _solve_symmetric(held, right)
        step[:, 1] = np.clip(step[:, 1], surface.x.lower - state.place[:, 1], surface.x.upper - state.place[:, 1])
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


def _last_pivot(matrix: Array) -> Array:
    """Return the curvature (v,) that matrices (v, 3, 3) leave to the last variable once the others follow it."""
    a, b, d = matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 0, 1]
    e, f = matrix[:, 0, 2], matrix[:, 1, 2]
    left = a * b - d * d
    carried = np.divide(b * e * e - 2 * d * e * f + a * f * f, left, out=np.zeros_like(left), where=left > 0)
    pivot: Array = matrix[:, 2, 2] - carried
    return np.maximum(pivot, 0.0)


def _inverse(matrix: Array) -> Array:
    """Return the inverses of positive definite matrices (v, 3, 3)."""
    return np.stack([_solve_symmetric(matrix, np.broadcast_to(unit, (len(matrix), 3))) for unit in np.eye(3)], axis=2)


def _solution(data: _Data, here: _State, peak: Array, converged: NDArray[np.bool_]) -> Solution:
    signal = data.signal.astype(np.float64)
    weight = np.ones(signal.shape, bool) if data.weight is None else data.weight
    points = weight.sum(axis=1)
    freedom = points - 3
    variance = np.divide(here.cost, freedom, out=np.full_like(here.cost, np.nan), where=freedom > 0)
    parts = [data.spread(here.place[block], block) for block in _blocks(np.arange(len(signal)))]
    normal, spread, average = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    inverse = _inverse(normal)
    if data.sigma is not None:
        variance /= average
        inverse = inverse @ spread @ inverse
    # The covariance of a solution has the amplitudes first and the time constant last.
    order = np.array([0, 2, 1])
    covariance = inverse[:, order[:, None], order].transpose(1, 2, 0) * variance
    covariance[0] *= peak
    covariance[:, 0] *= peak
    x, y_squared = here.place[:, 1], here.place[:, 2]
    mean = (signal * weight).sum(axis=1, keepdims=True) / np.maximum(points, 1)[:, None]
    return Solution(
        time=np.exp(x),
        amplitudes=np.array([here.place[:, 0] * peak, y_squared]),
        covariance=covariance,
        sum_of_squares=here.cost * peak**2,
        total_sum_of_squares=(((signal - mean) * weight) ** 2).sum(axis=1) * peak**2,
        points=points,
        at_bound=(x < data.surface.x.lower + MARGIN)
        | (x > data.surface.x.upper - MARGIN)
        | (y_squared > data.surface.y.upper**2 - MARGIN),
        converged=converged,
    )
