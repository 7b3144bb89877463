"""Least squares for signals that are linear in a few amplitudes and nonlinear in one time constant.

Variable projection (Golub and Pereyra, SIAM J. Numer. Anal. 10:413, 1973): for a given time constant the best
amplitudes follow from a linear projection, which leaves a search in one dimension. A grid of time constants finds the
basin of the global minimum, and steps on the logarithm of the time constant find the minimum itself: one of Gauss and
Newton, a secant through both slopes, and a last one from explicit residuals, which takes back what single precision
lost on the way. When only the magnitude of the signal was measured, the sign of every point belongs to the search: the
signal rises through zero once, so the first m points are negative and m is found by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from relaxo.fitting.grid import Grid, Start, argmax
from relaxo.fitting.problem import Problem, Solution
from relaxo.fitting.projection import Projection, project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.problem import Array

    Flags = NDArray[np.bool_]
    Index = NDArray[np.int64]

#: Two steps suffice where their product, the order of what is left, is smaller than this.
TOLERANCE = 1e-6
#: Steps for the few voxels that need more.
MAX_ITERATIONS = 60
#: A minimum this near to the end of the range, in the logarithm, lies at the bound.
MARGIN = 1e-5
#: A sign is worth finishing where the grid scores it so near to the best, as a share of the signal's sum of squares:
#: the quartic through the grid is five times nearer to the truth.
SLACK = 1.5e-4
#: The same on the coarse grid.
COARSE_SLACK = 0.05
#: Where this share of the signal's sum of squares stays unexplained, every sign is looked at.
DOUBTFUL = 0.01
#: A secant is believed where it bends at least as much as this share of Gauss and Newton's curvature.
LEAST_BEND = 0.02
#: The signs are chosen on every so many nodes of the grid.
COARSE = 3


def solve(problem: Problem, signal: Array, keep: Flags | None = None) -> Solution:
    """Fit every voxel.

    Parameters
    ----------
    problem
        The basis, the range of its time constant, and whether signs are searched.
    signal
        (n, v), finite; single precision is computed in single precision.
    keep
        (n, v), the points that count; all of them when None.
    """
    weight = None if keep is None or keep.all() else keep.astype(signal.dtype)
    if weight is not None:
        signal = signal * weight
    grid = Grid.of(problem, signal.dtype)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        if problem.search_signs:
            best = _search_signs(problem, grid, signal, weight)
        else:
            best = _minimise(problem, grid, signal, weight, grid.best(grid.scores(signal, weight)))
        return _solution(problem, best, weight)


@dataclass(frozen=True, slots=True)
class _Minimum:
    """What the iteration found."""

    signed: Array
    """(n, v)."""
    log_time: Array
    """(v,)."""
    sum_of_squares: Array
    at_bound: Flags
    converged: Flags
    possible: Flags
    """Whether it lies within all bounds."""

    def improve(self, voxels: Index, other: _Minimum, margin: float) -> None:
        """Take, at some voxels, the other minimum where it is better; one outside its bounds by the `margin`."""
        mine = self.sum_of_squares[voxels] * np.where(self.possible[voxels], 1, margin)
        theirs = other.sum_of_squares * np.where(other.possible, 1, margin)
        take = np.flatnonzero(theirs < mine)
        where = voxels[take]
        self.signed[:, where] = other.signed[:, take]
        self.log_time[where] = other.log_time[take]
        self.sum_of_squares[where] = other.sum_of_squares[take]
        self.at_bound[where] = other.at_bound[take]
        self.converged[where] = other.converged[take]
        self.possible[where] = other.possible[take]


def _search_signs(problem: Problem, grid: Grid, signal: Array, weight: Array | None) -> _Minimum:
    """Find the minimum among all signs.

    Without noise the sign changes next to the smallest point; with noise, the best of all others on a coarse grid may
    know better. Whatever might be the minimum is finished.
    """
    points = len(signal)
    counted = signal if weight is None else np.where(weight > 0, signal, np.inf)
    smallest = argmax(1 / (counted + np.finfo(signal.dtype).tiny))
    pair = np.array([smallest, np.minimum(smallest + 1, points - 1)])
    coarse = grid.thinned(COARSE)
    tops = np.array([coarse.flipped(flipped).scores(signal, weight).max(axis=0) for flipped in range(points)])
    np.put_along_axis(tops, pair, 0, axis=0)
    starts = [grid.best(grid.scores(_flip(signal, flipped), weight)) for flipped in pair]

    second_first = starts[1].score > starts[0].score
    start = Start.choose(starts, second_first)
    best = _minimise(problem, grid, _flip(signal, np.where(second_first, pair[1], pair[0])), weight, start)
    total = np.einsum("nv,nv->v", signal, signal)
    margin = margin_of_impossible(points - len(grid.dictionary) - 1)
    close = np.abs(starts[1].score - starts[0].score) <= SLACK * total
    some = np.flatnonzero((close | ~best.possible) & (pair[0] != pair[1]))
    if some.size:
        signed = _flip(signal[:, some], np.where(second_first, pair[0], pair[1])[some])
        other = Start.choose(starts, ~second_first).at(some)
        rival = _minimise(problem, grid, signed, None if weight is None else weight[:, some], other)
        best.improve(some, rival, margin)
    _try_other_signs(problem, grid, signal, weight, tops, total, best, margin)
    return best


def margin_of_impossible(freedom: int) -> float:
    """Return how many times smaller the sum of squares of a minimum outside the bounds must be than that of one inside.

    The F test of one parameter at 99 %: where the one inside explains the signal as well as noise lets anyone tell, it
    is the answer; elsewhere the signal says that something else is going on, and that is no reason for a wrong number.
    """
    return 1 + float(stdtrit(freedom, 0.995)) ** 2 / freedom if freedom > 0 else np.inf


def _try_other_signs(
    problem: Problem,
    grid: Grid,
    signal: Array,
    weight: Array | None,
    tops: Array,
    total: Array,
    best: _Minimum,
    margin: float,
) -> None:
    """Improve the minimum where another sign may do better.

    `tops` (n, v) says what each sign explains on the coarse grid; 0 where it was tried. The best of them is looked at
    everywhere, all of them where nothing possible was found or much of the signal is left unexplained.
    """
    doubtful = ~best.possible | (best.sum_of_squares > DOUBTFUL * total)
    likeliest = argmax(tops)
    for flipped, top in enumerate(tops):
        lacking = total - best.sum_of_squares
        might = (doubtful | (likeliest == flipped)) & (top > 0)
        might &= ~best.possible | (top >= lacking - COARSE_SLACK * total)
        some = np.flatnonzero(might)
        if some.size == 0:
            continue
        signed = _flip(signal[:, some], np.full(some.size, flipped))
        weight_some = None if weight is None else weight[:, some]
        start = grid.best(grid.scores(signed, weight_some))
        chance = np.flatnonzero(~best.possible[some] | (start.score >= (lacking - SLACK * total)[some]))
        if chance.size:
            weight_some = None if weight_some is None else weight_some[:, chance]
            found = _minimise(problem, grid, signed[:, chance], weight_some, start.at(chance))
            best.improve(some[chance], found, margin)


def _flip(signal: Array, flipped: Index) -> Array:
    """Return signals (n, v) with the sign of their first points turned over, so many (v,) of them."""
    order = np.arange(len(signal), dtype=np.int16)[:, np.newaxis]
    signed: Array = np.where(order < flipped.astype(np.int16), -signal, signal)
    return signed


def _minimise(problem: Problem, grid: Grid, signed: Array, weight: Array | None, start: Start) -> _Minimum:
    """Find the minimum of signals (n, v) from a start, and the sum of squares there."""
    first = project(problem, start.log_time, signed, weight)
    there = np.clip(start.log_time - first.slope / first.curvature, start.low, start.high)
    second = project(problem, there, signed, weight)
    step, known = _secant(second, there - start.log_time, first.slope)
    here = np.clip(there + step, start.low, start.high)
    sum_of_squares = second.sum_of_squares + second.slope * (here - there)
    before = np.abs(there - start.log_time)
    converged = (np.abs(step) * np.where(known, before, 1) < TOLERANCE) & (before < 0.3)
    converged &= (here > start.low) & (here < start.high)
    slow = np.flatnonzero(~converged)
    if slow.size:
        some = None if weight is None else weight[:, slow]
        here[slow], sum_of_squares[slow], converged[slow] = _persevere(
            problem, signed[:, slow], some, start.low[slow], start.high[slow], here[slow]
        )
    at_bound = (here < grid.log_nodes[0] + MARGIN) | (here > grid.log_nodes[-1] - MARGIN)
    possible = ~at_bound
    if problem.search_signs and problem.inside is not None:
        amplitudes = second.amplitudes
        if slow.size:
            found = project(problem, here[slow], signed[:, slow], None if weight is None else weight[:, slow])
            for amplitude, better in zip(amplitudes, found.amplitudes, strict=True):
                amplitude[slow] = better
        _orient(amplitudes)
        possible &= problem.inside(np.exp(here), tuple(amplitudes))
    return _Minimum(signed, here, sum_of_squares, at_bound, converged, possible)


def _orient(amplitudes: list[Array], *others: list[Array]) -> None:
    """Turn amplitudes over, and others with them, where the first is negative: a magnitude leaves that open."""
    negative = amplitudes[0] < 0
    for values in (*amplitudes, *(value for other in others for value in other)):
        np.negative(values, out=values, where=negative)


def _secant(found: Projection, way: Array, old_slope: Array) -> tuple[Array, Flags]:
    """Return the step that the change of slope along the way suggests, and whether it does; else Gauss and Newton's."""
    bend = (found.slope - old_slope) / way
    known = (bend > LEAST_BEND * found.curvature) & (bend < found.curvature / LEAST_BEND)
    return -found.slope / np.where(known, bend, found.curvature), known


def _persevere(
    problem: Problem, signed: Array, weight: Array | None, low: Array, high: Array, here: Array
) -> tuple[Array, Array, Flags]:
    """Iterate within a bracket until every voxel stands still; return place, sum of squares, and whether it does."""
    low, high = low.copy(), high.copy()
    here = np.clip(here, low, high)
    result, cost = here.copy(), np.empty_like(here)
    converged = np.zeros(here.shape, bool)
    active = np.arange(here.size)
    precision = float(np.finfo(here.dtype).eps)
    old_here = old_slope = None
    for _ in range(MAX_ITERATIONS):
        found = project(problem, here, signed, weight)
        # The bracket closes from the side that the slope points away from.
        low, high = np.where(found.slope < 0, here, low), np.where(found.slope > 0, here, high)
        step = -found.slope / found.curvature
        if old_here is not None and old_slope is not None:
            step, _ = _secant(found, here - old_here, old_slope)
        proposed = here + step
        proposed = np.where((proposed > low) & (proposed < high), proposed, (low + high) / 2)
        result[active], cost[active] = proposed, found.sum_of_squares + found.slope * (proposed - here)
        done = (np.abs(proposed - here) <= 64 * precision * (1 + np.abs(here))) | (found.slope == 0)
        converged[active] = done
        go_on = np.flatnonzero(~done)
        if go_on.size == 0:
            break
        active, signed = active[go_on], signed[:, go_on]
        weight = None if weight is None else weight[:, go_on]
        low, high = low[go_on], high[go_on]
        old_here, old_slope, here = here[go_on], found.slope[go_on], proposed[go_on]
    return result, cost, converged


def _solution(problem: Problem, best: _Minimum, weight: Array | None) -> Solution:
    """Compute everything that is known at the minimum."""
    found = project(problem, best.log_time, best.signed, weight)
    if problem.search_signs:
        _orient(found.amplitudes, found.carried)
    # The last step, from residuals that were subtracted and not accumulated.
    step = np.where(best.converged & ~best.at_bound, -found.slope / found.curvature, 0)
    step = np.clip(step, -MARGIN, MARGIN)
    points, voxels = best.signed.shape
    counted = np.full(voxels, points) if weight is None else weight.sum(axis=0).astype(np.int64)
    size = len(found.amplitudes)
    freedom = counted - size - 1
    variance = np.where(freedom > 0, found.sum_of_squares / np.maximum(freedom, 1), np.nan)
    deviation = best.signed - best.signed.sum(axis=0) / counted.astype(best.signed.dtype)
    if weight is not None:
        deviation *= weight
    # In double precision from here: a logarithm in single precision is coarser than the minimum is known.
    time = np.exp(best.log_time.astype(np.float64) + step)
    amplitudes = np.array(
        [amplitude - carried * step for amplitude, carried in zip(found.amplitudes, found.carried, strict=True)]
    )
    return Solution(
        time=time,
        amplitudes=amplitudes,
        covariance=found.covariance() * variance.astype(best.signed.dtype),
        sum_of_squares=found.sum_of_squares,
        total_sum_of_squares=np.einsum("nv,nv->v", deviation, deviation),
        points=counted.astype(np.int64),
        at_bound=best.at_bound,
        converged=best.converged,
    )
