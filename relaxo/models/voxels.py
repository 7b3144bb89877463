"""Read the signal of some voxels out of images of any layout, without a copy of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.blocks import Block

    #: What the numbers of images are.
    Component = Literal["magnitude", "real", "complex"]


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images (n, ...) and the order in which they are read."""

    array: NDArray[Any]
    """(n, ...), of any number type and strides; never changed."""
    order: NDArray[np.intp]
    """Which images to read, in which order."""
    flat: NDArray[Any] | None
    """(n, voxels), a view of the array; None where the layout allows none."""

    @classmethod
    def of(cls, array: NDArray[Any], order: NDArray[np.intp]) -> Images:
        """Look at an array, which stays where it is."""
        flat = array.reshape(len(array), -1) if _one_stride(array) else None
        return cls(array, order, flat)

    @property
    def working_type(self) -> np.dtype[Any]:
        """The type to compute in: single precision holds whatever 16 bits or single precision say."""
        real = np.empty(0, self.array.dtype).real.dtype
        return np.dtype(np.float32 if np.can_cast(real, np.float32, "safe") else np.float64)

    def look(self, block: Block) -> NDArray[Any]:
        """Return the same as `read`, but where the images already are as they are wanted: not to be changed then."""
        if isinstance(block, slice) and self.flat is not None and self._is_ready:
            return self.flat[:, block]
        return self.read(block)

    @property
    def _is_ready(self) -> bool:
        """Whether the numbers lie side by side in the type to compute in, and images in the order they are read."""
        array = self.array
        return (
            array.dtype == self.working_type
            and array.flags.aligned
            and self.flat is not None
            and self.flat.strides[1] == array.itemsize
            and np.array_equal(self.order, np.arange(len(array)))
        )

    def read(self, block: Block) -> NDArray[Any]:
        """Return the signal (images, v) of a block of voxels, real, contiguous and nobody else's."""
        if self.flat is not None:
            raw = [self.flat[image, block] for image in self.order]
        else:
            voxels = np.arange(block.start, block.stop) if isinstance(block, slice) else block
            place = np.unravel_index(voxels, self.array.shape[1:])
            raw = [self.array[image][place] for image in self.order]
        if self.array.dtype.kind == "c":
            return signed(np.array(raw)).astype(self.working_type)
        signal = np.empty((len(raw), raw[0].size), self.working_type)
        for row, image in zip(signal, raw, strict=True):
            row[:] = image
        return signal


def _one_stride(array: NDArray[Any]) -> bool:
    """Return whether the axes after the first can be walked as one."""
    axes = [(extent, stride) for extent, stride in zip(array.shape[1:], array.strides[1:], strict=True) if extent != 1]
    return all(stride == extent_inner * stride_inner for (_, stride), (extent_inner, stride_inner) in pairwise(axes))


def signed(signal: NDArray[Any]) -> NDArray[Any]:
    """Turn complex signals (n, v), whose phase does not change from image to image, into real ones with a sign.

    The sum of squares doubles the phase, which takes the sign out of it; the last image is positive.
    """
    with np.errstate(invalid="ignore"):
        phase = np.angle((signal * signal).sum(axis=0)) / 2
        real = (signal * np.exp(-1j * phase)).real
    signed: NDArray[Any] = np.where(real[-1] < 0, -real, real)
    return signed
