"""Which relaxation times a protocol can measure, and which wells lie beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.data import Notice
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from relaxo.data import Protocol, Rates

#: T1 below this share of the shortest inversion time has recovered before it is first seen.
SHORTEST_T1 = 0.5
#: T1 beyond this many times the longest inversion time is extrapolated.
LONGEST_T1 = 2.0
#: T2 below this share of the first echo time has decayed before it is first seen.
SHORTEST_T2 = 0.5
#: T2 beyond this many times the last echo time barely decays, and imperfect refocusing decides what is fitted.
LONGEST_T2 = 4.0


def outside_window(rates: Rates, protocol: Protocol) -> tuple[Notice, ...]:
    """Return a notice for every measured well whose time lies where the protocol barely reaches.

    The fitted number and its standard error hold only as far as the equation does: there, small faults of the pulses
    weigh as much as the relaxation itself.
    """
    positive = protocol.values[protocol.values > 0]
    first, last = float(positive[0]), float(positive[-1])
    if rates.quantity == "R1":
        quantity, low, high = "T1", SHORTEST_T1 * first, LONGEST_T1 * last
        name = {"InversionTime": "inversion time", "RepetitionTime": "repetition time"}.get(protocol.axis)
    else:
        quantity, low, high = "T2", SHORTEST_T2 * first, LONGEST_T2 * last
        name = "echo time"
    if name is None:
        return ()
    notices = []
    for well in rates.wells:
        if well.time < low:
            notices.append(
                Notice(
                    f"{quantity.lower()}_short",
                    f"{quantity} of {_ms(well.time)} ms is short for a shortest {name} of "
                    f"{_ms(first)} ms: measure shorter times, or exclude this well.",
                    well.well,
                )
            )
        elif well.time > high:
            notices.append(
                Notice(
                    f"{quantity.lower()}_long",
                    f"{quantity} of {_ms(well.time)} ms is long for a longest {name} of "
                    f"{_ms(last)} ms: measure longer times, or exclude this well.",
                    well.well,
                )
            )
    return tuple(notices)


def _ms(time: float) -> str:
    """Return a time in ms with three digits, and no power of ten."""
    shown = s_to_ms(time)
    return f"{shown:.0f}" if shown >= 100 else f"{shown:.3g}"
