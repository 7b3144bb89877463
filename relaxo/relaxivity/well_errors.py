"""What is known of the errors of each well: of its rate, and of its concentration by where the error comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.errors import AnalysisError
from relaxo.relaxivity.gamma import fitted_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from relaxo.data import WellRate
    from relaxo.recipe import RegressionPart

    Vector = NDArray[np.float64]


def stated_rate_errors(wells: Sequence[WellRate], part: RegressionPart) -> Vector | None:
    """Return (wells,) errors of rates in 1/s as they were stated; None unless every well has one."""
    own = np.array([well.standard_error for well in wells], np.float64)
    own = np.where(np.isfinite(own), own, 0.0)
    share = (part.rate_error_percent or 0.0) / 100
    if share:
        concentration = np.array([well.concentration for well in wells], np.float64)
        rate = np.array([well.rate for well in wells], np.float64)
        # Of the rate that the line expects: a rate is not to be trusted more for having come out low.
        expected = fitted_rate(concentration, rate) if np.unique(concentration).size > 1 else rate
        own = np.hypot(own, share * expected)
    return own if (own > 0).all() else None


def concentration_errors(wells: Sequence[WellRate], part: RegressionPart) -> dict[str, Vector]:
    """Return the errors of concentrations by source, (wells,), mM; a source without any error is left out.

    Where an error of single wells is given for pipetting or assay it goes before the recipe's.
    """
    concentration = np.array([well.concentration for well in wells], np.float64)

    def relative(own: Sequence[float | None], common: float | None) -> Vector:
        share = np.array([(common or 0.0) / 100 if each is None else each for each in own], np.float64)
        error: Vector = share * concentration
        return error

    sources = {
        "pipetting": relative([well.pipetting_error for well in wells], part.pipetting_error_percent),
        "assay": relative([well.assay_error for well in wells], part.assay_error_percent),
        "concentration": np.array([well.concentration_se or 0.0 for well in wells], np.float64),
    }
    return {source: error for source, error in sources.items() if error.any()}


def stock_error(quantity: str, wells: Sequence[WellRate], part: RegressionPart) -> float:
    """Return the relative standard error of the stock that all wells of a line were diluted from.

    Raises
    ------
    AnalysisError
        When wells of one line state different ones: they do not come from one stock.
    """
    common = (part.stock_error_percent or 0.0) / 100
    stated = {
        common if well.stock_error is None else well.stock_error
        for well in wells
        if well.concentration  # a blank holds nothing of it
    }
    if len(stated) > 1:
        listed = " and ".join(f"{100 * each:.3g} %" for each in sorted(stated))
        raise AnalysisError(
            f"{quantity}: the wells of one agent state different errors of their stock, {listed}",
            hint="Give wells from different stocks different agent names, or one error for all",
        )
    return stated.pop() if stated else 0.0
