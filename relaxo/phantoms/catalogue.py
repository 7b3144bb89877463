"""The phantoms that Relaxo can make, by name."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import UsageError
from relaxo.phantoms.design import Bath, Design, grid, lattice, ring
from relaxo.phantoms.render import Phantom, scan
from relaxo.phantoms.sequences import EchoTrain, Fluid, InversionRecovery
from relaxo.phantoms.truth import TrueAgent, TrueWell, Truth
from relaxo.recipe import ConditionsPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

#: The seed of the noise where nobody asks for another; the shipped files are made with it.
SEED = 6269


def make(name: str, *, seed: int = SEED, progress: Callable[[int, int], bool] | None = None) -> Phantom:
    """Make a phantom of the catalogue; the same seed gives the same images.

    Parameters
    ----------
    name
        One of `CATALOGUE`.
    seed
        Of the noise.
    progress
        Called with the images done and their total; answers whether to go on.

    Raises
    ------
    UsageError
        When there is no phantom of that name, or the seed is negative.
    Cancelled
        When `progress` answers False.
    """
    if name not in CATALOGUE:
        meant = get_close_matches(name, CATALOGUE, n=1)
        raise UsageError(
            f"there is no phantom named {name!r}",
            hint=f"Did you mean {meant[0]}?" if meant else f"There are {', '.join(CATALOGUE)}",
        )
    if seed < 0:
        raise UsageError(f"a seed cannot be negative, and {seed} is", hint="Use a whole number from 0")
    return scan(CATALOGUE[name], seed=seed, progress=progress)


def _wells(
    names: Sequence[str],
    held: Sequence[tuple[TrueAgent, float]],
    centres: NDArray[np.float64],
    radius_mm: float,
) -> tuple[TrueWell, ...]:
    return tuple(
        TrueWell(name, agent.name, concentration, *agent.times(concentration), float(row), float(column), radius_mm)
        for name, (agent, concentration), (row, column) in zip(names, held, centres, strict=True)
    )


def _gd6_plate() -> Design:
    # Water of 3.03 s and 2.22 s at 1 T; relaxivities of Inorg. Chem. Front. 2023, 10, 6269, per gadolinium.
    gd6 = TrueAgent("Gd6", r1=12.06, r2=24.10, R10=0.33, R20=0.45)
    gd_dtpa = TrueAgent("Gd-DTPA", r1=4.55, r2=5.77, R10=0.33, R20=0.45)
    held = [(gd6, c) for c in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)]
    held += [(gd_dtpa, c) for c in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)]
    geometry = grid((1, 128, 128), (3.0, 0.5, 0.5))
    # Pitch and bore of a 96-well plate.
    centres = lattice(geometry, (5, 4, 5, 4), pitch_mm=9.0, turned=3.0, offset_mm=(0.6, -0.9))
    names = [str(number) for number in range(1, len(held) + 1)]
    inversion_times = (0.025, 0.05, 0.1, 0.175, 0.3, 0.5, 0.9, 1.6, 2.6, 4.0)
    return Design(
        name="gd6_plate",
        title="Plate at 1 T: the Gd6 cluster and Gd-DTPA as the control, 8 dilutions and water each",
        geometry=geometry,
        truth=Truth(_wells(names, held, centres, radius_mm=3.43), (gd6, gd_dtpa)),
        field_T=1.0,
        inversion=InversionRecovery(inversion_times, (5.0,) * len(inversion_times), echo_time=0.008, efficiency=0.95),
        train=EchoTrain(echoes=32, spacing=0.01, repetition_time=3.0),
        conditions=ConditionsPart(temperature_C=20.0, medium="water"),
        control="Gd-DTPA",
    )


def _nicl2_bath() -> Design:
    # Relaxivities at 1.5 T and 20 degree C, from the vials in doi 10.1002/mrm.28779.
    nickel = TrueAgent("NiCl2", r1=0.617, r2=0.697, R10=0.33, R20=0.38)
    held = [
        (nickel, c) for c in (0.3, 0.6, 1.0, 1.7, 2.6, 3.9, 5.7, 8.3, 12.0, 17.0, 24.0, 34.0, 49.0, 70.0)
    ]  # each about 1.45 times the one before
    geometry = grid((1, 192, 192), (5.0, 1.05, 1.05))
    centres = np.concatenate([ring(geometry, 10, 50.0, turned=0.0), ring(geometry, 4, 28.3, turned=-45.0)])
    names = [str(number) for number in range(1, len(held) + 1)]
    inversion_times = (0.015, 0.03, 0.06, 0.12, 0.2, 0.35, 0.6, 1.0, 1.8, 3.2)
    return Design(
        name="nicl2_bath",
        title="Spheres at 1.5 T: 14 dilutions of NiCl2 with dark walls, in a water bath",
        geometry=geometry,
        truth=Truth(_wells(names, held, centres, radius_mm=7.5), (nickel,)),
        field_T=1.5,
        inversion=InversionRecovery(inversion_times, (4.5,) * len(inversion_times), echo_time=0.008, efficiency=0.95),
        train=EchoTrain(echoes=32, spacing=0.01, repetition_time=4.5),
        conditions=ConditionsPart(temperature_C=20.0, medium="water"),
        shape="sphere",
        bath=Bath(Fluid(T1=3.0, T2=2.2), radius_mm=92.0, wall_mm=2.5),
        contents_by="position",
    )


def _tube_rack() -> Design:
    gd_dtpa = TrueAgent("Gd-DTPA", r1=4.55, r2=5.77, R10=0.33, R20=0.45)
    held = [(gd_dtpa, c) for c in (0.0, 0.1, 0.2, 0.4, 0.6, 1.0, 1.5, 2.5)]
    geometry = grid((3, 96, 128), (4.0, 0.5, 0.5), tilt=10.0)
    centres = lattice(geometry, (4, 4), pitch_mm=13.0, turned=-4.0)
    names = [f"{row}{column}" for row in "AB" for column in range(1, 5)]
    inversion_times = (0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1.2, 2.0, 3.0, 4.5)
    return Design(
        name="tube_rack",
        title="Tubes in air at 1 T: 8 of Gd-DTPA in a rack, 3 oblique slices, a repetition time for each TI",
        geometry=geometry,
        truth=Truth(_wells(names, held, centres, radius_mm=4.2), (gd_dtpa,)),
        field_T=1.0,
        inversion=InversionRecovery(
            inversion_times, tuple(round(time + 2.0, 3) for time in inversion_times), echo_time=0.01, efficiency=0.92
        ),
        train=EchoTrain(echoes=32, spacing=0.01, repetition_time=2.5),
        conditions=ConditionsPart(temperature_C=20.0, medium="water"),
    )


#: Every phantom that can be made, by name.
CATALOGUE: Mapping[str, Design] = MappingProxyType(
    {design.name: design for design in (_gd6_plate(), _nicl2_bath(), _tube_rack())}
)
