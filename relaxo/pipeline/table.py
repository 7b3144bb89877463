"""From a table of times, rates or signals to rates, without images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo import io
from relaxo.data import RATES, FitStatus, Geometry, Rates, Stack, WellRate
from relaxo.pipeline.fit import fit_stack
from relaxo.recipe import FitsPart
from relaxo.units import reciprocal

if TYPE_CHECKING:
    from pathlib import Path


def rates_of_table(path: Path, fits: FitsPart | None = None) -> dict[str, Rates]:
    """Return the rates that a table gives: of relaxation times or rates as they are, of signals fitted first.

    Parameters
    ----------
    path
        A table as `relaxo.io.read_rates` or `relaxo.io.read_signals` reads it.
    fits
        The models for signals; the usual ones when None.

    Raises
    ------
    InputError
        When the table, or a model, cannot be used.
    AnalysisError
        When there are too few times.
    """
    if not io.holds_signals(path):
        return io.read_rates(path)
    signals = io.read_signals(path)
    geometry = Geometry((1, 1, len(signals.wells)), np.eye(4))
    stack = Stack(signals.signal[:, np.newaxis, np.newaxis], signals.protocol, geometry)
    quantity = "T2" if signals.protocol.axis == "EchoTime" else "T1"
    maps = fit_stack(stack, getattr(fits or FitsPart(), quantity), quantity, None)
    measured = []
    for index, name in enumerate(signals.wells):
        rate, error = reciprocal(*(values[f"{quantity}map"][0, 0, index] for values in (maps.values, maps.error)))
        contents = signals.contents[name]
        status = FitStatus(int(maps.status[0, 0, index]))
        failed = None if status == FitStatus.OK else f"the fit gave nothing: {status.name.lower().replace('_', ' ')}"
        measured.append(
            WellRate(
                well=name,
                rate=rate,
                spread=np.nan,
                standard_error=error,
                voxels=0,
                concentration=contents.concentration_mM,
                agent=contents.agent,
                excluded=contents.exclude or failed,
                concentration_se=contents.concentration_se_mM,
            )
        )
    return {RATES[quantity]: Rates(RATES[quantity], tuple(measured))}
