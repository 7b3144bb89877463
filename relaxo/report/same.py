"""Whether what was computed again is what a folder of results holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from relaxo.errors import AnalysisError
from relaxo.report.store import RESULTS, results_of

if TYPE_CHECKING:
    from pathlib import Path

    from relaxo.data import WellRate
    from relaxo.pipeline import Result

#: Libraries of another version may round otherwise; nobody can measure this.
_SAME = 1e-6


def check_same(result: Result, folder: Path) -> None:
    """Refuse a result whose rates are not those in a folder of results.

    Raises
    ------
    InputError
        When the folder holds no results.
    AnalysisError
        When a rate, or which wells there are, is another.
    """
    stored = results_of(folder)["rates"]
    for quantity in sorted({*stored, *result.rates}):
        mine = {rate.well: _known(rate) for rate in result.rates[quantity].wells} if quantity in result.rates else {}
        theirs = {each["well"]: _stated(each) for each in stored.get(quantity, [])}
        for well in sorted({*mine, *theirs}):
            if (
                well not in mine
                or well not in theirs
                or not np.allclose(mine[well], theirs[well], rtol=_SAME, atol=0, equal_nan=True)
            ):
                raise AnalysisError(
                    f"the recipe in this folder now gives another {quantity} of well {well} than its results hold",
                    where=str(folder / RESULTS),
                    hint="Images, recipe or Relaxo changed since: run the recipe again, then export",
                )


def _known(rate: WellRate) -> list[float]:
    return [rate.rate, math.nan if rate.concentration is None else rate.concentration]


def _stated(each: dict[str, Any]) -> list[float]:
    return [math.nan if each[name] is None else each[name] for name in ("rate_per_s", "concentration_mM")]
