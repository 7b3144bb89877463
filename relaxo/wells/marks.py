"""What became of every voxel of the wells, as an image: measured, or left out and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Mark
from relaxo.wells.raster import region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Wells
    from relaxo.recipe import WellsPart


def marks(wells: Wells, part: WellsPart) -> NDArray[np.uint8]:
    """Return (z, y, x), a `relaxo.data.Mark` of every voxel; the tallies of the wells count the same.

    Where wells overlap, a voxel that one of them leaves out may count for the other: it is marked as measured there,
    and else as the well has it whose edge it lies deepest within.

    Parameters
    ----------
    wells
        With the voxels that count.
    part
        The margin that they were drawn with.
    """
    found = np.where(wells.labels > 0, Mark.MEASURED, Mark.OUTSIDE).astype(np.uint8)
    deepest = np.zeros(wells.geometry.shape, np.float32)
    for well in wells.wells:
        here = None if well.origin == "image" else region(well, wells.geometry, part)
        if here is None:
            continue
        mark, labels = np.broadcast_to(here.marks, found[here.window].shape), wells.labels[here.window]
        # A voxel that no margin takes out, and that counts for no well, is void.
        mark = np.where(mark == Mark.MEASURED, Mark.VOID, mark)
        mine = (mark != Mark.OUTSIDE) & (labels == 0) & (here.inside_mm > deepest[here.window])
        found[here.window][mine] = mark[mine]
        deepest[here.window] = np.where(mine, here.inside_mm, deepest[here.window])
    return found
