"""Which relaxation times a protocol can measure, and which wells lie beyond."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Notice, Rates
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from relaxo.data import Protocol

#: T1 below this share of the shortest inversion time has recovered before it is first seen.
SHORTEST_T1 = 0.5
#: T1 beyond this many times the longest inversion time is extrapolated: the NIST phantom's sphere of 2.03 s comes out
#: 8 % short on a scanner whose inversion times end at 0.8 s.
LONGEST_T1 = 2.0
#: With less than this share of T1 between inversions, little magnetisation is left to see.
SHORTEST_TR = 0.5
#: T2 below this share of the first echo time has decayed before it is first seen.
SHORTEST_T2 = 0.5
#: T2 beyond this many times the last echo time barely decays, and imperfect refocusing decides what is fitted: in the
#: NIST phantom, whether the first echo is skipped then changes T2 by up to 20 %, and by 4 % at twice the last echo.
LONGEST_T2 = 4.0


def outside_window(rates: Rates, protocol: Protocol) -> tuple[Notice, ...]:
    """Return a notice for every well that counts and whose time lies where the protocol barely reaches.

    The fitted number and its standard error hold only as far as the equation does: there, small faults of the pulses
    weigh as much as the relaxation itself.
    """
    quantity = "T1" if rates.quantity == "R1" else "T2"
    notices = []
    for well in rates.wells:
        if well.excluded is not None or (found := _beyond(quantity, well.time, protocol)) is None:
            continue
        code, reason, advice = found
        notices.append(Notice(code, f"{reason[0].upper()}{reason[1:]}: {advice}, or exclude this well.", well.well))
    return tuple(notices)


def exclude_outside(rates: Rates, protocol: Protocol) -> Rates:
    """Return rates in which such wells are excluded, with the reason; they keep their time, and enter no line."""
    quantity = "T1" if rates.quantity == "R1" else "T2"
    judged = []
    for well in rates.wells:
        found = None if well.excluded is not None else _beyond(quantity, well.time, protocol)
        judged.append(well if found is None else dataclasses.replace(well, excluded=found[1]))
    return Rates(rates.quantity, tuple(judged))


def _beyond(quantity: str, time: float, protocol: Protocol) -> tuple[str, str, str] | None:
    """Return a code, why a time (s) cannot be measured, and what to do; None when it can."""
    positive = protocol.values[protocol.values > 0]
    name = {
        ("T1", "InversionTime"): "inversion time",
        ("T1", "RepetitionTime"): "repetition time",
        ("T2", "EchoTime"): "echo time",
    }.get((quantity, protocol.axis))
    if name is None or not positive.size:
        return None
    first, last = float(positive[0]), float(positive[-1])
    shortest, longest = (SHORTEST_T1, LONGEST_T1) if quantity == "T1" else (SHORTEST_T2, LONGEST_T2)
    value = f"{quantity} of {_ms(time)} ms"
    if time < shortest * first:
        reason = f"{value} is too short for a shortest {name} of {_ms(first)} ms"
        return f"{quantity.lower()}_short", reason, "measure shorter times"
    if time > longest * last:
        reason = f"{value} is too long for a longest {name} of {_ms(last)} ms"
        return f"{quantity.lower()}_long", reason, "measure longer times"
    repetition = protocol.companions.get("RepetitionTime")
    if protocol.axis == "InversionTime" and repetition is not None and np.isfinite(repetition).all():
        TR = float(repetition.max())
        if 0 < TR < SHORTEST_TR * time:
            return (
                "tr_short",
                f"{value} is too long for a repetition time of {_ms(TR)} ms",
                "repeat more slowly",
            )
    return None


def _ms(time: float) -> str:
    """Return a time in ms with three digits, and no power of ten."""
    shown = s_to_ms(time)
    return f"{shown:.0f}" if shown >= 100 else f"{shown:.3g}"
