"""From the solution of a fit to parameters, their errors, and a status that says whether they can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import FitStatus, Maps
from relaxo.models.model import unchanged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from relaxo.fitting import Solution
    from relaxo.fitting.blocks import Block
    from relaxo.models.model import Array, Model, Options

#: A time known to no better than this share of itself is not known.
LARGEST_RELATIVE_ERROR = 0.5
#: Degrees of freedom that errors need once points are left out because they are noise.
LEAST_FREEDOM = 2
#: A step along an amplitude, as a share of it.
STEP = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The results of voxels, (v,) each, while they are gathered."""

    values: Array
    """(parameters, v)."""
    errors: Array
    """(parameters, v)."""
    residual: Array
    """Root mean square."""
    r_squared: Array
    status: NDArray[np.uint8]

    @classmethod
    def empty(cls, model: Model, voxels: int, *, filled: bool = True) -> Outcome:
        """Make room; `filled` with what a voxel has that is not fitted, else with whatever the memory holds."""
        count = len(model.parameters)
        outcome = cls(
            np.empty((count, voxels)),
            np.empty((count, voxels)),
            np.empty(voxels),
            np.empty(voxels),
            np.empty(voxels, np.uint8),
        )
        if filled:
            outcome.put(slice(None), FitStatus.NOT_FITTED)
        return outcome

    def put(self, block: Block, status: FitStatus | NDArray[np.uint8]) -> None:
        """Give voxels a status and no value."""
        self.values[:, block] = np.nan
        self.errors[:, block] = np.nan
        self.residual[block] = np.nan
        self.r_squared[block] = np.nan
        self.status[block] = status

    def put_solution(self, voxels: Block, model: Model, fitted: Solution) -> None:
        """Judge the solution of some voxels, and take what can be believed."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.array(parameters(model, fitted.time, tuple(fitted.amplitudes)))
            errors = _errors(model, fitted)
            status = _judge(model, fitted, values, errors)
            doubtful = np.flatnonzero(status)
            if doubtful.size:
                values[:, doubtful] = errors[:, doubtful] = np.nan
            self.status[voxels] = status
            self.values[:, voxels] = values
            self.errors[:, voxels] = errors
            self.residual[voxels] = np.sqrt(fitted.sum_of_squares / fitted.points)
            self.r_squared[voxels] = 1 - fitted.sum_of_squares / fitted.total_sum_of_squares

    def maps(self, model: Model, shape: tuple[int, ...], noise: float | None, options: Options) -> Maps:
        """Return the results as maps of a shape, with the sigma of the noise and the options of the fit."""
        names = [parameter.name for parameter in model.parameters]
        return Maps(
            model=model.name,
            values={name: array.reshape(shape) for name, array in zip(names, self.values, strict=True)},
            error={name: array.reshape(shape) for name, array in zip(names, self.errors, strict=True)},
            units={parameter.name: parameter.unit for parameter in model.parameters},
            status=self.status.reshape(shape),
            residual=self.residual.reshape(shape),
            r_squared=self.r_squared.reshape(shape),
            noise=noise,
            options=options,
        )


def parameters(model: Model, time: NDArray[Any], amplitudes: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    """Return the parameters (v,) that a time constant and amplitudes (v,) stand for."""
    factor = 1.0 if model.time_factor is None else model.time_factor(amplitudes)
    return time * factor, *model.to_parameters(amplitudes)


def within_bounds(model: Model, values: Iterable[NDArray[Any]]) -> NDArray[np.bool_]:
    """Return where parameters (v,) each lie within the bounds of the model."""
    flags = []
    for parameter, value in zip(model.parameters, values, strict=True):
        below = value <= parameter.upper if parameter.may_reach_upper else value < parameter.upper
        flags.append((value > parameter.lower) & below)
    inside: NDArray[np.bool_] = np.logical_and.reduce(flags)
    return inside


def _errors(model: Model, fitted: Solution) -> Array:
    """Carry the covariance of amplitudes and ln time over to the parameters (p, v), to first order."""
    size = len(fitted.amplitudes)
    variance = fitted.covariance
    if model.to_parameters is unchanged and model.time_factor is None:
        variances = np.array([fitted.time * fitted.time * variance[size, size], *(variance[a, a] for a in range(size))])
        return _roots(variances)
    amplitudes = fitted.amplitudes.astype(np.float64)
    here = parameters(model, fitted.time, tuple(amplitudes))
    slopes: list[list[Array]] = []
    for column, row in enumerate(amplitudes):
        step = np.where(row == 0, 1, STEP * row)
        there = parameters(model, fitted.time, (*amplitudes[:column], row + step, *amplitudes[column + 1 :]))
        slopes.append([(moved - stayed) / step for moved, stayed in zip(there, here, strict=True)])
    variances = np.zeros((len(model.parameters), fitted.time.size))
    for row in range(len(variances)):
        along = [(column, slope[row]) for column, slope in enumerate(slopes) if slope[row].any()]
        if row == 0:
            along.append((size, here[0]))
        for first, (a, left) in enumerate(along):
            for b, right in along[first:]:
                variances[row] += (1 if a == b else 2) * left * right * variance[a, b]
    return _roots(variances)


def _roots(variances: Array) -> Array:
    np.maximum(variances, 0.0, out=variances)
    errors: Array = np.sqrt(variances, out=variances)
    return errors


def _judge(model: Model, fitted: Solution, values: Array, errors: Array) -> NDArray[np.uint8]:
    """Return the status (v,) of what was fitted."""
    relative_error = np.sqrt(fitted.covariance[-1, -1])
    outside = ~within_bounds(model, values)
    # Without a degree of freedom left, errors are not known and do not count.
    free = fitted.points > len(model.parameters)
    unknown = (relative_error > LARGEST_RELATIVE_ERROR) | (free & ~np.isfinite(errors).all(axis=0))
    status = np.full(unknown.shape, FitStatus.OK, np.uint8)
    # What comes last counts most.
    status[unknown] = FitStatus.OUTSIDE_RANGE
    status[fitted.at_bound | outside] = FitStatus.AT_BOUND
    status[~fitted.converged] = FitStatus.NOT_CONVERGED
    return status
