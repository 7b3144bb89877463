"""The iteration of `relaxo.fitting.surface_fit` in the compiled kernel, where there is one."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.fitting.compiled import library
from relaxo.fitting.rician import NODES, MagnitudeTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.surface import Surface

    Array = NDArray[np.float64]

_Pointer = ctypes.c_void_p


class _Task(ctypes.Structure):
    """As in kernel/surface.h."""

    _fields_ = (
        ("images", ctypes.c_int32),
        ("width", ctypes.c_int32),
        ("intervals", ctypes.c_int32 * 2),
        ("lower", ctypes.c_double * 2),
        ("upper", ctypes.c_double * 2),
        ("spline", _Pointer),
        ("magnitude", _Pointer),
        ("nodes", ctypes.c_int32),
        ("nodes_a_sigma", ctypes.c_int32),
    )


class _Starts(ctypes.Structure):
    """As in kernel/surface.h."""

    _fields_ = (
        ("starts", ctypes.c_int64),
        *((name, _Pointer) for name in ("voxel", "signal", "weight")),
        ("weight_stride", ctypes.c_int64),
        *((name, _Pointer) for name in ("sigma", "place", "cost", "normal", "converged")),
    )


_magnitude = MagnitudeTable(np.float32).interleaved()


def follows() -> bool:
    """Return whether there is a kernel that can."""
    kernel = library()
    if kernel is None or not hasattr(kernel, "relaxo_follow"):
        return False
    sizes = kernel.relaxo_surface_sizes(0), kernel.relaxo_surface_sizes(1)
    return sizes == (ctypes.sizeof(_Task), ctypes.sizeof(_Starts))


def follow(
    surface: Surface,
    signal: NDArray[np.float32],
    weight: NDArray[np.bool_] | None,
    sigma: NDArray[np.float32] | None,
    voxel: NDArray[np.intp],
    place: Array,
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Follow starts to the minima that they lead to.

    Parameters
    ----------
    surface
        The curves.
    signal, weight
        (v, n); every point counts when there is no weight.
    sigma
        (v, 1), in units of the signal; None where the noise has no mean.
    voxel
        (s,), which voxel each start belongs to.
    place
        (s, 3), amplitude, x and y squared of the starts.

    Returns
    -------
    Places (s, 3), sums of squares (s,), J'J (s, 3, 3), and whether each arrived (s,).
    """
    kernel = library()
    assert kernel is not None
    images = signal.shape[1]
    width = surface.padded.shape[2]
    rows = np.zeros((len(signal), width), np.float32)
    rows[:, :images] = signal
    weights = np.zeros((1 if weight is None else len(weight), width), np.float32)
    weights[:, :images] = 1 if weight is None else weight
    known: list[NDArray[Any]] = [np.ascontiguousarray(voxel, np.int64), rows, weights]
    noise = None if sigma is None else np.ascontiguousarray(sigma[:, 0], np.float32)
    place = np.ascontiguousarray(place, np.float64).copy()
    cost, normal = np.empty(len(voxel)), np.empty((len(voxel), 3, 3))
    converged = np.empty(len(voxel), bool)
    task = _Task(
        images=images,
        width=width,
        intervals=(surface.x.intervals, surface.y.intervals),
        lower=(surface.x.lower, surface.y.lower),
        upper=(surface.x.upper, surface.y.upper),
        spline=surface.padded.ctypes.data,
        magnitude=_magnitude.ctypes.data,
        nodes=len(_magnitude),
        nodes_a_sigma=NODES,
    )
    starts = _Starts(
        len(voxel),
        *(array.ctypes.data for array in known),
        weight_stride=0 if weight is None else width,
        sigma=None if noise is None else noise.ctypes.data,
        place=place.ctypes.data,
        cost=cost.ctypes.data,
        normal=normal.ctypes.data,
        converged=converged.ctypes.data,
    )
    kernel.relaxo_follow(ctypes.byref(task), ctypes.byref(starts))
    return place, cost, normal, converged
