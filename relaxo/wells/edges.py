"""Edges of a whole stack: where the signal curves of neighbouring pixels differ, whatever their brightness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMOOTHING = 1.0
"""Standard deviation in pixels of the Gaussian whose derivatives are the gradient."""
_DOUBT = 4.0
_SHAPE_SMOOTHING = 1.5
_WEAKEST_TURN = 0.002
"""Gradient of the shape of signal curves that is doubtful even without noise."""
BRIGHT = 1.0
"""Brightness of what has signal beyond doubt."""
_COMPONENTS = 8
_BLOCK = 16
"""Pixels along each side of the parts of an image that are judged for being quiet ..."""
_QUIETEST = 25
"""... and the percentage of them that is."""
_NOISE_FLOOR = 2.5
_RELATIVE_FLOOR = 0.03
_WEAKEST_EDGE = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The edges of all images of one slice together."""

    cos2: NDArray[Any]
    """(y, x), float32: strength times the cosine of twice the angle between gradient and row direction."""
    sin2: NDArray[Any]
    """(y, x), float32: strength times the sine of twice that angle; an edge and its reverse are the same."""
    strength: NDArray[Any]
    """(y, x), float32, from 0 (noise) to 1 (an edge beyond doubt)."""
    brightness: NDArray[Any]
    """(y, x), float32: logarithm of the signal over the floor, in the image where the pixel is brightest."""


def stack_edges(images: NDArray[Any]) -> Edges:
    """Return the edges that all images of a slice show together.

    Each image enters as the generalised logarithm ``log(1 + (s / floor)^2) / 2``, which is linear in the dark and
    logarithmic in the light: coil shading becomes a slow offset, a weak well counts as much as a strong one, and noise
    stays noise. The squared gradients of all images add up (the structure tensor of a multi-channel image; Di Zenzo,
    Comput. Vis. Graph. Image Process. 1986, 33, 116), so that an edge counts that any image shows, in either direction.

    Parameters
    ----------
    images
        (n, y, x), arbitrary units, isotropic pixels.
    """
    magnitude = np.abs(images, dtype=np.float32)
    floor = _floors(magnitude)
    compressed = 0.5 * np.log1p((magnitude / floor[:, None, None]) ** 2)
    brightness = ndimage.gaussian_filter(compressed, (0, SMOOTHING, SMOOTHING)).max(axis=0)

    xx, yy, xy = _gradients(principal(compressed), SMOOTHING)
    doubtful = _DOUBT * _quiet(xx + yy) + _WEAKEST_EDGE**2
    return _weighed(xx, yy, xy, doubtful, brightness)


def shapes(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return (at most 8, y, x), the signal curve of every pixel on its own scale, and 0 where there is no signal.

    In a bath these are everywhere the same, whatever the coils do, so that a fluid shows that is hardly unlike it.

    Parameters
    ----------
    images
        (n, y, x), arbitrary units.
    """
    magnitude = np.abs(images, dtype=np.float32)
    noise = math.sqrt(sum(noise_level(image) ** 2 for image in magnitude))
    length = np.sqrt((magnitude**2).sum(axis=0) + (_NOISE_FLOOR * noise) ** 2)
    return (principal(magnitude) / np.where(length > 0, length, 1)).astype(np.float32)


def shape_edges(curves: NDArray[Any], brightness: NDArray[Any]) -> Edges:
    """Return the edges between fluids whose signal curves differ in shape, be it by little.

    Parameters
    ----------
    curves
        (n, y, x), of `shapes`.
    brightness
        (y, x), of `stack_edges`; the noise is judged where there is signal.
    """
    xx, yy, xy = _gradients(curves, _SHAPE_SMOOTHING)
    bright = brightness > BRIGHT
    noise = float(np.median((xx + yy)[bright])) if bright.any() else 0.0
    return _weighed(xx, yy, xy, _DOUBT * noise + _WEAKEST_TURN**2, brightness)


def _gradients(channels: NDArray[Any], smoothing: float) -> NDArray[np.float32]:
    """Return (3, y, x), the squared gradients along x and along y, and their product, over channels (n, y, x)."""
    xx, yy, xy = sums = np.zeros((3, *channels.shape[1:]), np.float32)
    for channel in channels:
        along_x = ndimage.gaussian_filter(channel, smoothing, order=(0, 1), truncate=3)
        along_y = ndimage.gaussian_filter(channel, smoothing, order=(1, 0), truncate=3)
        xx += along_x**2
        yy += along_y**2
        xy += along_x * along_y
    return sums


def _weighed(xx: NDArray[Any], yy: NDArray[Any], xy: NDArray[Any], doubtful: float, brightness: NDArray[Any]) -> Edges:
    """Return edges, with half their strength where the squared gradient is as small as is doubtful."""
    energy = xx + yy
    weight = 1 / (energy + doubtful)
    return Edges((xx - yy) * weight, 2 * xy * weight, energy * weight, brightness)


def principal(channels: NDArray[Any]) -> NDArray[np.float32]:
    """Return (at most 8, y, x), principal components of channels (n, y, x): turned, so that squares keep their sum.

    Decay curves span few dimensions; what is left out is noise.
    """
    if len(channels) <= _COMPONENTS:
        return channels
    flat = channels.reshape(len(channels), -1)
    _, vectors = np.linalg.eigh(flat @ flat.T)
    turned: NDArray[np.float32] = (vectors[:, -_COMPONENTS:].T @ flat).reshape(-1, *channels.shape[1:])
    return turned


def noise_level(image: NDArray[Any]) -> float:
    """Return the standard deviation of the noise of an image (y, x), in its units.

    The median, in the quiet parts of the image, of a second difference that no smooth signal passes (Immerkaer, Comput.
    Vis. Image Underst. 1996, 64, 300), taken for a background of Rayleigh noise, whose standard deviation is 0.655 of
    the Gaussian one.
    """
    along_rows = image[:, :-2] - 2 * image[:, 1:-1] + image[:, 2:]
    difference = along_rows[:-2] - 2 * along_rows[1:-1] + along_rows[2:]
    return _quiet(np.abs(difference)) * 1.4826 / 6 / 0.655


def _quiet(values: NDArray[Any]) -> float:
    """Return the median of an image (y, x) where little happens: a plate of many wells may fill most of it."""
    side = min(_BLOCK, *values.shape)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    blocks = values[: rows * side, : columns * side].reshape(rows, side, columns, side).swapaxes(1, 2)
    medians = np.median(blocks.reshape(rows * columns, -1), axis=1)
    # Some scanners set what lies beyond the phantom to 0, which tells nothing of the noise.
    medians = medians[medians > 0]
    return float(np.percentile(medians, _QUIETEST)) if medians.size else 0.0


def _floors(magnitude: NDArray[Any]) -> NDArray[np.float32]:
    """Return (n,), what counts as no signal: a multiple of the noise, at least a share of the brightest."""
    floors = np.empty(len(magnitude), np.float32)
    for index, image in enumerate(magnitude):
        brightest = float(ndimage.uniform_filter(image, 3).max())
        floors[index] = max(_NOISE_FLOOR * noise_level(image), _RELATIVE_FLOOR * brightest)
    floors[floors == 0] = 1
    return floors
