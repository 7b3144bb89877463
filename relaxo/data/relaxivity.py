"""Relaxivity: the slope of a rate on concentration, and the figures that compare agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what is known of its error."""

    value: float
    standard_error: float
    ci95: tuple[float, float]
    """Interval of 95 % confidence."""
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A fitted line: rate = intercept + relaxivity x concentration."""

    quantity: str
    """``r1`` or ``r2``."""
    relaxivity: Estimate
    """1/s/mM."""
    intercept: Estimate
    """Rate without agent, 1/s."""
    covariance: NDArray[Any]
    """(2, 2), of intercept and relaxivity."""
    wells: tuple[str, ...]
    """Names of the wells it was fitted to."""
    concentration: NDArray[Any]
    """(wells,), mM."""
    rate: NDArray[Any]
    """(wells,), 1/s."""
    rate_error: NDArray[Any]
    """(wells,), the standard error that each rate was given by the regression, 1/s."""
    degrees_of_freedom: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "covariance", frozen(self.covariance, np.float64, ndim=2))
        for name in ("concentration", "rate", "rate_error"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.float64, ndim=1, name=name))
        if not len(self.wells) == self.concentration.size == self.rate.size == self.rate_error.size:
            raise ValueError("wells, concentration, rate and rate_error must have one entry a well")

    @property
    def residual(self) -> NDArray[np.float64]:
        """(wells,), measured less fitted rate, 1/s."""
        fitted: NDArray[np.float64] = self.intercept.value + self.relaxivity.value * self.concentration
        return self.rate - fitted


@dataclass(frozen=True, slots=True, eq=False)
class AgentResult:
    """What was measured of one agent."""

    name: str
    per: str
    """``ion`` or ``molecule``: what a concentration counts."""
    r1: Line | None
    """None when T1 was not measured."""
    r2: Line | None
    """None when T2 was not measured."""
    ratio: Estimate | None
    """r2/r1; None unless both were measured."""


@dataclass(frozen=True, slots=True)
class ReferenceAgent:
    """A published relaxivity, with what is needed to compare with it."""

    agent: str
    """Generic name, such as ``gadopentetate``."""
    synonyms: tuple[str, ...]
    """Other names it is known by, such as ``Gd-DTPA``."""
    field_T: float
    temperature_C: float | None
    """None when the source does not state it."""
    medium: str
    per: str
    r1: float | None
    """1/s/mM."""
    r1_se: float | None
    r2: float | None
    r2_se: float | None
    citation: str
    doi: str
    status: str
    """``verified`` in the source, ``secondary`` as another source cites it, ``derived`` from it."""
