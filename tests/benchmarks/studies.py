"""Small studies for benchmarks and tests of batches: a row of tubes each, with its own noise and relaxivities."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from relaxo import samples
from relaxo.phantoms import Design, EchoTrain, InversionRecovery, TrueAgent, TrueWell, Truth, grid, lattice, scan
from relaxo.recipe import ConditionsPart

if TYPE_CHECKING:
    from pathlib import Path

CONCENTRATIONS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)


def write_study(folder: Path, number: int, *, pixels: int = 64) -> None:
    """Write a study whose relaxivities follow from its number: images, concentrations and recipe."""
    agent = TrueAgent("agent", r1=4.0 + number / 10, r2=5.0 + number / 5, R10=0.33, R20=0.45)
    spacing = 48.0 / pixels
    geometry = grid((1, pixels, pixels), (4.0, spacing, spacing))
    centres = lattice(geometry, (3, 3), pitch_mm=14.0, turned=2.0)
    wells = tuple(
        TrueWell(str(index), agent.name, c, *agent.times(c), float(row), float(column), 4.5)
        for index, (c, (row, column)) in enumerate(zip(CONCENTRATIONS, centres, strict=True), start=1)
    )
    times = (0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1.2, 2.0, 3.0, 4.5)
    design = Design(
        name=f"study_{number}",
        title="Six tubes",
        geometry=geometry,
        truth=Truth(wells, (agent,)),
        field_T=1.0,
        inversion=InversionRecovery(times, (6.0,) * len(times), echo_time=0.008, efficiency=0.95),
        train=EchoTrain(echoes=32, spacing=0.01, repetition_time=4.0),
        conditions=ConditionsPart(temperature_C=20.0, medium="water"),
    )
    samples.write_phantom(scan(design, seed=number), folder)


def lose_images(folder: Path) -> None:
    """Take a study's images away."""
    shutil.rmtree(folder / samples.DICOM)


def break_recipe(folder: Path) -> None:
    """Make a study's recipe no TOML."""
    recipe = folder / samples.RECIPE
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("=", "is", 1), encoding="utf-8")


def name_a_well_that_is_not_there(folder: Path) -> None:
    """Make a study's recipe speak of a well that no image shows."""
    recipe = folder / samples.RECIPE
    text = recipe.read_text(encoding="utf-8").replace('well = "6"', 'well = "66"')
    recipe.write_text(text, encoding="utf-8")


BREAKAGES = (lose_images, break_recipe, name_a_well_that_is_not_there)
