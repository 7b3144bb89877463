"""From the solution of a fit to parameters, their errors, and a status that says whether they can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import FitStatus, Maps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from relaxo.fitting import Solution
    from relaxo.fitting.blocks import Block
    from relaxo.models.model import Array, Model, Options

#: A time known to no better than this share of itself is not known.
LARGEST_RELATIVE_ERROR = 0.5


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

    def put_solution(self, voxels: NDArray[np.intp], model: Model, fitted: Solution) -> None:
        """Judge the solution of some voxels, and take what can be believed."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.array(parameters(model, fitted.time, tuple(fitted.amplitudes)))
            errors = _errors(model, fitted)
            status = _judge(model, fitted, values, errors)
            ok = status == FitStatus.OK
            self.status[voxels] = status
            self.values[:, voxels] = np.where(ok, values, np.nan)
            self.errors[:, voxels] = np.where(ok, errors, np.nan)
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
    step = 1e-30
    jacobian = np.empty((len(model.parameters), size + 1, fitted.time.size))
    amplitudes = fitted.amplitudes.astype(np.float64)
    largest = np.abs(amplitudes).max(axis=0)
    scale = np.where(largest > 0, largest, 1)
    for column in range(size):
        # A complex step gives the derivative without cancellation.
        shifted = amplitudes.astype(np.complex128)
        shifted[column] += 1j * step * scale
        for row, value in enumerate(parameters(model, fitted.time, tuple(shifted))):
            jacobian[row, column] = value.imag / (step * scale)
    jacobian[:, size] = 0.0
    jacobian[0, size] = parameters(model, fitted.time, tuple(amplitudes))[0]
    variance = np.einsum("pav,abv,pbv->pv", jacobian, fitted.covariance, jacobian)
    errors: Array = np.sqrt(np.maximum(variance, 0.0))
    return errors


def _judge(model: Model, fitted: Solution, values: Array, errors: Array) -> NDArray[np.uint8]:
    """Return the status (v,) of what was fitted."""
    relative_error = np.sqrt(fitted.covariance[-1, -1])
    outside = ~within_bounds(model, values)
    # Without a degree of freedom left, errors are not known and do not count.
    free = fitted.points > len(model.parameters)
    unknown = (relative_error > LARGEST_RELATIVE_ERROR) | (free & ~np.isfinite(errors).all(axis=0))
    return np.select(
        [~fitted.converged, fitted.at_bound | outside, unknown],
        [FitStatus.NOT_CONVERGED, FitStatus.AT_BOUND, FitStatus.OUTSIDE_RANGE],
        FitStatus.OK,
    ).astype(np.uint8)
