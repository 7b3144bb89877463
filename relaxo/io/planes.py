"""Where slices lie: which images share a grid, in what order they stack, and the affine of the volume they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Geometry
from relaxo.io.clusters import cluster, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import ImageHeader

#: From DICOM's left, posterior and superior to right, anterior and superior.
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: Slices without a stated thickness are taken to be this thick (mm).
_DEFAULT_THICKNESS = 1.0


def grids(headers: Sequence[ImageHeader]) -> list[list[ImageHeader]]:
    """Return images in groups that lie on one grid of pixels, seen along the slices' normal.

    Those of a group share study, frame of reference, component, matrix, pixel spacing, orientation and the place of the
    grid in its plane; they may lie at several heights along the normal.
    """
    found: list[list[ImageHeader]] = []
    for alike in split(headers, [(h.study_uid, h.frame_uid, h.component, h.rows, h.columns) for h in headers]):
        groups: list[tuple[ImageHeader, list[ImageHeader]]] = []
        for header in alike:
            members = next((group for first, group in groups if _on_one_grid(first, header)), None)
            if members is None:
                groups.append((header, [header]))
            else:
                members.append(header)
        found.extend(group for _, group in groups)
    return found


def _on_one_grid(first: ImageHeader, other: ImageHeader) -> bool:
    if first.orientation == other.orientation and first.spacing == other.spacing and first.position == other.position:
        return True
    spacing = min(first.spacing)
    if max(abs(a - b) for a, b in zip(first.orientation, other.orientation, strict=True)) > 1e-4:
        return False
    if max(abs(a - b) for a, b in zip(first.spacing, other.spacing, strict=True)) > 1e-3 * spacing:
        return False
    moved = np.subtract(other.position, first.position)
    in_plane = np.reshape(first.orientation, (2, 3)) @ moved
    return bool(np.abs(in_plane).max() <= 0.1 * spacing)


def normal(header: ImageHeader) -> NDArray[np.float64]:
    """Return the direction (3,) in which slices are counted, LPS+: column direction x row direction."""
    column, row = np.reshape(header.orientation, (2, 3))
    return np.cross(column, row)


def heights(headers: Sequence[ImageHeader]) -> NDArray[np.float64]:
    """Return the position (n,) of images along the normal of the first, in mm."""
    places: NDArray[np.float64] = np.array([header.position for header in headers]) @ normal(headers[0])
    return places


def thickness(header: ImageHeader) -> float:
    """Return the thickness of a slice in mm."""
    return header.slice_thickness or _DEFAULT_THICKNESS


def levels(headers: Sequence[ImageHeader]) -> list[int]:
    """Return for every image the number of its slice, ascending along the normal of the first."""
    tolerance = 0.05 * min(thickness(header) for header in headers)
    return cluster([float(height) for height in heights(headers)], tolerance)


def regular_runs(places: Sequence[float], may_join: Sequence[bool]) -> list[list[int]]:
    """Return the indices of ascending places in runs of one spacing each.

    Parameters
    ----------
    places
        Heights in mm, ascending.
    may_join
        For every place after the first, whether it may stand in a run with the one before.
    """
    gaps = np.diff(places)
    usual = float(np.median(gaps)) if gaps.size else 0.0
    runs: list[list[int]] = [[0]]
    for index, (gap, joins) in enumerate(zip(gaps, may_join, strict=True), start=1):
        if joins and abs(gap - usual) <= max(0.02 * usual, 0.01):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def geometry(slices: Sequence[ImageHeader]) -> Geometry:
    """Return the grid of a volume made of parallel, evenly spaced slices, in ascending order along their normal.

    The affine is that of DICOM PS3.3 C.7.6.2.1.1 with x and y turned from left and posterior to right and anterior.
    """
    first, last = slices[0], slices[-1]
    column, row = np.reshape(first.orientation, (2, 3))
    if len(slices) > 1:
        step = np.subtract(last.position, first.position) / (len(slices) - 1)
    else:
        step = normal(first) * thickness(first)
    affine = np.eye(4)
    affine[:3, 0] = column * first.spacing[1]
    affine[:3, 1] = row * first.spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = first.position
    return Geometry(shape=(len(slices), first.rows, first.columns), affine=_LPS_TO_RAS @ affine)
