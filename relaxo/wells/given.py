"""Wells whose places are given: by the voxels of a label image, or by a template laid over the images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data import Tally, Well, Wells
from relaxo.errors import InputError
from relaxo.wells.naming import letters
from relaxo.wells.raster import rasterise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.data import Geometry
    from relaxo.recipe import TemplatePart, WellsPart

PLATES = {
    6: (2, 3, 39.12, 17.4),
    12: (3, 4, 26.0, 11.0),
    24: (4, 6, 19.3, 7.8),
    48: (6, 8, 13.0, 5.5),
    96: (8, 12, 9.0, 3.43),
    384: (16, 24, 4.5, 1.65),
}
"""Rows, columns, pitch and usual radius of a well in mm. ANSI/SLAS 4-2004 sets the pitch of 96 and 384 wells; that of
the others is the makers' usage."""


def labelled(image: NDArray[Any], geometry: Geometry) -> Wells:
    """Return the wells of a label image: name and voxels of each are its number and its voxels, without any margin.

    Parameters
    ----------
    image
        (z, y, x), whole numbers; 0 is no well.
    geometry
        Its grid.

    Raises
    ------
    InputError
        When the numbers are not whole, or there is none but 0.
    """
    numbers = np.rint(image).astype(np.int64)
    if not np.array_equal(numbers, image) or numbers.min() < 0:
        raise InputError(
            "the label image holds numbers that are no labels",
            where="the recipe's wells.labels",
            hint="A label image holds 0 where there is no well, and the number of a well in each voxel of it",
        )
    names = [int(number) for number in np.unique(numbers) if number]
    if not names:
        raise InputError("the label image labels nothing", where="the recipe's wells.labels")
    _, row_spacing, column_spacing = geometry.spacing
    labels = np.zeros(geometry.shape, np.int16)
    wells, tallies = [], []
    for label, number in enumerate(names, 1):
        voxels = np.argwhere(numbers == number)
        labels[tuple(voxels.T)] = label
        first, last = int(voxels[:, 0].min()), int(voxels[:, 0].max())
        area = len(voxels) / len(np.unique(voxels[:, 0])) * row_spacing * column_spacing
        _, row, column = voxels.mean(axis=0)
        wells.append(
            Well(
                name=str(number),
                row=float(row),
                column=float(column),
                slice=(first + last) / 2,
                slices=(first, last),
                radius_mm=math.sqrt(area / math.pi),
                origin="image",
            )
        )
        tallies.append(Tally(len(voxels), len(voxels), rim=0))
    return Wells(geometry=geometry, labels=labels, wells=tuple(wells), tallies=tuple(tallies))


def lay(template: TemplatePart, geometry: Geometry, part: WellsPart) -> Wells:
    """Return the wells of a template laid over a volume.

    Parameters
    ----------
    template
        Its wells, and where its origin lies, how it is turned, mirrored and scaled.
    geometry
        Of the volume.
    part
        Margin and least number of voxels.

    Raises
    ------
    InputError
        When its slices lie beyond the volume, or two of its wells have one name.
    """
    _, row_spacing, column_spacing = geometry.spacing
    slices = tuple(template.slices or (0, geometry.shape[0] - 1))
    if not 0 <= slices[0] <= slices[1] < geometry.shape[0]:
        raise InputError(
            f"the template reaches from slice {slices[0]} to {slices[1]}, the images from 0 to {geometry.shape[0] - 1}",
            where="the recipe's wells.template",
        )
    turn = math.radians(template.angle_deg)
    wells = []
    for name, down_mm, right_mm, radius_mm in _places(template):
        across = -right_mm if template.mirrored else right_mm
        down = template.scale * (down_mm * math.cos(turn) + across * math.sin(turn))
        right = template.scale * (across * math.cos(turn) - down_mm * math.sin(turn))
        wells.append(
            Well(
                name=name,
                row=template.row + down / row_spacing,
                column=template.column + right / column_spacing,
                slice=sum(slices) / 2,
                slices=(slices[0], slices[1]),
                radius_mm=template.scale * radius_mm,
                origin="template",
            )
        )
    if len({well.name for well in wells}) != len(wells):
        raise InputError("two wells of the template have the same name", where="the recipe's wells.template")
    return rasterise(wells, geometry, part)


def _places(template: TemplatePart) -> list[tuple[str, float, float, float]]:
    """Return name, place down and right of the origin, and radius, in mm, of a template's wells."""
    if template.plate is None:
        return [(well.name, well.down_mm, well.right_mm, well.radius_mm) for well in template.wells]
    rows, columns, pitch, usual = PLATES[template.plate]
    return [
        (
            f"{letters(row)}{column + 1}",
            (row - (rows - 1) / 2) * pitch,
            (column - (columns - 1) / 2) * pitch,
            template.radius_mm or usual,
        )
        for row in range(rows)
        for column in range(columns)
    ]
