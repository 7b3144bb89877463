"""Rates: R1 or R2 of every well, with its spread and its concentration."""

from __future__ import annotations

import math
from dataclasses import dataclass

from relaxo.units import reciprocal

#: The rate that each time is the reciprocal of.
RATES = {"T1": "R1", "T2": "R2"}


@dataclass(frozen=True, slots=True)
class WellRate:
    """The relaxation rate of one well."""

    well: str
    """Its name."""
    rate: float
    """1/s; the reciprocal of the well's relaxation time. NaN when it could not be measured."""
    spread: float
    """Standard deviation over the voxels, 1/s; NaN when unknown."""
    standard_error: float
    """1/s; NaN when unknown."""
    voxels: int
    """How many voxels have a value; 0 for a rate that was not measured in an image."""
    concentration: float | None = None
    """mM."""
    agent: str = ""
    excluded: str | None = None
    """Why it does not enter the regression; None when it does."""
    concentration_se: float | None = None
    """Standard error of the concentration, mM."""
    stock_error: float | None = None
    """Relative standard error of the stock that the well was diluted from; the recipe's where None."""
    pipetting_error: float | None = None
    """Relative standard error of the concentration from pipetting; the recipe's where None."""
    assay_error: float | None = None
    """Relative standard error of the concentration from an assay of this well; the recipe's where None."""
    median_rate: float = math.nan
    """1/s; the reciprocal of the median relaxation time. NaN when unknown."""
    independent_voxels: float = math.nan
    """How many independent voxels are worth as much as those measured, whose noise is correlated where images were
    interpolated or filtered; the standard error rests on them. NaN when unknown."""
    homogeneity: float = math.nan
    """Standard deviation over the voxels, in units of what the errors of their fits let expect: about 1 in a uniform
    well. NaN when unknown."""
    curve_rate: float = math.nan
    """1/s; of the fit to the mean signal of the well. NaN when nobody fitted it, or it could not be."""
    curve_standard_error: float = math.nan
    """1/s; of that fit."""

    def __post_init__(self) -> None:
        if self.excluded is None and not (math.isfinite(self.rate) and self.rate > 0):
            raise ValueError(f"well {self.well}: a rate of {self.rate} must be excluded with a reason")

    @property
    def time(self) -> float:
        """Relaxation time in s; NaN when it could not be measured."""
        return reciprocal(self.rate, math.nan)[0] if self.rate else math.nan

    @property
    def time_spread(self) -> float:
        """Standard deviation of the relaxation time over the voxels, s."""
        return reciprocal(self.rate, self.spread)[1] if self.rate else math.nan

    @property
    def time_standard_error(self) -> float:
        """Standard error of the relaxation time, s."""
        return reciprocal(self.rate, self.standard_error)[1] if self.rate else math.nan


@dataclass(frozen=True, slots=True)
class Rates:
    """One relaxation rate of all wells."""

    quantity: str
    """``R1`` or ``R2``."""
    wells: tuple[WellRate, ...]

    def __post_init__(self) -> None:
        if self.quantity not in {"R1", "R2"}:
            raise ValueError(f"a rate is R1 or R2, not {self.quantity}")

    def of(self, agent: str) -> tuple[WellRate, ...]:
        """Return the wells that enter the regression of an agent."""
        return tuple(
            well
            for well in self.wells
            if well.agent == agent and well.excluded is None and well.concentration is not None
        )
