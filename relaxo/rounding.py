"""Numbers as people read them: rounded no further than their errors allow, and never further."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

UNKNOWN = "–"  # noqa: RUF001 - an en dash, as tables print it
_DIGITS_WITHOUT_ERROR = 4
_MOST_DECIMALS = 15


def rounded(value: float, error: float) -> str:
    """Return a value and its standard error, rounded together: ``12.06 ± 0.05``.

    The error keeps two digits when it begins with 1, 2 or 3 (to 354), else one, and the value ends at the same decimal
    (Particle Data Group, Review of Particle Physics, section 5.3). A value whose error is not known keeps four digits;
    one that is not known is a dash.
    """
    if not math.isfinite(value):
        return UNKNOWN
    if not math.isfinite(error) or error < 0:
        return fixed(value, _without_error(value))
    places = decimals(error) if error > 0 else _without_error(value)
    return f"{fixed(value, places)} ± {fixed(error, places)}"


def span(counts: Collection[int]) -> str:
    """Return from how many to how many there are: ``60 to 72``, or ``72``."""
    return " to ".join(str(end) for end in dict.fromkeys((min(counts), max(counts))))


def decimals(error: float) -> int:
    """Return how many decimals a value with this error deserves; negative when tens, hundreds, ... are unsure.

    Raises
    ------
    ValueError
        When the error is not a positive number.
    """
    if not (math.isfinite(error) and error > 0):
        raise ValueError(f"an error of {error} says nothing about digits")
    exponent = math.floor(math.log10(error))
    # The three leading digits, from 100 to 999; what is just below the next decade rounds up into it.
    leading = round(error / 10.0 ** (exponent - 2))
    if leading >= 950:
        return min(-exponent, _MOST_DECIMALS)
    return min(1 - exponent if leading < 355 else -exponent, _MOST_DECIMALS)


def fixed(value: float, places: int) -> str:
    """Return a number with that many decimals, with a minus sign as print has it; a dash when it is not known."""
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{round(value, places):.{max(places, 0)}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−")  # noqa: RUF001 - the minus sign


def _without_error(value: float) -> int:
    if value == 0:
        return 0
    return min(_DIGITS_WITHOUT_ERROR - 1 - math.floor(math.log10(abs(value))), _MOST_DECIMALS)
