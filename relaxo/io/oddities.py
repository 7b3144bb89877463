"""What is odd about a stack's acquisition, said in words before anything is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from relaxo.data import Notice
from relaxo.io.timing import MILLISECONDS, SECONDS
from relaxo.units import s_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaxo.data import ImageHeader, Protocol

_PLURAL = {
    "InversionTime": "inversion times",
    "EchoTime": "echo times",
    "RepetitionTime": "repetition times",
    "FlipAngle": "flip angles",
}

UNIT_ORIGINS = frozenset({MILLISECONDS, SECONDS})


def oddities(
    protocol: Protocol, headers: Sequence[Sequence[ImageHeader]], *, single_echoes: bool = False
) -> Iterator[Notice]:
    """Yield a notice for everything that a person should know about an acquisition.

    Parameters
    ----------
    protocol
        Its times.
    headers
        (n, z), one an image.
    single_echoes
        Whether the echo times come from acquisitions of their own.
    """
    yield from _entered(protocol)
    if len(protocol) < 4:
        yield Notice(
            "few_times",
            f"There are only {len(protocol)} {_PLURAL[protocol.axis]}: a fit has little to tell signal from noise by. "
            "Measure at least 4, better 8 or more.",
        )
    if protocol.suffix == "IRT1":
        yield from _range(protocol)
        yield from _repetition(protocol, headers)
    if protocol.axis == "EchoTime":
        yield from _echo_spacing(protocol, single_echoes=single_echoes)
    gains = {header.receiver_gain for images in headers for header in images if header.receiver_gain}
    if len(gains) > 1:
        yield Notice(
            "receiver_gain_varies",
            f"The receiver gain changed between the images ({', '.join(map(_gain, sorted(gains)))}, in the vendor's "
            "steps), and nothing says that the images were scaled to one another: their signals may not be comparable. "
            "Measure with a fixed gain (no prescan between series).",
        )
    scales = {(header.slope, header.intercept) for images in headers for header in images}
    if len(scales) > 1:
        yield Notice(
            "scale_varies",
            f"The images are stored with {len(scales)} different scales (rescale slope and intercept). Each was undone "
            "as its header says; an image whose header is wrong would stand out in the fit.",
        )


def _entered(protocol: Protocol) -> Iterator[Notice]:
    """Say which times are not those of the headers."""
    by_origin: dict[str, list[str]] = {}
    for name, origin in protocol.entered.items():
        by_origin.setdefault(origin, []).append(_PLURAL[name])
    for origin, names in by_origin.items():
        what = " and ".join(names)
        if origin in UNIT_ORIGINS:
            yield Notice(
                "times_in_seconds" if origin == SECONDS else "times_in_milliseconds",
                f"The {what} stand in another unit than they should: taken as they stand no scanner could measure so. "
                f"They come from {origin}; compare them with the protocol.",
            )
        else:
            yield Notice(
                "timing_entered",
                f"The {what} come from {origin}: they were entered, not read from the images' headers. Compare them "
                "with the protocol.",
            )


#: Inversion times that span less than this reach too few T1 for a dilution series.
_NARROW = 8.0


def _range(protocol: Protocol) -> Iterator[Notice]:
    shortest, longest = float(protocol.values.min()), float(protocol.values.max())
    if longest < _NARROW * shortest:
        yield Notice(
            "ti_range",
            f"The inversion times span only {_ms(shortest)} to {_ms(longest)} ms: a T1 far below or above them is "
            "hardly seen. A dilution series needs times from half its shortest to twice its longest T1.",
        )


def _repetition(protocol: Protocol, headers: Sequence[Sequence[ImageHeader]]) -> Iterator[Notice]:
    longest = float(protocol.values[-1])
    repetition = protocol.companions.get("RepetitionTime")
    if repetition is None:
        yield Notice(
            "tr_unknown",
            "The headers do not state the repetition time, so nothing can be said about how far the magnetisation had "
            "recovered before each inversion. T1 times above about a fifth of it would come out too short.",
        )
        return
    shortest = float(repetition.min())
    if np.ptp(repetition) > 1e-3 * shortest:
        yield Notice(
            "tr_varies",
            f"The repetition time changes with the inversion time, from {_ms(repetition.min())} to "
            f"{_ms(repetition.max())} ms. The fit uses each image's own.",
        )
    if shortest < 5 * longest:
        yield Notice(
            "tr_short",
            f"The repetition time ({_ms(shortest)} ms) is less than 5 times the longest inversion time "
            f"({_ms(longest)} ms): samples whose T1 is longer than {_ms(shortest / 5)} ms do "
            "not recover fully between inversions. The fit takes this into account, but such a T1 is less certain: "
            "measure with a longer repetition time if it matters.",
        )
    within = [{header.repetition_time for header in images} for images in headers]
    if any(len(times) > 1 and max(filter(None, times)) > 1.001 * min(filter(None, times)) for times in within):
        yield Notice(
            "tr_differs_between_slices",
            "Slices of one volume have different repetition times; the fit uses that of the first slice for all.",
        )


def _echo_spacing(protocol: Protocol, *, single_echoes: bool) -> Iterator[Notice]:
    times = protocol.values
    if single_echoes:
        yield Notice(
            "single_echoes",
            "The echo times come from separate acquisitions, one echo each, not from one echo train: the first one is "
            "as good as the others, and diffusion between the pulses shortens T2.",
        )
        return
    spacing = np.diff(times)
    if np.ptp(spacing) > 0.02 * float(np.median(spacing)) or abs(times[0] - spacing[0]) > 0.5 * spacing[0]:
        yield Notice(
            "echo_spacing",
            f"The echoes are not evenly spaced: the first comes at {_ms(times[0])} ms, then they are "
            f"{_ms(spacing.min())} to {_ms(spacing.max())} ms apart. Check that no echo is missing; methods that model "
            "the echo train need an even one.",
        )


def _ms(time: float) -> str:
    return f"{s_to_ms(float(time)):.6g}"


def _gain(setting: tuple[int, ...]) -> str:
    return "/".join(map(str, setting))
