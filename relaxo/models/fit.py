"""Fit a signal model to every voxel, and say of each whether it could be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from relaxo.data import FitStatus, Maps
from relaxo.errors import AnalysisError, UsageError
from relaxo.fitting import background_sigma, engine_name
from relaxo.fitting.blocks import chosen, ranges, work_through, workers
from relaxo.models.keywords import chosen_voxels, known_model, sort_keywords
from relaxo.models.outcome import Outcome
from relaxo.models.points import skipped_images
from relaxo.models.voxels import Images
from relaxo.models.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from relaxo.models.model import Array, Model
    from relaxo.models.voxels import Component

    Engine = Literal["auto", "c++", "numpy"]

#: Points and voxels that are fitted together: enough to make NumPy worth its calls, few enough for the cache, and off
#: powers of two, at which the rows of an array would take the same places of it.
BLOCK_POINTS, BLOCK = 400_000, 26_000
#: Voxels that are fitted together where the kernel does it.
COMPILED_BLOCK = 16400
#: The least of them that are worth a call of their own.
SMALLEST_BLOCK = 2048
#: The same for a model that brings its own, slower, solver.
SLOW_BLOCK = 1024
#: Voxels from which the noise is learnt when residuals tell it, and the R2 from which a residual is taken for noise.
NOISE_SAMPLE, NOISE_R_SQUARED = 20_000, 0.9


def fit(
    model: str | Model,
    signal: ArrayLike,
    mask: ArrayLike | None = None,
    *,
    noise: float | Literal["background", "residuals"] | None = "background",
    component: Component | None = None,
    clip_level: float | None = None,
    engine: Engine = "auto",
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
        (n, ...), images along the varying axis, in any unit, as numbers of any type, in any memory layout or mapped
        from a file; it is not changed. Single precision and 16-bit integers are fitted in single precision, which
        costs no digit that the noise leaves.
    mask
        (...), True where to fit; everywhere when None.
    noise
        Sigma of the noise in units of the signal; ``background`` estimates it from the corners of images (n, ..., y,
        x) and goes without where they are no air; ``residuals`` takes it from a first fit; None goes without, and
        without the options that need it.
    component
        ``magnitude``, whose polarity is searched; ``real``, whose sign is believed; or ``complex``, whose phase is
        taken out first. When None, what the type of the signal says: magnitude, or complex.
    clip_level
        The largest value that the file could store; voxels that reach it are not fitted. When None, the largest value
        of an integer signal's type.
    engine
        ``auto``, the fastest there is for the model; ``c++``, the compiled one; or ``numpy``. All give the same answer.
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
    images = np.asarray(signal)
    model, times, options = sort_keywords(known_model(model), protocol_and_options, images)
    where = chosen_voxels(mask, images)
    component = _component(component, images)
    if engine not in {"auto", "c++", "numpy"}:
        raise UsageError(f"there is no engine {engine!r}", hint="Choose 'auto', 'c++' or 'numpy'")
    skipped = _left_out(model, times[model.axis.name], options)
    if noise == "residuals":
        again = {**protocol_and_options, "component": component, "engine": engine, "threads": threads}
        noise = _residual_sigma(model, images, where, len(images) - skipped, again)
    elif noise == "background":
        noise = background_sigma(images) if component == "magnitude" else None

    maps = {given.name: times.pop(given.name) for given in model.inputs if given.per_voxel}
    order = np.argsort(times[model.axis.name], kind="stable")
    work = Work(
        model=model,
        images=Images.of(images, order),
        times={name: values[order] for name, values in times.items()},
        maps=maps,
        options=options,
        skipped=skipped,
        sigma=noise,
        component=component,
        clip_level=_clip_level(clip_level, images),
        may_compile=engine != "numpy",
        outcome=Outcome.empty(model, int(np.prod(images.shape[1:])), filled=where is not None),
    )
    compiled = work.compiled() if engine != "numpy" else None
    if engine == "c++" and compiled is None and not (model.compiled is not None and model.compiled()):
        raise UsageError(
            f"the compiled engine cannot fit {model.name} here: this is {engine_name()}",
            hint="Leave the choice to 'auto'",
        )
    voxels = work.outcome.status.size
    total = voxels if where is None else int(np.count_nonzero(where))
    size = SLOW_BLOCK if model.solver else min(BLOCK, BLOCK_POINTS // len(images))
    if compiled:
        size = COMPILED_BLOCK
    threads = workers(threads)
    if compiled:
        # Of few voxels every thread gets its share, unless that is done before it has started.
        size = min(size, max(SMALLEST_BLOCK, -(-total // (2 * threads))))
        threads = min(threads, -(-total // size)) or 1
    work_through(
        ranges(voxels, size) if where is None else chosen(where, size),
        compiled or work,
        total,
        threads=threads,
        # Of many voxels a thread of its own is worth its start: this one is then free to hear of a cancel.
        brisk=compiled is not None and total <= COMPILED_BLOCK,
        progress=progress,
    )
    return work.outcome.maps(model, images.shape[1:], noise, options)


def _component(component: Component | None, images: NDArray[Any]) -> Component:
    is_complex = images.dtype.kind == "c"
    if component is None:
        return "complex" if is_complex else "magnitude"
    if component not in {"magnitude", "real", "complex"}:
        raise UsageError(f"there is no component {component!r}", hint="Choose 'magnitude', 'real' or 'complex'")
    if (component == "complex") != is_complex:
        raise UsageError(f"the component is {component}, the numbers are {images.dtype}")
    return component


def _clip_level(clip_level: float | None, images: NDArray[Any]) -> float:
    if clip_level is not None:
        return clip_level
    return float(np.iinfo(images.dtype).max) if images.dtype.kind in "ui" else np.inf


def _left_out(model: Model, axis: Array, options: Mapping[str, bool | float]) -> int:
    """Return how many images the options leave out, first along the ascending axis (n,)."""
    skipped = skipped_images(axis, options)
    if axis.size - skipped < len(model.parameters):
        raise AnalysisError(
            f"{model.name} finds {len(model.parameters)} parameters, and skip_first_echo leaves "
            f"{axis.size - skipped} images",
            hint="Set skip_first_echo to false, or measure more echoes",
        )
    return skipped


def _residual_sigma(
    model: Model, images: NDArray[Any], where: NDArray[np.bool_] | None, points: int, again: Mapping[str, Any]
) -> float | None:
    """Estimate the noise from the residuals of a sample of voxels; None where hardly any can be fitted."""
    indices = np.arange(int(np.prod(images.shape[1:]))) if where is None else np.flatnonzero(where)
    sample = np.zeros(images.shape[1:], bool)
    sample.ravel()[indices[:: max(1, indices.size // NOISE_SAMPLE)]] = True
    first = fit(model, images, sample, noise=None, **again)
    good = (first.status == FitStatus.OK) & (first.r_squared > NOISE_R_SQUARED)
    freedom = points - len(model.parameters)
    if freedom < 1 or not good.any():
        return None
    return float(np.sqrt(np.mean(first.residual[good] ** 2) * points / freedom))
