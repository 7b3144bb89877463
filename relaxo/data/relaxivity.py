"""Relaxivity: the slope of a rate on concentration, and the figures that compare agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.data.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what is known of its error."""

    value: float
    standard_error: float
    ci95: tuple[float, float]
    """Interval of 95 % confidence."""
    unit: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one source of error contributes to the standard error of a relaxivity."""

    source: str
    """``scatter`` about the line; or ``rates``, ``pipetting``, ``assay``, ``concentration`` (of single wells, as the
    table gives it), ``stock``, ``intercept`` (where it was fixed), and ``unexplained`` by these."""
    standard_error: float
    """1/s/mM; the squares of all shares add up to that of the relaxivity."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether a straight line and the stated errors describe the rates; NaN where a test cannot be made."""

    r_squared: float
    """Coefficient of determination: large wherever the concentrations differ much, and no proof of anything."""
    chi_square: float
    """Sum of squared residuals over the stated errors; NaN where no errors were stated."""
    chi_square_p: float
    """Probability of a larger one, were line and errors right."""
    birge_ratio: float
    """Square root of chi-square over its degrees of freedom: 1 where the stated errors explain the scatter."""
    lack_of_fit_p: float
    """Of the scatter of concentrations about the line against that of replicate wells."""
    curvature: float
    """Coefficient of the squared concentration, 1/s/mM²."""
    curvature_p: float
    """Two-sided, that it is zero."""
    runs_p: float
    """Probability of so few changes of sign along the residuals, were they independent."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What one well does to a line."""

    well: str
    deviation: float
    """Rate over that of the line which resists outliers, less 1."""
    score: float
    """The same difference on a logarithmic scale, in robust standard deviations."""
    outlier: bool
    relaxivity_without: float
    """1/s/mM, of all wells but this one; NaN when the others are too few."""
    intercept_without: float
    """1/s."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same line fitted to other wells, to be shown beside it."""

    kind: str
    """``without_outliers``: the suspected wells left out; ``with_excluded``: those that a person left out taken in."""
    wells: tuple[str, ...]
    """Those that make the difference."""
    relaxivity: Estimate
    intercept: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A fitted line: rate = intercept + relaxivity x concentration."""

    quantity: str
    """``r1`` or ``r2``."""
    relaxivity: Estimate
    """1/s/mM; its error is that of the fit, with the common error of the stock added."""
    intercept: Estimate
    """Rate without agent, 1/s."""
    covariance: NDArray[Any]
    """(2, 2), of intercept and relaxivity, from the fit alone: an error of the stock, which all wells share, is not
    in it."""
    wells: tuple[str, ...]
    """Names of the wells it was fitted to."""
    concentration: NDArray[Any]
    """(wells,), mM."""
    rate: NDArray[Any]
    """(wells,), 1/s."""
    rate_error: NDArray[Any]
    """(wells,), the standard error that each rate was given by the regression, 1/s."""
    degrees_of_freedom: int
    """Of the residuals."""
    concentration_error: NDArray[Any] | None = None
    """(wells,), the standard error that each concentration was given by the regression, mM; zero where it was None."""
    leverage: NDArray[Any] | None = None
    """(wells,), by how much the relaxivity grows with each rate, 1/mM; None where not computed."""
    kept: NDArray[Any] | None = None
    """(wells,), from 0 to 1: the share of its weight that a robust fit left to each well; all 1 where it was None."""
    scale: float = 1.0
    """What stated errors were multiplied by to agree with the residuals, or what errors known in proportion were."""
    interval_degrees_of_freedom: float | None = None
    """Of the intervals: infinite where they rest on stated errors; `degrees_of_freedom` where it was None."""
    method: str = "least_squares"
    """``least_squares``, ``york`` or ``robust``."""
    weights: str = "none"
    """What the errors of rates were taken to be proportional to; ``stated`` where they were taken as stated."""
    intercept_from: str = "free"
    """``free``, ``fixed`` or ``blank``."""
    budget: tuple[Share, ...] = ()
    quality: Quality | None = None
    influence: tuple[Influence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "covariance", frozen(self.covariance, np.float64, ndim=2))
        if self.concentration_error is None:
            object.__setattr__(self, "concentration_error", np.zeros(len(self.wells)))
        if self.kept is None:
            object.__setattr__(self, "kept", np.ones(len(self.wells)))
        if self.interval_degrees_of_freedom is None:
            object.__setattr__(self, "interval_degrees_of_freedom", float(self.degrees_of_freedom))
        for name in ("concentration", "rate", "rate_error", "concentration_error", "leverage", "kept"):
            if getattr(self, name) is None:
                continue
            object.__setattr__(self, name, frozen(getattr(self, name), np.float64, ndim=1, name=name))
            if getattr(self, name).size != len(self.wells):
                raise ValueError("wells, concentration, rate and rate_error must have one entry a well")

    @property
    def outliers(self) -> tuple[str, ...]:
        """Names of the wells that are suspected to be wrong."""
        return tuple(each.well for each in self.influence if each.outlier)

    @property
    def residual(self) -> NDArray[np.float64]:
        """(wells,), measured less fitted rate, 1/s."""
        fitted: NDArray[np.float64] = self.intercept.value + self.relaxivity.value * self.concentration
        return self.rate - fitted


@dataclass(frozen=True, slots=True)
class Verdict:
    """On which side of a threshold r2/r1 lies."""

    threshold: float
    probability_below: float
    answer: str
    """``below`` or ``above`` where the 95 % interval holds no other answer, else ``undecided``."""


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
    ratio_fieller: tuple[float, float] | None = None
    """Fieller's interval of the same ratio; None where it is not bounded."""
    ratio_of_rates: Estimate | None = None
    """r2/r1 as the slope of R2 on R1 across wells, which no error of a concentration touches."""
    verdict: Verdict | None = None
    """None where no threshold was set."""
    conversions: Mapping[str, tuple[Estimate | None, Estimate | None]] = field(default_factory=dict)
    """r1 and r2 (None where not measured) by what they are counted per: ``ion``, ``molecule`` and ``mass``, those that
    are known."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "conversions", MappingProxyType(dict(self.conversions)))


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
    """``verified`` in the source, ``secondary`` as another source cites it, ``derived`` from data that it gives,
    ``interpolated`` between the fields of two of these, ``own`` where the user gave it."""
    ions_per_molecule: int | None = None
    """None where it is not one number, as of particles."""
