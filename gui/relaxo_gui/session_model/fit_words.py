"""How panels say what a fit gave: parameters with their errors, and why a voxel has no value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaxo.data import FitStatus
from relaxo.rounding import rounded
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from relaxo.models import Parameter

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

#: A status in a few words, and what it means for who measures.
STATUS = {
    FitStatus.OK: ("fitted", "The voxel has a value."),
    FitStatus.NOT_FITTED: ("not fitted", "The voxel lies outside what was to be fitted."),
    FitStatus.NOT_FINITE: ("no finite signal", "An image holds no number here: a NaN or an infinity."),
    FitStatus.CONSTANT: ("signal does not change", "The signal is the same in every image, as where there is nothing."),
    FitStatus.BELOW_NOISE: (
        "signal below the noise",
        "Too little signal stands out of the noise to fit: air, plastic, or a decay that is over before it is seen.",
    ),
    FitStatus.AT_BOUND: (
        "fit at the end of its range",
        "The best fit lies at a bound of the model: another model may suit these images, or the voxel is no fluid.",
    ),
    FitStatus.OUTSIDE_RANGE: (
        "time out of reach",
        "The time is so short or so long that these images cannot measure it: its error is above 50 %.",
    ),
    FitStatus.NOT_CONVERGED: ("no best fit", "No optimum was reached: the signal does not follow the model."),
    FitStatus.CLIPPED: (
        "signal clipped",
        "The signal reaches the largest number that the file can store; its true value is higher.",
    ),
}

#: Why a point does not count, for one of them and for several.
LEFT_OUT = {
    "skipped": "first echo (stimulated echoes)",
    "noise": "below the noise floor",
}


def parameter_symbol(parameter: Parameter) -> str:
    """Return the name of a parameter as a screen shows it: ``T₁``, ``M₀``, ``efficiency``."""
    return parameter.symbol.translate(_SUBSCRIPTS) if parameter.name.endswith("map") else parameter.name


def parameter_unit(parameter: Parameter) -> str:
    """Return its unit on a screen; empty where it has none that means anything."""
    return {"s": "ms", "1": "", "arbitrary": ""}.get(parameter.unit, parameter.unit)


def parameter_words(parameter: Parameter, value: float, error: float) -> str:
    """Return a fitted value with its standard error: ``T₁ 651 ± 4 ms``."""
    if parameter.unit == "s":
        value, error = s_to_ms(value), s_to_ms(error)
    return f"{parameter_symbol(parameter)} {rounded(value, error)} {parameter_unit(parameter)}".rstrip()


def r_squared_words(value: float) -> str:
    """Return R² with as many digits as tell it from 1."""
    if not math.isfinite(value):
        return ""
    digits = 4 if value < 0.9999 else 6
    return f"R² {min(value, 1 - 10.0**-digits) if value < 1 else 1:.{digits}f}"


def left_out_words(left_out: tuple[str, ...], turned: int) -> str:
    """Return in words which points do not count, and how many got their sign back."""
    parts = []
    skipped, noise = left_out.count("skipped"), left_out.count("noise")
    reasons = []
    if skipped:
        reasons.append(LEFT_OUT["skipped"])
    if noise:
        reasons.append(f"{noise} point{'s'[: noise > 1]} {LEFT_OUT['noise']}")
    if reasons:
        parts.append(f"left out: {'; '.join(reasons)}")
    if turned:
        parts.append(f"sign given back to {turned} point{'s'[: turned > 1]}: magnitudes lost it")
    return "; ".join(parts)
