"""The tables that the compiled engine searches: the range of the time constant in cells, with polynomials in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relaxo.fitting.grid import orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from relaxo.fitting.problem import Problem

    Array = NDArray[np.float64]
    Table = NDArray[np.float32]

#: As in kernel/search.hpp.
COEFFICIENTS, TILE = 8, 4
#: Widest cell, in the logarithm of the time constant.
WIDTH = 0.9
#: Half the width of the range of a polynomial over the width of its cell: the peak may lie a little outside.
REACH = 0.65


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The functions that vary with the time constant, made orthonormal, in cells evenly wide in its logarithm."""

    first: float
    """Logarithm of the time constant at the centre of the first cell."""
    width: float
    reach: float
    """How far the polynomials go from the centre of their cell."""
    centres: Table
    """(n, k, cells), the functions at the centres."""
    polynomials: Table
    """(cells, n, k, coefficients), each cell, by powers of the distance from its centre over `reach`."""
    slack: float
    """Share of a signal that the best of all centres may leave unexplained where some time constant explains it all."""

    @classmethod
    def of(cls, problem: Problem, varying: int) -> Cells:
        """Cut the range of a problem; the last `varying` functions of its basis change with the time constant."""
        count = cls.count(problem)
        low, high = np.log(problem.lower), np.log(problem.upper)
        width = (high - low) / count
        middle = low + width * (np.arange(count) + 0.5)
        reach = REACH * width
        # At the zeros of Chebyshev's polynomial, through which a polynomial runs close to the function everywhere.
        places = np.cos((np.arange(COEFFICIENTS) + 0.5) * np.pi / COEFFICIENTS)
        times = np.exp(middle[:, np.newaxis] + reach * places)
        basis, _ = problem.basis(times.ravel())
        functions = orthonormal(basis)[-varying:].reshape(varying, -1, count, COEFFICIENTS)
        inverse = np.linalg.inv(np.vander(places, increasing=True))
        polynomials = (functions @ inverse.T).transpose(2, 1, 0, 3)
        edges = np.array([-0.5, 0.5]) / REACH
        at_edges = polynomials @ np.vander(edges, COEFFICIENTS, increasing=True).T
        centres = polynomials[..., 0]
        overlap = np.einsum("cnk,cnje->ckje", centres, at_edges)
        # How much of a function at an edge of the cell the functions at its centre explain, of the worst of them.
        explained = (overlap**2).sum(axis=1).min()
        return cls(
            float(middle[0]),
            float(width),
            float(reach),
            np.ascontiguousarray(centres.transpose(1, 2, 0), np.float32),
            np.ascontiguousarray(polynomials, np.float32),
            float(1 - explained),
        )

    @staticmethod
    def count(problem: Problem) -> int:
        """Return how many cells the range of a problem takes: a multiple of what the kernel scores at a time."""
        return TILE * int(np.ceil(np.log(problem.upper / problem.lower) / WIDTH / TILE))

    def left_of_first_points(self) -> tuple[Table, Table]:
        """Return what to multiply with where only the first 0 to n points count, and there is one function.

        The inverse sum of squares of what is left of the function at the centre of each cell, (n + 1, cells), and its
        root as polynomials (n + 1, cells, coefficients).
        """
        places = np.cos((np.arange(COEFFICIENTS) + 0.5) * np.pi / COEFFICIENTS)
        powers = np.vander(places, increasing=True)
        polynomials = self.polynomials[:, :, 0].astype(np.float64)
        points = polynomials.shape[1]

        def left(squares: Array) -> Array:
            sums = np.zeros((points + 1, *squares.shape[::2]))
            sums[1:] = np.cumsum(squares, axis=1).transpose(1, 0, 2)
            return np.maximum(sums, 1e-30)

        inverse = 1 / left(polynomials[..., :1] ** 2)[..., 0]
        roots = (1 / np.sqrt(left((polynomials @ powers.T) ** 2))) @ np.linalg.inv(powers).T
        return np.ascontiguousarray(inverse, np.float32), np.ascontiguousarray(roots, np.float32)
