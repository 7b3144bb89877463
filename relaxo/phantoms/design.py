"""Design: all that makes a digital phantom, before it is scanned; and how its wells are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from relaxo.data import Geometry
from relaxo.recipe import ConditionsPart, ContentsPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.phantoms.sequences import EchoTrain, Fluid, InversionRecovery
    from relaxo.phantoms.truth import Truth


@dataclass(frozen=True, slots=True)
class Bath:
    """A round vessel of fluid that the wells stand in, in the middle of the image."""

    fluid: Fluid
    radius_mm: float
    wall_mm: float
    """Thickness of the wells' walls, which give no signal."""


@dataclass(frozen=True, slots=True)
class Design:
    """A phantom and how it is scanned."""

    name: str
    title: str
    """What it is, in one line."""
    geometry: Geometry
    truth: Truth
    field_T: float
    inversion: InversionRecovery
    train: EchoTrain
    conditions: ConditionsPart
    shape: Literal["tube", "sphere"] = "tube"
    """A tube stands upright through all slices, a sphere has its centre in the middle one."""
    bath: Bath | None = None
    """None for wells in air."""
    shading: float = 0.3
    """How far the coil's sensitivity falls towards a corner of the image; 0 for a uniform coil."""
    gain: float = 3400.0
    """Stored value of the equilibrium magnetisation of water where the coil is most sensitive."""
    snr: float = 100.0
    """The same signal over the standard deviation of the noise in each of the two receiver channels."""
    contents_by: Literal["well", "position"] = "well"
    """How the concentrations table names a well."""
    control: str | None = None
    """Name of the agent measured along as a control."""

    @property
    def contents(self) -> tuple[ContentsPart, ...]:
        """What a recipe says of the wells."""
        return tuple(
            ContentsPart(
                well=well.name if self.contents_by == "well" else None,
                row=None if self.contents_by == "well" else round(well.row, 2),
                column=None if self.contents_by == "well" else round(well.column, 2),
                concentration_mM=well.concentration_mM,
                agent=well.agent,
            )
            for well in self.truth.wells
        )


def grid(shape: tuple[int, int, int], spacing: tuple[float, float, float], tilt: float = 0.0) -> Geometry:
    """Return an axial volume with its middle in the isocentre.

    Parameters
    ----------
    shape
        Slices, rows, columns.
    spacing
        Distance between slices, rows, columns in mm.
    tilt
        Angle in degree by which it is turned about the left-right axis.
    """
    angle = np.deg2rad(tilt)
    # As on a scanner: columns run to the left, rows to the back, slices to the head.
    directions = np.array(
        [[-1.0, 0.0, 0.0], [0.0, -np.cos(angle), -np.sin(angle)], [0.0, -np.sin(angle), np.cos(angle)]]
    )
    affine = np.eye(4)
    affine[:3, :3] = directions * np.array([spacing[2], spacing[1], spacing[0]])
    affine[:3, 3] = -affine[:3, :3] @ ((np.array([shape[2], shape[1], shape[0]]) - 1) / 2)
    return Geometry(shape, affine)


def lattice(
    geometry: Geometry, rows: Sequence[int], pitch_mm: float, turned: float, offset_mm: tuple[float, float] = (0, 0)
) -> NDArray[np.float64]:
    """Return the centres (wells, 2), row and column in pixels, of wells on a square lattice.

    Parameters
    ----------
    geometry
        The grid that they are counted on.
    rows
        How many wells each row of the lattice holds, from its left end.
    pitch_mm
        Distance between neighbours.
    turned
        Angle in degree by which the plate lies askew in the image, clockwise on the screen.
    offset_mm
        Of the plate from the middle of the image: down, right.
    """
    down = np.repeat(np.arange(len(rows)), rows) - (len(rows) - 1) / 2
    right = np.concatenate([np.arange(count) for count in rows]) - (max(rows) - 1) / 2
    return _placed(geometry, np.column_stack([down, right]) * pitch_mm, turned, offset_mm)


def ring(geometry: Geometry, count: int, radius_mm: float, turned: float) -> NDArray[np.float64]:
    """Return the centres (count, 2), row and column in pixels, of wells on a circle about the middle of the image.

    The first lies `turned` degree clockwise from the top, the others follow clockwise.
    """
    angle = 2 * np.pi * np.arange(count) / count
    return _placed(geometry, radius_mm * np.column_stack([-np.cos(angle), np.sin(angle)]), turned, (0, 0))


def _placed(
    geometry: Geometry, points_mm: NDArray[np.float64], turned: float, offset_mm: tuple[float, float]
) -> NDArray[np.float64]:
    cosine, sine = np.cos(np.deg2rad(turned)), np.sin(np.deg2rad(turned))
    turning = np.array([[cosine, -sine], [sine, cosine]])
    middle = (np.array(geometry.shape[1:]) - 1) / 2
    placed: NDArray[np.float64] = (points_mm @ turning + np.asarray(offset_mm)) / geometry.spacing[1:] + middle
    return placed
