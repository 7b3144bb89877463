"""One line of an agent: rates of wells against concentration, with what its interval is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtrc

from relaxo.data import Alternative, Estimate, Influence, Line, Share
from relaxo.errors import AnalysisError
from relaxo.recipe import RegressionPart
from relaxo.relaxivity.gamma import fitted_rate
from relaxo.relaxivity.interval import combined
from relaxo.relaxivity.outliers import FEWEST_WELLS, SUSPECT, resistant_line
from relaxo.relaxivity.quality import quality
from relaxo.relaxivity.straight import StraightLine, robust, york
from relaxo.relaxivity.well_errors import concentration_errors, stated_rate_errors, stock_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from relaxo.data import Quality, WellRate

    Vector = NDArray[np.float64]

#: Fewer different concentrations leave no residual to judge a line by.
FEWEST_CONCENTRATIONS = 3

#: Stated errors hold unless the scatter is less probable than this.
_CONTRADICTED = 0.05


def regress(
    quantity: Literal["r1", "r2"],
    wells: Sequence[WellRate],
    part: RegressionPart | None = None,
    excluded: Sequence[WellRate] = (),
    *,
    diagnose: bool = True,
) -> Line:
    """Fit rate = intercept + relaxivity x concentration.

    How a line is found:
        ``least_squares`` weighs rates by `part.weights`, which say what the error of a rate is proportional to; its
        size is estimated from the residuals, and the intervals are Student's. ``york`` takes the stated errors of rates
        and concentrations as they are; where the residuals contradict them (chi-square, 5 %), all are multiplied by the
        Birge ratio, and the intervals are Student's. ``robust`` weighs as one of these and gives no weight to wells far
        off the line.

    What the errors are proportional to:
        ``relative``: the error is proportional to the true rate, which the fitted line estimates: the weights are
        1 / fitted², with the very line that they give. This is the maximum quasi-likelihood fit of a constant
        coefficient of variation (Wedderburn, Biometrika 61, 439, 1974), the gamma regression with identity link of
        McCullagh & Nelder (Generalized Linear Models, 1989, chapter 8). A single pass with weights 1 / measured² trusts
        a rate more for having come out low: with a coefficient of variation v it lands at 1 - 2 v² of the true line.
        ``standard_error``: proportional to each well's own. ``none``: all errors are the same.

    Where the intercept comes from:
        ``free``: fitted. ``fixed``: as `part` gives it. ``blank``: the mean rate of the wells of concentration 0, whose
        error enters that of the relaxivity.

    An error of the stock, which no regression can see because all wells share it, is added to that of the relaxivity.

    Parameters
    ----------
    quantity
        ``r1`` for R1, ``r2`` for R2.
    wells
        Wells that count: none excluded, each with a concentration.
    part
        How to regress; as a recipe that says nothing where it is None.
    excluded
        Wells with a rate and a concentration that do not count, for the line that would be if they did.
    diagnose
        Whether to look at each well's influence, for wells that lie off, and whether a line describes the rates at all:
        that takes a fit a well.

    Raises
    ------
    AnalysisError
        With fewer than 3 different concentrations, or when an error, intercept or blank that is needed is missing.
    """
    part = part or RegressionPart()
    points = _Points.of(quantity, wells, part)
    fit = _fit(points, part)
    stock = stock_error(quantity, wells, part)
    influence = _influence(quantity, wells, part) if diagnose else ()
    return Line(
        quantity=quantity,
        relaxivity=fit.relaxivity(stock),
        intercept=fit.intercept,
        covariance=fit.covariance,
        wells=tuple(well.well for well in points.wells),
        concentration=points.concentration,
        rate=points.rate,
        rate_error=fit.scale * points.rate_error,
        degrees_of_freedom=points.degrees_of_freedom,
        concentration_error=fit.scale * points.concentration_error,
        leverage=fit.line.leverage,
        kept=fit.line.weight,
        scale=fit.scale,
        interval_degrees_of_freedom=fit.degrees_of_freedom,
        method=part.method,
        weights="stated" if points.stated else part.weights,
        intercept_from=part.intercept,
        budget=_budget(points, fit, stock),
        quality=_quality(points, fit, part) if diagnose else None,
        influence=influence,
        alternatives=_alternatives(quantity, wells, excluded, part, influence, stock),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """What a line is fitted to; blanks that define the intercept stand apart."""

    wells: tuple[WellRate, ...]
    concentration: Vector
    rate: Vector
    rate_error: Vector
    """In size where `stated`, else in proportion."""
    sources: Mapping[str, Vector]
    """Errors of concentrations by where they come from, those that the method takes into account."""
    stated: bool
    intercept: float | None
    intercept_error: float
    """In the measure of `rate_error`."""

    @classmethod
    def of(cls, quantity: str, wells: Sequence[WellRate], part: RegressionPart) -> _Points:
        """Gather them, or say what is missing."""
        concentration = np.array([well.concentration for well in wells], np.float64)
        _enough(quantity, concentration, part)
        rate = np.array([well.rate for well in wells], np.float64)
        error, stated = _rate_errors(quantity, wells, part)
        sources = {} if part.method == "least_squares" else concentration_errors(wells, part)
        counts = np.ones(len(wells), bool)
        intercept, intercept_error = None, 0.0
        if part.intercept == "fixed":
            intercept = _fixed_intercept(quantity, part)
        elif part.intercept == "blank":
            counts = concentration > 0
            blank_weight = error[~counts] ** -2
            intercept = float(blank_weight @ rate[~counts] / blank_weight.sum())
            intercept_error = float(blank_weight.sum() ** -0.5)
        return cls(
            wells=tuple(well for well, use in zip(wells, counts, strict=True) if use),
            concentration=concentration[counts],
            rate=rate[counts],
            rate_error=error[counts],
            sources={source: each[counts] for source, each in sources.items()},
            stated=stated,
            intercept=intercept,
            intercept_error=intercept_error,
        )

    @property
    def concentration_error(self) -> Vector:
        total = np.zeros_like(self.rate)
        for error in self.sources.values():
            total = np.hypot(total, error)
        return total

    @property
    def degrees_of_freedom(self) -> int:
        return self.rate.size - (2 if self.intercept is None else 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A fitted line with its errors."""

    line: StraightLine
    covariance: Vector
    scale: float
    """What the errors given were multiplied by."""
    degrees_of_freedom: float
    """Of the intervals."""

    @property
    def intercept(self) -> Estimate:
        error = math.sqrt(self.covariance[0, 0])
        return combined(self.line.intercept, [(error, self.degrees_of_freedom)], "1/s")

    def relaxivity(self, stock: float) -> Estimate:
        fitted = (math.sqrt(self.covariance[1, 1]), self.degrees_of_freedom)
        return combined(self.line.slope, [fitted, (stock * abs(self.line.slope), math.inf)], "1/s/mM")


def _fit(points: _Points, part: RegressionPart, start: tuple[float, float] | None = None) -> _Fit:
    """Fit the line, from a start that resists outliers where one is known, and decide how large its errors are."""
    x, y, x_error, y_error = points.concentration, points.rate, points.concentration_error, points.rate_error
    degrees = points.degrees_of_freedom
    own: float = degrees
    if part.method == "robust":
        if start is None:
            resistant = resistant_line(x, y, intercept=points.intercept)
            start = resistant.intercept, resistant.slope
        line = robust(x, y, x_error, y_error, start, points.intercept, stated=points.stated)
        covariance, scale = line.covariance, line.scale
        if points.stated and scale == 1:
            own = math.inf
    else:
        line = york(x, y, x_error, y_error, points.intercept)
        scale = line.scale
        if points.stated and part.method == "york" and chdtrc(degrees, line.chi_square) >= _CONTRADICTED:
            own, scale = math.inf, 1.0
        covariance = line.covariance * scale**2
    if points.intercept is not None:
        covariance = covariance + _of_intercept(line, points.intercept_error * scale)
    return _Fit(line, covariance, scale, own)


def _of_intercept(line: StraightLine, error: float) -> Vector:
    """Return the covariance that the error of a given intercept makes: a higher one lowers the slope."""
    turn = np.array([1.0, -line.leverage.sum()])
    covariance: Vector = error**2 * np.outer(turn, turn)
    return covariance


def _budget(points: _Points, fit: _Fit, stock: float) -> tuple[Share, ...]:
    """Return what the standard error of the relaxivity is made of."""
    line = fit.line
    variance = float(fit.covariance[1, 1])
    of_intercept = 0.0
    if points.intercept is not None:
        of_intercept = float(_of_intercept(line, points.intercept_error * fit.scale)[1, 1])
    scatter = max(variance - of_intercept, 0.0)
    parts: dict[str, float]
    if points.stated:
        parts = {"rates": float(np.sum((line.leverage * points.rate_error) ** 2))}
        for source, error in points.sources.items():
            parts[source] = float(np.sum((line.leverage * line.slope * error) ** 2))
        known = sum(parts.values())
        if known > scatter:
            parts = {source: each * scatter / known for source, each in parts.items()}
        elif scatter - known > 1e-9 * scatter:
            parts["unexplained"] = scatter - known
    else:
        parts = {"scatter": scatter}
    if points.intercept is not None:
        parts["intercept"] = of_intercept
    parts["stock"] = (stock * line.slope) ** 2
    return tuple(Share(source, math.sqrt(each)) for source, each in parts.items())


def _quality(points: _Points, fit: _Fit, part: RegressionPart) -> Quality:
    """Return how well a straight line describes the rates."""
    return quality(
        points.concentration,
        points.rate,
        np.hypot(points.rate_error, fit.line.slope * points.concentration_error),
        fit.line,
        points.degrees_of_freedom,
        stated=points.stated or (part.method == "least_squares" and part.weights == "standard_error"),
        weighed=points.stated or part.weights != "none",
    )


def _influence(quantity: str, wells: Sequence[WellRate], part: RegressionPart) -> tuple[Influence, ...]:
    """Return how far each well lies off the line of the others, and what it does to the line."""
    concentration = np.array([well.concentration for well in wells], np.float64)
    rate = np.array([well.rate for well in wells], np.float64)
    known = math.hypot(*((each or 0.0) / 100 for each in _relative_errors(part)))
    resistant = resistant_line(concentration, rate, known)
    deviation = resistant.deviation(concentration, rate)
    score = deviation / resistant.scatter
    found = []
    for index, well in enumerate(wells):
        others = [other for other in wells if other is not well]
        try:
            line = _fit(_Points.of(quantity, others, part), part, (resistant.intercept, resistant.slope)).line
            without = line.slope, line.intercept
        except AnalysisError:
            without = math.nan, math.nan
        found.append(
            Influence(
                well=well.well,
                deviation=math.expm1(deviation[index]),
                score=float(score[index]),
                outlier=bool(len(wells) >= FEWEST_WELLS and abs(score[index]) > SUSPECT),
                relaxivity_without=without[0],
                intercept_without=without[1],
            )
        )
    return tuple(found)


def _relative_errors(part: RegressionPart) -> tuple[float | None, ...]:
    return part.rate_error_percent, part.pipetting_error_percent, part.assay_error_percent


def _alternatives(
    quantity: str,
    wells: Sequence[WellRate],
    excluded: Sequence[WellRate],
    part: RegressionPart,
    influence: Sequence[Influence],
    stock: float,
) -> tuple[Alternative, ...]:
    """Return the lines without suspected wells, and with those that were left out."""
    suspected = {each.well for each in influence if each.outlier}
    outliers = [well for well in wells if well.well in suspected]
    others = [well for well in wells if well.well not in suspected]
    choices = [("without_outliers", outliers, others), ("with_excluded", list(excluded), [*wells, *excluded])]
    found = []
    for kind, difference, used in choices:
        if not difference:
            continue
        try:
            fit = _fit(_Points.of(quantity, used, part), part)
        except AnalysisError:
            continue
        names = tuple(well.well for well in difference)
        found.append(Alternative(kind, names, fit.relaxivity(stock), fit.intercept))
    return tuple(found)


def _enough(quantity: str, concentration: Vector, part: RegressionPart) -> None:
    """Refuse wells that leave no residual, or no blank where one is to give the intercept."""
    if part.intercept == "blank" and not (concentration == 0).any():
        raise AnalysisError(
            f"{quantity}: the intercept is to be that of the blank, and no usable well has concentration 0",
            where="regression.intercept",
            hint='Measure a blank, or set the intercept to "free"',
        )
    levels = np.unique(concentration if part.intercept != "fixed" else np.append(concentration, 0.0))
    if levels.size < FEWEST_CONCENTRATIONS:
        different = np.unique(concentration).size
        needed = FEWEST_CONCENTRATIONS if part.intercept != "fixed" else FEWEST_CONCENTRATIONS - 1
        raise AnalysisError(
            f"{quantity} needs at least {needed} different concentrations"
            f"{' above 0' if part.intercept == 'fixed' else ''}, there "
            f"{'is' if different == 1 else 'are'} {different} in {concentration.size} usable "
            f"well{'s'[: concentration.size != 1]}",
            hint="Measure more dilutions, or look at why wells are excluded",
        )


def _fixed_intercept(quantity: str, part: RegressionPart) -> float:
    value = part.intercept_R1_per_s if quantity == "r1" else part.intercept_R2_per_s
    if value is None:
        setting = f"intercept_{quantity.upper()}_per_s"
        raise AnalysisError(
            f"{quantity}: the intercept is to be fixed, and its value is not given",
            where=f"regression.{setting}",
            hint=f'Give {setting}, or set the intercept to "free" or "blank"',
        )
    return value


def _rate_errors(quantity: str, wells: Sequence[WellRate], part: RegressionPart) -> tuple[Vector, bool]:
    """Return (wells,) errors of the rates, and whether they are known in size or in proportion only."""
    if part.method == "york" or (part.method == "robust" and part.rate_error_percent):
        stated = stated_rate_errors(wells, part)
        if stated is None:
            raise AnalysisError(
                f"{quantity} cannot be fitted with errors in both axes: not every rate has one",
                where="regression.rate_error_percent",
                hint="State how well a rate repeats, or give every well a standard error",
            )
        return stated, True
    if part.weights == "relative":
        concentration = np.array([well.concentration for well in wells], np.float64)
        return fitted_rate(concentration, np.array([well.rate for well in wells], np.float64)), False
    if part.weights == "standard_error":
        return _standard_errors(quantity, wells), False
    return np.ones(len(wells)), False


def _standard_errors(quantity: str, wells: Sequence[WellRate]) -> Vector:
    missing = [well.well for well in wells if not (np.isfinite(well.standard_error) and well.standard_error > 0)]
    if missing:
        raise AnalysisError(
            f"{quantity} cannot be weighted by standard errors: well{'s'[: len(missing) != 1]} {', '.join(missing)} "
            f"{'has' if len(missing) == 1 else 'have'} none above zero",
            hint='Give every well its standard error, or set the weights to "relative"',
        )
    return np.array([well.standard_error for well in wells], np.float64)
