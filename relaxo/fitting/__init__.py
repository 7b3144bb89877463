"""Batched separable least squares: arrays in, arrays out; it knows nothing of MRI."""

from relaxo.fitting.compiled import Form, engine_name
from relaxo.fitting.noise import background_sigma
from relaxo.fitting.problem import Basis, Problem, Solution
from relaxo.fitting.rician import expected_magnitude
from relaxo.fitting.rician_fit import solve_magnitude
from relaxo.fitting.separable import solve
from relaxo.fitting.surface import Axis, Surface
from relaxo.fitting.surface_fit import solve_surface
from relaxo.fitting.surface_kernel import follows
from relaxo.fitting.voxelwise import solve_each

__all__ = [
    "Axis",
    "Basis",
    "Form",
    "Problem",
    "Solution",
    "Surface",
    "background_sigma",
    "engine_name",
    "expected_magnitude",
    "follows",
    "solve",
    "solve_each",
    "solve_magnitude",
    "solve_surface",
]
