"""Least squares for signals that are linear in a few amplitudes and nonlinear in one time constant.

Variable projection (Golub and Pereyra, SIAM J. Numer. Anal. 10:413, 1973): for a given time constant the best
amplitudes follow from a linear projection, which leaves a search in one dimension. A grid of time constants finds the
basin of the global minimum, the polynomial through the best of its nodes comes within some ten thousandths of the
minimum itself, and one step from explicit residuals, which takes back what single precision lost on the way, ends
there; the few voxels that need more go on. When only the magnitude of the signal was measured, the sign of every point
belongs to the search: the signal rises through zero once, so the first m points are negative and m is found by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from relaxo.fitting.blocks import ranges
from relaxo.fitting.grid import Grid, argmin
from relaxo.fitting.problem import Problem, Solution
from relaxo.fitting.projection import project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.grid import Start
    from relaxo.fitting.problem import Array
    from relaxo.fitting.projection import Projection

    Flags = NDArray[np.bool_]
    Index = NDArray[np.int64]

#: Accepted error of the logarithm of the time constant, and the same in roundings of the precision.
TOLERANCE, ROUNDINGS = 1e-9, 30
#: What is known of a place is carried over so far, in the logarithm.
NEAR = 2e-4
#: A step along a curvature that a polynomial told ends beside the minimum by this share of itself, and by what the
#: rounding of its values makes of it; ...
TOLD = 0.02
#: ... one along Gauss and Newton's, by this.
GUESSED = 1.0
#: A step that leaves its bracket by no more than this share of it ends at the edge.
BEYOND = 0.1
#: Steps for the few voxels that need more.
MAX_ITERATIONS = 60
#: A minimum this near to the end of the range, in the logarithm, lies at the bound.
MARGIN = 1e-5
#: A sign is worth finishing where the polynomial scores it so near to the best, as a share of the signal's sum of
#: squares.
SLACK = 3e-5
#: Where this share of the signal's sum of squares stays unexplained, every sign is looked at.
DOUBTFUL = 0.01
#: Another curvature is believed where it is at least this share of Gauss and Newton's.
LEAST_BEND = 0.02


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
            best = _minimise(problem, grid, signal, weight, grid.best(signal, weight))
        return _solution(best, weight)


@dataclass(frozen=True, slots=True)
class _Minimum:
    """What the iteration found."""

    signed: Array
    """(n, v)."""
    log_time: Array
    """(v,), near the minimum."""
    step: Array
    """(v,), from there to the minimum."""
    found: Projection
    """At `log_time`."""
    sum_of_squares: Array
    """(v,), at the minimum."""
    at_bound: Flags
    converged: Flags
    possible: Flags
    """Whether it lies within all bounds."""

    def put(self, voxels: Index, other: _Minimum, which: Index) -> None:
        """Take, at some voxels, what another minimum has at `which` of its own."""
        self.signed[:, voxels] = other.signed[:, which]
        self.found.put(voxels, other.found, which)
        for name in ("log_time", "step", "sum_of_squares", "at_bound", "converged", "possible"):
            getattr(self, name)[voxels] = getattr(other, name)[which]

    def improve(self, voxels: Index, other: _Minimum, margin: float) -> None:
        """Take, at some voxels, the other minimum where it is better; one outside its bounds by the `margin`."""
        mine = self.sum_of_squares[voxels] * np.where(self.possible[voxels], 1, margin)
        theirs = other.sum_of_squares * np.where(other.possible, 1, margin)
        take = np.flatnonzero(theirs < mine)
        # A voxel may be there more than once: the last one stays.
        take = take[np.argsort(-theirs[take], kind="stable")]
        self.put(voxels[take], other, take)


def _search_signs(problem: Problem, grid: Grid, signal: Array, weight: Array | None) -> _Minimum:
    """Find the minimum among all signs.

    Without noise the sign changes next to the smallest point; with noise, another may do better. Whatever might be the
    minimum is finished.
    """
    points, size = signal.shape
    counted = signal if weight is None else np.where(weight > 0, signal, np.inf)
    smallest = argmin(counted)
    pair = np.array([smallest, np.minimum(smallest + 1, points - 1)])
    both = np.tile(_flip(signal, smallest), 2)
    # The second of the two differs in one point.
    turned = np.flatnonzero(pair[0] != pair[1])
    both[smallest[turned], size + turned] *= -1
    starts = grid.best(both, None if weight is None else np.tile(weight, 2))
    start, rival = starts.at(slice(size)), starts.at(slice(size, None))
    is_second = rival.score > start.score
    close = np.abs(rival.score - start.score)
    start = start.or_where(is_second, rival)
    signed = _flip(signal, np.where(is_second, pair[1], pair[0]))

    best = _minimise(problem, grid, signed, weight, start)
    total = np.einsum("nv,nv->v", signal, signal)
    margin = margin_of_impossible(points - len(grid.dictionary) - 1)
    other = np.where(is_second, pair[0], pair[1])
    some = np.flatnonzero(((close <= SLACK * total) | ~best.possible) & (pair[0] != pair[1]))
    flipped, voxels = _other_signs(counted, smallest, best, total)
    flipped, voxels = np.concatenate([other[some], flipped]), np.concatenate([some, voxels])
    _try_signs(problem, grid, signal, weight, best, flipped, voxels, total, margin)
    return best


def margin_of_impossible(freedom: int) -> float:
    """Return how many times smaller the sum of squares of a minimum outside the bounds must be than that of one inside.

    The F test of one parameter at 99 %: where the one inside explains the signal as well as noise lets anyone tell, it
    is the answer; elsewhere the signal says that something else is going on, and that is no reason for a wrong number.
    """
    return 1 + float(stdtrit(freedom, 0.995)) ** 2 / freedom if freedom > 0 else np.inf


def _other_signs(counted: Array, smallest: Index, best: _Minimum, total: Array) -> tuple[Index, Index]:
    """Return which signs beside the pair may do better than the best so far, and the voxel of each.

    With the first m points negative, magnitudes fall up to there and rise from there on. Where the smallest point lies
    on one side with a larger one between itself and the change, no such signal comes nearer to the two than half the
    square of their difference. Every sign is tried where the minimum is not possible or leaves much unexplained.
    """
    points = len(counted)
    with np.errstate(invalid="ignore"):
        rise = counted - counted.min(axis=0)
        near = ~(rise * rise >= 2 * best.sum_of_squares)
    near |= ~best.possible | (best.sum_of_squares > DOUBTFUL * total)
    order = np.arange(points)[:, np.newaxis]
    # On the rising side the change lies before the larger point, on the falling side behind it.
    might = near & (order < smallest)
    # Magnitudes that only fall are those of a signal that is negative throughout, which is the same as positive.
    might[0] |= near[-1] & (smallest > 0)
    might[2:] |= near[1:-1] & (order[2:] > smallest + 1)
    # Ten times as fast as numpy.nonzero of two axes.
    flipped, voxels = np.divmod(np.flatnonzero(might), might.shape[1])
    return flipped, voxels


def _try_signs(
    problem: Problem,
    grid: Grid,
    signal: Array,
    weight: Array | None,
    best: _Minimum,
    flipped: Index,
    voxels: Index,
    total: Array,
    margin: float,
) -> None:
    """Improve the minimum of some voxels, (s,), each with so many points `flipped`, where that may do better."""
    for part in ranges(voxels.size, signal.shape[1]):
        some = voxels[part]
        signed = _flip(signal[:, some], flipped[part])
        start = grid.best(signed, None if weight is None else weight[:, some])
        lacking = total - best.sum_of_squares - SLACK * total
        chance = np.flatnonzero(~best.possible[some] | (start.score >= lacking[some]))
        if chance.size:
            some = some[chance]
            found = _minimise(
                problem, grid, signed[:, chance], None if weight is None else weight[:, some], start.at(chance)
            )
            best.improve(some, found, margin)


def _flip(signal: Array, flipped: Index) -> Array:
    """Return signals (n, v) with the sign of their first points turned over, so many (v,) of them."""
    order = np.arange(len(signal), dtype=np.int16)[:, np.newaxis]
    sign = (order < flipped.astype(np.int16)).view(np.int8) * np.int8(-2)
    sign += np.int8(1)
    signed: Array = signal * sign
    return signed


def _minimise(problem: Problem, grid: Grid, signed: Array, weight: Array | None, start: Start) -> _Minimum:
    """Find the minimum of signals (n, v) from a start."""
    here = start.log_time
    found = project(problem, here, signed, weight)
    bend, told = _believed(start.curvature, found.curvature)
    step = -found.slope / bend
    there = here + step
    rounding = start.score / bend * (ROUNDINGS * float(np.finfo(here.dtype).eps) / grid.spacing**2)
    converged = _is_last(step, np.where(told, TOLD + rounding, GUESSED)) & (there > start.low) & (there < start.high)
    slow = np.flatnonzero(~converged)
    if slow.size:
        here = here.copy()
        some = None if weight is None else weight[:, slow]
        here[slow], step[slow], converged[slow], rest = _persevere(
            problem, signed[:, slow], some, start.at(slow), found.slope[slow], there[slow]
        )
        found.put(slow, rest, np.arange(slow.size))
        there = here + step
    at_bound = (there < grid.log_nodes[0] + MARGIN) | (there > grid.log_nodes[-1] - MARGIN)
    possible = ~at_bound
    if problem.search_signs:
        _orient(found.amplitudes, found.carried)
        if problem.inside is not None:
            possible &= problem.inside(np.exp(here), tuple(found.amplitudes))
    sum_of_squares = found.sum_of_squares + found.slope * step
    return _Minimum(signed, here, step, found, sum_of_squares, at_bound, converged, possible)


def _is_last(step: Array, doubt: Array | float) -> Flags:
    """Return where steps (v,), wrong by no more than a share `doubt` of themselves, end near enough to the minimum."""
    tolerance = max(TOLERANCE, ROUNDINGS * float(np.finfo(step.dtype).eps))
    length = np.abs(step)
    last: Flags = (length * doubt < tolerance) & (length < NEAR)
    return last


def _orient(amplitudes: list[Array], carried: list[Array]) -> None:
    """Turn amplitudes over, and what they carry, where the first is negative: a magnitude leaves that open."""
    sign = np.copysign(np.ones_like(amplitudes[0]), amplitudes[0])
    for values in (*amplitudes, *carried):
        np.multiply(values, sign, out=values)


def _believed(bend: Array, curvature: Array) -> tuple[Array, Flags]:
    """Return a curvature (v,) where it can be believed, else Gauss and Newton's, and whether it can."""
    believed = (bend > LEAST_BEND * curvature) & (bend < curvature / LEAST_BEND)
    return np.where(believed, bend, curvature), believed


def _persevere(
    problem: Problem, signed: Array, weight: Array | None, start: Start, slope: Array, here: Array
) -> tuple[Array, Array, Flags, Projection]:
    """Iterate within a bracket until every voxel stands still.

    From a start and the slope there (v,), and a second place (v,); returns the first fields of a minimum.
    """
    old_here, old_slope = start.log_time, slope
    low, high = np.where(slope < 0, old_here, start.low), np.where(slope > 0, old_here, start.high)
    here = np.minimum(np.maximum(here, start.low), start.high)
    place, last_step = here.copy(), np.zeros_like(here)
    converged = np.zeros(here.shape, bool)
    active = np.arange(here.size)
    result: Projection | None = None
    for _ in range(MAX_ITERATIONS):
        found = project(problem, here, signed, weight)
        # The bracket closes from the side that the slope points away from.
        low, high = np.where(found.slope < 0, here, low), np.where(found.slope > 0, here, high)
        before = here - old_here
        bend, told = _believed((found.slope - old_slope) / before, found.curvature)
        proposed = here - found.slope / bend
        # Rounding may take it a little beyond an end that is the minimum itself.
        slack = BEYOND * (high - low)
        within = (proposed > low - slack) & (proposed < high + slack)
        proposed = np.where(within, np.minimum(np.maximum(proposed, low), high), (low + high) / 2)
        step = proposed - here
        done = _is_last(step, np.where(told & within, np.abs(before), GUESSED)) | (found.slope == 0)
        place[active], last_step[active], converged[active] = here, step, done
        if result is None:
            result = found
        else:
            result.put(active, found, np.arange(active.size))
        go_on = np.flatnonzero(~done)
        if go_on.size == 0:
            break
        active, signed = active[go_on], signed[:, go_on]
        weight = None if weight is None else weight[:, go_on]
        low, high = low[go_on], high[go_on]
        old_here, old_slope, here = here[go_on], found.slope[go_on], proposed[go_on]
    assert result is not None
    return place, last_step, converged, result


def _solution(best: _Minimum, weight: Array | None) -> Solution:
    """Gather what is known at the minimum."""
    found, step = best.found, best.step
    points, voxels = best.signed.shape
    counted = np.full(1, points, best.signed.dtype) if weight is None else weight.sum(axis=0)
    freedom = counted - len(found.amplitudes) - 1
    inverse_freedom = np.where(freedom > 0, 1 / np.maximum(freedom, 1), np.nan).astype(counted.dtype)
    deviation = best.signed.sum(axis=0)
    deviation /= counted
    deviation = np.subtract(best.signed, deviation)
    if weight is not None:
        deviation *= weight
    return Solution(
        # The last step is short: its exponential is a parabola.
        time=np.exp(best.log_time) * (1 + step * (1 + step / 2)),
        amplitudes=np.array(
            [amplitude - carried * step for amplitude, carried in zip(found.amplitudes, found.carried, strict=True)]
        ),
        covariance=found.covariance(best.sum_of_squares * inverse_freedom),
        sum_of_squares=best.sum_of_squares,
        total_sum_of_squares=np.einsum("nv,nv->v", deviation, deviation),
        points=np.broadcast_to(counted.astype(np.int64), voxels),
        at_bound=best.at_bound,
        converged=best.converged,
    )
