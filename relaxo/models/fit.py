"""Fit a signal model to every voxel, and say of each whether it could be."""

from __future__ import annotations

import difflib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from relaxo.data import FitStatus, Maps
from relaxo.errors import AnalysisError, Cancelled, UsageError
from relaxo.fitting import Problem, Solution, background_sigma, solve
from relaxo.models.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from relaxo.models.model import Array, Model

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
        the model's options.

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
    times, options = _split(model, protocol_and_options, images)
    order = np.argsort(times[model.axis.name], kind="stable")
    times = {name: values[order] for name, values in times.items()}
    chosen = _chosen_voxels(mask, images)
    if component == "magnitude" and np.any(images < 0):
        raise AnalysisError(
            "the signal is negative in places, and magnitudes cannot be",
            hint='Fit signed images with component="real"; otherwise look for a wrong intercept or data type',
        )
    sigma = background_sigma(images) if noise == "background" else noise
    problem = _problem(model, times, search_signs=model.rises_through_zero and component == "magnitude")

    voxels = images.reshape(len(images), -1)
    where = np.flatnonzero(chosen)
    blocks = [where[start : start + BLOCK] for start in range(0, where.size, BLOCK)]

    def work(block: NDArray[np.intp]) -> _Block:
        return _fit_block(model, problem, times, options, sigma, voxels[:, block][order].astype(np.float64))

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
) -> tuple[dict[str, Array], dict[str, bool | float]]:
    """Sort keywords into protocol times (n,) and options, and check both."""
    if images.ndim == 0 or images.dtype.kind not in "uif":
        raise UsageError("the signal must be an array of real numbers with the images along its first axis")
    known = [*(known.name for known in model.inputs), *model.defaults]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"{model.name} takes no {name!r}",
                hint=f"Did you mean {close[0]!r}" if close else f"It takes {', '.join(known)}",
            )
    times = {}
    for expected in model.inputs:
        value = given.get(expected.name, expected.default)
        if value is None:
            raise UsageError(f"{model.name} needs {expected.name}", hint=f"Give the {expected.meaning}, in s")
        array = np.asarray(value, np.float64)
        if array.ndim > 1 or array.size not in {1, len(images)}:
            raise UsageError(f"{expected.name} has {array.size} values for {len(images)} images")
        if np.isnan(array).any() or (array < 0).any() or (expected.default is None and np.isinf(array).any()):
            raise UsageError(f"{expected.name} must hold times of 0 s or more")
        times[expected.name] = np.broadcast_to(array.ravel(), len(images)).copy()
    if len(images) < len(model.parameters):
        raise AnalysisError(
            f"{model.name} finds {len(model.parameters)} parameters and needs as many images, not {len(images)}",
            hint="Measure more times",
        )
    if np.ptp(times[model.axis.name]) == 0:
        raise AnalysisError(f"{model.axis.name} is the same in every image", hint="Check the times")
    return times, {name: given.get(name, default) for name, default in model.defaults.items()}


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
    return Problem(
        basis=lambda time: model.basis(time, times),
        lower=max(time_constant.lower, float(axis[axis > 0].min()) / BELOW_SHORTEST),
        upper=min(time_constant.upper, float(axis.max()) * BEYOND_LONGEST),
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
    options: Mapping[str, bool | float],
    sigma: float | None,
    signal: Array,
) -> _Block:
    """Fit voxels (n, v) whose images are in the order of the axis."""
    block = _Block.empty(model, signal.shape[1])
    finite = np.isfinite(signal).all(axis=0)
    safe = np.where(finite, signal, 0.0)
    keep = _points(times[model.axis.name], options, sigma, safe)
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
    fitted = solve(problem, safe[:, good], keep[:, good])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = np.array([fitted.time, *model.to_parameters(tuple(fitted.amplitudes))])
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


def _points(axis: Array, options: Mapping[str, bool | float], sigma: float | None, signal: Array) -> NDArray[np.bool_]:
    """Return (n, v), the points that the options leave."""
    keep = np.ones(signal.shape, bool)
    floor = float(options.get("noise_floor", 0.0)) * (sigma or 0.0)
    if "skip_first_echo" in options:
        if options["skip_first_echo"]:
            keep[axis == axis.min()] = False
        # Once a decay has sunk into the noise, a point that rises above it again is noise too.
        above = np.logical_and.accumulate((signal >= floor) | ~keep, axis=0)
        return keep & above
    return keep & (np.abs(signal).max(axis=0) >= floor)


def _errors(model: Model, fitted: Solution) -> Array:
    """Carry the covariance of amplitudes over to the parameters (p, v), to first order."""
    size = len(fitted.amplitudes)
    step = 1e-30
    jacobian = np.empty((len(model.parameters) - 1, size, fitted.time.size))
    for column in range(size):
        # A complex step gives the derivative without cancellation.
        shifted = fitted.amplitudes.astype(np.complex128)
        scale = np.maximum(np.abs(fitted.amplitudes[column]), 1e-300)
        shifted[column] += 1j * step * scale
        for row, value in enumerate(model.to_parameters(tuple(shifted))):
            jacobian[row, column] = value.imag / (step * scale)
    variance = np.einsum("pav,abv,pbv->pv", jacobian, fitted.covariance[:size, :size], jacobian)
    time_error = fitted.time * np.sqrt(fitted.covariance[size, size])
    return np.array([time_error, *np.sqrt(np.maximum(variance, 0.0))])


def _judge(model: Model, fitted: Solution, values: Array) -> NDArray[np.uint8]:
    """Return the status (v,) of what was fitted."""
    relative_error = np.sqrt(fitted.covariance[-1, -1])
    outside = np.zeros(fitted.time.shape, bool)
    for parameter, value in zip(model.parameters, values, strict=True):
        outside |= ~((value > parameter.lower) & (value < parameter.upper))
    return np.select(
        [~fitted.converged, fitted.at_bound | outside, relative_error > LARGEST_RELATIVE_ERROR],
        [FitStatus.NOT_CONVERGED, FitStatus.AT_BOUND, FitStatus.OUTSIDE_RANGE],
        FitStatus.OK,
    ).astype(np.uint8)
