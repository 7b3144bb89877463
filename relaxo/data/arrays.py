"""Arrays as the frozen types hold them: contiguous, of a stated type, and read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


def frozen(
    values: ArrayLike, dtype: DTypeLike, *, ndim: int | None = None, name: str = "array", copy: bool = True
) -> NDArray[Any]:
    """Return values as a contiguous, read-only array.

    With `copy` the array is nobody else's. Without it, an array that already fits is only viewed: for the large arrays,
    which whoever builds a type hands over and no longer changes.

    Raises
    ------
    ValueError
        When the number of dimensions is not `ndim`.
    """
    array = np.array(values, dtype=dtype, order="C", copy=True if copy else None).view()
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} has {array.ndim} dimensions, expected {ndim}")
    array.flags.writeable = False
    return array
