"""Fit a signal model to every voxel, and say of each whether it could be."""

from __future__ import annotations

import difflib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from relaxo.data import FitStatus, Maps
from relaxo.errors import AnalysisError, Cancelled, UsageError
from relaxo.fitting import Problem, Solution, background_sigma, solve, solve_each
from relaxo.models.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from relaxo.models.model import Array, Input, Model

BLOCK = 8192
#: A time known to no better than this share of itself is not known.
LARGEST_RELATIVE_ERROR = 0.5
#: The time constant is sought from the shortest time of the protocol divided by this ...
BELOW_SHORTEST = 20
#: ... to the longest one times this.
BEYOND_LONGEST = 50


def fit(
    model: str | Model,
    signal: ArrayLike,
    mask: ArrayLike | None = None,
    *,
    noise: float | Literal["background"] | None = "background",
    component: Literal["magnitude", "real"] = "magnitude",
    threads: int | None = None,
    progress: Callable[[int, int], bool] | None = None,
    **protocol_and_options: Any,  # noqa: ANN401 - arrays, numbers and switches, each checked by its name
) -> Maps:
    """Fit a signal model to every voxel.

    >>> import numpy as np
    >>> ti = np.array([0.05, 0.2, 0.5, 1.0, 3.0])
    >>> signal = np.abs(1000 * (1 - 2 * np.exp(-ti / 0.65)))
    >>> maps = fit("inversion_recovery", signal, InversionTime=ti)
    >>> round(float(maps["T1map"]), 6)
    0.65

    Parameters
    ----------
    model
        Its name, as in `CATALOGUE`, or a model of your own.
    signal
        (n, ...), images along the varying axis, in any unit; it is not changed.
    mask
        (...), True where to fit; everywhere when None.
    noise
        Sigma of the noise in units of the signal; ``background`` estimates it from the corners of images (n, ..., y,
        x) and goes without where they are no air; None goes without, and without the options that need it.
    component
        ``magnitude``, whose polarity is searched, or ``real``, whose sign is believed.
    threads
        How many to use; one for every processor when None.
    progress
        Called with voxels done and voxels in all; the fit stops when it answers False.
    **protocol_and_options
        The times and angles of the model by their BIDS names, in s and degree, each (n,) or one for all images; and
        the model's options. A map that the model takes, such as one of B1, is (...).

    Raises
    ------
    UsageError
        When the model or a keyword is not known, or a shape does not fit.
    AnalysisError
        When there are too few images for the model, or magnitudes are negative.
    Cancelled
        When `progress` answers False.
    """
    model = _model(model)
    images = np.asarray(signal)
    model, times, options = _split(model, protocol_and_options, images)
    order = np.argsort(times[model.axis.name], kind="stable")
    maps = {given.name: times.pop(given.name) for given in model.inputs if given.per_voxel}
    times = {name: values[order] for name, values in times.items()}
    chosen = _chosen_voxels(mask, images)
    if component == "magnitude" and np.any(images < 0):
        raise AnalysisError(
            "the signal is negative in places, and magnitudes cannot be",
            hint='Fit signed images with component="real"; otherwise look for a wrong intercept or data type',
        )
    sigma = background_sigma(images) if noise == "background" else noise
    problem = _problem(model, {**times, **maps}, search_signs=model.rises_through_zero and component == "magnitude")

    voxels = images.reshape(len(images), -1)
    where = np.flatnonzero(chosen)
    blocks = [where[start : start + BLOCK] for start in range(0, where.size, BLOCK)]

    def work(block: NDArray[np.intp]) -> _Block:
        here = {name: values if values.size == 1 else values[block] for name, values in maps.items()}
        signal = voxels[:, block][order].astype(np.float64)
        return _fit_block(model, problem, times, here, options, sigma, signal)

    result = _Block.empty(model, chosen.size)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        done = 0
        for block, fitted in zip(blocks, pool.map(work, blocks), strict=True):
            result.put(block, fitted)
            done += block.size
            if progress is not None and not progress(done, where.size):
                pool.shutdown(cancel_futures=True)
                raise Cancelled
    return result.maps(model, images.shape[1:])


def _model(model: str | Model) -> Model:
    if not isinstance(model, str):
        return model
    if model not in CATALOGUE:
        close = difflib.get_close_matches(model, CATALOGUE, n=1)
        raise UsageError(
            f"there is no model {model!r}",
            hint=f"Did you mean {close[0]!r}" if close else f"Choose one of {', '.join(CATALOGUE)}",
        )
    return CATALOGUE[model]


def _split(
    model: Model, given: Mapping[str, Any], images: NDArray[Any]
) -> tuple[Model, dict[str, Array], dict[str, bool | float]]:
    """Sort keywords into protocol times (n,), maps (v,) or (1,) and options, check them, and apply the options."""
    if images.ndim == 0 or images.dtype.kind not in "uif":
        raise UsageError("the signal must be an array of real numbers with the images along its first axis")
    given = {_own_name(model, name): value for name, value in given.items()}
    known = [*(known.name for known in model.inputs), *model.defaults]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"{model.name} takes no {name!r}",
                hint=f"Did you mean {close[0]!r}" if close else f"It takes {', '.join(known)}",
            )
    options = {name: given.get(name, default) for name, default in model.defaults.items()}
    model = model.with_options(options)
    times = {expected.name: _values(model, expected, given, images) for expected in model.inputs}
    if len(images) < len(model.parameters):
        raise AnalysisError(
            f"{model.name} finds {len(model.parameters)} parameters and needs as many images, not {len(images)}",
            hint="Measure more times",
        )
    if np.ptp(times[model.axis.name]) == 0:
        raise AnalysisError(f"{model.axis.name} is the same in every image", hint="Check the times")
    return model, times, options


def _values(model: Model, expected: Input, given: Mapping[str, Any], images: NDArray[Any]) -> Array:
    """Return the values (n,) of an input, or (v,) or (1,) of a map."""
    value = given.get(expected.name, expected.default)
    if value is None:
        raise UsageError(f"{model.name} needs {expected.name}", hint=f"Give the {expected.meaning}, in {expected.unit}")
    array = np.asarray(value, np.float64)
    if expected.per_voxel:
        if array.size != 1 and array.shape != images.shape[1:]:
            raise UsageError(f"{expected.name} has the shape {array.shape}, an image {images.shape[1:]}")
        return array.ravel()
    if array.ndim > 1 or array.size not in {1, len(images)}:
        raise UsageError(f"{expected.name} has {array.size} values for {len(images)} images")
    if np.isnan(array).any() or (array < 0).any() or (expected.default is None and np.isinf(array).any()):
        raise UsageError(f"{expected.name} must hold numbers of 0 {expected.unit} or more")
    return np.broadcast_to(array.ravel(), len(images)).copy()


def _own_name(model: Model, name: str) -> str:
    """Return the name by which the model itself knows an input."""
    return next((known.name for known in model.inputs if name in known.other_names), name)


def _chosen_voxels(mask: ArrayLike | None, images: NDArray[Any]) -> NDArray[np.bool_]:
    if mask is None:
        return np.ones(int(np.prod(images.shape[1:])), bool)
    chosen = np.asarray(mask, bool)
    if chosen.shape != images.shape[1:]:
        raise UsageError(f"the mask has the shape {chosen.shape}, an image {images.shape[1:]}")
    return chosen.ravel()


def _problem(model: Model, times: Mapping[str, Array], *, search_signs: bool) -> Problem:
    axis = times[model.axis.name]
    time_constant = model.parameters[0]
    lower, upper = float(axis[axis > 0].min()) / BELOW_SHORTEST, float(axis.max()) * BEYOND_LONGEST
    if model.search_range is not None:
        lower, upper = model.search_range(times)
    return Problem(
        basis=lambda time: model.basis(time, times),
        lower=max(time_constant.lower, lower),
        upper=min(time_constant.upper, upper),
        search_signs=search_signs,
    )


@dataclass(slots=True)
class _Block:
    """The results of some voxels, (v,) each, while they are gathered."""

    values: Array
    """(parameters, v)."""
    errors: Array
    status: NDArray[np.uint8]
    residual: Array
    r_squared: Array

    @classmethod
    def empty(cls, model: Model, voxels: int) -> _Block:
        return cls(
            values=np.full((len(model.parameters), voxels), np.nan),
            errors=np.full((len(model.parameters), voxels), np.nan),
            status=np.full(voxels, FitStatus.NOT_FITTED, np.uint8),
            residual=np.full(voxels, np.nan),
            r_squared=np.full(voxels, np.nan),
        )

    def put(self, where: NDArray[np.intp], other: _Block) -> None:
        self.values[:, where] = other.values
        self.errors[:, where] = other.errors
        self.status[where] = other.status
        self.residual[where] = other.residual
        self.r_squared[where] = other.r_squared

    def maps(self, model: Model, shape: tuple[int, ...]) -> Maps:
        names = [parameter.name for parameter in model.parameters]
        return Maps(
            model=model.name,
            values={name: array.reshape(shape) for name, array in zip(names, self.values, strict=True)},
            error={name: array.reshape(shape) for name, array in zip(names, self.errors, strict=True)},
            units={parameter.name: parameter.unit for parameter in model.parameters},
            status=self.status.reshape(shape),
            residual=self.residual.reshape(shape),
            r_squared=self.r_squared.reshape(shape),
        )


def _fit_block(
    model: Model,
    problem: Problem,
    times: Mapping[str, Array],
    maps: Mapping[str, Array],
    options: Mapping[str, bool | float],
    sigma: float | None,
    signal: Array,
) -> _Block:
    """Fit voxels (n, v) whose images are in the order of the axis, with maps (v,) or (1,)."""
    block = _Block.empty(model, signal.shape[1])
    finite = np.isfinite(signal).all(axis=0)
    for values in maps.values():
        finite = finite & np.isfinite(values) & (values > 0)
    safe = np.where(finite, signal, 0.0)
    keep = _points(model, times[model.axis.name], options, sigma, safe)
    status = np.select(
        [~finite, np.ptp(safe, axis=0) == 0, keep.sum(axis=0) <= len(model.parameters)],
        [FitStatus.NOT_FINITE, FitStatus.CONSTANT, FitStatus.BELOW_NOISE],
        FitStatus.OK,
    ).astype(np.uint8)
    if len(signal) == len(model.parameters):
        # As many points as parameters: a fit without errors, wanted by whoever measured so few.
        status[(status == FitStatus.BELOW_NOISE) & keep.all(axis=0)] = FitStatus.OK
    good = np.flatnonzero(status == FitStatus.OK)
    block.status[:] = status
    if good.size == 0:
        return block
    here = {name: values if values.size == 1 else values[good] for name, values in maps.items()}
    if model.solver is not None:
        fitted = model.solver(safe[:, good], keep[:, good], {**times, **here}, options, sigma)
    elif any(values.size > 1 for values in here.values()):
        of_each = replace(problem, basis=lambda time: model.basis(time, {**times, **here}))
        fitted = solve_each(of_each, safe[:, good], keep[:, good])
    else:
        fitted = solve(problem, safe[:, good], keep[:, good])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = np.array(_parameters(model, fitted.time, tuple(fitted.amplitudes)))
        errors = _errors(model, fitted)
    status_good = _judge(model, fitted, values)
    block.status[good] = status_good
    ok = status_good == FitStatus.OK
    block.values[:, good] = np.where(ok, values, np.nan)
    block.errors[:, good] = np.where(ok, errors, np.nan)
    block.residual[good] = np.sqrt(fitted.sum_of_squares / fitted.points)
    with np.errstate(divide="ignore", invalid="ignore"):
        block.r_squared[good] = 1 - fitted.sum_of_squares / fitted.total_sum_of_squares
    return block


def _points(
    model: Model, axis: Array, options: Mapping[str, bool | float], sigma: float | None, signal: Array
) -> NDArray[np.bool_]:
    """Return (n, v), the points that the options leave."""
    keep = np.ones(signal.shape, bool)
    floor = float(options.get("noise_floor", 0.0)) * (sigma or 0.0)
    if options.get("skip_first_echo", False):
        keep[axis == axis.min()] = False
    if model.decays:
        # Once a decay has sunk into the noise, a point that rises above it again is noise too.
        above = np.logical_and.accumulate((signal >= floor) | ~keep, axis=0)
        return keep & above
    return keep & (np.abs(signal).max(axis=0) >= floor)


def _parameters(model: Model, time: NDArray[Any], amplitudes: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    factor = 1.0 if model.time_factor is None else model.time_factor(amplitudes)
    return time * factor, *model.to_parameters(amplitudes)


def _errors(model: Model, fitted: Solution) -> Array:
    """Carry the covariance of amplitudes and ln time over to the parameters (p, v), to first order."""
    size = len(fitted.amplitudes)
    step = 1e-30
    jacobian = np.empty((len(model.parameters), size + 1, fitted.time.size))
    for column in range(size):
        # A complex step gives the derivative without cancellation.
        shifted = fitted.amplitudes.astype(np.complex128)
        scale = np.maximum(np.abs(fitted.amplitudes[column]), 1e-300)
        shifted[column] += 1j * step * scale
        for row, value in enumerate(_parameters(model, fitted.time, tuple(shifted))):
            jacobian[row, column] = value.imag / (step * scale)
    jacobian[:, size] = 0.0
    jacobian[0, size] = _parameters(model, fitted.time, tuple(fitted.amplitudes))[0]
    variance = np.einsum("pav,abv,pbv->pv", jacobian, fitted.covariance, jacobian)
    errors: Array = np.sqrt(np.maximum(variance, 0.0))
    return errors


def _judge(model: Model, fitted: Solution, values: Array) -> NDArray[np.uint8]:
    """Return the status (v,) of what was fitted."""
    relative_error = np.sqrt(fitted.covariance[-1, -1])
    outside = np.zeros(fitted.time.shape, bool)
    for parameter, value in zip(model.parameters, values, strict=True):
        below = value <= parameter.upper if parameter.may_reach_upper else value < parameter.upper
        outside |= ~((value > parameter.lower) & below)
    return np.select(
        [~fitted.converged, fitted.at_bound | outside, relative_error > LARGEST_RELATIVE_ERROR],
        [FitStatus.NOT_CONVERGED, FitStatus.AT_BOUND, FitStatus.OUTSIDE_RANGE],
        FitStatus.OK,
    ).astype(np.uint8)
