"""Check what a fit is asked for: the model, its protocol and its options, each by its name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.errors import AnalysisError, UsageError
from relaxo.models.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from relaxo.models.model import Array, Input, Model, Option


def known_model(model: str | Model) -> Model:
    """Return the model of a name, or the one that was given.

    Raises
    ------
    UsageError
        When no model has that name.
    """
    if not isinstance(model, str):
        return model
    if model not in CATALOGUE:
        close = difflib.get_close_matches(model, CATALOGUE, n=1)
        raise UsageError(
            f"there is no model {model!r}",
            hint=f"Did you mean {close[0]!r}?" if close else f"Choose one of {', '.join(CATALOGUE)}",
        )
    return CATALOGUE[model]


def sort_keywords(
    model: Model, given: Mapping[str, Any], images: NDArray[Any]
) -> tuple[Model, dict[str, Array], dict[str, bool | float]]:
    """Sort keywords into protocol times (n,), maps (v,) or (1,) and options, check them, and apply the options.

    Raises
    ------
    UsageError
        When a keyword is not known or missing, or its shape does not fit images (n, ...).
    AnalysisError
        When there are too few images for the model, or all at the same time.
    """
    if images.ndim == 0 or images.dtype.kind not in "uifc":
        raise UsageError("the signal must be an array of numbers with the images along its first axis")
    given = {_own_name(model, name): value for name, value in given.items()}
    known = [*(known.name for known in model.inputs), *model.defaults]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"{model.name} takes no {name!r}",
                hint=f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(known)}",
            )
    options = {option.name: _checked(option, given.get(option.name, option.default)) for option in model.options}
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


def _checked(option: Option, value: Any) -> bool | float:  # noqa: ANN401 - whatever a recipe holds
    """Return the value of an option, if it can be one."""
    if isinstance(option.default, bool):
        if value not in (True, False):
            raise UsageError(f"{option.name} is true or false, not {value!r}")
        return bool(value)
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not option.lower <= value <= option.upper:
        most = "or more" if option.upper == np.inf else f"to {option.upper:g}"
        unit = f" {option.unit}".rstrip()
        raise UsageError(f"{option.name} is {value!r}", hint=f"Give a number of {option.lower:g} {most}{unit}")
    return float(value)


def chosen_voxels(mask: ArrayLike | None, images: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Return a mask as (voxels,); None where it chooses all.

    Raises
    ------
    UsageError
        When its shape is not that of an image.
    """
    if mask is None:
        return None
    chosen = np.asarray(mask, bool)
    if chosen.shape != images.shape[1:]:
        raise UsageError(f"the mask has the shape {chosen.shape}, an image {images.shape[1:]}")
    return chosen.ravel()


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
