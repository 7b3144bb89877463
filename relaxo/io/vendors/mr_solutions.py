"""MR Solutions: consoles that write times in seconds where DICOM has milliseconds.

No element says so; the values do, since no scanner can measure that fast. Others that do the same are recognised alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaxo.data import ImageHeader

#: In ms: a repetition and an echo of spin echoes, an inversion, and those of gradient echoes, that no scanner reaches.
_SPIN_ECHO_TR, _SPIN_ECHO_TE, _TI, _GRADIENT_TR, _GRADIENT_TE = 30.0, 1.0, 0.5, 0.9, 0.008
#: In s: what no measurement lasts.
_MOST_TR, _MOST_TI, _MOST_TE = 60.0, 60.0, 5.0


def in_seconds(headers: Sequence[ImageHeader]) -> bool:
    """Tell whether the times of images from one scanner, read as ms, were meant as s."""
    return any(map(_too_short_for_ms, headers)) and not any(map(_too_long_for_s, headers))


def _ms(header: ImageHeader) -> tuple[float | None, float | None, float | None]:
    times = (header.inversion_time, header.echo_time, header.repetition_time)
    inversion, echo, repetition = (None if time is None else s_to_ms(time) for time in times)
    return inversion, echo, repetition


def _too_short_for_ms(header: ImageHeader) -> bool:
    inversion, echo, repetition = _ms(header)
    if inversion is not None and inversion < _TI:
        return True
    if "GR" in header.sequence or ("SE" not in header.sequence and inversion is None):
        return (repetition is not None and repetition < _GRADIENT_TR) or (echo is not None and echo < _GRADIENT_TE)
    return repetition is not None and repetition <= _SPIN_ECHO_TR and (echo is None or echo < _SPIN_ECHO_TE)


def _too_long_for_s(header: ImageHeader) -> bool:
    # What was read as ms, as a number, is compared in s.
    inversion, echo, repetition = _ms(header)
    return (inversion or 0) > _MOST_TI or (echo or 0) > _MOST_TE or (repetition or 0) > _MOST_TR
