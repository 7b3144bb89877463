"""The zero of a function between two places that enclose it.

`scipy.optimize` has this, too, and takes longer to import than everything else that a line of rates needs.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_EPSILON = sys.float_info.epsilon

#: Halving alone would take a third of these.
_MOST_ROUNDS = 330


def zero(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the zero of a function, to the last digits or to 1e-31 of the interval.

    Inverse quadratic interpolation where three values are smooth enough for it, halving where they are not
    (Chandrupatla, Adv. Eng. Softw. 28, 145, 1997).

    Parameters
    ----------
    function
        Of different signs at `low` and `high`.
    low, high
        The interval.

    Raises
    ------
    ValueError
        If the signs are the same or a value is NaN.
    """
    a, b = float(low), float(high)
    at_a, at_b = function(a), function(b)
    if 0 in (at_a, at_b):
        return a if at_a == 0 else b
    if not (at_a < 0 < at_b or at_b < 0 < at_a):
        msg = f"{at_a} and {at_b} enclose no zero"
        raise ValueError(msg)
    best, share, floor = a, 0.5, _EPSILON**2 * abs(b - a)
    for _ in range(_MOST_ROUNDS):
        x = a + share * (b - a)
        if x in (a, b):
            x = (a + b) / 2
        value = function(x)
        if math.copysign(1, value) == math.copysign(1, at_a):
            c, at_c = a, at_a
        else:
            c, at_c, b, at_b = b, at_b, a, at_a
        a, at_a = x, value
        best, at_best = (a, at_a) if abs(at_a) < abs(at_b) else (b, at_b)
        smallest = 2 * _EPSILON * abs(best) + floor
        if at_best == 0 or abs(b - a) <= 2 * smallest:
            break
        place, level = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        if level**2 < place and (1 - level) ** 2 < 1 - place:
            share = at_a / (at_b - at_a) * at_c / (at_b - at_c)
            share += (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        else:
            share = 0.5
        least = smallest / abs(b - a)
        share = min(max(share, least), 1 - least)
    return best
