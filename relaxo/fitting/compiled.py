"""The compiled engine: the kernel that came with the installation, where one did, called without holding Python up."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from relaxo.fitting.blocks import stop_flag
from relaxo.fitting.cells import Cells
from relaxo.fitting.separable import margin_of_impossible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.problem import Array, Problem

#: Where the build hook puts the kernel.
LIBRARY = Path(__file__).with_name(
    {"win32": "_kernel.dll", "cygwin": "_kernel.dll", "darwin": "_kernel.dylib"}.get(sys.platform, "_kernel.so")
)
#: As in kernel/projection.hpp and kernel/search.hpp.
MOST_POINTS, CELL_BITS = 64, 5
#: Tables that are kept for the next fit.
MOST_KNOWN = 16
FORMS = ("decay", "recovery", "inversion", "repeated_inversion", "spoiled")
_AMPLITUDES = {"decay": 1, "recovery": 1, "inversion": 2, "repeated_inversion": 2, "spoiled": 1}
#: How many of them, the last, change with the time constant.
_VARYING = {**_AMPLITUDES, "inversion": 1}

_Pointer = ctypes.c_void_p
_Pointers = _Pointer * 3


class _Task(ctypes.Structure):
    """As in kernel/kernel.h."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("form", "images", "skipped", "cells")),
        *((name, ctypes.c_int32) for name in ("search_signs", "is_magnitude", "truncate", "is_double")),
        *(
            (name, ctypes.c_double)
            for name in ("floor", "sigma", "clip_level", "largest_relative_error", "least_freedom")
        ),
        *((name, ctypes.c_double) for name in ("margin", "coarse_slack", "log_lower", "log_upper")),
        *((name, ctypes.c_double) for name in ("first_centre", "cell_width", "cell_reach")),
        ("columns", _Pointers),
        ("single_columns", _Pointers),
        *((name, _Pointer) for name in ("lower", "upper", "centres", "polynomials", "inverse_norms", "enlargement")),
    )


class _Block(ctypes.Structure):
    """As in kernel/kernel.h."""

    _fields_ = (
        ("signal", _Pointer),
        ("stride", ctypes.c_int64),
        ("voxels", ctypes.c_int64),
        ("place", _Pointer),
        ("first", ctypes.c_int64),
        ("values", _Pointers),
        ("errors", _Pointers),
        *((name, _Pointer) for name in ("residual", "r_squared", "status", "stop")),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What the kernel calls a signal equation, and the numbers of the protocol that it reads, each (n,)."""

    name: Literal["decay", "recovery", "inversion", "repeated_inversion", "spoiled"]
    """``exp(-t/T)``; ``1 - exp(-t/T)``; ``1, -exp(-t/T)``; ``1 + exp(-s/T), -exp(-t/T)``; ``a (1 - E) / (1 - (1 - b)
    E)`` with ``E = exp(-t/T)``. The second of two amplitudes is given as ``ratio to the first - 1``."""
    columns: tuple[Array, ...]
    """t; t and s; t, a and b. A decay at evenly spaced times, four or more, also gives the times since the first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides, before and after a fit, whether a voxel has a value."""

    skipped: int
    """Images, first along the axis, that are not fitted."""
    is_magnitude: bool
    """Whether a negative signal is refused."""
    truncate: bool
    """Whether points from where the fitted curve sinks below the floor do not count; else a voxel needs one point above
    it."""
    floor: float
    """Once noise is taken out."""
    sigma: float
    """Of the noise that is taken out of magnitudes; 0 for none."""
    clip_level: float
    """Once noise is taken out."""
    largest_relative_error: float
    least_freedom: int
    """Degrees of freedom wanted once points are left out."""
    lower: tuple[float, ...]
    """Of the parameters, the time constant first."""
    upper: tuple[float, ...]


class Compiled:
    """A problem as the kernel takes it."""

    def __init__(self, form: Form, problem: Problem, rules: Rules, images: int, dtype: np.dtype[Any]) -> None:
        amplitudes = _AMPLITUDES[form.name]
        cells = _cells(form, problem)
        points = cells.centres.shape[0]
        columns = [np.ascontiguousarray(column, np.float64) for column in form.columns]
        # The task holds addresses: the arrays must live as long as it does.
        self._arrays: list[NDArray[Any]] = [
            *columns,
            *(column.astype(np.float32) for column in columns),
            *(np.array(limits, np.float64) for limits in (rules.lower, rules.upper)),
            cells.centres,
            cells.polynomials,
            *(cells.left_of_first_points() if rules.truncate else ()),
        ]
        addresses = [array.ctypes.data for array in self._arrays]
        lower, upper, centres, polynomials, *truncated = addresses[2 * len(columns) :]
        self._task = _Task(
            form=FORMS.index(form.name),
            images=images,
            skipped=rules.skipped,
            cells=cells.centres.shape[-1],
            search_signs=bool(problem.search_signs),
            is_magnitude=rules.is_magnitude,
            truncate=bool(rules.truncate),
            is_double=dtype == np.float64,
            floor=rules.floor,
            sigma=rules.sigma,
            clip_level=rules.clip_level,
            largest_relative_error=rules.largest_relative_error,
            least_freedom=rules.least_freedom,
            margin=min(margin_of_impossible(points - amplitudes - 1), 1e30),
            coarse_slack=cells.slack,
            log_lower=np.log(problem.lower),
            log_upper=np.log(problem.upper),
            first_centre=cells.first,
            cell_width=cells.width,
            cell_reach=cells.reach,
            columns=_Pointers(*addresses[: len(columns)]),
            single_columns=_Pointers(*addresses[len(columns) : 2 * len(columns)]),
            lower=lower,
            upper=upper,
            centres=centres,
            polynomials=polynomials,
            inverse_norms=truncated[0] if truncated else None,
            enlargement=truncated[1] if truncated else None,
        )

    def fit(
        self,
        signal: Array,
        place: NDArray[np.int64] | int,
        values: NDArray[np.float64],
        errors: NDArray[np.float64],
        residual: NDArray[np.float64],
        r_squared: NDArray[np.float64],
        status: NDArray[np.uint8],
    ) -> int:
        """Fit voxels (n, v) into result arrays, (voxels,) or (parameters, voxels).

        The answer is how many were refused for being negative. `place` says where each belongs, (v,), or where the
        first does. It ends early where the work that this thread does is to end.
        """
        kernel = library()
        assert kernel is not None
        rows = signal if signal.strides[1] == signal.itemsize else np.ascontiguousarray(signal)
        indices = None if isinstance(place, int) else np.ascontiguousarray(place, np.int64)
        block = _Block(
            signal=rows.ctypes.data,
            stride=rows.strides[0] // rows.itemsize,
            voxels=rows.shape[1],
            place=None if indices is None else indices.ctypes.data,
            first=place if isinstance(place, int) else 0,
            values=_rows(values),
            errors=_rows(errors),
            residual=residual.ctypes.data,
            r_squared=r_squared.ctypes.data,
            status=status.ctypes.data,
            stop=ctypes.addressof(stop_flag()),
        )
        return int(kernel.relaxo_fit(ctypes.byref(self._task), ctypes.byref(block)))


def _cells(form: Form, problem: Problem) -> Cells:
    """Return the tables of a problem; those of the last few stay, as whoever looks at a voxel fits another next."""
    key = (form.name, *(column.tobytes() for column in form.columns), problem.lower, problem.upper)
    known = _known_cells.get(key)
    if known is None:
        if len(_known_cells) >= MOST_KNOWN:
            _known_cells.clear()
        known = _known_cells[key] = Cells.of(problem, _VARYING[form.name])
    return known


_known_cells: dict[tuple[object, ...], Cells] = {}


def _rows(array: NDArray[np.float64]) -> ctypes.Array[_Pointer]:
    """Return where the rows of an array begin."""
    first, step = array.ctypes.data, array.strides[0]
    return _Pointers(*(first + step * row for row in range(len(array))))


def knows(form: Form, problem: Problem, points: int, *, truncate: bool) -> bool:
    """Return whether there is a kernel, and it can fit so many points of such a form."""
    return (
        library() is not None
        and points <= MOST_POINTS
        and Cells.count(problem) <= 1 << CELL_BITS
        and (not truncate or _AMPLITUDES[form.name] == 1)
    )


def engine_name() -> str:
    """Return what fits common models fastest here: ``C++ AVX2``, for one, or ``NumPy``."""
    kernel = library()
    return "NumPy" if kernel is None else f"C++ {kernel.relaxo_variant().decode()}"


@cache
def library() -> ctypes.CDLL | None:
    """Load the kernel; None where the installation has none that fits."""
    try:
        kernel = ctypes.CDLL(str(LIBRARY))
        kernel.relaxo_variant.restype = ctypes.c_char_p
        kernel.relaxo_fit.restype = ctypes.c_int64
        kernel.relaxo_fit.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        sizes = (kernel.relaxo_sizes(0), kernel.relaxo_sizes(1))
    except (OSError, AttributeError):
        return None
    # One that was left over from another version speaks another language.
    return kernel if sizes == (ctypes.sizeof(_Task), ctypes.sizeof(_Block)) else None
