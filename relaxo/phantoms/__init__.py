"""Digital phantoms with known truth: what a scanner would store of a plate, a rack of tubes or spheres in a bath."""

from relaxo.phantoms.catalogue import CATALOGUE, SEED, make
from relaxo.phantoms.design import Bath, Design, grid, lattice, ring
from relaxo.phantoms.render import LARGEST, Phantom, coverage, noise_free, scan, sensitivity
from relaxo.phantoms.sequences import EchoTrain, Fluid, InversionRecovery
from relaxo.phantoms.truth import TrueAgent, TrueWell, Truth

__all__ = [
    "CATALOGUE",
    "LARGEST",
    "SEED",
    "Bath",
    "Design",
    "EchoTrain",
    "Fluid",
    "InversionRecovery",
    "Phantom",
    "TrueAgent",
    "TrueWell",
    "Truth",
    "coverage",
    "grid",
    "lattice",
    "make",
    "noise_free",
    "ring",
    "scan",
    "sensitivity",
]
