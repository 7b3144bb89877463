"""Work: the fit of one block of voxels after the other, by NumPy or by the kernel, with what the noise floor asks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import FitStatus
from relaxo.errors import AnalysisError
from relaxo.fitting import Problem, solve, solve_each
from relaxo.fitting.compiled import Compiled, Rules, knows
from relaxo.models.floor import Floor
from relaxo.models.outcome import LARGEST_RELATIVE_ERROR, LEAST_FREEDOM, Outcome, parameters, within_bounds
from relaxo.models.points import counted_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from relaxo.fitting.blocks import Block
    from relaxo.models.model import Array, Model
    from relaxo.models.voxels import Component, Images

#: The time constant is sought from the shortest time of the protocol divided by this ...
BELOW_SHORTEST = 20
#: ... to the longest one times this.
BEYOND_LONGEST = 50
#: Signals whose squares single precision holds.
SINGLE_RANGE = (1e-12, 1e15)


class Work:
    """The fit of one block after the other."""

    def __init__(
        self,
        *,
        model: Model,
        images: Images,
        times: Mapping[str, Array],
        maps: Mapping[str, Array],
        options: Mapping[str, bool | float],
        skipped: int,
        sigma: float | None,
        component: Component,
        clip_level: float,
        may_compile: bool,
        outcome: Outcome,
    ) -> None:
        self.model = model
        self.images = images
        self.times = times
        self.maps = maps
        self.options = options
        # A model with its own solver counts echoes, and must see those that it leaves out.
        self.first = 0 if model.solver is not None else skipped
        self.unseen = skipped - self.first
        self.sigma = sigma
        self.component = component
        self.floor = Floor.of(model, options, sigma, is_magnitude=component == "magnitude")
        # The same for what is left once noise is taken out; rounding must not hide that it is reached.
        self.clip_level = float(self.floor.without_noise(np.array([clip_level]))[0]) * (1 - 1e-6)
        self.may_compile = may_compile
        self.outcome = outcome
        self.problems = {dtype: self._problem(np.dtype(dtype)) for dtype in (np.float32, np.float64)}

    def __call__(self, block: Block) -> int:
        """Fit the voxels of a block into the outcome."""
        signal = self.images.read(block)
        if self.floor.sigma:
            if signal.min() < 0:
                raise _negative()
            signal = self.floor.without_noise(signal)
        self._fit(signal, block, self.floor.level)
        if self.floor.cuts:
            place = np.arange(block.start, block.stop) if isinstance(block, slice) else block
            curves = partial(self._curves, place, signal.dtype)
            for some, again in self.floor.cut_by_fit(signal[self.first :], curves):
                self._fit(np.concatenate([signal[: self.first, some], again]), place[some], self.floor.lowest)
        return int(signal.shape[1])

    def _curves(
        self, place: NDArray[np.intp], dtype: np.dtype[Any], some: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], Array]:
        """Return which of some voxels have a fit, and their curves (n, ...)."""
        some = some[self.outcome.status[place[some]] == FitStatus.OK]
        time, *rest = self.outcome.values[:, place[some]].astype(dtype)
        basis, _ = self.problems[dtype.type].basis(time)
        amplitudes = self.model.to_amplitudes(tuple(rest))
        curves: Array = amplitudes[0] * basis[0]
        for amplitude, function in zip(amplitudes[1:], basis[1:], strict=True):
            curves += amplitude * function
        return some, curves

    def _fit(self, signal: NDArray[Any], block: Block, floor: float) -> None:
        """Fit voxels (images, v) into the outcome."""
        here = {name: values if values.size == 1 else values[block] for name, values in self.maps.items()}
        status, keep = self._before(signal, here, floor)
        signal = signal[self.first :]
        good = np.flatnonzero(status == FitStatus.OK)
        voxels = block
        if good.size < status.size:
            self.outcome.put(block, status)
            if good.size == 0:
                return
            signal = signal[:, good]
            keep = None if keep is None else keep[:, good]
            here = {name: values if values.size == 1 else values[good] for name, values in here.items()}
            voxels = block.start + good if isinstance(block, slice) else block[good]
        peak = max(signal.max(), -signal.min())
        if self.model.solver is not None or not SINGLE_RANGE[0] < peak < SINGLE_RANGE[1]:
            signal = signal.astype(np.float64)
        problem = self.problems[signal.dtype.type]
        if self.model.solver is not None:
            fitted = self.model.solver(
                signal,
                _everything(signal) if keep is None else keep,
                {**self.times, **here},
                self.options,
                self._mean_noise(),
                compiled=self.may_compile,
            )
        elif any(values.size > 1 for values in here.values()):
            used = {name: values[self.first :] for name, values in self.times.items()}
            of_each = replace(problem, basis=lambda time: self.model.basis(time, {**used, **here}))
            fitted = solve_each(of_each, signal.astype(np.float64), _everything(signal) if keep is None else keep)
        else:
            fitted = solve(problem, signal, keep)
        self.outcome.put_solution(voxels, self.model, fitted)

    def _before(
        self, signal: NDArray[Any], maps: Mapping[str, Array], floor: float
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
        """Return, before a fit, the status (v,) of voxels (n, v) with maps (v,) or (1,), and the points that count.

        Those are None where all of them do.
        """
        largest, smallest = signal.max(axis=0), signal.min(axis=0)
        # Both are NaN where any value is.
        finite = np.isfinite(largest) & np.isfinite(smallest)
        for values in maps.values():
            finite = finite & np.isfinite(values) & (values > 0)
        if not finite.all():
            signal[:, ~finite] = 0
        used = signal[self.first :]
        if self.first or not finite.all():
            largest, smallest = used.max(axis=0), used.min(axis=0)
        if self.component == "magnitude" and smallest.min() < 0:
            raise _negative()
        keep = None
        if self.unseen or floor:
            keep = counted_points(used, np.maximum(largest, -smallest), self.unseen, floor, decays=self.model.decays)
        status = np.full(finite.shape, FitStatus.OK, np.uint8)
        if keep is not None:
            count = keep.sum(axis=0)
            truncated = count < len(keep) - self.unseen
            status[count < len(self.model.parameters) + LEAST_FREEDOM * truncated] = FitStatus.BELOW_NOISE
        # What comes last counts most.
        status[largest >= self.clip_level] = FitStatus.CLIPPED
        status[largest == smallest] = FitStatus.CONSTANT
        status[~finite] = FitStatus.NOT_FINITE
        return status, keep

    def _mean_noise(self) -> float | None:
        """Return sigma where noise has a mean: of magnitudes, if it is known."""
        return self.sigma if self.component == "magnitude" else None

    def compiled(self) -> Callable[[Block], int] | None:
        """Return the same work done by the kernel; None where it cannot."""
        model, problem, dtype = self.model, self.problems[np.float64], self.images.working_type
        if model.form is None or model.solver is not None:
            return None
        if any(values.size > 1 or not 0 < values[0] < np.inf for values in self.maps.values()):
            return None
        times = {name: values[self.first :] for name, values in self.times.items()}
        form = model.form({**times, **self.maps})
        if not knows(form, problem, len(times[model.axis.name]), truncate=self.floor.cuts):
            return None
        rules = Rules(
            skipped=self.first,
            is_magnitude=self.component == "magnitude",
            truncate=self.floor.cuts,
            floor=self.floor.level,
            sigma=self.floor.sigma,
            clip_level=self.clip_level,
            largest_relative_error=LARGEST_RELATIVE_ERROR,
            least_freedom=LEAST_FREEDOM,
            lower=tuple(known.lower for known in model.parameters),
            upper=tuple(known.upper for known in model.parameters),
        )
        kernel = Compiled(form, problem, rules, self.images.order.size, dtype)

        def work(block: Block) -> int:
            signal = self.images.look(block)
            place = block.start if isinstance(block, slice) else block
            out = self.outcome
            if kernel.fit(signal, place, out.values, out.errors, out.residual, out.r_squared, out.status):
                raise _negative()
            return int(signal.shape[1])

        return work

    def _problem(self, dtype: np.dtype[Any]) -> Problem:
        """Return what is to be solved, in the precision of the signal."""
        axis = self.times[self.model.axis.name][self.first :]
        one_map = {name: np.full(1, np.median(values[np.isfinite(values)])) for name, values in self.maps.items()}
        times = {name: values[self.first :].astype(dtype) for name, values in self.times.items()}
        times |= {name: values.astype(dtype) for name, values in one_map.items()}
        time_constant = self.model.parameters[0]
        lower, upper = float(axis[axis > 0].min()) / BELOW_SHORTEST, float(axis.max()) * BEYOND_LONGEST
        if self.model.search_range is not None:
            lower, upper = self.model.search_range({**self.times, **self.maps})
        return Problem(
            basis=lambda time: self.model.basis(time, times),
            lower=max(time_constant.lower, lower),
            upper=min(time_constant.upper, upper),
            search_signs=self.model.rises_through_zero and self.component == "magnitude",
            inside=lambda time, amplitudes: within_bounds(self.model, parameters(self.model, time, amplitudes)),
        )


def _everything(signal: NDArray[Any]) -> NDArray[np.bool_]:
    """Return that every point of signals (n, v) counts."""
    return np.ones(signal.shape, bool)


def _negative() -> AnalysisError:
    return AnalysisError(
        "the signal is negative in places, and magnitudes cannot be",
        hint='Fit signed images with component="real"; otherwise look for a wrong intercept or data type',
    )
