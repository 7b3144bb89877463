"""The scale on which a map is coloured: its window, and what colour every value within it has."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import MaxNLocator

from relaxo.report.look import look

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Relaxation times that span more than this are shown on a logarithmic scale: a dilution series is one.
_WIDE = 5.0
_OUTERMOST = (1, 99)
#: Entries of a table of colours, the first of which stands for no value.
_ENTRIES = 256


class LogLike(Normalize):
    """Linear below 1/e of the upper end and logarithmic above, without a kink between them.

    Fuderer et al., Magn. Reson. Med. 93:490, 2025, doi 10.1002/mrm.30290. A colour bar shows it with linear ticks.
    """

    def __call__(self, value: Any, clip: bool | None = None) -> Any:  # noqa: ANN401, ARG002, FBT001 - as matplotlib's
        """Return where values lie between the first colour that means a value, and 1."""
        assert self.vmin is not None
        assert self.vmax is not None
        low, high = float(self.vmin), float(self.vmax)
        given = np.ma.masked_invalid(np.ma.asarray(value, np.float64))
        values = np.clip(np.ma.filled(given, low), low, high)
        bend = high / math.e
        if bend < low:
            share = np.log(values / low) / math.log(high / low)
        else:
            at_bend = (bend - low) / (2 * bend - low)
            above = at_bend + (1 - at_bend) * np.log(np.maximum(values, bend) / bend)
            share = np.where(values <= bend, (values - low) / (2 * bend - low), above)
        return np.ma.masked_array((1 + share * (_ENTRIES - 2)) / (_ENTRIES - 1), np.ma.getmask(given))


def window(quantity: str, values: NDArray[np.float64]) -> Normalize:
    """Return the scale of a map.

    Parameters
    ----------
    quantity
        ``T1``, ``T2``, ``R1`` or ``R2``.
    values
        (n,), what it must show, finite and positive: ms or 1/s.

    Returns
    -------
    A scale from the window that the look states, or else of all but the outermost hundredths of the values to two
    digits. It then reaches further down than they do, so that the least value is not as dark as no value at all.
    """
    stated, scale = look().maps.window(quantity), look().maps.scale
    if stated is None and not values.size:
        return Normalize(0, 1, clip=True)
    low, high = stated or (float(end) for end in np.percentile(values, _OUTERMOST))
    wide = high > _WIDE * low if scale == "auto" else scale == "logarithmic"
    if stated is None:
        low = _two_digits(low / 2, math.floor) if wide or scale == "log_like" else 0.0
        high = _two_digits(high, math.ceil)
    if scale == "log_like":
        return LogLike(low, high)
    return LogNorm(low, high, clip=True) if wide and low > 0 else Normalize(low, high, clip=True)


def ticks(scale: Normalize) -> list[float]:
    """Return round values within a window."""
    assert scale.vmin is not None
    assert scale.vmax is not None
    if isinstance(scale, LogNorm):
        decades = range(math.floor(math.log10(scale.vmin)), math.ceil(math.log10(scale.vmax)) + 1)
        found = [step * 10.0**decade for decade, step in itertools.product(decades, (1, 2, 5))]
    else:
        found = [float(tick) for tick in MaxNLocator(5).tick_values(scale.vmin, scale.vmax)]
    return [tick for tick in found if scale.vmin <= tick <= scale.vmax]


def along_bar(scale: Normalize, values: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return where values stand on a colour bar, from 0 to 1: on a line, or on a logarithm where that is the scale."""
    assert scale.vmin is not None
    assert scale.vmax is not None
    if isinstance(scale, LogNorm):
        return np.asarray(np.log(np.asarray(values) / scale.vmin) / math.log(scale.vmax / scale.vmin))
    return np.asarray((np.asarray(values) - scale.vmin) / (scale.vmax - scale.vmin))


def bar_values(scale: Normalize) -> NDArray[np.float64]:
    """Return (256,), the values along a colour bar."""
    assert scale.vmin is not None
    assert scale.vmax is not None
    if isinstance(scale, LogNorm):
        return np.geomspace(scale.vmin, scale.vmax, _ENTRIES)
    return np.linspace(scale.vmin, scale.vmax, _ENTRIES)


def _two_digits(value: float, towards: Any) -> float:  # noqa: ANN401 - math.floor or math.ceil
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(towards(value / unit) * unit)
